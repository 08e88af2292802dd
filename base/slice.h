/* SPDX-License-Identifier: Apache-2.0 */
/* slice: a borrowed run of bytes; not terminated, may hold NULs and invalid UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *ptr; /* may be NULL only when len is 0 */
	size_t len;
};

#define SLICE_EMPTY ((struct slice){.ptr = "", .len = 0})

/* For printf("%.*s", SLICE_ARG(s)). */
#define SLICE_ARG(s) (int)(s).len, (s).ptr

static inline struct slice slice_of(const char *text)
{
	return (struct slice){.ptr = text, .len = strlen(text)};
}

static inline struct slice slice_make(const char *ptr, size_t len)
{
	return (struct slice){.ptr = ptr, .len = len};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slice_is(struct slice s, const char *text);
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);

/* Without blanks (space, tab, CR, LF) at both ends. */
struct slice slice_trim(struct slice s);

/*
 * Cut the next line off `rest` (without its LF) into `line`; false when `rest` is empty.
 * "a\n" is one line; "a\n\n" two, the second empty.
 */
bool slice_next_line(struct slice *rest, struct slice *line);

/* Cut the part before the next `sep` off `rest`; false when `rest` is exhausted (ptr NULL). */
bool slice_next_field(struct slice *rest, char sep, struct slice *field);
