/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aot_seen: in which state each case was when its AOT leg last ran, here: what the case consists
 * of, and the text of the clauses that it cites. Where there was no memory yet it is the state at
 * the end of the first run, so that a fresh machine does not take everything for new. Kept only to
 * choose which legs run when they are rationed. It decides nothing; what cannot be read or written
 * is no memory at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/inputs.h"
#include "runner/suite.h"
#include "spec/clause.h"

struct aot_seen;

/*
 * `dir` as for the cache, NULL for none; `what` names the corpus and profile, hashed. `sums` are
 * those of now, zeros where a case is not selected; they may be filled in later.
 */
struct aot_seen *aot_seen_open(const char *dir, const char *what, const struct suite *suite,
			       const struct spec *spec, const struct inputs_sums *sums);
struct aot_seen *aot_seen_free(struct aot_seen *seen); /* returns NULL */

enum aot_novelty {
	AOT_NOTHING_NEW, /* or no memory */
	AOT_NEW_CLAUSE,  /* a clause that the case cites reads otherwise */
	AOT_NEW_CASE,    /* the case is new, or consists of something else */
};
enum aot_novelty aot_seen_novelty(const struct aot_seen *seen, const struct test_case *test);

/* Its AOT leg has run, or an earlier result stands for it. */
void aot_seen_note(struct aot_seen *seen, const struct test_case *test);
/* Write what was noted; of several runners that end at once one wins. */
void aot_seen_save(struct aot_seen *seen);
