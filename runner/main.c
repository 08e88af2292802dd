/* SPDX-License-Identifier: Apache-2.0 */
/* main: the table of verbs. Everything else is in the library, where tests reach it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/file.h"
#include "runner/cmd.h"
#include "runner/run.h"

static const struct verb {
	const char *name;
	const char *about;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"run", "run the corpus under every backend, compare, and file the verdicts", cmd_run},
	{"merge", "join the results of shards into the result of the whole", cmd_merge},
	{"list", "list the cases", cmd_list},
	{"clauses", "list the clauses of the specification, or show one", cmd_clauses},
	{"coverage", "tell which clauses have a case, and hold the floor", cmd_coverage},
	{"rules", "list the rules, ratify one, or show what they hide", cmd_rules},
	{"rulings", "tell who is right where only a witness differs", cmd_rulings},
	{"log", "show the runs filed for a commit", cmd_log},
	{"show", "show a finding, its history and its evidence", cmd_show},
	{"findings", "list what is open in the ledger", cmd_findings},
	{"waive", "tolerate one finding until a day", cmd_waive},
	{"compact", "gather filed runs into the ledger", cmd_compact},
	{"doctor", "tell what isolation this host offers", cmd_doctor},
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(*verbs) };

static void print_usage(FILE *out)
{
	(void)fprintf(out,
		      "usage: parity VERB [options]\n\n"
		      "Runs every program of a corpus under a canonical interpreter, a JIT and "
		      "an AOT binary,\ncompares what they did, and files what differs.\n\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		(void)fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].about);
	(void)fprintf(out,
		      "\n'parity VERB --help' tells the options of a verb; every long option has "
		      "a mirror in the\nenvironment, --corpus in PARITY_CORPUS. Exit codes: 0 "
		      "all agree, 1 a case blocks, 2 usage or\nbroken input, 3 our own fault or a "
		      "backend that does not start, 4 nothing selected,\n5 incomplete, 128+n "
		      "ended by signal n.\n");
}

static int unknown_verb(const char *name)
{
	const char *names[VERB_COUNT + 1] = {0};
	const char *near;

	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = verbs[i].name;
	near = json_nearest(name, names);
	if (near)
		(void)fprintf(stderr, "parity: unknown verb '%s', did you mean '%s'\n", name, near);
	else
		(void)fprintf(stderr, "parity: unknown verb '%s', see 'parity help'\n", name);
	return RUN_EXIT_INPUT;
}

static int run_verb(const char *name, int argc, char **argv)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return verbs[i].run(argc, argv);
	return unknown_verb(name);
}

static int help(int argc, char **argv)
{
	char flag[] = "--help";
	char *args[] = {argv[0], flag, NULL};

	if (argc > 1)
		return run_verb(argv[1], 2, args);
	print_usage(stdout);
	return RUN_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	if (file_hold_standard(&err) < 0)
		return cmd_fail(&err);
	if (argc < 2) {
		print_usage(stderr);
		return RUN_EXIT_INPUT;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("parity %s\n", PARITY_VERSION);
		return RUN_EXIT_OK;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc - 1, argv + 1);
	return run_verb(argv[1], argc - 1, argv + 1);
}
