/* SPDX-License-Identifier: Apache-2.0 */
/* plan: one process to run, completely described. Built by profile.c, carried out by runner/exec.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum phase { PHASE_CHECK, PHASE_BUILD, PHASE_RUN };
const char *phase_name(enum phase phase); /* "check", "build", "run" */

/*
 * Two empty folders that stand in every fresh work directory: HOME and TMPDIR of what runs in it.
 * Whoever makes the directory makes them; plans only name them.
 */
#define PLAN_HOME ".home"
#define PLAN_TMP  ".tmp"
enum { PLAN_STANDARD_LEN = 2 };
extern const char *const plan_standard[PLAN_STANDARD_LEN];
/* Which of them has this name; PLAN_STANDARD_LEN: none. */
size_t plan_standard_at(const char *name);

struct plan_file {
	const char *path; /* relative to the work directory */
	struct slice bytes;
	bool executable;
};

struct plan_limits {
	int64_t wall_ms; /* then TERM to the group, `grace_ms`, then KILL */
	int64_t grace_ms;
	int64_t keep_head;    /* bytes of each stream kept from its start */
	int64_t keep_tail;    /* ... and from its end; all bytes are counted and hashed */
	int64_t output_max;   /* bytes of one stream after which the program is killed */
	int64_t memory_bytes; /* address space; 0 is no limit */
	int64_t drain_ms;     /* idle time granted to pipes still open after the exit */
	int64_t cpu_ms;       /* processor time, in whole seconds rounded up; 0 is no limit */
	int64_t file_bytes;   /* size of any one file; 0 is no limit */
	int64_t open_files;   /* descriptors of one process; 0 is what we have */
	int64_t processes;    /* alive at once; 0 is no limit */
	int64_t disk_bytes;   /* that all files in work_dir take; 0 is no limit */
};

/* All memory belongs to the arena the plan was made in. argv, env: NULL-terminated. */
struct plan {
	enum phase phase;
	const char *backend;  /* profile's name of it; "frontend" for the check */
	const char *work_dir; /* absolute; every phase of one (case, backend, attempt) shares it */
	const char *cwd;      /* relative to work_dir, "." as a rule */
	char **argv;          /* argv[0] is an absolute path */
	char **env;
	struct plan_file *files; /* written before the start, by the first phase only */
	size_t file_len;
	struct slice stdin_bytes; /* empty: the null device */
	bool has_stdin;
	bool scan_files; /* list what stands in work_dir afterwards */
	struct plan_limits limits;
};
