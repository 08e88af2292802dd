/* SPDX-License-Identifier: Apache-2.0 */
/* parse: a module's text to its syntax tree. Errors are reported and skipped over: there is always
 * a tree, and it is complete enough to be checked only when nothing was reported. */
#pragma once

#include "base/arena.h"
#include "oracles/reference/ast.h"
#include "oracles/reference/report.h"

struct ast_module *parse_module(const struct source *source, struct arena *arena,
				struct report *report);
