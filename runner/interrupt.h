/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt: SIGINT, SIGTERM and SIGHUP while a run is on. They are counted, and make waits return
 * early; what to do about them is the caller's. One user at a time in a process.
 */
#pragma once

void interrupt_watch(void);   /* also ignores SIGPIPE: a failed write is seen where it is made */
void interrupt_unwatch(void); /* restores what was before */

int interrupt_count(void);  /* signals seen since interrupt_watch */
int interrupt_signal(void); /* the first of them, 0 when none */
