/* SPDX-License-Identifier: Apache-2.0 */
/* aot: emitted C compiled by cc and linked with the static runtime into one executable. */
#pragma once

#include "base/error.h"
#include "oracles/reference/tree.h"

#define AOT_OUTPUT ".fuse/build/program.aot"

struct aot_options {
	uint32_t entry;      /* function of the app */
	const char *profile; /* "release" or "debug" */
	const char *version; /* of this toolchain */
	void (*stage)(int number,
		      const char *text); /* called before each of stages 2 to 6, or NULL */
};

/* Leaves AOT_OUTPUT in the current directory, or fails and leaves none. */
int aot_build(const struct program *program, const struct aot_options *options, struct error *err);
