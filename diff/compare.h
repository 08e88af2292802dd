/* SPDX-License-Identifier: Apache-2.0 */
/* compare: two normalised observations, channel by channel; every difference gets a pointer. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "diff/normalize.h"

enum diff_kind {
	DIFF_MISSING, /* present on the left only */
	DIFF_EXTRA,   /* present on the right only */
	DIFF_VALUE,
	DIFF_ORDER,   /* same items, another order */
	DIFF_TYPE,    /* another JSON type or item kind */
	DIFF_CLASS,   /* another end, meaning or error class */
	DIFF_NATIVE_UNSUPPORTED, /* canonical ran it, this backend refused to build or compile it */
	DIFF_EXPECTATION,        /* against the case's own expectation: golden, class, reject */
};
const char *diff_kind_name(enum diff_kind kind); /* "missing", ..., "native-unsupported", "expectation" */

struct difference {
	enum channel channel;
	enum diff_kind kind;
	const char *locus; /* "stderr[2]/error/fields/0/code", "stdout[4]", "exit", "files/a.txt" */
	struct slice left;  /* what the canonical side showed there, an excerpt */
	struct slice right;
	const char *left_class;  /* "success", "runtime_fatal", "signal 11", ... */
	const char *right_class;
	const struct rule *rule; /* that shaped the item, or NULL */
};

/*
 * Byte-equal streams cost one memcmp. At most one difference a channel is listed for text (the first),
 * JSON and records list each leaf; at most 64 in all, the last then saying how many more.
 */
int compare(struct difference **out, size_t *len, const struct normal *left,
	    const struct normal *right, struct arena *arena, struct error *err);
