/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_map: the inside of maps: entries in insertion order, and a hash index once there are more than
 * a few. Keys are Strings. Nothing is ever removed from a map, so entry numbers are stable.
 */
#include <string.h>

#include "oracles/reference/rt.h"

enum { INDEX_FROM = 9 }; /* entries from which searching one after the other is slower */

static uint64_t hash_bytes(const char *bytes, uint64_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (uint64_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3u;
	return h ^ (h >> 29);
}

static bool entry_is(const struct rt_map_entry *entry, uint64_t hash, const char *key, uint64_t len)
{
	const struct rt_string *own = entry->key.u.string;
	return entry->hash == hash && own->len == len &&
	       (len == 0 || memcmp(own->bytes, key, len) == 0);
}

static struct value *find(const struct rt_map *map, uint64_t hash, const char *key, uint64_t len)
{
	if (!map->index) {
		for (uint64_t i = 0; i < map->len; i++)
			if (entry_is(&map->entries[i], hash, key, len))
				return &map->entries[i].value;
		return NULL;
	}
	uint64_t mask = map->index_cap - 1;
	for (uint64_t at = hash & mask; map->index[at]; at = (at + 1) & mask) {
		struct rt_map_entry *entry = &map->entries[map->index[at] - 1];
		if (entry_is(entry, hash, key, len))
			return &entry->value;
	}
	return NULL;
}

struct value *rt_map_find(const struct rt_map *map, const char *key, uint64_t len)
{
	return find(map, hash_bytes(key, len), key, len);
}

struct value rt_map_make(struct rt *rt)
{
	struct rt_map *map = rt_alloc(rt, sizeof(*map));
	if (!map)
		return rt_null();
	*map = (struct rt_map){.head = {.refs = 1, .tag = RT_MAP}};
	return (struct value){.tag = RT_MAP, .u.map = map};
}

void rt_map_free(struct rt *rt, struct rt_map *map)
{
	rt_release(rt, map->entries, map->cap * sizeof(*map->entries));
	rt_release(rt, map->index, map->index_cap * sizeof(*map->index));
	rt_release(rt, map, sizeof(*map));
}

static void index_add(struct rt_map *map, uint64_t entry)
{
	uint64_t mask = map->index_cap - 1;
	uint64_t at = map->entries[entry].hash & mask;
	while (map->index[at])
		at = (at + 1) & mask;
	map->index[at] = (uint32_t)entry + 1;
}

/* An index with room for twice the entries, made anew. False on trap. */
static bool index_build(struct rt *rt, struct rt_map *map, uint64_t room)
{
	uint64_t cap = 32;
	while (cap < room * 2)
		cap *= 2;
	uint32_t *index = rt_alloc(rt, cap * sizeof(*index));
	if (!index)
		return false;
	memset(index, 0, cap * sizeof(*index));
	rt_release(rt, map->index, map->index_cap * sizeof(*map->index));
	map->index = index;
	map->index_cap = cap;
	for (uint64_t i = 0; i < map->len; i++)
		index_add(map, i);
	return true;
}

static bool map_reserve(struct rt *rt, struct rt_map *map)
{
	if (map->len == map->cap) {
		uint64_t cap = map->cap ? map->cap * 2 : 4;
		struct rt_map_entry *entries = rt_resize(
			rt, map->entries, map->cap * sizeof(*entries), cap * sizeof(*entries));
		if (!entries)
			return false;
		map->entries = entries;
		map->cap = cap;
	}
	if (map->len + 1 >= INDEX_FROM && (map->len + 1) * 2 > map->index_cap)
		return index_build(rt, map, map->len + 1);
	return true;
}

void rt_map_put(struct rt *rt, struct rt_map *map, struct value key, struct value v)
{
	uint64_t hash = hash_bytes(key.u.string->bytes, key.u.string->len);
	struct value *old = find(map, hash, key.u.string->bytes, key.u.string->len);
	if (old) {
		struct value gone = *old;
		*old = v;
		rt_drop(rt, key);
		rt_drop(rt, gone);
		return;
	}
	if (!map_reserve(rt, map)) {
		rt_drop(rt, key);
		rt_drop(rt, v);
		return;
	}
	map->entries[map->len] = (struct rt_map_entry){
		.key = key,
		.value = v,
		.hash = hash,
	};
	map->len++;
	if (map->index)
		index_add(map, map->len - 1);
}

struct value rt_map_copy(struct rt *rt, const struct rt_map *map)
{
	struct value copy = rt_map_make(rt);
	if (copy.tag != RT_MAP)
		return copy;
	struct rt_map *to = copy.u.map;
	if (map->len) {
		to->entries = rt_alloc(rt, map->len * sizeof(*to->entries));
		if (!to->entries)
			goto fail;
		to->cap = map->len;
	}
	for (; to->len < map->len; to->len++) {
		to->entries[to->len] = map->entries[to->len];
		rt_clone(to->entries[to->len].key);
		rt_clone(to->entries[to->len].value);
	}
	if (to->len >= INDEX_FROM && !index_build(rt, to, to->len))
		goto fail;
	return copy;
fail:
	rt_drop(rt, copy);
	return rt_null();
}

void rt_map_add(struct rt *rt, struct value *map, struct value key, struct value v)
{
	if (key.tag == RT_STRING) {
		rt_map_put(rt, map->u.map, key, v);
		return;
	}
	rt_drop(rt, key);
	rt_drop(rt, v);
	rt_trap(rt, "map keys must be strings");
}

struct value rt_map(struct rt *rt, uint32_t len, struct value *pairs)
{
	struct value map = rt_map_make(rt);
	for (uint32_t i = 0; i + 1 < len; i += 2) {
		if (!rt->trap) {
			rt_map_add(rt, &map, pairs[i], pairs[i + 1]);
			continue;
		}
		rt_drop(rt, pairs[i]);
		rt_drop(rt, pairs[i + 1]);
	}
	if (rt->trap) {
		rt_drop(rt, map);
		return rt_null();
	}
	return map;
}
