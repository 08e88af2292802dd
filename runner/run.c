/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: prepares the inputs, drives the schedule, judges each case as it ends, and closes with
 * filing and summary. What a case is given up for is told as an error event; the run goes on.
 */
#include "runner/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/filing.h"
#include "runner/interrupt.h"
#include "runner/run_internal.h"

enum {
	GRACE_MS = 1000,
	DRAIN_MS = 200,
	KEEP_BYTES = 512 << 10, /* of a stream's start, and of its end */
	OUTPUT_MAX = 16 << 20,
};

int run_exit_of(const struct error *err)
{
	return err->blame == ERROR_INPUT ? RUN_EXIT_INPUT : RUN_EXIT_FAULT;
}

static void emit(struct run *run, const struct event *event)
{
	for (size_t i = 0; i < run->sink_len; i++)
		run->sinks[i]->emit(run->sinks[i], event);
}

static void emit_error(struct run *run, const char *case_name, const struct error *error)
{
	run->errors++;
	emit(run, &(struct event){.kind = EVENT_ERROR,
				  .error = {.case_name = case_name, .error = error}});
}

/* --- inputs ----------------------------------------------------------------------------------- */

static bool is_chosen(const char *list, const char *name)
{
	struct slice rest = slice_of(list);
	struct slice field;

	while (slice_next_field(&rest, ',', &field))
		if (slice_is(slice_trim(field), name))
			return true;
	return false;
}

static int check_backend_names(const struct run *run, struct error *err)
{
	const struct profile *profile = run->context.profile;
	struct slice rest = slice_of(run->options->backends);
	struct slice field;

	while (slice_next_field(&rest, ',', &field)) {
		bool known = false;

		for (size_t i = 0; i < profile->backend_len; i++)
			known = known || slice_is(slice_trim(field), profile->backends[i].name);
		if (known)
			continue;
		struct buf names = BUF_INIT(512);

		for (size_t i = 0; i < profile->backend_len; i++)
			buf_addf(&names, "%s%s", i ? ", " : "", profile->backends[i].name);
		(void)error_input(err, "unknown backend '%.*s', profile '%s' has %s",
				  SLICE_ARG(field), profile->name, buf_str(&names));
		buf_done(&names);
		return -1;
	}
	return 0;
}

static int choose_backends(struct run *run, struct error *err)
{
	const struct profile *profile = run->context.profile;
	const char *list = run->options->backends;

	if (list && check_backend_names(run, err) < 0)
		return -1;
	for (size_t i = 0; i < profile->backend_len; i++) {
		const struct profile_backend *backend = &profile->backends[i];

		if (list && backend->role != ROLE_CANONICAL && !is_chosen(list, backend->name))
			continue;
		vec_push(&run->backends, backend);
		vec_push(&run->event_backends,
			 (struct event_backend){.name = backend->name, .role = backend->role});
	}
	if (run->backends.len < 2)
		return error_input(
			err,
			"nothing to compare with the canonical backend '%s', choose more "
			"with --backends",
			profile_canonical(profile)->name);
	return 0;
}

bool run_profile_can(const struct profile *profile, const struct test_case *test)
{
	for (size_t i = 0; i < test->require_len; i++)
		if (!profile_has_feature(profile, test->requires[i]))
			return false;
	return true;
}

/* Where and how what outlives a run is kept; the modes of results and builds are one. */
static void choose_cache(struct run *run)
{
	const struct run_options *o = run->options;
	CLEANUP(free_p) char *usual = cached_default_dir();

	run->cache.mode = o->cache ? o->cache : "off";
	if (o->cache_dir || usual)
		run->cache_dir = arena_strdup(&run->arena, o->cache_dir ? o->cache_dir : usual);
}

static void open_history(struct run *run)
{
	const char *what = arena_printf(&run->arena, "%s\n%s", run->context.profile->name,
					run->context.suite->real_dir);

	run->history = history_open(run->cache_dir, what);
	run->seen = aot_seen_open(run->cache_dir, what, run->context.suite, run->context.spec,
				  &run->sums);
}

static int choose_cases(struct run *run, struct error *err)
{
	const struct run_options *o = run->options;
	struct filter *filter = NULL;
	size_t kept = 0;
	int r = 0;

	if (o->filter)
		r = filter_parse(&filter, o->filter, &run->arena, err);
	if (r == 0)
		r = select_cases(&run->selection, run->context.suite, o->patterns, o->pattern_len,
				 filter, &run->arena, err);
	if (r != 0)
		return r < 0 ? r : RUN_E_NOTHING;
	if (o->rerun_failed) {
		history_keep_failed(run->history, &run->selection);
		if (run->selection.len == 0) {
			(void)error_input(err, "nothing selected: no selected case failed in its "
					       "last run");
			return RUN_E_NOTHING;
		}
	}
	run->whole = run->selection.len;
	run->sums.first = run->context.suite->cases;
	run->sums.items = mem_zeroed(run->context.suite->len + 1, sizeof(*run->sums.items));
	r = shard_digest(run->whole_sha256, &run->selection, &run->sums, err);
	if (r < 0)
		return r;
	r = run_aot_choose(run, err);
	if (r < 0)
		return r;
	shard_cut(&run->selection, &o->shard);
	for (size_t i = 0; i < run->selection.len; i++)
		if (run_profile_can(run->context.profile, run->selection.cases[i]))
			run->selection.cases[kept++] = run->selection.cases[i];
	run->skipped = run->selection.len - kept;
	run->selection.len = kept;
	/* A part may be empty; the stream of its run is still needed to complete the whole. */
	if (kept == 0 && o->shard.count == 0) {
		(void)error_input(err,
				  "nothing selected: all %zu cases require features that "
				  "profile '%s' does not have",
				  run->skipped, run->context.profile->name);
		return RUN_E_NOTHING;
	}
	return 0;
}

static int open_subject(struct run *run, struct error *err)
{
	const struct run_options *o = run->options;
	const char *repo = o->repo ? o->repo : ".";
	struct error problem = ERROR_INIT;
	int r = ledger_open(&run->ledger, repo, &problem);

	if (r == 0)
		r = ledger_subject(&run->subject, run->ledger, "HEAD", &problem);
	if (r != 0) {
		run->ledger = ledger_close(run->ledger);
		if (o->no_file && !o->repo) {
			run->not_filed = "--no-file was given";
			return 0;
		}
		if (err)
			*err = problem;
		return -1;
	}
	run->has_subject = true;
	if (o->no_file)
		run->not_filed = "--no-file was given";
	else if (run->subject.dirty)
		run->not_filed = arena_printf(
			&run->arena,
			"the worktree is dirty: '%s' is changed or new; commit it, and "
			"run again to file",
			run->subject.dirty_path);
	return waivers_load(&run->waivers, run->ledger, &run->arena, err);
}

/* --- toolchain -------------------------------------------------------------------------------- */

struct plan_limits run_limits(const struct run_options *o)
{
	return (struct plan_limits){
		.wall_ms = o->timeout_ms,
		.grace_ms = GRACE_MS,
		.keep_head = KEEP_BYTES,
		.keep_tail = KEEP_BYTES,
		.output_max = OUTPUT_MAX,
		.memory_bytes = o->memory_mib << 20,
		.cpu_ms = o->cpu_ms,
		.file_bytes = o->file_mib << 20,
		.open_files = o->open_files,
		.processes = o->processes,
		.disk_bytes = o->disk_mib << 20,
		.drain_ms = DRAIN_MS,
	};
}

static struct slice first_line(struct slice text)
{
	struct slice line = SLICE_EMPTY;

	(void)slice_next_line(&text, &line);
	return slice_trim(line);
}

static int check_version(const struct plan *plan, const struct outcome *outcome, struct error *err)
{
	struct slice said = first_line(outcome->err.head);

	if (outcome->end == END_EXIT && outcome->code == 0)
		return 0;
	if (outcome->end == END_NOT_STARTED)
		return error_fault(err, "the toolchain does not start: '%s': %s", plan->argv[0],
				   outcome->why);
	return error_fault(err,
			   "the toolchain does not tell its version: '%s' ended with %s %d%s%.*s",
			   plan->argv[0], end_name(outcome->end), outcome->code,
			   said.len ? ": " : "", SLICE_ARG(said));
}

/* Run the version command; its first line is what the toolchain says of itself. */
static int ask_version(struct run *run, struct error *err)
{
	struct plan_limits limits = run_limits(run->options);
	struct outcome *outcome = ARENA_NEW(&run->arena, struct outcome);
	char *work_dir = NULL;
	struct plan *plan = NULL;
	void *tag = NULL;
	int r = exec_work_dir(&work_dir, run->exec, err);

	run->version = "";
	if (r == 0 && run->context.profile->version.len)
		r = plan_version(&plan, run->context.profile, work_dir, &limits, &run->arena, err);
	if (r == 0 && plan)
		r = exec_start(run->exec, plan, outcome, &run->arena, outcome, err);
	while (r == 0 && plan && !tag) {
		r = exec_next(run->exec, &tag, RUN_WAIT_MAX_MS, err);
		if (r == 0 && interrupt_count())
			exec_kill_all(run->exec);
	}
	if (work_dir)
		exec_work_dir_done(run->exec, work_dir);
	if (r < 0 || !plan || interrupt_count())
		return r;
	r = check_version(plan, outcome, err);
	if (r == 0)
		run->version = arena_slice(&run->arena, first_line(outcome->out.head)).ptr;
	return r;
}

/* Files and the words of the version command together identify the toolchain. */
static int identify(struct run *run, struct error *err)
{
	struct buf text = BUF_INIT(0);
	int r = ask_version(run, err);

	if (r == 0)
		r = profile_identity(run->identity, run->context.profile, err);
	if (r == 0) {
		buf_addf(&text, "%s\n%s\n", run->identity, run->version);
		digest_hex(run->identity, buf_slice(&text));
	}
	buf_done(&text);
	return r;
}

struct path_list {
	VEC(const char *) items;
};

/* A path as it is written and as it is: plans use the one, links lead to the other. */
static void add_path(struct run *run, struct path_list *list, const struct profile *profile,
		     const char *text)
{
	const char *path = profile_path(profile, text, &run->arena);
	CLEANUP(free_p) char *real = realpath(path, NULL);

	if (real && *path == '/' && strcmp(real, "/") != 0) {
		vec_push(&list->items, path);
		vec_push(&list->items, arena_strdup(&run->arena, real));
	}
}

static void add_toolchain(struct run *run, const struct profile *profile, struct path_list *read,
			  struct path_list *write)
{
	add_path(run, read, profile, "${toolchain}");
	for (size_t i = 0; i < profile->read_path_len; i++)
		add_path(run, read, profile, profile->read_paths[i]);
	for (size_t i = 0; i < profile->write_path_len; i++)
		add_path(run, write, profile, profile->write_paths[i]);
}

/* Programs see system folders, their toolchain, the witness's, and what the profiles name. */
static int open_exec(struct run *run, struct error *err)
{
	const struct run_options *o = run->options;
	struct path_list read = {0};
	struct path_list write = {0};

	add_toolchain(run, run->context.profile, &read, &write);
	if (run->context.witness)
		add_toolchain(run, run->context.witness, &read, &write);
	const struct exec_options options = {.slots = (size_t)o->jobs,
					     .scratch = o->scratch,
					     .keep = o->keep,
					     .isolation = o->isolation,
					     .read_paths = read.items.items,
					     .read_len = read.items.len,
					     .write_paths = write.items.items,
					     .write_len = write.items.len};
	int r = exec_new(&run->exec, &options, err);

	vec_done(&read.items);
	vec_done(&write.items);

	if (r == 0 && exec_level(run->exec) < o->min_isolation)
		r = error_fault(err, "isolation is %s and %s is the least that will do: %s",
				exec_isolation_name(exec_level(run->exec)),
				exec_isolation_name(o->min_isolation),
				exec_step_down(run->exec) ? exec_step_down(run->exec)
							  : "ask for more with --isolation");
	return r;
}

static int open_groups(struct run *run, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(run->context.corpus_dir, "groups.json");

	return groups_load(&run->groups, path, run->options->groups, run->context.suite, err);
}

static int prepare(struct run *run, struct error *err)
{
	const struct run_options *o = run->options;
	int r = context_load(&run->context, &o->inputs, CONTEXT_ALL, err);

	if (r == 0)
		r = open_groups(run, err);
	if (r == 0)
		r = choose_backends(run, err);
	if (r == 0) {
		choose_cache(run);
		open_history(run);
		r = choose_cases(run, err);
	}
	if (r == 0)
		r = run_witness_choose(run, err);
	if (r == 0)
		r = open_subject(run, err);
	if (r == 0)
		r = open_exec(run, err);
	if (r == 0)
		r = identify(run, err);
	if (r != 0)
		return r;
	run->judge = (struct judge){.spec = run->context.spec,
				    .contract = run->context.contract,
				    .rules = run->context.rules,
				    .profile = run->context.profile};
	run->totals = ARENA_ARRAY(&run->arena, struct rule_total, run->context.rules->len + 1);
	for (size_t i = 0; i < run->context.rules->len; i++)
		run->totals[i].id = run->context.rules->rules[i].id;
	run->corpus_commit = filing_corpus_commit(run->context.corpus_dir);
	return 0;
}

static void start(struct run *run)
{
	const struct filing_facts facts = {
		.subject = run->has_subject ? &run->subject : NULL,
		.corpus_commit = run->corpus_commit,
		.identity = run->identity,
		.version = run->version,
		.backends = run->backends.items,
		.backend_len = run->backends.len,
		.planned = run->selection.len,
	};
	struct event event = {.kind = EVENT_START};

	run->record = run_record_new();
	run->started_ns = clock_monotonic_ns();
	filing_begin(run->record, &run->context, &facts);
	event.start = (struct event_start){
		.run_id = run->record->run_id,
		.at_ms = run->record->started_ms,
		.subject = facts.subject,
		.not_filed = run->not_filed,
		.judge = &run->judge,
		.identity = run->identity,
		.version = run->version,
		.corpus = run->context.corpus_dir,
		.corpus_commit = run->corpus_commit,
		.spec_dir = run->context.spec_dir,
		.backends = run->event_backends.items,
		.backend_len = run->event_backends.len,
		.found = run->context.suite->len,
		.selected = run->selection.len,
		.skipped = run->skipped,
		.shard_index = run->options->shard.index,
		.shard_count = run->options->shard.count,
		.whole = run->whole,
		.whole_sha256 = run->whole_sha256,
		.jobs = exec_slots(run->exec),
		.repeat = (int)run->options->repeat,
		.timeout_ms = run->options->timeout_ms,
		.isolation = exec_isolation_name(exec_level(run->exec)),
		.step_down = exec_step_down(run->exec),
	};
	emit(run, &event);
}

/* --- cases ------------------------------------------------------------------------------------ */

void run_add_effects(struct run *run, const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->effect_len; i++) {
		const struct rule_effect *effect = &judgement->effects[i];
		struct rule_total *total = &run->totals[effect->rule - run->context.rules->rules];

		total->hits += effect->hits;
		total->masked_bytes += effect->masked_bytes;
		total->cases += effect->hits > 0;
		total->flips += effect->flips;
	}
}

void run_emit_case(struct run *run, const struct sched_done *done,
		   const struct judgement *judgement, bool cached)
{
	struct event event = {.kind = EVENT_CASE};
	struct fingerprint *fps;

	fps = ARENA_ARRAY(done->arena, struct fingerprint, judgement->divergence_len + 1);
	for (size_t i = 0; i < judgement->divergence_len; i++)
		fingerprint_of(&fps[i], done->test->name, &judgement->divergences[i]);
	event.one =
		(struct event_case){.test = done->test,
				    .judgement = judgement,
				    .fps = fps,
				    .fp_len = judgement->divergence_len,
				    .obs = done->obs,
				    .work_dirs = run->options->keep ? done->work_dirs : NULL,
				    .obs_len = done->obs_len,
				    .wall_ns = done->wall_ns,
				    .left_out = done->left_out,
				    .left_out_len = done->left_out_len,
				    .cached = cached,
				    .ruling = run_witness_rule(run, done->test->name, judgement)};
	if (event.one.fp_len == 0 && !verdict_is_ok(judgement->verdict)) {
		fingerprint_of_verdict(&fps[0], done->test->name, judgement->verdict);
		event.one.fp_len = 1;
	}
	emit(run, &event);
}

static int on_done(void *payload, const struct sched_done *done, struct error *err)
{
	struct run *run = payload;
	struct judgement judgement = {0};
	struct error problem = ERROR_INIT;

	for (size_t i = 0; i < done->obs_len; i++)
		if (done->obs[i].end == END_NOT_STARTED)
			run->could_not_start = true;
	if (done->error) {
		history_note(run->history, done->test->name, true, done->wall_ns / 1000000);
		emit_error(run, done->test->name, done->error);
		return 0;
	}
	if (judge_case(&judgement, &run->judge, done->test, done->obs, done->obs_len, done->arena,
		       &problem) < 0) {
		emit_error(run, done->test->name, &problem);
		return 0;
	}
	waivers_apply(&run->waivers, done->test->name, &judgement, run->record->started_ms);
	history_note(run->history, done->test->name, !verdict_is_ok(judgement.verdict),
		     done->wall_ns / 1000000);
	run->verdicts++;
	run->witness_counts[judgement.witness]++;
	run_add_effects(run, &judgement);
	filing_add(run->record, done->test, &judgement, done->obs, done->obs_len);
	for (size_t i = 0; i < done->left_out_len; i++)
		run_record_leave_out(run->record, done->left_out[i]->name);
	run->record->aot_not_run += done->left_out_len > 0;
	if (judgement.verdict != VERDICT_INCONCLUSIVE && !done->left_out_len)
		run_aot_note(run, done->test);
	run_emit_case(run, done, &judgement, false);
	if (run->cached && !done->left_out_len &&
	    cached_done(run->cached, done->test, &judgement, done->obs, done->obs_len, &problem) ==
		    CACHED_E_MISMATCH)
		emit_error(run, done->test->name, &problem);
	if (run_artifact_check(run, done, &problem) < 0)
		emit_error(run, done->test->name, &problem);
	if (verdict_is_ok(judgement.verdict) || judgement.verdict == VERDICT_INCONCLUSIVE)
		return 0;
	run->blocking++;
	if (run->options->fail_fast == 0 || run->blocking < (size_t)run->options->fail_fast)
		return 0;
	run->stopped = "fail-fast";
	return 1;
}

static int run_cases(struct run *run, struct error *err)
{
	const struct sched_options options = {
		.profile = run->context.profile,
		.backends = run->backends.items,
		.backend_len = run->backends.len,
		.witness_profile = run->context.witness,
		.witness = run->context.witness ? &run->witness : NULL,
		.repeat = (int)run->options->repeat,
		.artifacts = run->artifacts,
		.groups = &run->groups,
		.suite = run->context.suite,
		.limits = run_limits(run->options),
		.wants = run->aot.ranks ? run_aot_wants : NULL,
		.on_done = on_done,
		.on_wait = run_on_wait,
		.on_pause = run_on_pause,
		.on_resume = run_on_resume,
		.payload = run,
	};
	size_t done = 0;

	run->to_run.cases =
		ARENA_ARRAY(&run->arena, const struct test_case *, run->selection.len + 1);
	run_cache_answer(run);
	if (run->options->shuffle)
		history_shuffle(&run->to_run, run->options->seed);
	else
		history_order(run->history, &run->to_run);
	if (run->aot.ranks && !run->options->shuffle)
		aot_order(&run->aot, run->context.suite, &run->to_run);
	return sched_run(&done, run->exec, &options, run->to_run.cases, run->to_run.len, err);
}

/* --- the end ---------------------------------------------------------------------------------- */

/*
 * A run that a signal cut short is not filed: whoever stopped it did not ask for a record. One that
 * --fail-fast ended is: every case in it was judged whole, and `complete` says that others are
 * missing.
 */
static void file(struct run *run)
{
	struct error problem = ERROR_INIT;
	struct filed filed = {0};
	struct event event = {.kind = EVENT_FILED};

	if (!run->not_filed && interrupt_count())
		run->not_filed = "the run was interrupted";
	else if (!run->not_filed && run->verdicts == 0)
		run->not_filed = "no case got a verdict";
	if (run->not_filed)
		return;
	if (ledger_file(&filed, run->ledger, run->record, &problem) < 0) {
		(void)error_wrap(&problem, -1, "cannot file the run");
		emit_error(run, NULL, &problem);
		run->not_filed = "filing failed";
		run->filing_failed = true;
		return;
	}
	run->filed = true;
	event.filed = (struct event_filed){
		.run_id = run->record->run_id, .commit = run->subject.commit, .filed = &filed};
	emit(run, &event);
}

static int exit_code(const struct run *run)
{
	if (interrupt_count())
		return RUN_EXIT_SIGNAL + interrupt_signal();
	if (run->filing_failed)
		return RUN_EXIT_FAULT;
	if (run->blocking)
		return RUN_EXIT_DIVERGED;
	if (run->errors || run->could_not_start)
		return RUN_EXIT_FAULT;
	if (run->record->counts[VERDICT_INCONCLUSIVE] || !run->record->complete)
		return RUN_EXIT_INCOMPLETE;
	return run->selection.len ? RUN_EXIT_OK : RUN_EXIT_NOTHING;
}

static int finish(struct run *run)
{
	struct run_record *record = run->record;
	struct event event = {.kind = EVENT_SUMMARY};

	record->ended_ms = clock_wall_ms();
	record->complete = run->verdicts == run->selection.len;
	file(run);
	event.summary = (struct event_summary){
		.cases = run->verdicts,
		.planned = run->selection.len,
		.skipped = run->skipped,
		.errors = run->errors,
		.backends = run->event_backends.items,
		.backend_len = run->event_backends.len,
		.witness = run->context.witness ? run->witness.name : NULL,
		.rules = run->totals,
		.rule_len = run->context.rules->len,
		.cache = run->cache,
		.artifacts = run->artifact,
		.aot = {.wish = run->options->aot_text,
			.budget_ms = run->options->aot.budget_ms,
			.not_run = record->aot_not_run},
		.wall_ms = (clock_monotonic_ns() - run->started_ns) / 1000000,
		.stopped = interrupt_count() ? "signal" : run->stopped,
		.complete = record->complete,
		.signal = interrupt_signal(),
		.filed = run->filed,
		.not_filed = run->not_filed,
		.isolation = exec_isolation_name(exec_level(run->exec)),
		.step_down = exec_step_down(run->exec),
		.exit = exit_code(run),
	};
	memcpy(event.summary.counts, record->counts, sizeof(record->counts));
	memcpy(event.summary.witness_counts, run->witness_counts, sizeof(run->witness_counts));
	memcpy(event.summary.ruled, run->ruled, sizeof(run->ruled));
	event.summary.stale_rulings = run->stale_rulings;
	event.summary.rulings = &run->rulings;
	emit(run, &event);
	return event.summary.exit;
}

static void run_done(struct run *run)
{
	run->exec = exec_free(run->exec);
	run->record = run_record_free(run->record);
	run->ledger = ledger_close(run->ledger);
	vec_done(&run->backends);
	vec_done(&run->event_backends);
	history_free(run->history);
	aot_seen_free(run->seen);
	aot_ranks_done(&run->aot);
	groups_done(&run->groups);
	free(run->corpus_commit);
	rulings_done(&run->rulings);
	free(run->sums.items);
	context_done(&run->context);
	arena_done(&run->arena);
}

int run_corpus(int *out_exit, const struct run_options *options, struct sink *const *sinks,
	       size_t sink_len, struct error *err)
{
	struct run run = {.options = options, .sinks = sinks, .sink_len = sink_len};
	int r;

	interrupt_watch();
	r = prepare(&run, err);
	if (r == 0) {
		start(&run);
		run_artifact_open(&run);
		run_cache_open(&run);
		r = run_cases(&run, err);
		run_cache_close(&run);
		run_artifact_close(&run);
		history_save(run.history);
		aot_seen_save(run.seen);
	}
	if (r == 0)
		*out_exit = finish(&run);
	run_done(&run);
	interrupt_unwatch();
	return r;
}
