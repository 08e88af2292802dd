/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite_draft: a case while it is read. Both spellings, directive lines and case.json, set its
 * values here, so that they accept the same. Messages carry no position: the caller wraps
 * "path:line" around.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/vec.h"
#include "oracles/case.h"
#include "spec/clause.h"

enum { CASE_TEXT_MAX = 1 << 20 }; /* golden, stdin, config: bytes of each */

struct draft {
	struct arena *arena;
	const struct spec *spec; /* or NULL */
	const char *path;        /* of the file it is read from */
	struct test_case *test;
	VEC(const char *) clauses;
	VEC(const char *) args;
	VEC(const char *) env;
	VEC(const char *) features;
	VEC(struct case_file) files;
	struct buf golden;
	struct buf stdin_text;
	struct buf config;
	bool has_config;
};

void draft_init(struct draft *draft, struct test_case *test, const char *path,
		const struct spec *spec, struct arena *arena);
void draft_done(struct draft *draft);

int draft_add_clause(struct draft *draft, struct slice id, struct error *err);
int draft_set_expect(struct draft *draft, struct slice text, struct error *err);
int draft_add_env(struct draft *draft, struct slice pair, struct error *err);
int draft_add_requires(struct draft *draft, struct slice feature, struct error *err);
int draft_set_timeout(struct draft *draft, struct slice text, struct error *err);
int draft_set_group(struct draft *draft, struct slice name, struct error *err);
int draft_set_isolation(struct draft *draft, struct slice text, struct error *err);
int draft_set_app(struct draft *draft, struct slice name, struct error *err);
/* A file beside `path`, written as `target`; it must exist and stay inside the folder. */
int draft_add_file(struct draft *draft, struct slice source, struct slice target,
		   struct error *err);
int draft_add_text_file(struct draft *draft, struct slice target, struct slice text,
			struct error *err);
/* The golden is what stands in a file beside `path`. */
int draft_set_golden_file(struct draft *draft, struct slice source, struct error *err);
/* Move everything into the test case; what only the whole shows is checked here. */
int draft_finish(struct draft *draft, struct error *err);

/* A file beside `path`: malloc'ed, readable, inside the folder even after links are followed. */
int suite_file_beside(char **out, const char *path, const char *name, struct error *err);
