/* SPDX-License-Identifier: Apache-2.0 */
/* map: strings to pointers, open addressing, insertion order kept for iteration. Keys are copied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct map_entry {
	char *key; /* NULL marks a removed entry; iterate with map_each */
	void *value;
};

struct map {
	struct map_entry *entries; /* in insertion order */
	size_t len;                /* entries used, removed ones included */
	size_t live;               /* entries that map_get can find */
	size_t cap;
	unsigned *index;
	size_t index_cap;
};

#define MAP_INIT                                                                                   \
	{                                                                                          \
		.entries = NULL                                                                    \
	}

void map_done(struct map *map);
void *map_get(const struct map *map, const char *key); /* NULL when absent */
void *map_get_slice(const struct map *map, struct slice key);
bool map_has(const struct map *map, const char *key);
/* Insert or replace; returns the value replaced, else NULL. */
void *map_put(struct map *map, const char *key, void *value);
void *map_remove(struct map *map, const char *key); /* returns the value removed, else NULL */

#define map_each(map, it)                                                                          \
	for (struct map_entry *it = (map)->entries; it && it < (map)->entries + (map)->len; it++)  \
		if (it->key)
