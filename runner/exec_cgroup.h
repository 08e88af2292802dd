/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_cgroup: control groups that bound how many processes and how much memory a run takes, in the
 * unified layout and in the older one with a hierarchy a controller. A group serves one slot from
 * its start to its end: a helper moves itself in and all that it starts is born there, so that a
 * run costs nothing. Built into the runner and into the helper alike: libc only.
 *
 * A group that holds nobody has no owner any more, however its owner ended; who comes next removes
 * it. Whatever cannot be had is left out, and the host's own limits do what they can.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGROUP_NAME_SIZE = 48, CGROUP_DIR_SIZE = 4096 };

enum cgroup_controller { CGROUP_PIDS, CGROUP_MEMORY, CGROUP_CONTROLLERS };

struct cgroup {
	char name[CGROUP_NAME_SIZE];      /* "" without any */
	int limit_fd[CGROUP_CONTROLLERS]; /* -1: not to be had; errno in `why` */
	int swap_fd;
	int events_fd[CGROUP_CONTROLLERS];
	int procs_fd; /* who is in it, on the host */
	int why[CGROUP_CONTROLLERS];
	int64_t limit[CGROUP_CONTROLLERS];    /* in force; 0: none */
	uint64_t refused[CGROUP_CONTROLLERS]; /* as last read */
};

/* A group of our own, with us in it until we end. Never fails: see limit_fd and why. */
void cgroup_open(struct cgroup *cgroup);
bool cgroup_has(const struct cgroup *cgroup, enum cgroup_controller controller);
/* Bytes or processes; 0: no limit. */
void cgroup_limit(struct cgroup *cgroup, enum cgroup_controller controller, int64_t limit);
/* Was something refused, or killed for want of it, since this was last asked? */
bool cgroup_was_met(struct cgroup *cgroup, enum cgroup_controller controller);
/* Let nobody in it start another process, and kill all in it but ourselves and `spared`. */
void cgroup_kill_others(struct cgroup *cgroup, int spared);

/* Kill all in groups of this name, from outside; the groups stay. */
void cgroup_kill_named(const char *name);
/* Remove the groups beside ours that nobody is in. */
void cgroup_remove_empty(void);
