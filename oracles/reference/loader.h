/* SPDX-License-Identifier: Apache-2.0 */
/* loader: the files of a program: the root and what it imports, each read and parsed once. */
#pragma once

#include "base/error.h"
#include "oracles/reference/package.h"
#include "oracles/reference/sema.h"

struct loader {
	struct arena *arena;
	struct report report;
	VEC(struct unit *) units;           /* 0 is the root */
	VEC(const struct source *) sources; /* of the same units, for the report */
	struct packages packages;
	bool is_full;       /* no module more; reported */
	uint32_t importing; /* package of the module that is loaded next */
};

/*
 * Read, parse and number the root and all modules it reaches; problems of imports are diagnostics
 * at the import. Negative only when the root cannot be read at all.
 */
int loader_load(struct loader *loader, const char *path, struct error *err);
void loader_load_text(struct loader *loader, const char *path, struct slice text);
void loader_done(struct loader *loader);
