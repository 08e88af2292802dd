/* SPDX-License-Identifier: Apache-2.0 */
/* probe: what this host offers for keeping programs in, found out by using it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "runner/exec.h"

struct probe_mechanism {
	const char *name; /* "user namespace" */
	bool works;
	const char *why; /* when it does not; else "" */
};

struct probe {
	struct probe_mechanism *mechanisms;
	size_t mechanism_len;
	struct probe_mechanism levels[EXEC_AUTO]; /* L0 to L3, each with a program run at it */
	enum exec_isolation chosen;               /* by EXEC_AUTO */
	bool has_chosen;                          /* false: no program can be started at all */
};

/* All memory from `arena`. Negative when there is no helper to probe with. */
int probe_host(struct probe *out, struct arena *arena, struct error *err);
