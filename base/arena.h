/* SPDX-License-Identifier: Apache-2.0 */
/* arena: memory that is freed all at once. Allocations are zeroed and aligned for any type; texts
 * (arena_str*, arena_slice, arena_printf) are not aligned. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/slice.h"

struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out, for limits and statistics */
};

#define ARENA_INIT                                                                                 \
	{                                                                                          \
		.head = NULL                                                                       \
	}

void arena_done(struct arena *arena);
void arena_clear(struct arena *arena); /* keeps one block for reuse */

void *arena_alloc(struct arena *arena, size_t size);
void *arena_dup(struct arena *arena, const void *bytes, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
struct slice arena_slice(struct arena *arena, struct slice s); /* copy, NUL behind it */
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))
