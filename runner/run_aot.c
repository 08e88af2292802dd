/* SPDX-License-Identifier: Apache-2.0 */
/* run_aot: the AOT legs of a run. See run_internal.h and aot.h. */
#include "base/clock.h"
#include "runner/run_internal.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* Without AOT something must be left to compare, or a case would be judged by nobody. */
static int check_rest(const struct run *run, struct error *err)
{
	size_t rest = 0;

	vec_each (&run->backends, backend)
		rest += (*backend)->role != ROLE_AOT;
	if (rest >= 2)
		return 0;
	return error_input(err,
			   "nothing would be compared where AOT is left out: profile '%s' has "
			   "no other backend beside the canonical one here, use --aot all "
			   "without --budget",
			   run->context.profile->name);
}

int run_aot_choose(struct run *run, struct error *err)
{
	const struct aot_wish *wish = &run->options->aot;
	struct selection able = {0};

	if (!aot_is_rationed(wish))
		return 0;
	if (check_rest(run, err) < 0)
		return -1;
	able.cases = ARENA_ARRAY(&run->arena, const struct test_case *, run->selection.len + 1);
	for (size_t i = 0; i < run->selection.len; i++)
		if (run_profile_can(run->context.profile, run->selection.cases[i]))
			able.cases[able.len++] = run->selection.cases[i];
	aot_rank(&run->aot, run->context.suite, &able, wish, run->history, run->seen,
		 clock_wall_ms() / DAY_MS);
	return 0;
}

void run_aot_note(struct run *run, const struct test_case *test)
{
	vec_each (&run->backends, backend) {
		if ((*backend)->role == ROLE_AOT) {
			aot_seen_note(run->seen, test);
			return;
		}
	}
}

bool run_aot_wants(void *payload, const struct test_case *test,
		   const struct profile_backend *backend)
{
	struct run *run = payload;
	int64_t budget_ms = run->options->aot.budget_ms;
	int64_t now_ms = (clock_monotonic_ns() - run->started_ns) / 1000000;

	if (backend->role != ROLE_AOT)
		return true;
	if (run->cached && cached_is_checked(run->cached, test->name))
		return true;
	return run->aot.ranks[test - run->context.suite->cases] &&
	       (budget_ms == 0 || now_ms < budget_ms);
}
