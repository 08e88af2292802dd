/* SPDX-License-Identifier: Apache-2.0 */
/* cache_internal: segments on disk, for runner/cache*.c only; the lock is runner/artifact*.c's too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "runner/cache.h"

enum {
	KEY_SIZE = 32,
	SUM_SIZE = 16,
	BODY_REMOVED = UINT16_MAX + (1 << 20), /* a length no body has: the key was removed */
};

/* As it stands in a segment's index, in the byte order of the host that wrote it. */
struct entry {
	unsigned char key[KEY_SIZE];
	unsigned char sum[SUM_SIZE]; /* of key and body */
	uint32_t at;
	uint32_t len;
};

typedef VEC(struct entry) entry_vec;

struct segment {
	uint64_t number;
	uint64_t size;
	int fd; /* -1: could not be opened */
	bool broken;
};

void entry_sum(unsigned char sum[SUM_SIZE], const struct entry *entry, struct slice body);

/* Numbers of the segments in the folder, ascending; what a killed writer left is removed when asked
 * for, which only the holder of the lock may. */
int segments_list(uint64_t **out, size_t *len, int dir_fd, bool clean, struct error *err);

/* Open one; its index goes to `out`, which is empty; `broken` when it is not whole. */
void segment_load(struct segment *segment, entry_vec *out, int dir_fd, uint64_t number);

/* A new one of these bodies; entries' `at` point into them. */
int segment_write(int dir_fd, uint64_t number, struct slice bodies, const struct entry *entries,
		  size_t len, struct error *err);
void segment_remove(int dir_fd, uint64_t number);

/* The folder's lock; waits up to two seconds. -1 when somebody holds it on, or it cannot be made.
 */
int segments_lock(int dir_fd);
