/* SPDX-License-Identifier: Apache-2.0 */
/* fault: the chosen miscompilation, one per process. The emitter asks at each place that has one.
 */
#include <string.h>

#include "oracles/reference/fault.h"

#ifdef FUSE_PLANTED_FAULTS

struct fault_info {
	const char *name;
	enum fault_where where;
	const char *what;
};

static const struct fault_info faults[FAULT_COUNT] = {
#define FAULT(id, name_, where_, what_)                                                            \
	[FAULT_##id] = {.name = (name_), .where = (where_), .what = (what_)},
#include "oracles/reference/fault.def"
#undef FAULT
};

static enum fault chosen = FAULT_NONE;

bool fault_is(enum fault_where where, enum fault fault)
{
	return fault == chosen && (faults[fault].where & where);
}

int fault_choose(const char *name, struct error *err)
{
	chosen = FAULT_NONE;
	if (!name || !*name)
		return 0;
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
		if (strcmp(faults[i].name, name) == 0) {
			chosen = (enum fault)i;
			return 0;
		}
	}
	return error_input(
		err, "unknown fault '%s' in FUSE_REF_FAULT, 'fuse-ref faults' lists them", name);
}

void fault_list(struct buf *out)
{
	static const char *const where[] = {"", "jit", "aot", "jit aot"};
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		buf_addf(out, "%-30s %-8s %s\n", faults[i].name, where[faults[i].where],
			 faults[i].what);
}

#else

int fault_choose(const char *name, struct error *err)
{
	if (!name || !*name)
		return 0;
	return error_input(err,
			   "FUSE_REF_FAULT is '%s' but this build plants no faults, configure "
			   "with -Dplanted_faults=true",
			   name);
}

void fault_list(struct buf *out)
{
	(void)out;
}

#endif
