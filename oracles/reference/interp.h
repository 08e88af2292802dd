/* SPDX-License-Identifier: Apache-2.0 */
/* interp: the canonical meaning of a program: a walk over its tree. */
#pragma once

#include "oracles/reference/tree.h"

/*
 * Runs function `entry` (an app: no parameters). 0 when it ended well, 1 when it failed: then
 * *message is malloc'ed text.
 */
int interp_run(const struct program *program, uint32_t entry, char **message);

/* How far a run may go that somebody else's program must not keep. */
struct interp_limits {
	uint64_t steps; /* loop rounds and calls; past them the run fails: "step limit exceeded" */
	uint64_t heap_bytes; /* of the guest's heap */
};

/* The same within limits. */
int interp_run_within(const struct program *program, uint32_t entry,
		      const struct interp_limits *limits, char **message);

/* Binds args, up to a NULL, to the parameters of fn main and calls it; see rt_run_main. */
int interp_run_main(const struct program *program, char *const *args, char **message);

/* Whether the interpreter can call an operation of that signature. A test asks about every one. */
bool interp_knows_op(enum op op);
