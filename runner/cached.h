/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cached: verdicts that stand from an earlier run. The key of a case is a hash over everything its
 * verdict can depend on: its inputs, specification, contract, rules, profile (text, identity, what
 * the toolchain says of itself), backends, limits, environment values that pass through, isolation,
 * the host's kernel and machine, and this very program.
 *
 * Only clean agreement is kept: first attempt, nothing left running. A share of what is found is
 * run again all the same, chosen by the run's id; if that does not agree, the entry is removed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/cache.h"
#include "runner/context.h"
#include "runner/inputs.h"

struct cached;

struct cached_options {
	const char *dir; /* folder for all that is kept between runs */
	bool write;
	uint64_t max_bytes;
	int check_percent; /* of what is found: run again */
	const char *run_id;
	const struct context *context;
	const struct inputs_sums *sums; /* of every case that is asked for; outlive the cached */
	const char *identity;           /* of the toolchain, hex */
	const char *version;            /* its own words */
	const char *isolation;
	const struct profile_backend *const *backends;
	size_t backend_len;
	const struct plan_limits *limits;
};

int cached_open(struct cached **out, const struct cached_options *options, struct error *err);
struct cached *cached_close(struct cached *cached); /* returns NULL; writes what is new */

/* Never answer for this case: something is open against it. `name` must outlive the cached. */
void cached_distrust(struct cached *cached, const char *case_name);

struct cached_result {
	struct judgement judgement; /* agree, with the effects of the rules */
	struct observation *obs;    /* without the streams themselves */
	size_t obs_len;
};

/* True and a result from the cache, memory from `arena`; else the case is to be run. */
bool cached_find(struct cached_result *out, struct cached *cached, const struct test_case *test,
		 struct arena *arena);

/* Found, and to be run again to check it: it needs every backend it was found with. */
bool cached_is_checked(const struct cached *cached, const char *case_name);

enum { CACHED_E_MISMATCH = 1 };

/*
 * A case that was run: kept when it is clean. CACHED_E_MISMATCH with `err` set when the cache had
 * promised another result.
 */
int cached_done(struct cached *cached, const struct test_case *test,
		const struct judgement *judgement, const struct observation *obs, size_t obs_len,
		struct error *err);

struct cached_stats {
	size_t checked; /* found, and run again */
	size_t mismatched;
	struct cache_stats cache;
};
struct cached_stats cached_stats(const struct cached *cached);

/* "$XDG_CACHE_HOME/parity" or "$HOME/.cache/parity", malloc'ed; NULL when neither is set. */
char *cached_default_dir(void);

/* cached_entry.c: a clean result as bytes, and back. Reading is false for bytes that are none. */
void cached_entry_write(struct buf *out, const struct context *context,
			const struct judgement *judgement, const struct observation *obs,
			size_t obs_len);
bool cached_entry_read(struct cached_result *out, const struct context *context, struct slice bytes,
		       struct arena *arena);
