/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory: a text that is kept from run to run for one corpus under one profile. For what makes a
 * run better and decides nothing: what cannot be read or written is no memory at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct memory {
	char *dir; /* NULL: nothing is kept */
	char *path;
};

/* `dir` as for the cache, NULL for none; `kind` its folder in there, `what` names corpus and
 * profile, hashed. */
void memory_init(struct memory *memory, const char *dir, const char *kind, const char *what);
void memory_done(struct memory *memory);
/* Append all of it to `out`; false when there is none, or more than `max` bytes. */
bool memory_read(struct buf *out, const struct memory *memory, size_t max);
/* In place of what was there; the last of several runners wins. */
void memory_write(const struct memory *memory, struct slice text);
