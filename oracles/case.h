/* SPDX-License-Identifier: Apache-2.0 */
/* case: one corpus program with its inputs, expectation and cited clauses. Loaded by runner/suite.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum expect_kind {
	EXPECT_OK,     /* every backend ends with success */
	EXPECT_ERROR,  /* every backend ends with the error class named */
	EXPECT_REJECT, /* the frontend refuses the program, with the code named if any */
};

/* A file the case brings: written into the fresh work directory before anything runs. */
struct case_file {
	const char *path;   /* relative, path_is_inside() */
	const char *source; /* where to read it from, or NULL when `text` holds it */
	struct slice text;
};

/* There may be a hundred thousand: counts are narrow, and what is small stands together. */
struct test_case {
	const char *name;   /* "loops/for-list": path under the corpus without the ending */
	const char *path;   /* file to complain about: the program or the case.json */
	const char *source; /* path of the program on disk */
	const char *file;   /* its name in the work directory, "for-list.x" */
	const char *app;    /* entry block to run, or NULL */
	const char *group;  /* of cases that must not run all at once, or NULL */
	const char **clauses;
	const char **args;     /* program arguments */
	const char **env;      /* "NAME=value" on top of the profile's allow-list */
	const char **requires; /* features a profile must declare, else the case is not for it */
	struct case_file *files;
	uint32_t clause_len;
	uint32_t arg_len;
	uint32_t env_len;
	uint32_t require_len;
	uint32_t file_len;
	enum expect_kind expect : 8;
	bool has_golden; /* expected stdout given by hand */
	bool has_stdin;
	const char *expect_class; /* error class or reject code, or NULL for any */
	struct slice golden;
	struct slice stdin_text;
	int64_t timeout_ms; /* 0: the run's default */
};
