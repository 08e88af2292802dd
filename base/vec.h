/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec: a growing array of any type. A zeroed vec is empty and valid. Out of memory aborts.
 *
 *	VEC(int) numbers = {0};
 *	vec_push(&numbers, 3);
 *	vec_each(&numbers, n) printf("%d\n", *n);
 *	vec_done(&numbers);
 */
#pragma once

#include <stdlib.h>

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t len;                                                                        \
		size_t cap;                                                                        \
	}

/* Append a copy of `value`; yields nothing. */
#define vec_push(v, ...)                                                                           \
	do {                                                                                       \
		if ((v)->len == (v)->cap)                                                          \
			(v)->items = vec_grow((v)->items, &(v)->cap, sizeof(*(v)->items));         \
		(v)->items[(v)->len++] = (__VA_ARGS__);                                            \
	} while (0)

/* Pointer to the last element; the vec must not be empty. */
#define vec_last(v) (&(v)->items[(v)->len - 1])
#define vec_pop(v)  ((v)->items[--(v)->len])
#define vec_each(v, it)                                                                            \
	for (__typeof__((v)->items + 0) it = (v)->items; it && it < (v)->items + (v)->len; it++)
#define vec_clear(v) ((v)->len = 0)
#define vec_done(v)                                                                                \
	do {                                                                                       \
		free((v)->items);                                                                  \
		(v)->items = NULL;                                                                 \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)

/* Used by vec_push: a larger block with the same content; `*cap` is updated. */
void *vec_grow(void *items, size_t *cap, size_t item_size);
