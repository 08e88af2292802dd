/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: the text of one module and where its lines begin. Offsets are the currency of the front
 * end; lines and columns are computed only for people and for the spans of the canonical program.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "oracles/reference/tree.h"

enum { SOURCE_MAX = 8 << 20 }; /* bytes; larger files are refused */

struct source {
	uint32_t module;
	const char *path;
	struct slice text;
	uint32_t begin;  /* behind a byte order mark */
	uint32_t *lines; /* offset at which each line begins */
	uint32_t line_len;
};

/* A range of bytes of a module: what every node of the syntax tree carries. */
struct range {
	uint32_t module;
	uint32_t start;
	uint32_t end;
};

void source_init(struct source *source, struct arena *arena, uint32_t module, const char *path,
		 struct slice text);
/* Line and column, both from 1, columns in bytes. Offsets past the end stand at the end. */
struct span source_span(const struct source *source, uint32_t offset);
/* The text of a line without its end; `line` from 1. */
struct slice source_line(const struct source *source, uint32_t line);
