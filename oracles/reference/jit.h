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
