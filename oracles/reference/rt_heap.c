/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_heap: objects of the guest heap: making, sharing, copying on write, freeing. The heap is
 * counted against rt->heap_limit, and passing it is a guest fault, not ours. Freeing never
 * recurses, however deep the values are nested. Maps keep their insides in rt_map.c.
 */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

void *rt_alloc(struct rt *rt, uint64_t size)
{
	if (size > rt->heap_limit || rt->heap_used > rt->heap_limit - size) {
		rt_trap(rt, "out of memory");
		return NULL;
	}
	void *memory = malloc(size ? size : 1);
	if (!memory) {
		rt_trap(rt, "out of memory");
		return NULL;
	}
	rt->heap_used += size;
	return memory;
}

void *rt_resize(struct rt *rt, void *old, uint64_t old_size, uint64_t size)
{
	uint64_t more = size > old_size ? size - old_size : 0;
	if (size > rt->heap_limit || rt->heap_used > rt->heap_limit - more) {
		rt_trap(rt, "out of memory");
		return NULL;
	}
	void *memory = realloc(old, size ? size : 1);
	if (!memory) {
		rt_trap(rt, "out of memory");
		return NULL;
	}
	rt->heap_used += size - old_size;
	return memory;
}

void rt_release(struct rt *rt, void *memory, uint64_t size)
{
	if (!memory)
		return;
	rt->heap_used -= size;
	free(memory);
}

static void free_object(struct rt *rt, struct rt_object *object)
{
	switch (object->tag) {
	case RT_STRING:
	case RT_BYTES: {
		struct rt_string *s = (struct rt_string *)object;
		rt_release(rt, s->bytes, s->cap);
		rt_release(rt, s, sizeof(*s));
		break;
	}
	case RT_LIST: {
		struct rt_list *list = (struct rt_list *)object;
		for (uint64_t i = 0; i < list->len; i++)
			rt_drop(rt, list->items[i]);
		rt_release(rt, list->items, list->cap * sizeof(struct value));
		rt_release(rt, list, sizeof(*list));
		break;
	}
	case RT_MAP: {
		struct rt_map *map = (struct rt_map *)object;
		for (uint64_t i = 0; i < map->len; i++) {
			rt_drop(rt, map->entries[i].key);
			rt_drop(rt, map->entries[i].value);
		}
		rt_map_free(rt, map);
		break;
	}
	case RT_STRUCT:
	case RT_ENUM: {
		struct rt_record *record = (struct rt_record *)object;
		for (uint32_t i = 0; i < record->len; i++)
			rt_drop(rt, record->items[i]);
		rt_release(rt, record, sizeof(*record) + record->len * sizeof(struct value));
		break;
	}
	default: {
		struct rt_cell *cell = (struct rt_cell *)object;
		rt_drop(rt, cell->content);
		rt_release(rt, cell, sizeof(*cell));
		break;
	}
	}
}

void rt_drop_object(struct rt *rt, struct value v)
{
	v.u.object->refs = (int64_t)(intptr_t)rt->dying;
	rt->dying = v.u.object;
	if (rt->draining)
		return;
	rt->draining = 1;
	while (rt->dying) {
		struct rt_object *object = rt->dying;
		rt->dying = (struct rt_object *)(intptr_t)object->refs;
		free_object(rt, object);
	}
	rt->draining = 0;
}

void rt_drop_shared(struct rt *rt, struct value v)
{
	if (--v.u.object->refs == 0)
		rt_drop_object(rt, v);
}

/* --- strings ---------------------------------------------------------------------------------- */

struct value rt_string_space(struct rt *rt, uint64_t len)
{
	struct rt_string *s = rt_alloc(rt, sizeof(*s));
	if (!s)
		return rt_null();
	s->bytes = rt_alloc(rt, len);
	if (!s->bytes) {
		rt_release(rt, s, sizeof(*s));
		return rt_null();
	}
	s->head = (struct rt_object){.refs = 1, .tag = RT_STRING};
	s->len = len;
	s->cap = len;
	return (struct value){.tag = RT_STRING, .u.string = s};
}

struct value rt_string_make(struct rt *rt, const char *bytes, uint64_t len)
{
	struct value v = rt_string_space(rt, len);
	if (v.tag == RT_STRING && len)
		memcpy(v.u.string->bytes, bytes, len);
	return v;
}

struct value rt_string_append(struct rt *rt, struct value a, struct value b)
{
	struct rt_string *left = a.u.string;
	struct rt_string *right = b.u.string;
	uint64_t len = left->len + right->len;
	if (left->head.refs == 1) {
		if (len > left->cap) {
			uint64_t cap = len < 64 ? 64 : len + len / 2;
			char *bytes = rt_resize(rt, left->bytes, left->cap, cap);
			if (!bytes)
				goto fail;
			left->bytes = bytes;
			left->cap = cap;
		}
		if (right->len)
			memcpy(left->bytes + left->len, right->bytes, right->len);
		left->len = len;
		rt_drop(rt, b);
		return a;
	}
	struct value joined = rt_string_space(rt, len);
	if (joined.tag != RT_STRING)
		goto fail;
	if (left->len)
		memcpy(joined.u.string->bytes, left->bytes, left->len);
	if (right->len)
		memcpy(joined.u.string->bytes + left->len, right->bytes, right->len);
	rt_drop(rt, a);
	rt_drop(rt, b);
	return joined;
fail:
	rt_drop(rt, a);
	rt_drop(rt, b);
	return rt_null();
}

/* --- lists ------------------------------------------------------------------------------------ */

struct value rt_list_make(struct rt *rt, uint64_t cap)
{
	if (cap > rt->heap_limit / sizeof(struct value)) {
		rt_trap(rt, "out of memory");
		return rt_null();
	}
	struct rt_list *list = rt_alloc(rt, sizeof(*list));
	if (!list)
		return rt_null();
	*list = (struct rt_list){.head = {.refs = 1, .tag = RT_LIST}, .cap = cap};
	if (cap) {
		list->items = rt_alloc(rt, cap * sizeof(struct value));
		if (!list->items) {
			rt_release(rt, list, sizeof(*list));
			return rt_null();
		}
	}
	return (struct value){.tag = RT_LIST, .u.list = list};
}

static bool list_reserve(struct rt *rt, struct rt_list *list, uint64_t len)
{
	if (len <= list->cap)
		return true;
	uint64_t cap = len < 8 ? 8 : len + len / 2;
	struct value *items = rt_resize(rt, list->items, list->cap * sizeof(struct value),
					cap * sizeof(struct value));
	if (!items)
		return false;
	list->items = items;
	list->cap = cap;
	return true;
}

void rt_list_push(struct rt *rt, struct value list, struct value item)
{
	if (!list_reserve(rt, list.u.list, list.u.list->len + 1)) {
		rt_drop(rt, item);
		return;
	}
	list.u.list->items[list.u.list->len++] = item;
}

static struct value list_copy(struct rt *rt, const struct rt_list *list, uint64_t cap)
{
	struct value copy = rt_list_make(rt, cap);
	if (copy.tag != RT_LIST)
		return copy;
	for (uint64_t i = 0; i < list->len; i++)
		copy.u.list->items[i] = rt_clone(list->items[i]);
	copy.u.list->len = list->len;
	return copy;
}

struct value rt_list_join(struct rt *rt, struct value a, struct value b)
{
	uint64_t len = a.u.list->len + b.u.list->len;
	if (a.u.list->head.refs != 1) {
		struct value copy = list_copy(rt, a.u.list, len);
		rt_drop(rt, a);
		a = copy;
	} else if (!list_reserve(rt, a.u.list, len)) {
		rt_drop(rt, a);
		a = rt_null();
	}
	if (a.tag == RT_LIST) {
		struct rt_list *list = a.u.list;
		for (uint64_t i = 0; i < b.u.list->len; i++)
			list->items[list->len++] = rt_clone(b.u.list->items[i]);
	}
	rt_drop(rt, b);
	return a;
}

struct value rt_list(struct rt *rt, uint32_t len, struct value *items)
{
	struct value list = rt_list_make(rt, len);
	if (list.tag != RT_LIST) {
		for (uint32_t i = 0; i < len; i++)
			rt_drop(rt, items[i]);
		return list;
	}
	if (len)
		memcpy(list.u.list->items, items, len * sizeof(struct value));
	list.u.list->len = len;
	return list;
}

void rt_list_add(struct rt *rt, struct value *list, struct value item)
{
	rt_list_push(rt, *list, item);
}

/* --- records and cells ------------------------------------------------------------------------ */

struct value rt_record_make(struct rt *rt, int64_t tag, const struct rt_type *type, uint32_t len)
{
	struct rt_record *record = rt_alloc(rt, sizeof(*record) + len * sizeof(struct value));
	if (!record)
		return rt_null();
	record->head = (struct rt_object){.refs = 1, .tag = tag};
	record->type = type;
	record->variant = 0;
	record->len = len;
	for (uint32_t i = 0; i < len; i++)
		record->items[i] = rt_null();
	return (struct value){.tag = tag, .u.record = record};
}

static struct value record_copy(struct rt *rt, const struct rt_record *record)
{
	struct value copy = rt_record_make(rt, record->head.tag, record->type, record->len);
	if (copy.tag == RT_NULL)
		return copy;
	copy.u.record->variant = record->variant;
	for (uint32_t i = 0; i < record->len; i++)
		copy.u.record->items[i] = rt_clone(record->items[i]);
	return copy;
}

struct value rt_cell_make(struct rt *rt, int64_t tag, struct value content)
{
	struct rt_cell *cell = rt_alloc(rt, sizeof(*cell));
	if (!cell) {
		rt_drop(rt, content);
		return rt_null();
	}
	*cell = (struct rt_cell){.head = {.refs = 1, .tag = tag}, .content = content};
	return (struct value){.tag = tag, .u.cell = cell};
}

bool rt_own(struct rt *rt, struct value *v)
{
	if (v->tag < RT_HEAP || v->u.object->refs == 1)
		return true;
	struct value copy;
	switch (v->tag) {
	case RT_LIST:
		copy = list_copy(rt, v->u.list, v->u.list->len);
		break;
	case RT_MAP:
		copy = rt_map_copy(rt, v->u.map);
		break;
	case RT_STRUCT:
	case RT_ENUM:
		copy = record_copy(rt, v->u.record);
		break;
	default: /* boxes and tasks are shared on purpose, strings have no parts to assign */
		return true;
	}
	if (copy.tag == RT_NULL)
		return false;
	rt_drop(rt, *v);
	*v = copy;
	return true;
}
