/* SPDX-License-Identifier: Apache-2.0 */
/* exec_sweep: processes that left their program's group, found among our own children and killed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sweeper {
	int children_fd; /* the kernel's list of our children, -1 where it has none */
};

/* Adopt orphans from now on. */
void sweeper_open(struct sweeper *sweeper);
void sweeper_close(struct sweeper *sweeper);
/* Is there a child, dead ones included, besides `pid`? False where the kernel keeps no list. */
bool sweeper_has_other(const struct sweeper *sweeper, pid_t pid);
/* Signal all that descend from this process, parents before children. */
void sweeper_signal_all(int number);
/*
 * Kill and reap children until none is left but those `is_spared` wants kept (NULL: none). The
 * number killed alive; their names in `names`, ", " between them, when it is not NULL.
 */
size_t sweeper_sweep(struct sweeper *sweeper, bool (*is_spared)(void *payload, pid_t pid),
		     void *payload, char *names, size_t names_size);
