/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frontend: source files to a canonical program, or diagnostics. Loads modules, lexes, parses,
 * checks, lowers. The only entrance main.c needs.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "oracles/reference/tree.h"

struct diagnostic {
	bool is_error;    /* else a warning */
	const char *code; /* "FUSE_TYPE_MISMATCH"; every error of ours has one */
	const char *message;
	const char *path;    /* as given on the command line or found by import */
	uint32_t line;       /* from 1 */
	uint32_t column;     /* from 1 */
	uint32_t span_start; /* byte offsets into the file */
	uint32_t span_end;
	const char *source_line; /* that line, or the part of it around the column; NULL for a
				  * manifest's */
	uint32_t caret;          /* from 1, into source_line */
};

struct diagnostics {
	VEC(struct diagnostic) list; /* in source order within a file */
	size_t errors;
	struct arena arena;
};
void diagnostics_done(struct diagnostics *diagnostics);

enum { FRONTEND_E_REJECTED = 1 }; /* diagnostics say why */

/*
 * 0: `program` filled, caller frees with program_done. FRONTEND_E_REJECTED: at least one error.
 * Negative: our own fault. Never crashes on any input; several errors per run are collected.
 */
int frontend_load(struct program *program, struct diagnostics *diagnostics, const char *path,
		  struct error *err);

struct frontend_options {
	bool only_check; /* take what is legal and not carried out; `program` stays empty */
	bool strict;     /* the checks of --strict-architecture too */
};
int frontend_open(struct program *program, struct diagnostics *diagnostics, const char *path,
		  const struct frontend_options *options, struct error *err);

/* The same as frontend_load for a root module that is already in memory; `path` names it in
 * diagnostics and is where its imports are looked for. */
int frontend_load_text(struct program *program, struct diagnostics *diagnostics, const char *path,
		       struct slice text, struct error *err);

/* "error: MESSAGE (path:line:col)", the source line and a caret; or one JSON object a line:
 * {"code","column","kind":"diagnostic","level","line","message","path","span_end","span_start"}. */
void diagnostics_format_text(struct buf *out, const struct diagnostics *diagnostics);
void diagnostics_format_json(struct buf *out, const struct diagnostics *diagnostics);
