/* SPDX-License-Identifier: Apache-2.0 */
/*
 * artifact: what successful builds left, kept between runs, so that an unchanged program is not
 * built again. The key is a hash over all that a build can depend on: the plan (arguments,
 * environment, files, limits, less the name of the work directory), the toolchain's identity and
 * words, isolation, kernel and machine.
 *
 * Kept is the whole of what the build changed in its work directory, and its outcome, in a file of
 * its own with a checksum over everything, which is verified before any of it is used. Where a
 * build wrote the name of its work directory, the new one's stands when it is put back: it is as
 * long, that is part of the key. Not kept is what cannot be put back as it was: links, special
 * files, what is large, output that was cut, and whatever holds the name of the folder above.
 *
 * Files are written under a lock and renamed into place: a reader sees all of one or none, a killed
 * writer leaves nothing that a reader would take. The least recently used go first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "oracles/outcome.h"
#include "oracles/plan.h"

struct artifacts;

struct artifacts_options {
	const char *dir; /* folder for all that is kept between runs */
	bool write;      /* else nothing in the folder changes */
	uint64_t max_bytes;
	int check_percent; /* of what is found: built again */
	const char *run_id;
	const char *identity; /* of the toolchain, hex */
	const char *version;  /* its own words */
	const char *isolation;
};

int artifacts_open(struct artifacts **out, const struct artifacts_options *options,
		   struct error *err);
/* Keep within the bound, free. Returns NULL. */
struct artifacts *artifacts_close(struct artifacts *artifacts);

/* Build this case anew: something is open against it. `name` must outlive the artifacts. */
void artifacts_distrust(struct artifacts *artifacts, const char *case_name);

/* The key of a build. The plan's work directory stands in the arguments and does not count. */
void artifacts_key(char out[DIGEST_HEX_SIZE], struct artifacts *artifacts, const struct plan *plan);

enum artifact_answer {
	ARTIFACT_NONE,  /* to be built */
	ARTIFACT_FOUND, /* artifacts_restore() is next, with the same key */
	ARTIFACT_CHECK, /* found; to be built all the same, and both to be run */
};
enum artifact_answer artifacts_find(struct artifacts *artifacts, const char *key,
				    const char *case_name);

/*
 * Put what was found into the plan's work directory, where its files stand already, and fill `out`
 * as the build did. False when that failed half-way: the directory is spoilt.
 */
bool artifacts_restore(struct outcome *out, struct artifacts *artifacts, const char *key,
		       const struct plan *plan, struct arena *arena);

/* A build ended: keep what it left, if it can be. Nothing in artifacts that do not write. */
void artifacts_keep(struct artifacts *artifacts, const char *key, const struct plan *plan,
		    const struct outcome *outcome);

/* What is kept under this key behaved in another way than a fresh build. */
void artifacts_refute(struct artifacts *artifacts, const char *key);

struct artifacts_stats {
	size_t reused;
	size_t checked;
	size_t mismatched;
	size_t stored;
	size_t unfit;   /* builds that were not kept */
	size_t damaged; /* failed their checksum */
	size_t evicted;
};
struct artifacts_stats artifacts_stats(const struct artifacts *artifacts);
