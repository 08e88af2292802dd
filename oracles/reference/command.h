/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: what the package command does around a verb: it finds the package, adds the variables of
 * its .env file, and says on stderr which step it is at. The verbs themselves know nothing of it.
 * Clauses: runtime.md#fuse-cli-wrapper-output-contract-checkrunbuildtest, #config-loading.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

struct command {
	const char *name; /* of the verb */
	bool json;        /* steps and complaints as JSON lines */
};

struct command_package {
	const char *dir;     /* "" is the working directory */
	const char *entry;   /* its entry file; NULL when a file was named instead */
	const char *app;     /* as the manifest says, or NULL */
	const char *backend; /* as the manifest says, or NULL */
};

/* "[run] start" */
void command_step(const struct command *command, const char *message);
/* "error: MESSAGE"; `code` names the failure in JSON, or is NULL. */
void command_error(const struct command *command, const char *code, const char *message);

/*
 * The package that `manifest_path` names (a folder or its fuse.toml), else that of `file`, which
 * may be a folder, else that of the working directory. Without a file the manifest must name the
 * entry. Negative: *code is the failure's, `err` says why. Texts live in the arena.
 */
int command_find(struct command_package *out, struct arena *arena, const char *manifest_path,
		 const char *file, const char **code, struct error *err);

/* Adds what the package's .env has and the environment lacks, and names the package's config file
 * unless FUSE_CONFIG does. Negative: the .env file is there and cannot be read, or a bad line. */
int command_environment(const struct command_package *package, struct error *err);
