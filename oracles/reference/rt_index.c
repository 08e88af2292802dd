/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_index: parts of containers: reading, assigning along a path, ranges, iteration.
 * Clauses: #indexing, #ranges, #loops.
 */
#include <math.h>
#include <string.h>

#include "oracles/reference/rt.h"

/* --- reading ---------------------------------------------------------------------------------- */

/* The item that `key` names, or NULL and a trap. */
static struct value *list_item(struct rt *rt, const struct rt_list *list, const struct value *key)
{
	if (key->tag != RT_INT) {
		rt_trap(rt, "list index must be Int");
		return NULL;
	}
	if (key->u.i < 0 || (uint64_t)key->u.i >= list->len) {
		rt_trap(rt, "index out of bounds");
		return NULL;
	}
	return &list->items[key->u.i];
}

struct value rt_index(struct rt *rt, struct value base, struct value key)
{
	base = rt_unbox(rt, base);
	key = rt_unbox(rt, key);
	struct value result = rt_null();
	const struct value *found = NULL;
	if (base.tag == RT_LIST) {
		found = list_item(rt, base.u.list, &key);
	} else if (base.tag == RT_MAP) {
		if (key.tag == RT_STRING)
			found = rt_map_find(base.u.map, key.u.string->bytes, key.u.string->len);
		else
			rt_trap(rt, "map keys must be strings");
	} else if (base.tag == RT_NULL) {
		rt_trap(rt, "null access");
	} else {
		rt_trap(rt, "index access not supported on this value");
	}
	if (found)
		result = rt_clone(*found);
	rt_drop(rt, base);
	rt_drop(rt, key);
	return result;
}

struct value rt_field(struct rt *rt, struct value base, uint32_t index)
{
	base = rt_unbox(rt, base);
	struct value result = rt_null();
	if (base.tag == RT_STRUCT && index < base.u.record->len)
		result = rt_clone(base.u.record->items[index]);
	else if (base.tag == RT_NULL)
		rt_trap(rt, "null access");
	else
		rt_trap(rt, "member access not supported on this value");
	rt_drop(rt, base);
	return result;
}

/* Number of the field called `name`, or -1. */
static int64_t field_number(const struct rt_record *record, const char *name, uint64_t len)
{
	for (uint32_t i = 0; i < record->len; i++) {
		const struct rt_name *own = &record->type->fields[i].name;
		if (own->len == len && memcmp(own->ptr, name, len) == 0)
			return i;
	}
	return -1;
}

struct value rt_field_named(struct rt *rt, struct value base, const char *name, uint64_t len)
{
	base = rt_unbox(rt, base);
	int64_t index = 0;
	if (base.tag == RT_STRUCT) {
		index = field_number(base.u.record, name, len);
		if (index < 0) {
			rt_trapf(rt, "unknown field %.*s", (int)len, name);
			rt_drop(rt, base);
			return rt_null();
		}
	}
	return rt_field(rt, base, (uint32_t)index);
}

struct value rt_payload(struct rt *rt, struct value v, uint32_t index)
{
	struct value result = rt_null();
	if (v.tag == RT_ENUM && index < v.u.record->len)
		result = rt_clone(v.u.record->items[index]);
	else
		rt_trap(rt, "payload access not supported on this value");
	rt_drop(rt, v);
	return result;
}

/* --- assigning -------------------------------------------------------------------------------- */

static struct value *step_field(struct rt *rt, const struct value *at, const struct rt_step *step)
{
	if (at->tag != RT_STRUCT) {
		rt_trap(rt, "assignment target must be a struct field");
		return NULL;
	}
	int64_t index = step->field;
	if (index < 0)
		index = field_number(at->u.record, step->name.ptr, step->name.len);
	if (index < 0 || index >= at->u.record->len) {
		rt_trapf(rt, "unknown field %.*s", (int)step->name.len, step->name.ptr);
		return NULL;
	}
	return &at->u.record->items[index];
}

/* A map entry about to be written is made when missing (with null), an entry to go through is not.
 */
static struct value *step_index(struct rt *rt, const struct value *at, const struct value *key,
				bool is_last)
{
	if (at->tag == RT_LIST)
		return list_item(rt, at->u.list, key);
	if (at->tag != RT_MAP) {
		rt_trap(rt, "assignment target must be an indexable value");
		return NULL;
	}
	if (key->tag != RT_STRING) {
		rt_trap(rt, "map keys must be strings");
		return NULL;
	}
	struct rt_map *map = at->u.map;
	struct value *found = rt_map_find(map, key->u.string->bytes, key->u.string->len);
	if (found)
		return found;
	if (!is_last) {
		rt_trap(rt, "missing map entry");
		return NULL;
	}
	rt_map_put(rt, map, rt_clone(*key), rt_null());
	return rt->trap ? NULL : &map->entries[map->len - 1].value;
}

/*
 * The place that the path names, every container on the way copied if it was shared; NULL and a
 * trap when there is none. Boxes on the way are gone through: their content is shared on purpose.
 */
static struct value *walk(struct rt *rt, struct value *at, uint32_t len,
			  const struct rt_step *steps, struct value *keys)
{
	uint32_t key = 0;
	for (uint32_t i = 0; i < len && at; i++) {
		while (at->tag == RT_BOX)
			at = &at->u.cell->content;
		if (at->tag == RT_NULL && steps[i].optional) {
			rt_trap(rt, "cannot assign through optional access");
			return NULL;
		}
		if (!rt_own(rt, at))
			return NULL;
		if (steps[i].is_index) {
			keys[key] = rt_unbox(rt, keys[key]);
			at = step_index(rt, at, &keys[key], i + 1 == len);
			key++;
		} else {
			at = step_field(rt, at, &steps[i]);
		}
	}
	return at;
}

static void drop_keys(struct rt *rt, uint32_t len, const struct rt_step *steps, struct value *keys)
{
	uint32_t key = 0;
	for (uint32_t i = 0; i < len; i++)
		if (steps[i].is_index)
			rt_drop(rt, keys[key++]);
}

void rt_set_path(struct rt *rt, struct value *slot, uint32_t len, const struct rt_step *steps,
		 struct value *keys, struct value v)
{
	struct value *target = walk(rt, slot, len, steps, keys);
	if (target) {
		struct value old = *target;
		*target = v;
		rt_drop(rt, old);
	} else {
		rt_drop(rt, v);
	}
	drop_keys(rt, len, steps, keys);
}

void rt_set_box(struct rt *rt, struct value *slot, uint32_t len, const struct rt_step *steps,
		struct value *keys, struct value v)
{
	if (slot->tag != RT_BOX) {
		rt_trap(rt, "invalid assignment target");
		drop_keys(rt, len, steps, keys);
		rt_drop(rt, v);
		return;
	}
	rt_set_path(rt, &slot->u.cell->content, len, steps, keys, v);
}

/* --- ranges ----------------------------------------------------------------------------------- */

static struct value int_range(struct rt *rt, int64_t first, int64_t last)
{
	if (first > last) {
		rt_trap(rt, "range start must be <= end");
		return rt_null();
	}
	uint64_t len = (uint64_t)last - (uint64_t)first;
	struct value list = rt_list_make(rt, len == UINT64_MAX ? len : len + 1);
	if (list.tag != RT_LIST)
		return list;
	for (uint64_t i = 0; i <= len; i++)
		list.u.list->items[i] = rt_v_of_i(rt, (int64_t)((uint64_t)first + i));
	list.u.list->len = len + 1;
	return list;
}

static struct value float_range(struct rt *rt, double first, double last)
{
	/* What counting in steps of 1.0 gathers up in rounding must not lose the last element. */
	const double slack = 1e-9;
	if (!isfinite(first) || !isfinite(last)) {
		rt_trap(rt, "invalid range bounds");
		return rt_null();
	}
	if (first > last) {
		rt_trap(rt, "range start must be <= end");
		return rt_null();
	}
	struct value list = rt_list_make(rt, 0);
	for (double at = first; at <= last + slack && !rt->trap; at += 1.0)
		rt_list_push(rt, list, rt_v_of_f(rt, at));
	if (!rt->trap)
		return list;
	rt_drop(rt, list);
	return rt_null();
}

struct value rt_range(struct rt *rt, struct value first, struct value last)
{
	first = rt_unbox(rt, first);
	last = rt_unbox(rt, last);
	if (first.tag == RT_INT && last.tag == RT_INT)
		return int_range(rt, first.u.i, last.u.i);
	if ((first.tag == RT_INT || first.tag == RT_FLOAT) &&
	    (last.tag == RT_INT || last.tag == RT_FLOAT))
		return float_range(rt, rt_f_of_v(rt, first), rt_f_of_v(rt, last));
	rt_drop(rt, first);
	rt_drop(rt, last);
	rt_trap(rt, "range expects numeric bounds");
	return rt_null();
}

/* --- iteration -------------------------------------------------------------------------------- */

int64_t rt_iter_len(struct rt *rt, struct value *sequence)
{
	*sequence = rt_unbox(rt, *sequence);
	if (sequence->tag == RT_LIST)
		return (int64_t)sequence->u.list->len;
	if (sequence->tag == RT_MAP)
		return (int64_t)sequence->u.map->len;
	struct rt_name name = rt_type_of(sequence);
	rt_trapf(rt, "cannot iterate over %.*s", (int)name.len, name.ptr);
	return 0;
}

struct value rt_iter_at(const struct value *sequence, int64_t i)
{
	if (sequence->tag == RT_LIST)
		return rt_clone(sequence->u.list->items[i]);
	return rt_clone(sequence->u.map->entries[i].value);
}
