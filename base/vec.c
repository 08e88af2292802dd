/* SPDX-License-Identifier: Apache-2.0 */
/* vec: the growth behind vec_push; the macros of the header hold everything else. */
#include "base/vec.h"

#include <stdint.h>

#include "base/mem.h"

void *vec_grow(void *items, size_t *cap, size_t item_size)
{
	size_t larger = *cap ? *cap * 2 : 8;
	if (larger < *cap || larger > SIZE_MAX / item_size)
		mem_exhausted();
	items = mem_resize(items, larger * item_size);
	*cap = larger;
	return items;
}
