/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select: which cases of a suite a run is about.
 *
 * A filter is terms joined by and, or, not and parentheses; not binds strongest, or weakest. A term
 * is a glob over case names, "name:GLOB" likewise, "clause:GLOB" over the clauses a case cites,
 * "expect:WORD" with ok, error or reject. A glob without wildcards also names a folder: "loops" is
 * all of "loops/". Quotes keep blanks and words such as and together: name:'a and b'.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "oracles/case.h"
#include "runner/suite.h"

struct filter; /* an expression; lives in the arena it was parsed into */

/* Input error "bad filter: problem at column N". */
int filter_parse(struct filter **out, const char *text, struct arena *arena, struct error *err);
bool filter_matches(const struct filter *filter, const struct test_case *test);

struct selection {
	const struct test_case **cases; /* in name order */
	size_t len;
};

enum { SELECT_E_NONE = 1 }; /* nothing selected, or a pattern that names no case; `err` is set */

/*
 * The cases that some pattern names (all when there is none) and the filter (may be NULL) matches.
 * A pattern is a glob as above, or the path of a program or folder inside the corpus.
 */
int select_cases(struct selection *out, const struct suite *suite, char *const *patterns,
		 size_t pattern_len, const struct filter *filter, struct arena *arena,
		 struct error *err);
