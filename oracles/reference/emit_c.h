/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_c: a canonical program as one C file. The same text goes to the in-memory compiler and to
 * cc; it starts with the runtime's own headers, so that it needs no file beside it.
 */
#pragma once

#include "base/buf.h"
#include "oracles/reference/fault.h"
#include "oracles/reference/tree.h"

struct emit_options {
	enum fault_where where; /* FAULT_IN_JIT: no main; FAULT_IN_AOT: with main */
	uint32_t entry; /* function of the app: what main runs, and callable through invoke */
	const char *build_info; /* for main; may hold EMIT_COMPILER_VERSION once */
};

/* Replaced by the version text of the C compiler that compiles the file. */
#define EMIT_COMPILER_VERSION "@CC@"

/* Appends the file. It defines `const struct rt_program fuse_program`. */
void emit_c(struct buf *out, const struct program *program, const struct emit_options *options);

/* Does any type have a pattern? Then the file refers to rt_regex_engine. */
bool emit_uses_regex(const struct program *program);
