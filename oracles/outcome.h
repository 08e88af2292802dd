/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome: the raw facts of one process, closed and complete before anything is compared.
 * Nothing here is interpreted: no 128+n, no text decoded, no rule applied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/slice.h"
#include "oracles/plan.h"

enum end_kind {
	END_EXIT,         /* `code` is the exit status */
	END_SIGNAL,       /* `code` is the signal's number */
	END_TIMEOUT,      /* killed at the wall limit */
	END_MEMORY_LIMIT, /* killed or refused at the memory limit */
	END_OUTPUT_LIMIT, /* killed past output_max */
	END_LEAK,        /* ended (`code` as for exit), but something it started kept a pipe open */
	END_NOT_STARTED, /* could not start; `why` says */
	END_CPU_LIMIT,   /* killed at the limit of processor time */
	END_FILE_LIMIT,  /* killed for writing a file past its limit */
	END_PROCESS_LIMIT, /* killed for starting more processes than allowed */
	END_DISK_LIMIT,    /* killed for filling its work directory past the limit */
	END_LOST,          /* the process watching it was killed: nothing is known of its end */
};
const char *end_name(enum end_kind end); /* "exit", "signal", "timeout", "memory-limit", ... */

/* Head and tail of a stream. When total <= head.len + tail.len nothing is missing: join them. */
struct capture {
	struct slice head;
	struct slice tail; /* empty unless the stream outgrew the head */
	uint64_t total;    /* bytes written by the program; output_max for END_OUTPUT_LIMIT */
	char sha256[DIGEST_HEX_SIZE]; /* over all of them */
	bool truncated;               /* bytes between head and tail were dropped */
};

struct left_file {
	const char *path; /* relative to the work directory, '/'-separated, byte order */
	uint64_t size;
	char sha256[DIGEST_HEX_SIZE]; /* "" when not hashed: see outcome.files_cut */
	char type; /* 'f' file, 'd' directory, 'l' link (hash of its target), '?' other, '-' a plan
		      file that is gone */
};

/* All memory belongs to the arena given to the executor for this run. */
struct outcome {
	enum phase phase;
	enum end_kind end;
	int code;
	int wait_status;      /* as waitpid(2) gave it */
	const char *why;      /* for END_NOT_STARTED, else NULL */
	const char *work_dir; /* the plan's; borrowed from it */
	struct capture out;
	struct capture err;
	struct left_file *files; /* only what the program left: plan files unchanged are not listed,
				    nor what an earlier phase left and this one did not touch */
	size_t file_len;
	bool is_kept;     /* not carried out: what an earlier run of the same plan did and left */
	bool files_cut;   /* more was left than is listed or hashed: equal lists prove nothing */
	size_t survivors; /* processes alive after it had ended, all killed */
	const char *survivor_names; /* of some of them, ", " between; "" when none */
	int64_t wall_ns;
	int64_t user_us;
	int64_t sys_us;
	int64_t max_rss_kib;
};
