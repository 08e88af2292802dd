/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groups: cases that must not run all at once, because they share something that isolation does not
 * divide: a device, a licence, memory. A case names its group, the corpus's groups.json says how
 * many programs of it run at a time: {"schema": "parity.groups/1", "groups": {"big-memory": 1}}.
 *
 * A program is not told which of the places it has: both sides of a comparison must see the same
 * environment, and the next run too, or its output could not be compared and its key not be kept.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runner/suite.h"

#define GROUP_NONE UINT32_MAX

struct groups {
	size_t len;
	const char **names; /* borrowed from the suite */
	size_t *limits;
	uint32_t *of_case; /* parallel to the suite's cases: index or GROUP_NONE */
};

/*
 * `path` of the groups.json; one that is not there sets no limit. `wishes` is "NAME=N,NAME=N" or
 * NULL, and wins. A group that a case names and nobody limits, and a limit for a group that no case
 * names, are input errors: both are a name mistyped.
 */
int groups_load(struct groups *out, const char *path, const char *wishes, const struct suite *suite,
		struct error *err);
void groups_done(struct groups *groups);
