/* SPDX-License-Identifier: Apache-2.0 */
/* arena: a list of blocks, the newest in use; a large request gets a block of its own behind it. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_SIZE = 32 << 10, LARGE = BLOCK_SIZE / 4 };

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t len;
	alignas(max_align_t) char bytes[];
};

static size_t round_up(size_t size, size_t align)
{
	if (size > SIZE_MAX / 2)
		mem_exhausted();
	return (size + align - 1) & ~(align - 1);
}

static struct arena_block *new_block(size_t cap)
{
	struct arena_block *block = mem_alloc(sizeof(*block) + cap);
	block->next = NULL;
	block->cap = cap;
	block->len = 0;
	return block;
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;
		free(block);
		block = next;
	}
}

void arena_done(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->head);
	arena->head = NULL;
	arena->used = 0;
}

void arena_clear(struct arena *arena)
{
	arena->used = 0;
	if (!arena->head)
		return;
	free_blocks(arena->head->next);
	arena->head->next = NULL;
	arena->head->len = 0;
}

/* `align` is a power of two, at most that of a block's bytes. */
static void *take(struct arena *arena, size_t size, size_t align)
{
	size_t need = round_up(size ? size : 1, align);
	struct arena_block *block = arena->head;
	size_t at = block ? round_up(block->len, align) : 0;
	if (!block || at > block->cap || block->cap - at < need) {
		bool large = need > LARGE;
		struct arena_block *fresh = new_block(large ? need : BLOCK_SIZE);
		if (large && block) {
			/* Keep filling the current block: the large one is full already. */
			fresh->next = block->next;
			block->next = fresh;
		} else {
			fresh->next = block;
			arena->head = fresh;
		}
		block = fresh;
		at = 0;
	}
	void *bytes = block->bytes + at;
	block->len = at + need;
	arena->used += size;
	return memset(bytes, 0, need);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return take(arena, size, alignof(max_align_t));
}

void *arena_dup(struct arena *arena, const void *bytes, size_t len)
{
	void *copy = arena_alloc(arena, len);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	if (len == SIZE_MAX)
		mem_exhausted();
	/* Texts are most of what there is, and stand close together. */
	char *copy = take(arena, len + 1, 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

struct slice arena_slice(struct arena *arena, struct slice s)
{
	return slice_make(arena_strndup(arena, s.ptr, s.len), s.len);
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, fmt);
	int len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		mem_exhausted();
	char *copy = arena_strndup(arena, text, (size_t)len);
	free(text);
	return copy;
}
