/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec: carries out plans. The only module that starts corpus programs. Plans in, outcomes out; up
 * to `slots` run at once and each ends within its own limits, whatever the program does.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "oracles/outcome.h"
#include "oracles/plan.h"

struct exec;

/* How far programs are kept from the host; each has what those before it have. */
enum exec_isolation {
	EXEC_L0,   /* limits, a process group and a session without terminal */
	EXEC_L1,   /* + no new privileges, a system-call filter */
	EXEC_L2,   /* + own users, mounts, PIDs, IPC, host name and network, a minimal tree of files
		    */
	EXEC_L3,   /* + a network of its own for each run */
	EXEC_AUTO, /* L2, or the highest below it that works here */
};
const char *exec_isolation_name(enum exec_isolation isolation); /* "L0" ... "L3", "auto" */

struct exec_options {
	size_t slots;        /* 0: one per online processor */
	const char *scratch; /* folder for work directories; NULL: TMPDIR or /tmp */
	bool keep;           /* leave work directories behind */
	enum exec_isolation isolation;
	const char *const *read_paths; /* absolute; shown from L2 on where they exist */
	size_t read_len;
	const char *const *write_paths; /* the same, writable */
	size_t write_len;
};

/*
 * Starts one helper a slot and runs a program through the first. A level that does not work here is
 * a fault, or with EXEC_AUTO a step down.
 */
int exec_new(struct exec **out, const struct exec_options *options, struct error *err);
/* Kills and reaps whatever runs, removes the scratch tree. Returns NULL. */
struct exec *exec_free(struct exec *exec);
void exec_freep(struct exec **exec);

/* The level that every run has; never EXEC_AUTO. */
enum exec_isolation exec_level(const struct exec *exec);
/* Why EXEC_AUTO did not come to L2, or NULL. */
const char *exec_step_down(const struct exec *exec);

size_t exec_slots(const struct exec *exec);
size_t exec_running(const struct exec *exec);

/*
 * A work directory, absolute; every one has a path of the same length. The program that
 * exec_start() starts first in it finds nothing but its plan's files and the empty folders
 * PLAN_HOME and PLAN_TMP; until then files of an earlier plan may stand there. The text belongs to
 * the exec until exec_work_dir_done(), which readies the directory for another case (or keeps it,
 * see options).
 */
int exec_work_dir(char **out, struct exec *exec, struct error *err);
void exec_work_dir_done(struct exec *exec, const char *dir);

/*
 * Start a plan; there must be a free slot. `out` and the plan stay valid until exec_next hands
 * `out` back. A program that cannot start is an outcome (END_NOT_STARTED), not an error; an error
 * means that our own machinery failed (no pipes, no memory).
 */
int exec_start(struct exec *exec, const struct plan *plan, struct outcome *out, struct arena *arena,
	       void *tag, struct error *err);

/*
 * Write a plan's files as exec_start() would, and start nothing: what else the caller puts into the
 * work directory counts as left by this phase, so that the next one's list has only its own.
 */
int exec_place(struct exec *exec, const struct plan *plan, struct error *err);

/*
 * Wait until one ends and return its tag; at most `wait_ms` (-1: no bound), then *tag is NULL.
 * Signals that arrive make it return early with *tag NULL.
 */
int exec_next(struct exec *exec, void **tag, int wait_ms, struct error *err);

/*
 * Stop every process of every running program, and let them go on. In between no time passes:
 * limits end later by as much, and the pause is in no outcome's wall time.
 */
void exec_pause(struct exec *exec);
void exec_resume(struct exec *exec);

/* Kill every running program; their outcomes still arrive through exec_next. */
void exec_kill_all(struct exec *exec);
