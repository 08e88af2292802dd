/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_asset: the public URL of an asset, by the map that the variable FUSE_ASSET_MAP holds as JSON
 * text, {"css/app.css": "/assets/app-1a2b.css"}. Clauses: #builtins-current, #environment-knobs.
 */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

/* A stretch of text that belongs to somebody else. */
struct part {
	const char *ptr;
	uint64_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The path that a map knows: without blanks around it, "?..." and "#..." behind it, and '/' in
 * front. *suffix is what stood behind. */
static struct part key_of(const struct rt_string *path, struct part *suffix)
{
	struct part key = {path->bytes, path->len};
	while (key.len && is_blank(key.ptr[key.len - 1]))
		key.len--;
	while (key.len && is_blank(*key.ptr))
		key = (struct part){key.ptr + 1, key.len - 1};
	uint64_t end = 0;
	while (end < key.len && key.ptr[end] != '?' && key.ptr[end] != '#')
		end++;
	*suffix = (struct part){key.ptr + end, key.len - end};
	key.len = end;
	while (key.len && *key.ptr == '/')
		key = (struct part){key.ptr + 1, key.len - 1};
	return key;
}

/* What FUSE_ASSET_MAP holds; null without one, or with a trap. */
static struct value read_map(struct rt *rt)
{
	struct value map = rt_null();
	struct rt_json_problem problem = {0};
	const char *text = getenv("FUSE_ASSET_MAP");
	if (!text || !*text)
		return map;
	if (!rt_json_read(rt, &map, text, strlen(text), &problem)) {
		if (!rt->trap)
			rt_trapf(rt, "invalid FUSE_ASSET_MAP: %s at %lu:%lu", problem.text,
				 (unsigned long)problem.line, (unsigned long)problem.column);
		return rt_null();
	}
	if (map.tag == RT_MAP)
		return map;
	rt_drop(rt, map);
	rt_trap(rt, "invalid FUSE_ASSET_MAP: expected an object of paths and URLs");
	return rt_null();
}

/* The entry for a key, written with or without '/' in front. */
static const struct value *find_entry(struct rt *rt, const struct rt_map *map, struct part key)
{
	const struct value *found = rt_map_find(map, key.ptr, key.len);
	if (found)
		return found;
	struct rt_text slashed = {0};
	rt_text_add(rt, &slashed, "/", 1);
	rt_text_add(rt, &slashed, key.ptr, key.len);
	if (!rt->trap)
		found = rt_map_find(map, slashed.bytes, slashed.len);
	rt_text_done(rt, &slashed);
	return found;
}

/* A URL with a scheme or a path from the root stands as it is. */
static bool is_complete(const struct rt_string *url)
{
	return (url->len && url->bytes[0] == '/') || memmem(url->bytes, url->len, "://", 3);
}

static void add_url(struct rt *rt, struct rt_text *out, const struct value *map, struct part key)
{
	const struct value *entry =
		map->tag == RT_MAP && key.len ? find_entry(rt, map->u.map, key) : NULL;
	if (!entry) {
		rt_text_add(rt, out, "/", 1);
		rt_text_add(rt, out, key.ptr, key.len);
		return;
	}
	if (entry->tag != RT_STRING) {
		rt_trapf(rt, "invalid FUSE_ASSET_MAP: the URL of %.*s is no string",
			 (int)(key.len < 200 ? key.len : 200), key.ptr);
		return;
	}
	if (!is_complete(entry->u.string))
		rt_text_add(rt, out, "/", 1);
	rt_text_add(rt, out, entry->u.string->bytes, entry->u.string->len);
}

struct value rt_asset(struct rt *rt, struct value path)
{
	struct rt_text out = {0};
	if (path.tag != RT_STRING) {
		rt_drop(rt, path);
		rt_trap(rt, "asset expects a String path");
		return rt_null();
	}
	struct part suffix;
	struct part key = key_of(path.u.string, &suffix);
	struct value map = read_map(rt);
	if (!rt->trap)
		add_url(rt, &out, &map, key);
	rt_text_add(rt, &out, suffix.ptr, suffix.len);
	rt_drop(rt, map);
	rt_drop(rt, path);
	return rt_text_take(rt, &out);
}
