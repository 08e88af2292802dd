/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clause: the language's documents, cut into clauses.
 *
 * A clause is a heading with its own text, up to the next heading of any level; its id is
 * "document#slug" with the slug GitHub gives the heading ("runtime#indexing", repeated slugs get
 * "-1", "-2"). Its hash is SHA-256 over the normalised text: the literal text of all inlines and
 * blocks in order, runs of white space folded to one blank. Documents are parsed with libcmark-gfm.
 * A document's name is its file name without ".md"; README.md is about the folder and is no
 * document.
 *
 * A one-line paragraph that ends in ':' with a list right behind it labels that list. Long sections
 * are written that way, and a rule wants the few lines it depends on rather than the whole section.
 * So a label is a clause too, "runtime#fatal-envelope-invariants", up to the next label or heading,
 * inside its heading's clause: the heading's text and hash cover it as well. A label that stands
 * twice in a document ("Rules:"), or whose slug a heading has, names no clause.
 */
#pragma once

#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/slice.h"

enum { CLAUSE_LEVEL_LABEL = 7 };

struct clause {
	const char *id;       /* "runtime#indexing" */
	const char *document; /* "runtime" */
	const char *path;     /* file it stands in */
	const char *title;    /* "Indexing" */
	size_t line;          /* of the heading or label, from 1 */
	int level;            /* 1 to 6, or CLAUSE_LEVEL_LABEL */
	const char *parent;   /* of a label: id of the heading it stands under; NULL for headings */
	const char *text;     /* normalised, heading included */
	char sha256[DIGEST_HEX_SIZE];
};

struct spec; /* all clauses of a folder; owns them */

/* Read every *.md of `dir` in name order. A missing folder, no document, or bad UTF-8 is an input
 * error. */
int spec_load(struct spec **out, const char *dir, struct error *err);
/* One document from memory, "NAME.md" being the last part of `path`; the same errors. */
int spec_parse(struct spec **out, const char *path, struct slice text, struct error *err);
struct spec *spec_free(struct spec *spec); /* returns NULL */
void spec_freep(struct spec **spec);

size_t spec_len(const struct spec *spec);
const struct clause *spec_at(const struct spec *spec, size_t i);         /* in document order */
const struct clause *spec_find(const struct spec *spec, const char *id); /* NULL when absent */
/* The id nearest in spelling, for "did you mean"; NULL when none is near. */
const char *spec_suggest(const struct spec *spec, const char *id);
/* SHA-256 over all ids and hashes: the identity of the specification. */
const char *spec_sha256(const struct spec *spec);
