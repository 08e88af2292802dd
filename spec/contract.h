/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contract: spec/contract.json, what the clauses license to vary, how differences are attributed to
 * clauses, and what we chose where the documents are silent.
 *
 *	{"schema": "parity.contract/1",
 *	 "licences": [{"id", "clause", "channel", "kind"?, "locus"?, "backend"?, "reason"}],
 *	 "attribution": [{"channel", "kind"?, "locus"?, "clause"}],
 *	 "choices": [{"id", "clause", "choice", "why"}]}
 *
 * `locus` is a pattern over a divergence's pointer as path_matches() reads it, save that "[*]" and
 * "[3]" stand for an index, not for a set of characters: "stderr[*]/error/class" covers every line.
 * Every clause must exist in the spec; ids of licences and of choices are unique.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "spec/clause.h"

struct licence {
	const char *id;
	const char *clause;
	const char *channel; /* "stdout", "stderr", "exit", "files", "http", "db" */
	const char *kind;    /* NULL: any */
	const char *locus;   /* NULL: any */
	const char *backend; /* NULL: any */
	const char *reason;
};

struct attribution {
	const char *channel;
	const char *kind;  /* NULL: any */
	const char *locus; /* NULL: any */
	const char *clause;
};

struct choice {
	const char *id;
	const char *clause;
	const char *text;
	const char *why;
};

struct contract {
	struct json_doc *doc; /* owns the strings */
	struct licence *licences;
	size_t licence_len;
	struct attribution *attributions; /* first match wins */
	size_t attribution_len;
	struct choice *choices;
	size_t choice_len;
};

/* Broken JSON, an unknown key, channel or clause, an id met twice: input error "path:line:
 * problem". */
int contract_load(struct contract **out, const char *path, const struct spec *spec,
		  struct error *err);
struct contract *contract_free(struct contract *contract); /* returns NULL */
void contract_freep(struct contract **contract);

/* First licence that covers a difference, or NULL. */
const struct licence *contract_licence(const struct contract *contract, const char *channel,
				       const char *kind, const char *locus, const char *backend);
/* Clause of the first attribution that matches, or NULL. */
const char *contract_attribute(const struct contract *contract, const char *channel,
			       const char *kind, const char *locus);
