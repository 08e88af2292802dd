/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor: the highest floor that a committed file ever had, so that a commit that lowers it shows.
 *
 * The file is JSON with a number `floor`, as the corpus's gaps.json. What counts is every commit
 * that HEAD (or another revision) can reach, over all parents: a merge that takes the lower of two
 * floors lowers one of them. Versions that are no such JSON, and commits without the file, say
 * nothing. Only reads the repository.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct floor_past {
	bool known;      /* some version of the file has a floor */
	bool shallow;    /* the history is cut, so that older floors cannot be seen */
	size_t commits;  /* looked at; 0 when there is no history */
	double floor;    /* the highest; 0 when not known */
	char commit[41]; /* one that has it, "" when not known */
	char why[1024];  /* there is no history, "" when there is */
};

/*
 * `path` of the file in the worktree; it need not exist, its folder must. `base` a revision, or
 * NULL: HEAD. Without a base, a folder outside of any repository, in one without commits or in one
 * that cannot be opened has no past, and `why` says so; with one that is an error, as are an
 * unknown revision and a history that is cut: nobody could tell then.
 */
int floor_past(struct floor_past *out, const char *path, const char *base, struct error *err);
