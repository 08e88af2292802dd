/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: fuse.toml, of which a compiler needs the package's name and entry and the dependencies.
 * The rest of the file is read for its form only. Clause: spec/fls.md#imports-and-modules-current.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/vec.h"

enum { MANIFEST_MAX = 1 << 20 };

struct dependency {
	struct slice name;
	struct slice path; /* as written: relative to the manifest's folder; may be empty */
	uint32_t line;
};

struct manifest {
	struct slice name;    /* [package] name, or empty */
	struct slice entry;   /* [package] entry, or empty */
	struct slice app;     /* [package] app, or empty */
	struct slice backend; /* [package] backend, or empty */
	VEC(struct dependency) dependencies;
};

/*
 * 0: `out` is filled; its texts lie in the arena, manifest_done frees the rest. Negative: the text
 * is no manifest, "path:line: problem" with *line set; nothing is to be freed.
 */
int manifest_read(struct manifest *out, struct arena *arena, struct slice text, const char *path,
		  uint32_t *line, struct error *err);
void manifest_done(struct manifest *manifest);
