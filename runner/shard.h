/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shard: one of n parts of a selection. A case's part depends on its name alone, so that it stays
 * where it is when other cases come and go, and every machine cuts the same way.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "runner/inputs.h"
#include "runner/select.h"

struct shard {
	int64_t index; /* from 1 */
	int64_t count; /* 0: the selection is not cut */
};

enum { SHARD_MAX = 10000 };

/* "2/3". Input error when it is not INDEX/COUNT with 1 <= INDEX <= COUNT <= SHARD_MAX. */
int shard_parse(struct shard *out, const char *text, struct error *err);

/* Is a case of this name in the part? Always when nothing is cut. */
bool shard_has(const struct shard *shard, const char *case_name);

/* Keep the part's cases, in their order. */
void shard_cut(struct selection *selection, const struct shard *shard);

/*
 * SHA-256 over what is selected, names and inputs: parts of one whole have the same. Each case's
 * own goes into `sums`. An unreadable input is an error.
 */
int shard_digest(char hex[DIGEST_HEX_SIZE], const struct selection *selection,
		 const struct inputs_sums *sums, struct error *err);
