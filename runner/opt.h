/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt: command lines read by a table. A verb describes its options as data; values land in members
 *of its own struct, borrowed from argv or the environment.
 *
 *	static const struct opt opts[] = {
 *		OPT(OPT_TEXT, 0, "corpus", "DIR", "folder of cases", struct o, corpus),
 *		OPT(OPT_ARGS, 0, "PATTERN", NULL, "cases to run", struct o, patterns),
 *		OPT_END};
 *
 * "--name value", "--name=value", "-n value", "-nvalue"; "--" ends the options. PARITY_NAME in the
 * environment stands for --name (dashes become underscores); the command line wins.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum opt_type {
	OPT_NONE,     /* ends a table */
	OPT_FLAG,     /* bool; takes no value */
	OPT_TEXT,     /* const char * */
	OPT_INT,      /* int64_t between min and max */
	OPT_DURATION, /* int64_t milliseconds, "5s" */
	OPT_CHOICE,   /* const char *, one of choices */
	OPT_ARG,      /* const char *: a positional argument that may be left out */
	OPT_ARG_MUST, /* const char *: one that may not */
	OPT_ARGS,     /* struct opt_args: all that remain; last in the table */
};

struct opt {
	enum opt_type type;
	char letter;       /* 0: none */
	const char *name;  /* long name without "--"; of an argument what the usage calls it */
	const char *value; /* what the usage calls the value, "DIR" */
	const char *help;
	size_t offset; /* of the member in the target struct */
	int64_t min;   /* OPT_INT */
	int64_t max;
	int64_t bare; /* OPT_INT: stands for "--name" alone; a value then needs its '=' */
	const char *const *choices; /* OPT_CHOICE, NULL-terminated */
};
/* A row for member `m` of struct `S`; `...` may set .min, .max, .choices. */
#define OPT(type_, letter_, name_, value_, help_, S, m, ...)                                       \
	{                                                                                          \
		.type = (type_), .letter = (letter_), .name = (name_), .value = (value_),          \
		.help = (help_), .offset = offsetof(S, m), ##__VA_ARGS__                           \
	}
#define OPT_END                                                                                    \
	{                                                                                          \
		.type = OPT_NONE                                                                   \
	}

struct opt_args {
	char **items; /* a part of argv */
	size_t len;
};

enum { OPT_HELP = 1 }; /* --help or -h was met */

/*
 * Read argv[1..]; argv is reordered. 0, OPT_HELP, or an input error of one line. Members that
 * neither the command line nor the environment names keep their value.
 */
int opt_parse(const struct opt *opts, void *target, int argc, char **argv, struct error *err);

/* The usage of a verb: "usage: parity VERB [options] ARGS", a sentence, the options. */
void opt_help(struct buf *out, const char *verb, const char *about, const struct opt *opts);
