/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulings: where only the witness differs, who is right by the specification's text, and why.
 *
 * People write them into the corpus's rulings.json, beside the cases they are about. A ruling is
 * tied to the text by the clause's hash and to what was seen by the place and the two classes: a
 * clause that changed makes it stale, another difference of the same case is not covered. Both
 * count as unruled. It holds for one pair of profile and witness, as their roles decide who
 * "toolchain" is.
 *
 * {"schema": "parity.rulings/1", "profile": NAME, "witness": NAME, "rulings": [{"case":
 * "a/b" or ["a/b", "a/c"], "clause": "document#heading", "clause_sha256": "...", "at": "exit",
 * "toolchain": "success", "witness": "rejected", "agree": ["ast", "native"], "right": "witness",
 * "why": "a sentence"}]}
 *
 * Read strictly: an unknown key, case, clause or word, or a case twice, is an input error
 * "path:line: problem".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "base/vec.h"
#include "diff/classify.h"
#include "runner/suite.h"
#include "spec/clause.h"

enum ruling_right { RIGHT_TOOLCHAIN, RIGHT_WITNESS, RIGHT_SILENT, RIGHT_COUNT };
const char *ruling_right_name(enum ruling_right right); /* "toolchain", "witness", "silent" */

struct ruling { /* all text borrowed from the document */
	const char *case_name;
	const char *clause;
	const char *clause_sha256;
	const char *at;        /* the first difference, "stdout[0]" */
	const char *toolchain; /* class without what stands in brackets, "rejected" */
	const char *witness;
	const json_node *agree; /* names of the backends that were seen to agree */
	enum ruling_right right;
	const char *why;
	size_t line;
	bool stale;    /* the clause says something else now */
	bool outdated; /* set by rulings_hear: the case ran and does not show this difference */
};

struct rulings {
	VEC(struct ruling) items; /* in the order of the file */
	const char *profile;
	const char *witness;
	struct json_doc *doc;
};

/* A file that is not there holds none. Zeroed rulings are valid. */
int rulings_load(struct rulings *out, const char *path, const struct spec *spec,
		 const struct suite *suite, struct error *err);
void rulings_done(struct rulings *rulings);
/* Are they about this pair? */
bool rulings_apply(const struct rulings *rulings, const struct profile *profile,
		   const struct profile *witness);

/* The ruling on what `judgement` shows of the case, stale ones too; NULL when there is none. Also
 * notes when one is out of date. */
const struct ruling *rulings_hear(struct rulings *rulings, const char *case_name,
				  const struct judgement *judgement);
