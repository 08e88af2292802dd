/* SPDX-License-Identifier: Apache-2.0 */
/* rt_meta: what the runtime needs to know of a canonical program, as the interpreter gives it. */
#pragma once

#include "base/arena.h"
#include "oracles/reference/rt_args.h"
#include "oracles/reference/tree.h"

/* Fills everything but `invoke`. Lives as long as the arena and the program. */
void rt_meta_build(struct rt_program *out, struct arena *arena, const struct program *program);
/* The same for the program's fn main, which it must have. */
void rt_meta_main(struct rt_main *out, struct arena *arena, const struct program *program,
		  char *const *args);
