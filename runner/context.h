/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context: what a command works on, found and loaded: specification, contract, profile, rules,
 * corpus. A context lives as long as the command; parts not asked for stay NULL.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "diff/classify.h"
#include "runner/suite.h"

struct context_options {
	const char *spec;      /* folder, or NULL: the one in the data folder */
	const char *profile;   /* name or file, or NULL: "reference" */
	const char *toolchain; /* folder, or NULL */
	const char *rules;     /* file, or NULL: the profile's */
	const char *corpus;    /* folder, or NULL: the one in the data folder */
	const char *witness;   /* profile of an extra voice, name or file, or NULL: none */
	bool allow_stale;      /* rules whose clause changed are loaded all the same */
};

enum context_parts {
	CONTEXT_SPEC = 1 << 0,
	CONTEXT_PROFILE = 1 << 1,
	CONTEXT_RULES =
		1 << 2, /* with the specification; of the profile only its rule set's name */
	CONTEXT_SUITE = 1 << 3, /* with the specification; of the profile only its language */
	CONTEXT_CONTRACT = 1 << 4,
	CONTEXT_ALL = 31,
};

struct context {
	char *spec_dir;
	char *profile_path;
	char *rules_path;
	char *corpus_dir;
	struct spec *spec;
	struct contract *contract;
	struct profile *profile;
	struct profile *witness; /* or NULL */
	struct rules *rules;
	struct suite *suite;
};

/* Load in the order of the struct; the first problem ends it. Zeroed contexts are valid. */
int context_load(struct context *context, const struct context_options *options, unsigned parts,
		 struct error *err);
void context_done(struct context *context);
