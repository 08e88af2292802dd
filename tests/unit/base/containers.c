/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/vec.h, base/map.h and base/mem.h. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

Test(vec, grows_and_keeps_order)
{
	VEC(int) numbers = {0};
	vec_each (&numbers, n)
		cr_assert_fail("an empty vec has nothing to visit");
	for (int i = 0; i < 1000; i++)
		vec_push(&numbers, i);
	int want = 0;
	vec_each (&numbers, n)
		cr_assert_eq(*n, want++);
	cr_assert_eq(want, 1000);
	cr_assert_eq(*vec_last(&numbers), 999);
	cr_assert_eq(vec_pop(&numbers), 999);
	cr_assert_eq(numbers.len, 999);
	vec_clear(&numbers);
	vec_push(&numbers, 5);
	cr_assert_eq(numbers.items[0], 5);
	vec_done(&numbers);
	cr_assert_null(numbers.items);
}

Test(map, finds_what_was_put_and_nothing_else)
{
	struct map map = MAP_INIT;
	int values[3];
	cr_assert_null(map_get(&map, "a"));
	cr_assert_null(map_put(&map, "a", &values[0]));
	cr_assert_null(map_put(&map, "", &values[1]));
	cr_assert_eq(map_get(&map, "a"), &values[0]);
	cr_assert_eq(map_get(&map, ""), &values[1]);
	cr_assert_eq(map_put(&map, "a", &values[2]), &values[0]);
	cr_assert_eq(map_get(&map, "a"), &values[2]);
	cr_assert_eq(map_get_slice(&map, slice_make("ab", 1)), &values[2]);
	cr_assert_null(map_get_slice(&map, slice_make("a\0", 2)));
	cr_assert_null(map_get(&map, "ab"));
	cr_assert_eq(map.live, 2);
	cr_assert_null(map_put(&map, "null", NULL));
	cr_assert(map_has(&map, "null"));
	map_done(&map);
	map_done(NULL);
}

Test(map, keeps_insertion_order_through_growth_and_removal)
{
	struct map map = MAP_INIT;
	char key[16];
	for (uintptr_t i = 1; i <= 2000; i++) {
		(void)snprintf(key, sizeof(key), "key%zu", (size_t)i);
		cr_assert_null(map_put(&map, key, (void *)i));
	}
	/* Removing while visiting is allowed; every even one goes. */
	map_each (&map, it)
		if ((uintptr_t)it->value % 2 == 0)
			(void)map_remove(&map, it->key);
	cr_assert_eq(map.live, 1000);
	uintptr_t want = 1;
	map_each (&map, it) {
		cr_assert_eq((uintptr_t)it->value, want);
		want += 2;
	}
	cr_assert_null(map_remove(&map, "key2"));
	cr_assert_null(map_put(&map, "key2", (void *)7));
	cr_assert_eq((uintptr_t)map_get(&map, "key2"), 7);
	cr_assert_eq((uintptr_t)map_remove(&map, "key2"), 7);
	map_done(&map);
}

Test(map, many_rounds_of_put_and_remove_do_not_grow_it)
{
	struct map map = MAP_INIT;
	char key[16];
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		(void)map_put(&map, key, &map);
		cr_assert_eq(map_remove(&map, key), &map);
	}
	cr_assert_eq(map.live, 0);
	cr_assert_leq(map.cap, 16);
	map_done(&map);
}

Test(mem, sizes_are_checked_before_use, .signal = SIGABRT)
{
	(void)mem_zeroed(SIZE_MAX / 2, 4);
}

Test(mem, copies_are_exact_and_terminated)
{
	char *text = mem_strndup("ab\0cd", 5);
	cr_assert_eq(memcmp(text, "ab\0cd", 6), 0);
	free(text);
	text = mem_printf("%s-%d", "a", 3);
	cr_assert_str_eq(text, "a-3");
	free(text);
	free(mem_alloc(0));
}
