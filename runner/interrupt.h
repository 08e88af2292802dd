/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt: signals while a run is on. They are only noted, and make waits return early; what to
 * do about them is the caller's. One user at a time in a process.
 */
#pragma once

#include <stdbool.h>

void interrupt_watch(void);   /* also ignores SIGPIPE: a failed write is seen where it is made */
void interrupt_unwatch(void); /* restores what was before */

/* SIGINT, SIGTERM, SIGHUP: */
int interrupt_count(void);  /* seen since interrupt_watch */
int interrupt_signal(void); /* the first of them, 0 when none */

bool interrupt_wants_pause(void); /* SIGTSTP was seen */
/* Stop as SIGTSTP does by default; returns when SIGCONT came, or at once where nobody could send
 * it: the kernel does not stop a process group that no shell looks after. */
void interrupt_pause(void);

bool interrupt_take_query(void); /* SIGUSR1 was seen since the last time: what is going on? */
