/* SPDX-License-Identifier: Apache-2.0 */
/* slice: questions about borrowed bytes; owns nothing and allocates nothing. */
#include "base/slice.h"

bool slice_is(struct slice s, const char *text)
{
	return slice_eq(s, slice_of(text));
}

bool slice_starts(struct slice s, const char *prefix)
{
	size_t len = strlen(prefix);
	return s.len >= len && (len == 0 || memcmp(s.ptr, prefix, len) == 0);
}

bool slice_ends(struct slice s, const char *suffix)
{
	size_t len = strlen(suffix);
	return s.len >= len && (len == 0 || memcmp(s.ptr + s.len - len, suffix, len) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool slice_next_line(struct slice *rest, struct slice *line)
{
	if (rest->len == 0)
		return false;
	const char *end = memchr(rest->ptr, '\n', rest->len);
	size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
	size_t step = end ? len + 1 : len;
	*line = slice_make(rest->ptr, len);
	rest->ptr += step;
	rest->len -= step;
	return true;
}

bool slice_next_field(struct slice *rest, char sep, struct slice *field)
{
	if (!rest->ptr)
		return false;
	const char *end = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
	if (!end) {
		/* The last field: an empty one counts, so only a NULL pointer says "no more". */
		*field = *rest;
		*rest = (struct slice){.ptr = NULL, .len = 0};
		return true;
	}
	size_t len = (size_t)(end - rest->ptr);
	*field = slice_make(rest->ptr, len);
	rest->ptr += len + 1;
	rest->len -= len + 1;
	return true;
}
