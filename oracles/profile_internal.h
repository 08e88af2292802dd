/* SPDX-License-Identifier: Apache-2.0 */
/* profile_internal: what the files behind profile.h share: the template language. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "oracles/profile.h"

/*
 * Templates: ${name} is replaced by a value, $$ stands for one dollar sign, a lone '$' for itself.
 * ${env:NAME} is a variable of our own environment, "" when unset.
 */
struct expansion {
	const struct profile *profile;
	const struct profile_backend *backend; /* or NULL */
	const struct test_case *test;          /* or NULL */
	const char *work_dir;                  /* or NULL */
};

/* NULL when all names are known, else the unknown one, malloc'ed. */
char *template_unknown_name(const char *text);
/* From `arena`. Names must be known; a value that does not apply is "". */
char *template_expand(const char *text, const struct expansion *with, struct arena *arena);

/* What profile_load keeps beside the public part. */
struct profile_store {
	struct profile profile; /* first: the public pointer is the store's */
	struct arena arena;
	const char *toolchain_default; /* template or NULL */
	const char *toolchain_hint;    /* what to do when it is absent, or NULL */
	const char **search;           /* templates of folders, ${toolchain} is the folder named */
	size_t search_len;
};

/* profile_read.c: the JSON form, checked member by member; paths are not looked at. */
int profile_read(struct profile_store *store, const char *path, struct error *err);
