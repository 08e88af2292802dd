/* SPDX-License-Identifier: Apache-2.0 */
/* run_cache: the cache in a run. See run_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "runner/filing.h"
#include "runner/interrupt.h"
#include "runner/run_internal.h"

/* What is open in the ledger is for a real run to close. */
static void distrust_open_findings(struct run *run)
{
	struct finding_history *histories = NULL;
	size_t len = 0;

	if (!run->ledger || ledger_findings(&histories, &len, run->ledger, &run->arena, NULL) < 0)
		return;
	for (size_t i = 0; i < len; i++) {
		const char *name = json_string(json_get(histories[i].finding, "case"));

		if (!name || histories[i].state == STATE_VERIFIED_FIXED)
			continue;
		if (run->cached)
			cached_distrust(run->cached, name);
		if (run->artifacts)
			artifacts_distrust(run->artifacts, name);
	}
}

/* Why the cache cannot serve this run, or NULL. */
static const char *cache_hindrance(const struct run_options *o)
{
	if (o->repeat > 1)
		return "--repeat asks for runs";
	if (o->keep)
		return "--keep asks for runs";
	if (o->inputs.witness)
		return "--witness asks for runs";
	return NULL;
}

void run_cache_open(struct run *run)
{
	const struct run_options *o = run->options;
	const struct plan_limits limits = run_limits(o);
	struct error problem = ERROR_INIT;
	struct cached_options options = {
		.dir = run->cache_dir,
		.write = strcmp(run->cache.mode, "write") == 0,
		.max_bytes = (uint64_t)o->cache_mib << 20,
		.check_percent = (int)o->cache_check,
		.run_id = run->record->run_id,
		.context = &run->context,
		.sums = &run->sums,
		.identity = run->identity,
		.version = run->version,
		.isolation = exec_isolation_name(exec_level(run->exec)),
		.backends = run->backends.items,
		.backend_len = run->backends.len,
		.limits = &limits,
	};

	if (strcmp(run->cache.mode, "off") == 0)
		return;
	run->cache.why =
		run->cache_dir ? cache_hindrance(o) : "neither XDG_CACHE_HOME nor HOME is set";
	if (!run->cache.why && cached_open(&run->cached, &options, &problem) < 0)
		run->cache.why = arena_strdup(&run->arena, problem.message);
	if (run->cached || run->artifacts)
		distrust_open_findings(run);
}

void run_cache_answer(struct run *run)
{
	struct selection *selection = &run->selection;
	struct arena arena = ARENA_INIT;
	size_t kept = 0;

	for (size_t i = 0; i < selection->len; i++) {
		const struct test_case *test = selection->cases[i];
		struct cached_result result;
		struct sched_done done = {.test = test, .arena = &arena};

		arena_clear(&arena);
		if (!run->cached || interrupt_count() ||
		    !cached_find(&result, run->cached, test, &arena)) {
			run->to_run.cases[kept++] = test;
			continue;
		}
		done.obs = result.obs;
		done.obs_len = result.obs_len;
		run->verdicts++;
		run_aot_note(run, test);
		run->cache.cached++;
		run_add_effects(run, &result.judgement);
		filing_add(run->record, test, &result.judgement, result.obs, result.obs_len);
		run_emit_case(run, &done, &result.judgement, true);
	}
	run->to_run.len = kept;
	arena_done(&arena);
}

void run_cache_close(struct run *run)
{
	if (run->cached) {
		const struct cached_stats stats = cached_stats(run->cached);

		run->cache.checked = stats.checked;
		run->cache.mismatched = stats.mismatched;
		run->cache.stored = stats.cache.stored;
		run->cache.damaged = stats.cache.damaged;
	}
	run->cached = cached_close(run->cached);
}
