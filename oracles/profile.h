/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile: a toolchain described as data. Plans are made here; nothing is spawned.
 * The JSON form is documented in oracles/profiles/README.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "oracles/case.h"
#include "oracles/plan.h"

enum role { ROLE_FRONTEND, ROLE_CANONICAL, ROLE_JIT, ROLE_AOT, ROLE_WITNESS };
const char *role_name(enum role role); /* "frontend", "canonical", "jit", "aot", "witness" */

/*
 * An argv template; ${name} is replaced, and a word that is exactly ${args} becomes all arguments.
 * `needs[i]` is NULL, or "app" or "args": word i stands only when the case has one.
 */
struct command {
	const char **words;
	const char **needs;
	size_t len;
};

/* What an exit status of a phase means, in the words that observations use. */
struct exit_meaning {
	int code;
	const char *meaning; /* "success", "runtime-failure", "usage", "panic", "rejected", ... */
	bool or_rejected; /* "rejected" instead when diagnostics of a refused program are found */
};

struct profile_backend {
	const char *name; /* "ast", "native", "aot" */
	enum role role;
	const char *alias; /* of a witness: its name in its own profile, which rules know; else NULL
			    */
	struct command build; /* len 0: nothing to build */
	struct command run;
	const char *artifact;       /* relative to the work directory, what build leaves */
	bool checks;                /* refuses what the frontend refuses: reject cases run on it */
	struct exit_meaning *exits; /* of the run phase */
	size_t exit_len;
	const char **env; /* "NAME=value" for this backend only */
	size_t env_len;
	const char **build_env; /* ... and for its build only */
	size_t build_env_len;
	int64_t build_timeout_ms; /* 0: the run's default */
};

struct profile_file {
	const char *path;
	struct command lines; /* templates, one a line */
};

struct profile {
	const char *name;
	const char *path;           /* the JSON file */
	const char *rules;          /* name of the rule file, diff/rules/NAME.json */
	const char *toolchain;      /* resolved folder of the binaries, absolute */
	const char *toolchain_root; /* the folder the user named; the binaries may stand deeper */
	const char *self_dir;
	const char *toolchain_env;   /* environment variable that names it, or NULL */
	const char *language;        /* file ending of programs, without the dot */
	struct command version;      /* prints the identity */
	const char **identity_files; /* templates of paths whose content is part of the identity; a
					leading '?' marks one that may be absent */
	size_t identity_file_len;
	struct command check; /* len 0: the profile has no separate frontend */
	struct exit_meaning *check_exits;
	size_t check_exit_len;
	const char **check_env; /* "NAME=value" for the check only */
	size_t check_env_len;
	const char *diagnostics;          /* "json-lines" or "text" */
	bool codes_optional;              /* diagnostics may carry no code */
	struct profile_backend *backends; /* the canonical one first */
	size_t backend_len;
	const char **env; /* "NAME=value" for every process */
	size_t env_len;
	const char **env_pass; /* names passed through from our own environment when set */
	size_t env_pass_len;
	struct profile_file *files; /* written into every fresh work directory */
	size_t file_len;
	const char **ignore_files; /* path_matches() patterns left out of the files channel */
	size_t ignore_file_len;
	const char **features; /* what cases may `requires` */
	size_t feature_len;
	const char **read_paths; /* templates the sandbox must show */
	size_t read_path_len;
	const char **write_paths;
	size_t write_path_len;
};

struct profile_options {
	const char *toolchain; /* --toolchain DIR, or NULL */
	const char *self_dir;  /* folder of the running executable, for ${self} */
};

/*
 * Load and resolve. Broken JSON, unknown keys, no canonical backend: input error with file and
 * line. A toolchain whose binaries are absent: a fault, one line that says what to set or to build.
 */
int profile_load(struct profile **out, const char *path, const struct profile_options *options,
		 struct error *err);
struct profile *profile_free(struct profile *profile); /* returns NULL */
void profile_freep(struct profile **profile);

const struct profile_backend *profile_backend(const struct profile *profile, const char *name);
const struct profile_backend *profile_canonical(const struct profile *profile);
bool profile_has_feature(const struct profile *profile, const char *feature);

/* A read or write path with its names replaced. */
const char *profile_path(const struct profile *profile, const char *text, struct arena *arena);

/* SHA-256 over the identity files, names and contents; the version command is run by the caller. */
int profile_identity(char hex[DIGEST_HEX_SIZE], const struct profile *profile, struct error *err);

/*
 * Plans. `*out` of a check is NULL when the profile has no separate frontend. `work_dir` is
 * absolute and fresh. The check plan and each backend's first plan bring the case's and the
 * profile's files; phases of one backend share the directory. The environment is LC_ALL=C, TZ=UTC,
 * PATH=/usr/bin:/bin, HOME and TMPDIR inside work_dir, then the profile's, the backend's, what is
 * passed through, and the case's; the last of one name wins. An unreadable case file is an input
 * error. The memory limit is for runs: a compiler is not the program under test.
 */
int plan_check(struct plan **out, const struct profile *profile, const struct test_case *test,
	       const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	       struct error *err);
/* `*out` is NULL when the backend has nothing to build. */
int plan_build(struct plan **out, const struct profile *profile,
	       const struct profile_backend *backend, const struct test_case *test,
	       const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	       struct error *err);
int plan_run(struct plan **out, const struct profile *profile,
	     const struct profile_backend *backend, const struct test_case *test,
	     const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	     struct error *err);
/* The identity's version command; `*out` is NULL when the profile has none. */
int plan_version(struct plan **out, const struct profile *profile, const char *work_dir,
		 const struct plan_limits *limits, struct arena *arena, struct error *err);
