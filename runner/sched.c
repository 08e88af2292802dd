/* SPDX-License-Identifier: Apache-2.0 */
/* sched: see sched.h. One flight a case in progress, one leg a backend's attempt in it. */
#include "runner/sched.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"

enum { DRAIN_WAIT_MS = 100 };

struct leg {
	struct flight *flight;
	const struct profile *profile;         /* whose backend it is */
	const struct profile_backend *backend; /* NULL: the check */
	int attempt;
	bool is_shadow;             /* runs what is kept; no voice */
	bool builds;                /* whatever is kept */
	int64_t since_ns;           /* when the process at hand was started */
	const struct plan *plan;    /* of the process at hand */
	const char *key;            /* of its build; NULL: not to be kept */
	char *work_dir;             /* NULL until the leg starts and after it ended */
	struct outcome outcomes[2]; /* build and run */
	size_t outcome_len;
	const char *ran_in; /* the same as text that outlives it */
	struct observation obs;
	bool observed;
};

struct flight {
	const struct test_case *test; /* NULL: free for another case */
	struct arena arena;
	struct leg check;
	struct leg *legs;
	size_t leg_len;
	size_t leg_cap;
	const struct profile_backend **left_out;
	size_t left_out_len;
	size_t next;    /* first leg not started */
	size_t running; /* legs started and not ended */
	bool is_checking;
	bool failed; /* `error` says why; no further leg starts */
	struct error error;
	int64_t started_ns;
};

struct sched {
	struct exec *exec;
	const struct sched_options *options;
	const struct test_case *const *cases;
	size_t len;
	size_t admitted;
	size_t done;
	bool draining;
	struct flight *flights; /* as many as slots */
	size_t flight_len;
	struct flight **order; /* flights in use, oldest first */
	size_t order_len;
	const char **names; /* for the status */
	struct group_state *groups;
};

/* Programs of a group that run, and cases that were passed over because it was full. */
struct group_state {
	size_t running;
	VEC(const struct test_case *) waiting;
	size_t taken; /* of those */
};

static struct group_state *group_of(const struct sched *sched, const struct test_case *test);

static void count_leg(struct sched *sched, struct flight *flight, int change)
{
	struct group_state *state = group_of(sched, flight->test);

	flight->running += (size_t)change;
	if (state)
		state->running += (size_t)change;
}

static void leg_close(struct sched *sched, struct leg *leg)
{
	if (leg->work_dir)
		exec_work_dir_done(sched->exec, leg->work_dir);
	leg->work_dir = NULL;
}

/* A failure that concerns one case only: the case ends with it, the run goes on. */
static void flight_fail(struct flight *flight, const struct error *err)
{
	if (!flight->failed)
		flight->error = *err;
	flight->failed = true;
}

static int make_plan(struct plan **out, struct sched *sched, struct leg *leg, struct error *err)
{
	const struct sched_options *o = sched->options;
	struct flight *flight = leg->flight;
	int r;

	*out = NULL;
	if (!leg->backend)
		return plan_check(out, leg->profile, flight->test, leg->work_dir, &o->limits,
				  &flight->arena, err);
	if (leg->outcome_len == 0) {
		r = plan_build(out, leg->profile, leg->backend, flight->test, leg->work_dir,
			       &o->limits, &flight->arena, err);
		if (r < 0 || *out)
			return r;
	}
	return plan_run(out, leg->profile, leg->backend, flight->test, leg->work_dir, &o->limits,
			&flight->arena, err);
}

static void leg_end(struct sched *sched, struct leg *leg);

/* A leg beside `leg` that runs what is kept under `key`. */
static void add_shadow(struct leg *leg, const char *key)
{
	struct flight *flight = leg->flight;

	assert(flight->leg_len < flight->leg_cap);
	flight->legs[flight->leg_len++] = (struct leg){.flight = flight,
						       .profile = leg->profile,
						       .backend = leg->backend,
						       .attempt = leg->attempt,
						       .is_shadow = true,
						       .key = key};
}

enum restored { RESTORED_NOT, RESTORED, RESTORED_HALF };

/* The leg's build from what is kept, if it is. */
static int leg_restore(enum restored *out, struct sched *sched, struct leg *leg,
		       const struct plan *plan, struct error *err)
{
	struct artifacts *artifacts = sched->options->artifacts;
	struct arena *arena = &leg->flight->arena;
	enum artifact_answer answer = ARTIFACT_FOUND;
	int r;

	*out = RESTORED_NOT;
	if (!leg->is_shadow) {
		char *key = arena_alloc(arena, DIGEST_HEX_SIZE);

		artifacts_key(key, artifacts, plan);
		answer = artifacts_find(artifacts, key, leg->flight->test->name);
		if (answer == ARTIFACT_CHECK)
			add_shadow(leg, key);
		else
			leg->key = key;
	}
	if (answer != ARTIFACT_FOUND)
		return 0;
	r = exec_place(sched->exec, plan, err);
	if (r < 0)
		return r;
	*out = artifacts_restore(&leg->outcomes[0], artifacts, leg->key, plan, arena)
		       ? RESTORED
		       : RESTORED_HALF;
	return 0;
}

static int leg_take_dir(struct sched *sched, struct leg *leg, struct error *err)
{
	int r = exec_work_dir(&leg->work_dir, sched->exec, err);

	if (r == 0)
		leg->ran_in = arena_strdup(&leg->flight->arena, leg->work_dir);
	return r;
}

/* The leg's next process to start, NULL when there is none. Negative: our machinery is broken. */
static int leg_plan(struct plan **out, struct sched *sched, struct leg *leg, struct error *err)
{
	struct error problem = ERROR_INIT;
	enum restored restored = RESTORED_NOT;
	int r = leg->work_dir ? 0 : leg_take_dir(sched, leg, err);

	*out = NULL;
	if (r < 0)
		return r;
	if (make_plan(out, sched, leg, &problem) < 0) {
		flight_fail(leg->flight, &problem);
		*out = NULL;
		return 0;
	}
	if ((*out)->phase == PHASE_BUILD && sched->options->artifacts && !leg->builds &&
	    leg->profile == sched->options->profile)
		r = leg_restore(&restored, sched, leg, *out, err);
	if (r < 0 || restored == RESTORED_NOT)
		return r;
	if (restored == RESTORED) {
		leg->outcome_len = 1;
		return leg_plan(out, sched, leg, err);
	}
	*out = NULL;
	if (leg->is_shadow) /* gone meanwhile: nothing to compare with */
		return 0;
	leg->builds = true;
	leg_close(sched, leg);
	return leg_plan(out, sched, leg, err);
}

/* Start the leg's next process. Negative: our own machinery is broken. */
static int leg_start(struct sched *sched, struct leg *leg, struct error *err)
{
	struct plan *plan = NULL;
	int r = leg_plan(&plan, sched, leg, err);

	if (r < 0)
		return r;
	leg->plan = plan;
	leg->since_ns = clock_monotonic_ns();
	if (!plan) {
		leg_end(sched, leg);
		return 0;
	}
	assert(leg->outcome_len < 2);
	return exec_start(sched->exec, plan, &leg->outcomes[leg->outcome_len], &leg->flight->arena,
			  leg, err);
}

static void leg_observe(struct sched *sched, struct leg *leg)
{
	struct flight *flight = leg->flight;
	struct error err = ERROR_INIT;

	if (observe(&leg->obs, leg->profile, leg->backend, leg->outcomes, leg->outcome_len,
		    leg->attempt, &flight->arena, &err) < 0)
		flight_fail(flight, &err);
	else
		leg->observed = true;
}

/* The check decides which backends see the program at all. */
static void after_check(struct flight *flight)
{
	const struct observation *obs = &flight->check.obs;
	size_t kept = 0;

	flight->is_checking = false;
	if (!flight->check.observed)
		return;
	if (observation_is_inconclusive(obs)) {
		flight->leg_len = 0;
	} else if (observation_is_rejected(obs)) {
		for (size_t i = 0; i < flight->leg_len; i++)
			if (flight->legs[i].backend->checks)
				flight->legs[kept++] = flight->legs[i];
		flight->leg_len = kept;
	}
}

static void leg_end(struct sched *sched, struct leg *leg)
{
	struct flight *flight = leg->flight;

	count_leg(sched, flight, -1);
	if (!flight->failed && leg->outcome_len)
		leg_observe(sched, leg);
	leg_close(sched, leg);
	if (!leg->backend)
		after_check(flight);
	if (flight->failed)
		flight->next = flight->leg_len;
}

static bool wants_run(const struct leg *leg)
{
	const struct outcome *last = &leg->outcomes[leg->outcome_len - 1];

	return leg->backend && last->phase == PHASE_BUILD && last->end == END_EXIT &&
	       last->code == 0;
}

/* One process of a leg ended. */
static int leg_advance(struct sched *sched, struct leg *leg, struct error *err)
{
	leg->outcome_len++;
	if (wants_run(leg)) {
		if (leg->key)
			artifacts_keep(sched->options->artifacts, leg->key, leg->plan,
				       &leg->outcomes[0]);
		return leg_start(sched, leg, err);
	}
	leg_end(sched, leg);
	return 0;
}

static bool wants_witness(const struct sched_options *o, const struct test_case *test)
{
	for (size_t i = 0; o->witness && i < test->require_len; i++)
		if (!profile_has_feature(o->witness_profile, test->requires[i]))
			return false;
	return o->witness != NULL;
}

static void flight_init(struct sched *sched, struct flight *flight, const struct test_case *test)
{
	const struct sched_options *o = sched->options;
	struct arena arena = flight->arena;

	arena_clear(&arena);
	*flight = (struct flight){.test = test, .arena = arena, .started_ns = clock_monotonic_ns()};
	flight->check = (struct leg){.flight = flight, .profile = o->profile, .attempt = 1};
	flight->is_checking = o->profile->check.len > 0;
	/* The witness is one more, and each backend may get a shadow. */
	flight->leg_cap = o->backend_len * ((size_t)o->repeat + (o->artifacts ? 1 : 0)) + 1;
	flight->legs = ARENA_ARRAY(&flight->arena, struct leg, flight->leg_cap);
	flight->left_out =
		ARENA_ARRAY(&flight->arena, const struct profile_backend *, o->backend_len);
	for (size_t i = 0; i < o->backend_len; i++) {
		if (o->wants && !o->wants(o->payload, test, o->backends[i])) {
			flight->left_out[flight->left_out_len++] = o->backends[i];
			continue;
		}
		for (int attempt = 1; attempt <= o->repeat; attempt++)
			flight->legs[flight->leg_len++] = (struct leg){.flight = flight,
								       .profile = o->profile,
								       .backend = o->backends[i],
								       .attempt = attempt};
	}
	if (wants_witness(o, test))
		flight->legs[flight->leg_len++] = (struct leg){.flight = flight,
							       .profile = o->witness_profile,
							       .backend = o->witness,
							       .attempt = 1};
}

/* The state of the case's group, or NULL. */
static struct group_state *group_of(const struct sched *sched, const struct test_case *test)
{
	const struct groups *groups = sched->options->groups;
	uint32_t at = groups && groups->len ? groups->of_case[test - sched->options->suite->cases]
					    : GROUP_NONE;

	return at == GROUP_NONE ? NULL : &sched->groups[at];
}

static bool is_full(const struct sched *sched, const struct test_case *test)
{
	const struct group_state *state = group_of(sched, test);

	return state && state->running >= sched->options->groups->limits[state - sched->groups];
}

/* One that waited for its group, else the first whose group has room. */
static const struct test_case *next_case(struct sched *sched)
{
	const struct groups *groups = sched->options->groups;

	for (size_t i = 0; groups && i < groups->len; i++) {
		struct group_state *state = &sched->groups[i];

		if (state->taken < state->waiting.len && state->running < groups->limits[i])
			return state->waiting.items[state->taken++];
	}
	while (sched->admitted < sched->len) {
		const struct test_case *test = sched->cases[sched->admitted++];

		if (!is_full(sched, test))
			return test;
		vec_push(&group_of(sched, test)->waiting, test);
	}
	return NULL;
}

static struct flight *admit(struct sched *sched)
{
	struct flight *flight = sched->flights;
	const struct test_case *test;

	if (sched->draining || sched->order_len == sched->flight_len)
		return NULL;
	test = next_case(sched);
	if (!test)
		return NULL;
	while (flight->test)
		flight++;
	flight_init(sched, flight, test);
	sched->order[sched->order_len++] = flight;
	return flight;
}

/* The next leg to start, of the oldest case that has one; else of a new case. */
static struct leg *next_leg(struct sched *sched)
{
	struct flight *flight;

	for (size_t i = 0; i < sched->order_len; i++) {
		flight = sched->order[i];
		if (!flight->is_checking && flight->next < flight->leg_len &&
		    !is_full(sched, flight->test))
			return &flight->legs[flight->next++];
	}
	flight = admit(sched);
	if (!flight)
		return NULL;
	return flight->is_checking ? &flight->check : &flight->legs[flight->next++];
}

static void flight_close(struct sched *sched, struct flight *flight)
{
	size_t at = 0;

	leg_close(sched, &flight->check);
	for (size_t i = 0; i < flight->leg_len; i++)
		leg_close(sched, &flight->legs[i]);
	while (sched->order[at] != flight)
		at++;
	sched->order_len--;
	memmove(sched->order + at, sched->order + at + 1,
		(sched->order_len - at) * sizeof(*sched->order));
	flight->test = NULL;
	arena_clear(&flight->arena);
}

static void add_observed(struct sched_done *done, const char **dirs, struct sched_shadow *shadows,
			 const struct leg *leg)
{
	if (!leg->observed)
		return;
	if (leg->is_shadow) {
		shadows[done->shadow_len++] = (struct sched_shadow){leg->obs, leg->key};
		return;
	}
	dirs[done->obs_len] = leg->ran_in;
	done->obs[done->obs_len++] = leg->obs;
}

static int flight_report(struct sched *sched, struct flight *flight, struct error *err)
{
	struct sched_done done = {.test = flight->test,
				  .arena = &flight->arena,
				  .left_out = flight->left_out,
				  .left_out_len = flight->left_out_len,
				  .error = flight->failed ? &flight->error : NULL,
				  .wall_ns = clock_monotonic_ns() - flight->started_ns};
	const char **dirs = ARENA_ARRAY(&flight->arena, const char *, flight->leg_len + 1);
	struct sched_shadow *shadows =
		ARENA_ARRAY(&flight->arena, struct sched_shadow, flight->leg_len + 1);
	int r;

	done.obs = ARENA_ARRAY(&flight->arena, struct observation, flight->leg_len + 1);
	done.work_dirs = dirs;
	done.shadows = shadows;
	add_observed(&done, dirs, shadows, &flight->check);
	for (size_t i = 0; i < flight->leg_len; i++)
		add_observed(&done, dirs, shadows, &flight->legs[i]);
	r = sched->options->on_done(sched->options->payload, &done, err);
	sched->done++;
	flight_close(sched, flight);
	if (r > 0)
		sched->draining = true;
	return r < 0 ? r : 0;
}

/* Report every case that has nothing left to do. */
static int report_finished(struct sched *sched, struct error *err)
{
	for (size_t i = 0; i < sched->order_len;) {
		struct flight *flight = sched->order[i];
		int r;

		if (flight->is_checking || flight->running || flight->next < flight->leg_len) {
			i++;
			continue;
		}
		r = flight_report(sched, flight, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int start_ready(struct sched *sched, struct error *err)
{
	while (exec_running(sched->exec) < exec_slots(sched->exec)) {
		struct leg *leg = next_leg(sched);
		int r;

		if (!leg)
			return 0;
		count_leg(sched, leg->flight, 1);
		r = leg_start(sched, leg, err);
		if (r == 0)
			r = report_finished(sched, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static void add_process(struct sched_process *out, size_t *len, size_t cap, const struct leg *leg)
{
	if (!leg->work_dir || !leg->plan || *len == cap)
		return;
	out[(*len)++] = (struct sched_process){.case_name = leg->flight->test->name,
					       .backend = leg->plan->backend,
					       .phase = leg->plan->phase,
					       .attempt = leg->attempt,
					       .since_ns = leg->since_ns,
					       .limit_ms = leg->plan->limits.wall_ms};
}

size_t sched_processes(struct sched_process *out, size_t cap, const struct sched *sched)
{
	size_t len = 0;

	for (size_t i = 0; i < sched->order_len; i++) {
		const struct flight *flight = sched->order[i];

		add_process(out, &len, cap, &flight->check);
		for (size_t k = 0; k < flight->leg_len; k++)
			add_process(out, &len, cap, &flight->legs[k]);
	}
	return len;
}

/* No time passes for anybody meanwhile. */
static void pause_all(struct sched *sched)
{
	int64_t ns = clock_monotonic_ns();

	exec_pause(sched->exec);
	sched->options->on_pause(sched->options->payload);
	exec_resume(sched->exec);
	ns = clock_monotonic_ns() - ns;
	for (size_t i = 0; i < sched->order_len; i++) {
		struct flight *flight = sched->order[i];

		flight->started_ns += ns;
		flight->check.since_ns += ns;
		for (size_t k = 0; k < flight->leg_len; k++)
			flight->legs[k].since_ns += ns;
	}
	sched->options->on_resume(sched->options->payload, ns);
}

/* Ask how long to wait; true when everything must stop now. */
static bool ask(struct sched *sched, int *wait_ms)
{
	struct sched_status status = {
		.sched = sched, .done = sched->done, .total = sched->len, .running = sched->names};
	int order;

	for (size_t i = 0; i < sched->order_len; i++)
		sched->names[i] = sched->order[i]->test->name;
	status.running_len = sched->order_len;
	while ((order = sched->options->on_wait(sched->options->payload, &status)) == SCHED_PAUSE)
		pause_all(sched);
	*wait_ms = order < 0 ? DRAIN_WAIT_MS : order;
	if (order == SCHED_DRAIN)
		sched->draining = true;
	return order == SCHED_ABORT;
}

static int loop(struct sched *sched, struct error *err)
{
	for (;;) {
		void *tag = NULL;
		int wait_ms;
		int r;

		if (ask(sched, &wait_ms))
			return 0;
		r = start_ready(sched, err);
		if (r < 0)
			return r;
		if (sched->order_len == 0)
			return 0;
		r = exec_next(sched->exec, &tag, wait_ms, err);
		if (r == 0 && tag)
			r = leg_advance(sched, tag, err);
		if (r == 0)
			r = report_finished(sched, err);
		if (r < 0)
			return r;
	}
}

/* Nothing may run on behind our back: outcomes lie in memory that is about to go. */
static void stop_everything(struct sched *sched)
{
	exec_kill_all(sched->exec);
	while (exec_running(sched->exec)) {
		void *tag;

		if (exec_next(sched->exec, &tag, DRAIN_WAIT_MS, NULL) < 0)
			break;
	}
	while (sched->order_len)
		flight_close(sched, sched->order[0]);
}

int sched_run(size_t *out_done, struct exec *exec, const struct sched_options *options,
	      const struct test_case *const *cases, size_t len, struct error *err)
{
	struct sched sched = {.exec = exec, .options = options, .cases = cases, .len = len};
	int r;

	sched.flight_len = exec_slots(exec);
	sched.flights = mem_zeroed(sched.flight_len, sizeof(*sched.flights));
	sched.order = mem_zeroed(sched.flight_len, sizeof(*sched.order));
	sched.names = mem_zeroed(sched.flight_len, sizeof(*sched.names));
	sched.groups =
		mem_zeroed((options->groups ? options->groups->len : 0) + 1, sizeof(*sched.groups));
	r = loop(&sched, err);
	stop_everything(&sched);
	for (size_t i = 0; i < sched.flight_len; i++)
		arena_done(&sched.flights[i].arena);
	free(sched.flights);
	free(sched.order);
	free(sched.names);
	for (size_t i = 0; options->groups && i < options->groups->len; i++)
		vec_done(&sched.groups[i].waiting);
	free(sched.groups);
	*out_done = sched.done;
	return r;
}
