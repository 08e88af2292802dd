/* SPDX-License-Identifier: Apache-2.0 */
/* run_witness: the extra voice of another toolchain, and the rulings where it alone differs. */
#include "base/cleanup.h"
#include "base/path.h"
#include "runner/run_internal.h"

int run_witness_choose(struct run *run, struct error *err)
{
	const struct profile *profile = run->context.witness;
	CLEANUP(free_p) char *path = NULL;
	int r;

	if (!profile)
		return 0;
	/* it speaks under its profile's name: its backend's own may be that of another voice */
	run->witness = *profile_canonical(profile);
	run->witness.alias = run->witness.name;
	run->witness.name = profile->name;
	run->witness.role = ROLE_WITNESS;
	if (profile_backend(run->context.profile, run->witness.name))
		run->witness.name = role_name(ROLE_WITNESS);
	vec_push(&run->event_backends,
		 (struct event_backend){.name = run->witness.name, .role = ROLE_WITNESS});
	path = path_join(run->context.corpus_dir, "rulings.json");
	r = rulings_load(&run->rulings, path, run->context.spec, run->context.suite, err);
	if (r == 0 && !rulings_apply(&run->rulings, run->context.profile, profile))
		rulings_done(&run->rulings);
	return r;
}

const struct ruling *run_witness_rule(struct run *run, const char *case_name,
				      const struct judgement *judgement)
{
	const struct ruling *ruling = rulings_hear(&run->rulings, case_name, judgement);

	if (ruling && ruling->stale)
		run->stale_rulings++;
	else if (ruling)
		run->ruled[ruling->right]++;
	return ruling;
}
