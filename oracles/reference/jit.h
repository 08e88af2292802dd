/* SPDX-License-Identifier: Apache-2.0 */
/* jit: emitted C compiled in memory by libtcc and run in this process. */
#pragma once

#include "base/error.h"
#include "oracles/reference/tree.h"

/*
 * Runs function `entry`. 0 when it ended well, 1 when it failed: then *message is malloc'ed text.
 * Negative: the program could not be compiled, which is a fault of the emitter.
 */
int jit_run(const struct program *program, uint32_t entry, char **message, struct error *err);

/* Binds args, up to a NULL, to the parameters of fn main and calls it; see rt_run_main. */
int jit_run_main(const struct program *program, char *const *args, char **message,
		 struct error *err);
