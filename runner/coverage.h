/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage: which clauses of the specification the corpus shows, and why it shows no others.
 *
 * What counts are headings that say something: a heading without text of its own is left out, and a
 * label counts for the heading it stands under. A clause is covered when a case cites it; one that
 * no case cites stands in the corpus's gaps.json with a reason, or is missing.
 *
 * gaps.json is read as strictly as a case: {"schema": "parity.gaps/1", "floor": 0.25, "gaps":
 * [{"clause": "document#heading", "reason": "why"}]}. An unknown clause, a clause twice, a gap that
 * a case has closed, or a label is an input error "path:line: problem". The floor is the share of
 * covered clauses that the corpus must keep; people raise it as the share rises, and a floor lower
 * than one that was committed before does not hold.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "runner/suite.h"
#include "spec/clause.h"
#include "triage/floor.h"

struct coverage_row {
	const struct clause *clause; /* borrowed from the specification */
	size_t cases;                /* that cite it or one of its labels */
	const char *reason;          /* why it has none, of a listed gap; else NULL */
};

struct coverage {
	struct coverage_row *rows; /* in document order */
	size_t len;
	size_t covered;
	size_t gaps;
	size_t missing;         /* neither covered nor a gap */
	double floor;           /* 0 without a gaps.json */
	struct floor_past past; /* the highest floor that was committed */
	struct json_doc *doc;
};

/* The share of clauses that have a case, from 0 to 1; 1 for a specification without clauses. */
double coverage_share(const struct coverage *coverage);
/* The floor is lower than one that was committed. */
bool coverage_floor_fell(const struct coverage *coverage);
/* Nothing is missing, the share has not fallen below the floor, nor the floor. */
bool coverage_holds(const struct coverage *coverage);

/* `path` of the gaps.json; a file that is not there lists no gap. `base` is the revision whose
 * history the floor is held against, NULL: HEAD. Zeroed coverages are valid. */
int coverage_load(struct coverage *out, const struct spec *spec, const struct suite *suite,
		  const char *path, const char *base, struct error *err);
void coverage_done(struct coverage *coverage);
