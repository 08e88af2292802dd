/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world: what the tests of diff/ judge in: a small specification in a folder of its own, rules and
 * a contract over it, and observations made by hand. Everything is gone after world_done().
 */
#pragma once

#include "base/arena.h"
#include "diff/classify.h"
#include "oracles/profile.h"

struct world {
	struct arena arena;
	char dir[64];
	char *spec_dir;
	char *rules_path;
	struct spec *spec;
	struct rules *rules;
	struct contract *contract;
	struct profile profile;
	struct judge judge;
	struct error err;
};

/* With the rules of WORLD_RULES, unless `rules` (the members of the list, "" for none) are given.
 */
void world_init(struct world *world, const char *rules);
void world_done(struct world *world);

/* Write a rule file around the list's members; @HASH(clause)@ becomes the clause's hash. */
void world_write_rules(struct world *world, const char *rules);
/* Replace the text of the specification and load it anew. */
void world_write_spec(struct world *world, const char *markdown);

extern const char WORLD_SPEC[];
extern const char WORLD_RULES[];

/* One attempt that ran to its exit; code 0 means success, 1 runtime-failure. */
struct observation observed(const char *backend, enum role role, const char *out, const char *err,
			    int code);
void set_out(struct observation *obs, struct slice bytes);
void set_err(struct observation *obs, struct slice bytes);

/* Three voices that all printed the same and succeeded. */
enum { AST, NATIVE, AOT, VOICES };
void three_alike(struct observation obs[VOICES], const char *out);
/* Three voices that failed with `message`, each in its own form. */
void three_failed(struct world *world, struct observation obs[VOICES], const char *out,
		  const char *message);

/* A case that expects success and cites "lang#printing". */
struct test_case case_named(const char *name);

/* Judge; a rule error is a failed test. */
struct judgement judged(struct world *world, const struct test_case *test,
			const struct observation *obs, size_t len);
