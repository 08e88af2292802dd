/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inputs: the identity of a case, a hash over everything it consists of: its name, the file that
 * describes it, its program, and the files it brings. Read from the disk at the time of asking.
 */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "oracles/case.h"

struct inputs; /* memory that is used again from case to case */

struct inputs *inputs_new(void);
struct inputs *inputs_free(struct inputs *inputs); /* returns NULL */

/* Every part counts with its length, so that no two lists of parts are alike. */
int inputs_digest(unsigned char sum[DIGEST_SIZE], struct inputs *inputs,
		  const struct test_case *test, struct error *err);

/* Identities of a suite's cases as they were at one time, by the case's place in the suite. */
struct inputs_sums {
	const struct test_case *first;
	unsigned char (*items)[DIGEST_SIZE]; /* NULL: none are kept */
};
