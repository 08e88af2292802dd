/* SPDX-License-Identifier: Apache-2.0 */
/* artifact_internal: the parts of artifact, one file each. For runner/artifact*.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "oracles/outcome.h"
#include "runner/artifact.h"

enum { ARTIFACT_MAX = 96 << 20 }; /* bytes of one build */

/* --- artifact_tree.c: a build as bytes, and back ---------------------------------------------- */

/* Append what the build made of the plan's work directory. False when it cannot be kept. */
bool artifact_pack(struct buf *out, const struct plan *plan, const struct outcome *outcome);
/*
 * Write the files into the plan's work directory, under its name, which `bytes` are changed to.
 * False half-way: bytes that are no such thing, or a directory that cannot be written.
 */
bool artifact_unpack(struct outcome *out, struct buf *bytes, const struct plan *plan,
		     struct arena *arena);

/* --- artifact_store.c: files of bytes under keys ---------------------------------------------- */

struct artifact_store {
	int dir_fd; /* -1: nothing is there, and nothing is written */
	bool write;
	uint64_t max_bytes;
	int64_t since_s; /* wall clock: what was used from then on is this run's */
	uint64_t total;  /* bytes of all files, as far as we know */
	bool is_measured;
	bool is_full; /* of what this run uses */
	size_t evicted;
	uint64_t temp; /* number of the next file under way */
};

enum artifact_load { ARTIFACT_ABSENT, ARTIFACT_WHOLE, ARTIFACT_DAMAGED };

int artifact_store_open(struct artifact_store *store, const char *dir, struct error *err);
void artifact_store_close(struct artifact_store *store);
/* Replace `out` by the bytes under a key, their checksum verified, and note that they were used. */
enum artifact_load artifact_store_load(struct buf *out, struct artifact_store *store,
				       const char *key);
/* False when they could not be written; what stood there before may stand on. */
bool artifact_store_put(struct artifact_store *store, const char *key, struct slice bytes);
void artifact_store_remove(struct artifact_store *store, const char *key);
