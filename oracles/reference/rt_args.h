/* SPDX-License-Identifier: Apache-2.0 */
/* rt_args: program arguments bound to the parameters of fn main, clause #cli-binding. */
#pragma once

#include "oracles/reference/rt.h"

struct rt_main {
	uint32_t function;
	uint32_t param_len;
	const struct rt_name *names;
	const uint32_t *types;
	const int32_t *defaults; /* function of the parameters before it, or -1 */
	char *const *args;       /* up to a NULL */
};

/*
 * Binds and calls. 0, or 1 when either failed: then *message is malloc'ed JSON, an object with the
 * member "error", whatever the failure was.
 */
int rt_run_main(struct rt *rt, const struct rt_main *main, char **message);

/* The field code for a failure with that message: "runtime_index_bounds". */
const char *rt_failure_code(const char *message);
