/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the event streams of several runs as one result. Joins shards into their whole, and puts
 * any result into one canonical order.
 *
 * The ordered result is what two runs of the same thing have in common: the facts of the start
 * event, every case by name, every error, the sums. Left out is what is different each time or on
 * each machine: run ids, times, paths, raw bytes and their hashes before rules were applied,
 * whether a case came from the cache, how many ran at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"
#include "diff/classify.h"
#include "runner/shard.h"

struct merge_case {
	const char *name;
	const char *verdict;
	const char *clause;  /* of the first divergence, or NULL */
	const char *fp;      /* or NULL */
	const char *from;    /* the stream's path, a pointer of its own each */
	struct slice line;   /* canonical JSON without LF */
	bool is_error;       /* an error event; its name may be "" for one of the run */
	bool is_not_started; /* some process could not start */
};

struct merge_rule {
	const char *id;
	int64_t hits;
	int64_t cases;
	int64_t flips;
};

/* One stream, read and checked for itself. */
struct merge_part {
	const char *path;
	struct shard shard;
	int64_t cases; /* as its summary says */
	int64_t planned;
	int64_t skipped;
	int64_t errors;
	int64_t cached;
	int64_t aot_not_run;
	bool complete;
	int exit;
	struct slice facts; /* canonical JSON of what all parts must have in common */
	size_t first;       /* its cases in merge.cases */
	size_t len;
};

struct merge {
	struct arena arena;
	struct map names; /* case -> its index in `cases`, a size_t */
	VEC(struct merge_case) cases;
	VEC(struct merge_part) parts;
	VEC(struct merge_rule) rules;
	VEC(const char *) backends;
	VEC(const char *) channels;

	/* Filled by merge_finish. */
	size_t counts[VERDICT_COUNT];
	size_t judged;
	int64_t whole; /* cases of the selection */
	int64_t planned;
	int64_t skipped;
	int64_t errors;
	int64_t cached;
	int64_t aot_not_run;
	bool complete;
	int exit;
};

void merge_done(struct merge *merge);

/*
 * Read one stream. Input errors, each naming the file: it is no event stream, it was cut off, its
 * counts do not fit its lines, a case stands in it that its shard cannot hold, or that an earlier
 * file judged in another way.
 */
int merge_add(struct merge *merge, const char *path, struct error *err);
/* The same from an open file, for which `path` is the name in messages. */
int merge_add_stream(struct merge *merge, FILE *file, const char *path, struct error *err);

/*
 * After the last: sort, and refuse what is no whole. Input errors: parts with other facts (subject,
 * toolchain, rules, specification, corpus, selection, options), a shard that is missing or given
 * twice, cases that no part accounts for.
 */
int merge_finish(struct merge *merge, struct error *err);

/* The ordered result: one JSON object a line, the facts first, the sums last. */
void merge_write(struct buf *out, const struct merge *merge);

/* merge_read.c: an event without what differs from run to run; the caller owns it. */
json_node *merge_stable(const json_node *event);
