/* SPDX-License-Identifier: Apache-2.0 */
/* run_artifact: kept builds in a run. See run_internal.h and artifact.h. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "runner/run_internal.h"

void run_artifact_open(struct run *run)
{
	const struct run_options *o = run->options;
	struct error problem = ERROR_INIT;
	const struct artifacts_options options = {
		.dir = run->cache_dir,
		.write = strcmp(run->cache.mode, "write") == 0,
		.max_bytes = (uint64_t)o->artifact_mib << 20,
		.check_percent = (int)o->cache_check,
		.run_id = run->record->run_id,
		.identity = run->identity,
		.version = run->version,
		.isolation = exec_isolation_name(exec_level(run->exec)),
	};

	if (strcmp(run->cache.mode, "off") == 0)
		return;
	if (o->artifact_mib == 0)
		run->artifact.why = "--artifact-size is 0";
	else if (o->repeat > 1)
		run->artifact.why = "--repeat asks for builds";
	else if (!run->cache_dir)
		run->artifact.why = "neither XDG_CACHE_HOME nor HOME is set";
	else if (artifacts_open(&run->artifacts, &options, &problem) < 0)
		run->artifact.why = arena_strdup(&run->arena, problem.message);
}

/* The case's verdict if the kept build's run were another attempt beside the fresh one's. */
static enum verdict judge_beside(struct run *run, const struct sched_done *done,
				 const struct observation *shadow)
{
	struct observation *obs = ARENA_ARRAY(done->arena, struct observation, done->obs_len + 1);
	struct judgement judgement = {0};
	size_t len = 0;

	for (size_t i = 0; i < done->obs_len; i++) {
		obs[len++] = done->obs[i];
		if (done->obs[i].role != shadow->role ||
		    strcmp(done->obs[i].backend, shadow->backend) != 0)
			continue;
		obs[len] = *shadow;
		obs[len++].attempt = done->obs[i].attempt + 1;
	}
	if (judge_case(&judgement, &run->judge, done->test, obs, len, done->arena, NULL) < 0)
		return VERDICT_INCONCLUSIVE;
	return judgement.verdict;
}

int run_artifact_check(struct run *run, const struct sched_done *done, struct error *err)
{
	for (size_t i = 0; i < done->shadow_len; i++) {
		const struct sched_shadow *shadow = &done->shadows[i];

		if (judge_beside(run, done, &shadow->obs) != VERDICT_FLAKY)
			continue;
		artifacts_refute(run->artifacts, shadow->key);
		return error_fault(
			err,
			"a kept build of %s behaves in another way than a fresh one: something "
			"that "
			"the key does not hold has changed, or the program is not steady; it is "
			"removed, run again with --cache=off",
			shadow->obs.backend);
	}
	return 0;
}

void run_artifact_close(struct run *run)
{
	if (run->artifacts) {
		const struct artifacts_stats stats = artifacts_stats(run->artifacts);

		run->artifact.reused = stats.reused;
		run->artifact.checked = stats.checked;
		run->artifact.mismatched = stats.mismatched;
		run->artifact.stored = stats.stored;
		run->artifact.unfit = stats.unfit;
		run->artifact.damaged = stats.damaged;
		run->artifact.evicted = stats.evicted;
	}
	run->artifacts = artifacts_close(run->artifacts);
}
