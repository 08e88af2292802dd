/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: entries stand in insertion order in one array; the index is a table of their numbers, probed
 * linearly. A removed entry keeps its place (so iteration may remove) until the next growth.
 */
#include "base/map.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* An index slot: EMPTY ends a probe, GONE does not, else the entry's number plus one. */
enum { EMPTY = 0 };
#define GONE UINT_MAX

/* FNV-1a: keys are short and come from files we limit in size. */
static size_t hash(struct slice key)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < key.len; i++)
		h = (h ^ (unsigned char)key.ptr[i]) * 0x100000001b3u;
	return (size_t)(h ^ (h >> 32));
}

/* The index slot of `key`, or NULL. */
static unsigned *find(const struct map *map, struct slice key)
{
	if (!map->index_cap)
		return NULL;
	size_t mask = map->index_cap - 1;
	for (size_t i = hash(key) & mask;; i = (i + 1) & mask) {
		unsigned slot = map->index[i];
		if (slot == EMPTY)
			return NULL;
		if (slot == GONE)
			continue;
		const char *have = map->entries[slot - 1].key;
		if (strncmp(have, key.ptr, key.len) == 0 && have[key.len] == '\0')
			return &map->index[i];
	}
}

static void index_entry(struct map *map, size_t number)
{
	size_t mask = map->index_cap - 1;
	size_t i = hash(slice_of(map->entries[number].key)) & mask;
	while (map->index[i] != EMPTY)
		i = (i + 1) & mask;
	map->index[i] = (unsigned)number + 1;
}

/* Drop removed entries, make room for one more and rebuild the index at most half full. */
static void rebuild(struct map *map)
{
	size_t kept = 0;
	for (size_t i = 0; i < map->len; i++)
		if (map->entries[i].key)
			map->entries[kept++] = map->entries[i];
	map->len = kept;
	if (kept * 2 >= map->cap) {
		size_t cap = map->cap ? map->cap * 2 : 8;
		if (cap > UINT_MAX / 4)
			mem_exhausted();
		map->entries = mem_resize(map->entries, cap * sizeof(*map->entries));
		map->cap = cap;
	}
	free(map->index);
	map->index_cap = map->cap * 2;
	map->index = mem_zeroed(map->index_cap, sizeof(*map->index));
	for (size_t i = 0; i < kept; i++)
		index_entry(map, i);
}

void map_done(struct map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->len; i++)
		free(map->entries[i].key);
	free(map->entries);
	free(map->index);
	*map = (struct map)MAP_INIT;
}

void *map_get_slice(const struct map *map, struct slice key)
{
	if (key.len && memchr(key.ptr, '\0', key.len))
		return NULL;
	unsigned *slot = find(map, key.ptr ? key : SLICE_EMPTY);
	return slot ? map->entries[*slot - 1].value : NULL;
}

void *map_get(const struct map *map, const char *key)
{
	return map_get_slice(map, slice_of(key));
}

bool map_has(const struct map *map, const char *key)
{
	return find(map, slice_of(key)) != NULL;
}

void *map_put(struct map *map, const char *key, void *value)
{
	unsigned *slot = find(map, slice_of(key));
	if (slot) {
		struct map_entry *entry = &map->entries[*slot - 1];
		void *old = entry->value;
		entry->value = value;
		return old;
	}
	/* Every entry ever indexed since the last rebuild took one slot, GONE ones included. */
	if (map->len == map->cap)
		rebuild(map);
	map->entries[map->len] = (struct map_entry){.key = mem_strdup(key), .value = value};
	index_entry(map, map->len);
	map->len++;
	map->live++;
	return NULL;
}

void *map_remove(struct map *map, const char *key)
{
	unsigned *slot = find(map, slice_of(key));
	if (!slot)
		return NULL;
	struct map_entry *entry = &map->entries[*slot - 1];
	void *old = entry->value;
	free(entry->key);
	*entry = (struct map_entry){.key = NULL, .value = NULL};
	*slot = GONE;
	map->live--;
	return old;
}
