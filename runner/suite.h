/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite: the corpus, read from a folder. How a case is written: docs/cases.md.
 *
 * A program "a/b.LANG" is the case "a/b"; a folder "a/b" with a case.json is the case "a/b" and is
 * not searched further. Loading is strict: an unknown key, a value that cannot be meant, an unknown
 * clause, a name used twice or a link that leaves the corpus is an input error "path:line:
 * problem". Programs and the files that cases bring stay on disk until they are planned.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "oracles/case.h"
#include "spec/clause.h"

struct suite {
	const char *dir;         /* as given */
	char *real_dir;          /* resolved, for names typed as paths */
	struct test_case *cases; /* in byte order of their names */
	size_t len;
	struct arena arena; /* owns the cases */
};

/* `language` is the file ending of programs without the dot. `spec` NULL: clauses are not checked.
 */
int suite_load(struct suite **out, const char *dir, const char *language, const struct spec *spec,
	       struct error *err);
struct suite *suite_free(struct suite *suite); /* returns NULL */
void suite_freep(struct suite **suite);

const struct test_case *suite_find(const struct suite *suite, const char *name); /* or NULL */

/*
 * The header of one program as the loader reads it, from its bytes: fills `out`, memory from
 * `arena`. `path` is for messages and tells where files beside the program stand. Also what the
 * fuzzer drives.
 */
int suite_parse_program(struct test_case *out, struct slice text, const char *path,
			const struct spec *spec, struct arena *arena, struct error *err);
/* The same for the text of a case.json; `path` is that file's. */
int suite_parse_manifest(struct test_case *out, struct slice text, const char *path,
			 const char *language, const struct spec *spec, struct arena *arena,
			 struct error *err);
