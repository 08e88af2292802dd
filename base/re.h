/* SPDX-License-Identifier: Apache-2.0 */
/*
 * re: PCRE2 patterns over bytes, JIT-compiled where the host allows, with limits on every match.
 * A match that meets a limit is an error, never "no match". One thread at a time may use a struct
 * re.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

struct re;

enum re_flags {
	RE_CASELESS = 1 << 0,
	RE_MULTILINE = 1 << 1, /* ^ and $ at line ends */
	RE_DOTALL = 1 << 2,
	RE_UTF = 1 << 3, /* text must be valid UTF-8, else re_match is an error */
};

enum { RE_NO_MATCH = 1, RE_MAX_GROUPS = 64 };

struct re_group {
	size_t start; /* byte offsets into the subject; SIZE_MAX when unset */
	size_t end;
};

struct re_match {
	size_t len; /* groups filled, group 0 included */
	struct re_group groups[RE_MAX_GROUPS];
};

/* Input error "bad pattern ... at offset N: reason". At most RE_MAX_GROUPS - 1 groups. */
int re_compile(struct re **out, struct slice pattern, unsigned flags, struct error *err);
struct re *re_free(struct re *re); /* returns NULL */
void re_freep(struct re **re);

/* Limits for later matches; 0 leaves PCRE2's default. Defaults: match 10 million, heap 64 MiB. */
void re_set_limits(struct re *re, unsigned match_limit, unsigned heap_kib);

/*
 * Search from `start`: 0 and `m` filled, RE_NO_MATCH, or negative (an input error: limit met, bad
 * UTF, a start behind the end). `m->len` is always re_group_count() + 1.
 */
int re_match(struct re *re, struct slice subject, size_t start, struct re_match *m,
	     struct error *err);

/* Number of a named group, or -1. Names are listed in pattern order by index 0.. until NULL. */
int re_group_number(const struct re *re, const char *name);
const char *re_group_name(const struct re *re, size_t index);
size_t re_group_count(const struct re *re);
bool re_is_jit(const struct re *re);

static inline struct slice re_group_slice(struct slice subject, const struct re_match *m, size_t i)
{
	if (i >= m->len || m->groups[i].start == (size_t)-1)
		return (struct slice){.ptr = NULL, .len = 0};
	return slice_make(subject.ptr + m->groups[i].start, m->groups[i].end - m->groups[i].start);
}
