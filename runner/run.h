/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the corpus under every backend, from inputs to a filed record. Tells everything it has to
 * tell through sinks; returns an error only when there was nothing to tell yet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runner/context.h"
#include "runner/event.h"
#include "runner/aot.h"
#include "runner/exec.h"
#include "runner/shard.h"

/* Exit codes of the command, documented in docs/parity.1. 128+n on signal n. */
enum run_exit {
	RUN_EXIT_OK = 0,
	RUN_EXIT_DIVERGED = 1,   /* a blocking verdict: diverge, alike-failure, rejected, flaky */
	RUN_EXIT_INPUT = 2,      /* usage, or a broken manifest, rule, profile */
	RUN_EXIT_FAULT = 3,      /* our own fault, a backend that cannot start, filing failed */
	RUN_EXIT_NOTHING = 4,    /* nothing selected */
	RUN_EXIT_INCOMPLETE = 5, /* inconclusive verdicts, or not every selected case ran */
	RUN_EXIT_SIGNAL = 128,
};

struct run_options {
	struct context_options inputs;
	const char *backends; /* "aot,native", the canonical one joins by itself; NULL: all */
	const char *filter;   /* or NULL */
	char *const *patterns;
	size_t pattern_len;
	struct shard shard;        /* the part of the selection to run */
	const char *cache;         /* "off", "read" or "write"; NULL: off */
	const char *cache_dir;     /* or NULL: the user's */
	int64_t cache_check;       /* percent of what is found that is run again */
	int64_t cache_mib;         /* bound of the results that are kept */
	int64_t artifact_mib;      /* ... and of the builds; 0: none are */
	bool rerun_failed;         /* only what failed last time */
	bool shuffle;              /* else failed first, then the longest */
	int64_t seed;              /* of the shuffle */
	int64_t global_timeout_ms; /* of the whole run; 0: none */
	const char *aot_text;      /* of `aot`, as it was asked for */
	struct aot_wish aot;       /* which cases are built ahead of time */
	int64_t jobs;              /* 0: one per processor */
	int64_t timeout_ms;
	int64_t memory_mib; /* address space of a program; 0: no limit */
	int64_t cpu_ms;     /* processor time of one; 0: no limit. So are those that follow: */
	int64_t file_mib;   /* size of one file */
	int64_t open_files; /* descriptors of one process */
	int64_t processes;  /* alive at once */
	int64_t disk_mib;   /* all that it writes */
	enum exec_isolation isolation;
	enum exec_isolation min_isolation; /* a lower level is a fault */
	int64_t repeat;
	bool no_file;
	bool keep;
	int64_t fail_fast;   /* so many blocking cases end the run; 0: none do */
	const char *groups;  /* limits for groups of cases, or NULL */
	const char *repo;    /* folder in the subject's repository; NULL: the current one */
	const char *scratch; /* or NULL */
};

enum { RUN_E_NOTHING = 1 }; /* nothing selected; `err` is set */

/*
 * 0 with the exit code in `*out_exit` and a summary event emitted; RUN_E_NOTHING; or negative,
 * before the start event as a rule, after it only when our own machinery broke down.
 */
int run_corpus(int *out_exit, const struct run_options *options, struct sink *const *sinks,
	       size_t sink_len, struct error *err);

/* The exit code that an error asks for. */
int run_exit_of(const struct error *err);
