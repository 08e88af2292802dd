/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched: from selected cases to complete sets of observations. Every case is a small state machine:
 * check, then per backend and attempt build and run; the backends of one case are started one after
 * another before the next case begins, so that verdicts come early and memory is bounded by the
 * slots: at most one case a slot is in flight, each with an arena of its own that ends with its
 * verdict.
 *
 * A program that the frontend refuses goes on only to the backends that must refuse it too; one
 * whose check is inconclusive goes nowhere.
 *
 * Of a group of cases no more programs run at once than its limit says; a case whose group is full
 * waits, and the next one is begun.
 *
 * A build that is kept from an earlier run is put back instead of carried out. One that is to be
 * checked is carried out, and what is kept runs as well, in a leg of its own that is no voice: the
 * caller compares the two.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "oracles/observe.h"
#include "oracles/profile.h"
#include "runner/artifact.h"
#include "runner/exec.h"
#include "runner/groups.h"

/* What a kept build showed beside a fresh one of the same leg. */
struct sched_shadow {
	struct observation obs;
	const char *key; /* of the kept build */
};

/* A case whose observations are complete; valid during the callback. */
struct sched_done {
	const struct test_case *test;
	struct observation *obs; /* the check first, then backend by backend, attempts together */
	const char *const *work_dirs; /* where each of them ran, gone by now unless kept */
	size_t obs_len;
	const struct profile_backend *const *left_out; /* backends that were not wanted */
	size_t left_out_len;
	const struct sched_shadow *shadows; /* of legs that were built to check what is kept */
	size_t shadow_len;
	int64_t wall_ns;
	struct arena *arena; /* for whatever the callback derives */
	const struct error
		*error; /* planning or observing failed: no verdict possible; else NULL */
};

struct sched;

/* A process that runs. */
struct sched_process {
	const char *case_name;
	const char *backend;
	enum phase phase;
	int attempt;
	int64_t since_ns; /* monotonic; moved on by pauses */
	int64_t limit_ms; /* of its wall time, 0: none */
};
/* At most `cap` of them, the oldest case first. */
size_t sched_processes(struct sched_process *out, size_t cap, const struct sched *sched);

struct sched_status {
	const struct sched *sched;
	size_t done;
	size_t total;
	const char *const *running; /* names of the cases in flight */
	size_t running_len;
};

struct sched_options {
	const struct profile *profile;
	const struct profile_backend *const *backends;
	size_t backend_len;
	const struct profile *witness_profile; /* of the extra voice, or NULL */
	const struct profile_backend *witness; /* runs once, last, where the profile's features are
						  those a case requires */
	int repeat;                            /* attempts of every backend, from 1 */
	const struct groups *groups;           /* of the suite's cases, or NULL */
	const struct suite *suite;
	struct artifacts *artifacts; /* builds that need not be carried out, or NULL */
	struct plan_limits limits;

	/* Whether a case runs on a backend, asked when the case begins. NULL: on all of them. */
	bool (*wants)(void *payload, const struct test_case *test,
		      const struct profile_backend *backend);
	/* Called once a case. Positive: start no further case. Negative ends the schedule. */
	int (*on_done)(void *payload, const struct sched_done *done, struct error *err);
	/*
	 * Called before every wait; returns the longest wait in milliseconds, or a negative
	 * sched_order.
	 */
	int (*on_wait)(void *payload, const struct sched_status *status);
	/* After SCHED_PAUSE, with every program stopped; they go on when it returns. Tells for how
	 * long that was. */
	void (*on_pause)(void *payload);
	void (*on_resume)(void *payload, int64_t paused_ns);
	void *payload;
};

enum sched_order {
	SCHED_DRAIN = -1, /* start no further case, finish those in flight */
	SCHED_PAUSE = -3, /* stop what runs until on_pause returns, then ask again */
	SCHED_ABORT = -2, /* kill what runs; cases in flight are dropped without a callback */
};

/*
 * Run them all, in order of start. `*out_done` counts the callbacks. 0 also when drained or
 * aborted; negative when our own machinery or a callback failed, and then nothing runs any more.
 */
int sched_run(size_t *out_done, struct exec *exec, const struct sched_options *options,
	      const struct test_case *const *cases, size_t len, struct error *err);
