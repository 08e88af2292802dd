/* SPDX-License-Identifier: Apache-2.0 */
/* run_internal: a run in progress, for runner/run*.c only. */
#pragma once

#include "base/vec.h"
#include "runner/aot.h"
#include "runner/aot_seen.h"
#include "runner/artifact.h"
#include "runner/cached.h"
#include "runner/exec.h"
#include "runner/groups.h"
#include "runner/history.h"
#include "runner/run.h"
#include "runner/sched.h"
#include "runner/select.h"
#include "triage/waiver.h"

struct run {
	const struct run_options *options;
	struct sink *const *sinks;
	size_t sink_len;

	struct context context;
	struct judge judge;
	struct arena arena; /* lives as long as the run */
	struct selection selection;
	struct groups groups;
	struct selection to_run; /* without what the cache answers */
	size_t skipped;
	size_t whole; /* selected before the cut into shards */
	char whole_sha256[DIGEST_HEX_SIZE];
	struct inputs_sums sums; /* of the selection, before it is cut */
	VEC(const struct profile_backend *) backends;
	VEC(struct event_backend) event_backends;
	struct profile_backend witness; /* the witness's canonical backend under its new name */
	size_t witness_counts[WITNESS_COUNT];
	struct rulings rulings; /* empty when they are about others */
	size_t ruled[RIGHT_COUNT];
	size_t stale_rulings;

	struct ledger *ledger; /* or NULL */
	struct subject subject;
	bool has_subject;
	struct waivers waivers;
	char *corpus_commit;

	struct exec *exec;
	char identity[DIGEST_HEX_SIZE];
	const char *version;

	struct history *history;
	struct aot_seen *seen;
	const char *stopped;
	struct aot_ranks aot;  /* only when AOT legs are rationed */
	struct cached *cached; /* or NULL */
	struct event_cache cache;
	const char *cache_dir;       /* what outlives a run; NULL: nowhere */
	struct artifacts *artifacts; /* or NULL */
	struct event_artifacts artifact;
	struct run_record *record;
	struct rule_total *totals; /* parallel to the rules */
	const char *not_filed;
	bool filed;
	bool filing_failed;
	size_t verdicts; /* cases judged */
	size_t blocking;
	size_t errors;
	bool could_not_start;
	int64_t started_ns;
};

/* run.c: what the parts share. */
/* Has the profile every feature that the case requires? */
bool run_profile_can(const struct profile *profile, const struct test_case *test);
struct plan_limits run_limits(const struct run_options *options);
void run_add_effects(struct run *run, const struct judgement *judgement);
/* Tell of a judged case. */
void run_emit_case(struct run *run, const struct sched_done *done,
		   const struct judgement *judgement, bool cached);

/* run_wait.c: for struct sched_options; the payload is the run. */
enum { RUN_WAIT_MAX_MS = 1000 }; /* bounds how late a signal between two waits is seen */
int run_on_wait(void *payload, const struct sched_status *status);
void run_on_pause(void *payload);
void run_on_resume(void *payload, int64_t paused_ns);

/* run_cache.c: what need not be run. A cache that cannot be used costs time, not the run. */
void run_cache_open(struct run *run);
/* Tell of every case that the cache knows; `to_run` gets the others. */
void run_cache_answer(struct run *run);
void run_cache_close(struct run *run);

/* run_witness.c: what the extra voice is, and who is right where it alone differs. */
int run_witness_choose(struct run *run, struct error *err);
/* The ruling on a judged case, counted; NULL when there is none. */
const struct ruling *run_witness_rule(struct run *run, const char *case_name,
				      const struct judgement *judgement);

/* run_artifact.c: builds that need not be carried out. The same holds for what cannot be used. */
void run_artifact_open(struct run *run);
/*
 * Where a kept build ran beside a fresh one: they must agree as two attempts of one backend must,
 * that is after rules. Their bytes are not compared: a compiler need not repeat itself. Negative:
 * they do not agree, and the kept one is removed.
 */
int run_artifact_check(struct run *run, const struct sched_done *done, struct error *err);
void run_artifact_close(struct run *run);

/* run_aot.c: which AOT legs are run. */
int run_aot_choose(struct run *run, struct error *err); /* of the selection before it is cut */
void run_aot_note(struct run *run, const struct test_case *test); /* it ran on every backend */
/* For struct sched_options; the payload is the run. */
bool run_aot_wants(void *payload, const struct test_case *test,
		   const struct profile_backend *backend);
