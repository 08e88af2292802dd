/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint: the identity of a divergence. SHA-256 of the canonical JSON of version, case,
 * backend pair, clause, channel, kind, locus and class pair: no text, numbers, paths or times of
 * the run. Array indices in the locus are kept (which item differs), line numbers of text are not.
 * `fp_cause` drops the case and the part of the locus that is peculiar to it (indices, names of
 * files): for clusters on display, never for closing.
 */
#pragma once

#include "base/digest.h"
#include "diff/classify.h"

enum { FINGERPRINT_VERSION = 1 };

struct fingerprint {
	char fp[DIGEST_HEX_SIZE];
	char cause[DIGEST_HEX_SIZE];
};

void fingerprint_of(struct fingerprint *out, const char *case_name,
		    const struct divergence *divergence);
/* Of a case without divergences that is not ok: case and verdict; the cause is the verdict alone.
 */
void fingerprint_of_verdict(struct fingerprint *out, const char *case_name, enum verdict verdict);
/* 64 lower-case hex digits. */
bool fingerprint_is_valid(const char *text);
