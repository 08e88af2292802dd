/* SPDX-License-Identifier: Apache-2.0 */
/* Value semantics: who owns what, when a write copies, and that everything is given back. */
#include <stdio.h>

#include "rt_fixture.h"

static const struct rt_step index_step[] = {{.is_index = 1, .field = -1}};
static const struct rt_step two_steps[] = {{.is_index = 1, .field = -1},
					   {.is_index = 1, .field = -1}};

static struct value numbers(struct rt *rt, int64_t len)
{
	struct value list = rt_list_make(rt, 0);
	for (int64_t i = 0; i < len; i++)
		rt_list_push(rt, list, num(i));
	return list;
}

Test(rt_value, a_write_through_one_owner_is_not_seen_by_another)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value a = numbers(&rt, 3);
	struct value b = rt_clone(a);
	struct value key[] = {num(1)};
	rt_set_path(&rt, &b, 1, index_step, key, str(&rt, "x"));
	expect_printed(&rt, a, "[0, 1, 2]");
	expect_printed(&rt, b, "[0, x, 2]");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, a_write_by_the_only_owner_copies_nothing)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value a = numbers(&rt, 3);
	const struct rt_list *before = a.u.list;
	struct value key[] = {num(0)};
	rt_set_path(&rt, &a, 1, index_step, key, num(9));
	cr_expect_eq(a.u.list, before);
	expect_printed(&rt, a, "[9, 1, 2]");
	rt_done(&rt);
}

Test(rt_value, nested_writes_copy_only_the_way_to_the_place)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value rows[] = {numbers(&rt, 2), numbers(&rt, 2)};
	const struct rt_list *untouched = rows[0].u.list;
	struct value a = rt_list(&rt, 2, rows);
	struct value b = rt_clone(a);
	struct value keys[] = {num(1), num(0)};
	rt_set_path(&rt, &b, 2, two_steps, keys, num(7));
	cr_expect_eq(b.u.list->items[0].u.list, untouched, "the other row stays shared");
	expect_printed(&rt, a, "[[0, 1], [0, 1]]");
	expect_printed(&rt, b, "[[0, 1], [7, 1]]");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, appending_grows_in_place_for_one_owner_only)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value a = str(&rt, "ab");
	struct value shared = rt_clone(a);
	a = rt_v_add(&rt, a, str(&rt, "cd"));
	expect_printed(&rt, shared, "ab");
	const struct rt_string *before = a.u.string;
	a = rt_v_add(&rt, a, num(1));
	a = rt_v_add(&rt, a, rt_clone(a));
	cr_expect_neq(a.u.string, before, "adding it to itself has two owners");
	expect_printed(&rt, a, "abcd1abcd1");
	struct value list = numbers(&rt, 2);
	list = rt_v_add(&rt, list, rt_clone(list));
	expect_printed(&rt, list, "[0, 1, 0, 1]");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, maps_keep_insertion_order_and_overwrite_in_place)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value map = rt_map_make(&rt);
	char name[16];
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 500; i++) {
			(void)snprintf(name, sizeof(name), "key%d", i * 7919 % 500);
			rt_map_put(&rt, map.u.map, str(&rt, name), num(i + round));
		}
	}
	cr_assert_eq(map.u.map->len, 500);
	for (int i = 0; i < 500; i++) {
		int len = snprintf(name, sizeof(name), "key%d", i * 7919 % 500);
		const struct value *v = rt_map_find(map.u.map, name, (uint64_t)len);
		cr_assert(v && v->u.i == i + 1);
		cr_assert_eq(map.u.map->entries[i].value.u.i, i + 1);
	}
	struct value copy = rt_map_copy(&rt, map.u.map);
	rt_drop(&rt, map);
	cr_expect_not_null(rt_map_find(copy.u.map, "key499", 6));
	cr_expect_null(rt_map_find(copy.u.map, "key500", 6));
	rt_drop(&rt, copy);
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, boxes_are_shared_and_hold_values)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value box = rt_box(&rt, numbers(&rt, 2));
	struct value other = rt_clone(box);
	struct value key[] = {num(0)};
	rt_set_box(&rt, &other, 1, index_step, key, num(5));
	expect_printed(&rt, rt_clone(box), "[5, 1]");
	rt_set_box(&rt, &box, 0, NULL, NULL, num(3));
	expect_printed(&rt, other, "3");
	rt_drop(&rt, box);
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, iterating_a_box_is_a_snapshot)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value box = rt_box(&rt, numbers(&rt, 3));
	struct value sequence = rt_clone(box);
	cr_expect_eq(rt_iter_len(&rt, &sequence), 3);
	rt_set_box(&rt, &box, 0, NULL, NULL, rt_list_make(&rt, 0));
	expect_printed(&rt, rt_iter_at(&sequence, 2), "2");
	rt_drop(&rt, sequence);
	rt_drop(&rt, box);
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, a_failed_write_frees_what_it_was_given)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	static const struct {
		int64_t key;
		const char *message;
	} table[] = {{-1, "index out of bounds"}, {2, "index out of bounds"}};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct value a = numbers(&rt, 2);
		struct value key[] = {num(table[i].key)};
		rt_set_path(&rt, &a, 1, index_step, key, str(&rt, "lost"));
		expect_trap(&rt, table[i].message);
		expect_printed(&rt, a, "[0, 1]");
	}
	struct value map = rt_map_make(&rt);
	struct value keys[] = {str(&rt, "a"), str(&rt, "b")};
	rt_set_path(&rt, &map, 2, two_steps, keys, str(&rt, "lost"));
	expect_trap(&rt, "missing map entry");
	expect_printed(&rt, map, "{}");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, the_heap_limit_is_a_guest_fault)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	cr_expect_eq(rt_range(&rt, num(1), num(INT64_MAX)).tag, RT_NULL);
	expect_trap(&rt, "out of memory");
	rt.heap_limit = 4096;
	struct value list = rt_list_make(&rt, 0);
	for (int i = 0; i < 10000 && !rt.trap; i++)
		rt_list_push(&rt, list, num(i));
	expect_trap(&rt, "out of memory");
	rt_drop(&rt, list);
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_value, struct_literals_validate_and_fill_in)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	uint32_t fields[] = {1, 0};
	struct value good[] = {num(30), str(&rt, "Ann")};
	struct value user = rt_struct(&rt, TYPE_USER_, 2, fields, good);
	expect_printed(&rt, rt_field(&rt, rt_clone(user), 2), "null");
	expect_printed(&rt, rt_field_named(&rt, rt_clone(user), "age", 3), "30");
	rt_drop(&rt, user);

	struct value old[] = {num(200), str(&rt, "Ann")};
	cr_expect_eq(rt_struct(&rt, TYPE_USER_, 2, fields, old).tag, RT_NULL);
	cr_assert_eq(rt.trap, RT_TRAP_RAISE);
	struct rt_text text = {0};
	struct value error = rt_unwrap(&rt, rt_catch(&rt));
	rt_text_error(&rt, &text, &error);
	static const char want[] =
		"{\"error\":{\"code\":\"validation_error\",\"fields\":[{\"code\":"
		"\"invalid_value\",\"message\":\"value 200 out of range 0..130\","
		"\"path\":\"User.age\"}],\"message\":\"validation failed\"}}";
	cr_expect(text.len == strlen(want) && memcmp(text.bytes, want, text.len) == 0, "%.*s",
		  (int)text.len, text.bytes);
	rt_text_done(&rt, &text);
	rt_drop(&rt, error);

	struct value alone[] = {num(3)};
	cr_expect_eq(rt_struct(&rt, TYPE_USER_, 1, fields, alone).tag, RT_NULL);
	expect_trap(&rt, "missing field User.name");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}
