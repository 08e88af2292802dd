/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd: the verbs. Each cmd_<verb>.c reads options, calls library functions and prints; the exit
 * code it returns is the program's. Only these files and main.c print.
 */
#pragma once

#include "base/error.h"
#include "runner/context.h"
#include "runner/opt.h"
#include "triage/ledger.h"

int cmd_run(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_clauses(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_rulings(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_findings(int argc, char **argv);
int cmd_waive(int argc, char **argv);
int cmd_compact(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/*
 * Read a verb's options. CMD_GO, or the exit code to return: 0 after --help, 2 after a message.
 */
enum { CMD_GO = -1 };
int cmd_options(const char *verb, const char *about, const struct opt *opts, void *target, int argc,
		char **argv);

/* One line on stderr; returns the exit code the error asks for. */
int cmd_fail(const struct error *err);
/* The same for a selection that is empty: exit code 4. */
int cmd_nothing(const struct error *err);

/* Write to stdout; returns 0, or 3 after a message when it cannot be written. */
int cmd_print(const struct buf *out);

/* Options that several verbs share; `S` is their struct with a member `inputs`. */
#define OPT_CORPUS(S)                                                                              \
	OPT(OPT_TEXT, 0, "corpus", "DIR", "folder of cases (default: the one that came along)", S, \
	    inputs.corpus)
#define OPT_PROFILE(S)                                                                             \
	OPT(OPT_TEXT, 'p', "profile", "NAME|FILE", "toolchain to judge (default: reference)", S,   \
	    inputs.profile)
#define OPT_TOOLCHAIN(S)                                                                           \
	OPT(OPT_TEXT, 0, "toolchain", "DIR", "folder with the toolchain's programs", S,            \
	    inputs.toolchain)
#define OPT_SPEC(S)                                                                                \
	OPT(OPT_TEXT, 0, "spec", "DIR", "folder of the language's documents", S, inputs.spec)
#define OPT_RULES(S)                                                                               \
	OPT(OPT_TEXT, 0, "rules", "NAME|FILE", "rule set (default: the profile's)", S, inputs.rules)
#define OPT_REPO(S)                                                                                \
	OPT(OPT_TEXT, 0, "repo", "DIR",                                                            \
	    "folder in the subject's repository (default: the current one)", S, repo)

/* The ledger of `repo`, or of the current folder when NULL. 0 or negative with `err` set. */
int cmd_open_ledger(struct ledger **out, const char *repo, struct error *err);

/* A filed object's member as text, "" when absent. */
const char *cmd_member(const json_node *object, const char *key);
