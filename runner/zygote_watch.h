/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote_watch: what a run takes altogether, seen from its zygote: processes, memory, space on
 * disk. No limit of a single process bounds their sum. Control groups count the first two where
 * there are any; else, and for disk always, a look is taken every now and then, so that the bound
 * is the limit and what can be taken between two looks. A run that is over before the first look
 * costs nothing.
 */
#pragma once

#include "runner/exec_cgroup.h"
#include "runner/zygote.h"

struct watch {
	struct cgroup cgroup;
	const struct zygote_plan *plan;
	const char *proc;            /* where the host's processes are seen */
	char work[ZYGOTE_PATH_SIZE]; /* of the run, "" when it has none that is ours */
	bool has_tmp;                /* a private one, which counts too */
	int64_t next_ns;             /* of the next look */
};

/* `cgroup` is open. */
void watch_open(struct watch *watch, int level);
/* A run begins; `work` is where its work directory is seen from here, or "". */
void watch_start(struct watch *watch, const struct zygote_plan *plan, const char *work);
/* Milliseconds until the next look. */
int watch_wait_ms(const struct watch *watch);
/* Look when it is time to: which limit is met by what descends from process `root`. */
enum zygote_limit watch_look(struct watch *watch, pid_t root);
/* The run is over: which limit was met that nobody saw meanwhile. */
enum zygote_limit watch_end(struct watch *watch);
