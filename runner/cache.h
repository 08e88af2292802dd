/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: bytes kept between runs under keys of 64 hex digits. Knows nothing of what they mean.
 *
 * A folder of segments, "0000000012.seg": bodies, then an index with a checksum a body, then a
 * checksum of the index. A segment is written whole, renamed into place and never changed; a later
 * one wins over an earlier. So a reader needs no lock, and a writer that is killed leaves nothing
 * that a reader would take. Writers take their numbers and throw segments away under a file lock.
 * Whatever fails its checksum is as if it were not there, and goes with the next writing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct cache;

struct cache_options {
	const char *dir;    /* made when it is missing */
	bool write;         /* else nothing in the folder changes */
	uint64_t max_bytes; /* of all segments; the least recently used go first */
};

struct cache_stats {
	size_t entries; /* that can be found now */
	size_t damaged; /* bodies and segments that failed their checksum */
	size_t stored;
	size_t removed;
	size_t evicted;
};

int cache_open(struct cache **out, const struct cache_options *options, struct error *err);

/* Write what was put, keep within the bound, free. Returns NULL. */
struct cache *cache_close(struct cache *cache);

/* Append the body; false when there is none, or none that is whole. */
bool cache_get(struct buf *out, struct cache *cache, const char *key);

/* Both are nothing in a cache that does not write. Bodies of more than CACHE_BODY_MAX are not kept.
 */
enum { CACHE_BODY_MAX = 64 << 10 };
void cache_put(struct cache *cache, const char *key, struct slice body);
void cache_remove(struct cache *cache, const char *key);

/* Write what was put so far. The one error that matters: a removal that did not get through. */
int cache_flush(struct cache *cache, struct error *err);

struct cache_stats cache_stats(const struct cache *cache);
