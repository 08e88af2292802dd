/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/arena.h: zeroed, aligned, stable memory. */
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

static bool all_zero(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

Test(arena, every_allocation_is_zeroed_aligned_and_its_own)
{
	static const size_t sizes[] = {0, 1, 7, 16, 33, 4000, 9000, 40000, 1, 100000, 24};
	enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
	struct arena arena = ARENA_INIT;
	unsigned char *got[COUNT];
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT; i++) {
			got[i] = arena_alloc(&arena, sizes[i]);
			cr_assert_eq((uintptr_t)got[i] % alignof(max_align_t), 0);
			cr_assert(all_zero(got[i], sizes[i]));
			memset(got[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < COUNT; i++)
			for (size_t at = 0; at < sizes[i]; at++)
				cr_assert_eq(got[i][at], i + 1);
		arena_clear(&arena);
		cr_assert_eq(arena.used, 0);
	}
	arena_done(&arena);
	arena_done(NULL);
}

Test(arena, copies_are_terminated)
{
	struct arena arena = ARENA_INIT;
	cr_assert_str_eq(arena_strdup(&arena, "abc"), "abc");
	cr_assert_str_eq(arena_strndup(&arena, "abcdef", 2), "ab");
	struct slice copy = arena_slice(&arena, slice_make("x\0y", 3));
	cr_assert(slice_eq(copy, slice_make("x\0y", 3)));
	cr_assert_eq(copy.ptr[3], '\0');
	cr_assert_str_eq(arena_slice(&arena, slice_make(NULL, 0)).ptr, "");
	cr_assert_str_eq(arena_printf(&arena, "%d-%s", 7, "q"), "7-q");
	cr_assert_eq(memcmp(arena_dup(&arena, "\1\2", 2), "\1\2", 2), 0);
	arena_done(&arena);
}

Test(arena, counts_the_bytes_handed_out)
{
	struct arena arena = ARENA_INIT;
	(void)arena_alloc(&arena, 10);
	(void)arena_alloc(&arena, 100000);
	cr_assert_eq(arena.used, 100010);
	arena_done(&arena);
}
