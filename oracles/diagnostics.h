/* SPDX-License-Identifier: Apache-2.0 */
/* diagnostics: what a frontend said about a program, read from text or JSON lines. */
#pragma once

#include "base/arena.h"
#include "base/slice.h"
#include "oracles/observe.h"

enum { DIAGNOSTICS_MAX = 200 }; /* further ones are dropped: a frontend gone wild */

/*
 * Append to `list` (room for DIAGNOSTICS_MAX) what stands in `text`; returns the new length. JSON
 * lines are tried only with `json`; the text form `error: MESSAGE (path:line:column)`, path
 * optional, always, after ANSI sequences are taken out. Paths under `work_dir` (NULL: none) become
 * relative.
 */
size_t diagnostics_read(struct diagnostic *list, size_t len, struct slice text, bool json,
			const char *work_dir, struct arena *arena);
