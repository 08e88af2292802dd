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
	DIFF_ORDER,              /* same items, another order */
	DIFF_TYPE,               /* another JSON type or item kind */
	DIFF_CLASS,              /* another end, meaning or error class */
	DIFF_NATIVE_UNSUPPORTED, /* canonical ran it, this backend refused to build or compile it */
	DIFF_EXPECTATION,        /* against the case's own expectation: golden, class, reject */
	DIFF_WITNESS,            /* only against the witness: a question to the specification */
};
const char *diff_kind_name(enum diff_kind kind); /* "missing", ..., "native-unsupported",
				     "expectation", "witness" */

struct difference {
	enum channel channel;
	enum diff_kind kind;
	/*
	 * "stdout[4]" the fifth item, "stderr[2]/error/fields/0/code" a leaf of a JSON line,
	 * "stderr[0]/error/message" a field of a record of kind "error", "exit", "files/a.txt"
	 */
	const char *locus;
	struct slice left; /* what the canonical side showed there, an excerpt */
	struct slice right;
	const char *left_class; /* "success", "runtime_fatal", "signal 11", ... */
	const char *right_class;
	const struct rule *rule; /* that shaped the item, or NULL */
};

enum { DIFFERENCE_MAX = 64 };

/*
 * In the order exit, stdout, stderr, files. Streams that are byte-equal under the same rules cost
 * one memcmp. At most one difference a channel is listed for text (the first), JSON and records
 * list each leaf; at most DIFFERENCE_MAX in all, the last then saying how many more ("more" as its
 * locus).
 *
 * JSON lines are compared as trees to find the place, never to forgive: the same tree spelled
 * otherwise is a difference too (order of members: DIFF_ORDER), unless a rule projected it. A
 * stream with a hole is equal only by its length and hash; where the kept bytes agree the locus is
 * "stdout/dropped". A side that died of a signal may have lost buffered output: if its stream is a
 * prefix of the other's, only the exit differs.
 */
int compare(struct difference **out, size_t *len, const struct normal *left,
	    const struct normal *right, struct arena *arena, struct error *err);

/*
 * Only one stream, and only its first difference; NULL when equal. For a golden: `left` is what was
 * expected.
 */
const struct difference *compare_first(const struct normal *left, const struct normal *right,
				       enum channel channel, struct arena *arena);

/* "success", "runtime-failure (exit 1)", "signal 11", "rejected (build, exit 1)", "timeout". */
const char *observation_class(const struct observation *obs, struct arena *arena);
