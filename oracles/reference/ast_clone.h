/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast_clone: a fresh copy of a checked or unchecked body. The checker writes what it found into the
 * nodes, so every concrete copy of a generic function needs nodes of its own.
 */
#pragma once

#include "oracles/reference/ast.h"

struct arena;

/* All of it, without what checking added. NULL stays NULL. */
struct ast_block *ast_clone_block(struct arena *arena, const struct ast_block *block);
struct ast_expr *ast_clone_expr(struct arena *arena, const struct ast_expr *expr);

/* Does the block mention that name as a value? */
bool ast_mentions(const struct ast_block *block, const char *name);
