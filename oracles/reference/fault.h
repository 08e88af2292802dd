/* SPDX-License-Identifier: Apache-2.0 */
/* fault: named miscompilations for the self-test; compiled out unless FUSE_PLANTED_FAULTS is set.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

enum fault_where {
	FAULT_IN_JIT = 1,
	FAULT_IN_AOT = 2,
	FAULT_IN_BOTH = 3,
};

enum fault {
	FAULT_NONE,
#define FAULT(id, name, where, what) FAULT_##id,
#include "oracles/reference/fault.def"
#undef FAULT
	FAULT_COUNT,
};

/* Choose by name; NULL or "" chooses none. Input error on an unknown name or a build without
 * faults. */
int fault_choose(const char *name, struct error *err);

/* "name  where  what" a line. */
void fault_list(struct buf *out);

#ifdef FUSE_PLANTED_FAULTS
/* Whether the compiler `where` (one of JIT, AOT) is to make `fault`. */
bool fault_is(enum fault_where where, enum fault fault);
#else
#define fault_is(where, fault) ((void)(where), false)
#endif
