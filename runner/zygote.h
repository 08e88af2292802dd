/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote: what the runner and its starter processes say to each other. A zygote is the small
 * program parity-zygote; each serves one slot, so that whatever descends from it belongs to one
 * run. The runner never forks for runs: it may be large, and forking costs by size.
 *
 * Commands and answers are single messages on a SOCK_SEQPACKET pair. What is longer lies in a
 * memory file that both have mapped: first the set-up, then plan after plan, and what an init in a
 * PID namespace found out. This header knows nothing but libc: the helper links nothing of ours.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum {
	ZYGOTE_SOCKET_FD = 3, /* the helper's end */
	ZYGOTE_SHARE_FD = 4,  /* the memory file */
	ZYGOTE_SHARE_SIZE = 5 << 20,
	ZYGOTE_PLAN_AT = 1 << 20, /* before it the set-up, which may be read while a plan comes */
	ZYGOTE_NAMES_SIZE = 160,
	ZYGOTE_PATH_SIZE = 4096,
	ZYGOTE_STEP_SIZE = 96,
	ZYGOTE_STRINGS_MAX = 128 << 10, /* arguments and variables of one plan */
	ZYGOTE_PROBE_EXIT = 42,         /* of "parity-zygote --probe" when it runs as it should */
};

/* How far a program is kept from its host. Each level has what those below it have. */
enum zygote_level {
	LEVEL_L0, /* limits, a process group, no descriptors but 0 to 2, no terminal */
	LEVEL_L1, /* + no new privileges, a system-call filter */
	LEVEL_L2, /* + namespaces: users, mounts, PIDs, IPC, host name, network; a tree of its own
		   */
	LEVEL_L3, /* + a network namespace for each run */
	LEVEL_COUNT
};

/* Written into the shared memory before the helper starts. Strings follow, each with its NUL. */
struct zygote_setup {
	uint32_t level;
	uint32_t read_len;  /* paths to show */
	uint32_t write_len; /* paths to show writable */
	uint32_t text_size; /* bytes: scratch folder, then read paths, then write paths */
	char text[];
};

/* A plan. Strings follow: directory, work directory's name, argv, environment. */
struct zygote_plan {
	int64_t memory_bytes; /* limits; 0 is none */
	int64_t cpu_seconds;
	int64_t file_bytes;
	int64_t open_files;
	int64_t processes;
	int64_t disk_bytes;
	uint32_t argc;
	uint32_t envc;
	uint32_t text_size;
	char text[];
};

/* Lies at the end of the shared memory; written by init and by the program's process before exec.
 */
struct zygote_result {
	int32_t start_errno; /* the program could not start: why */
	int32_t ended;       /* `status` and `usage` are set */
	int32_t status;
	uint32_t survivors;
	struct rusage usage;
	char names[ZYGOTE_NAMES_SIZE]; /* of survivors, ", " between them */
};

#define ZYGOTE_RESULT_AT (ZYGOTE_SHARE_SIZE - sizeof(struct zygote_result))

enum zygote_command {
	ZYGOTE_START = 1, /* with descriptors for 0, 1 and 2 */
	ZYGOTE_TERM,      /* ask the program's processes to end */
	ZYGOTE_KILL,      /* kill the program */
	ZYGOTE_PAUSE,     /* stop every process of the program */
	ZYGOTE_RESUME,    /* let them go on */
	ZYGOTE_SWEEP,     /* kill whatever is left; the answer is ENDED */
};

enum zygote_answer_kind {
	ZYGOTE_READY = 1,
	ZYGOTE_FAILED,      /* the set-up: `error` and `step` say why; the helper ends */
	ZYGOTE_NOT_STARTED, /* `error` says why */
	ZYGOTE_EXITED,      /* the program has ended, descendants of it have not: SWEEP is due */
	ZYGOTE_ENDED,       /* nothing of it is left */
};

/* Of a run as a whole, which nothing that is said of the program alone can tell. */
enum zygote_limit {
	ZYGOTE_LIMIT_NONE,
	ZYGOTE_LIMIT_PROCESSES,
	ZYGOTE_LIMIT_MEMORY,
	ZYGOTE_LIMIT_DISK,
};

struct zygote_answer {
	uint32_t kind;
	uint32_t limit; /* an enum zygote_limit, of ENDED */
	int32_t error;
	int32_t status; /* as wait4(2) gave it */
	uint32_t survivors;
	int64_t start_ns; /* CLOCK_MONOTONIC */
	int64_t end_ns;
	struct rusage usage;
	/* Of FAILED what did; of READY the control group's name; else names of survivors. */
	char step[ZYGOTE_STEP_SIZE];
};

/* --- inside the helper ------------------------------------------------------------------------ */

/* A plan with its strings found. */
struct zygote_job {
	const struct zygote_plan *plan;
	char *dir;       /* absolute */
	char *work_name; /* of the work directory inside the scratch folder, "" when it is elsewhere
			  */
	char **argv;
	char **env;
	int fds[3];
	int level;
	int64_t task_limit; /* of this user; 0: somebody else counts */
	pid_t parent;       /* 0 when it cannot be known: in another PID namespace */
	struct zygote_result *result;
};

/* zygote_spawn.c: start the program from here, sharing memory until it has executed. */
pid_t zygote_spawn(struct zygote_job *job, int *pidfd);

/* zygote_init.c: the first process of a PID namespace; a child function for clone(2). */
struct zygote_init {
	struct zygote_job *job;
	int alive_fds[2]; /* a pipe that breaks when the zygote dies */
	int event_fd;     /* told when the program has ended and left others */
};
int zygote_init_main(void *init);

/* sandbox.c: 0, or -1 with errno and the step that failed in `step`. */
int sandbox_enter(const struct zygote_setup *setup, char step[static ZYGOTE_STEP_SIZE]);
/* Only the user namespace, with its mapping. 0 or -1 with errno. */
int sandbox_enter_user(void);
int sandbox_loopback_up(void);
/* For the run: the directory where its work directory is to appear. */
int sandbox_prepare(const char *work_name);
/* In the run's own mount namespace. */
int sandbox_mount(const char *work_name);
/* After the run: the private /tmp emptied. */
int sandbox_clean(void);
/* Bytes in the private /tmp, and whether no more go in. */
int64_t sandbox_tmp_used(bool *full);
/* From the inside of a zygote, not of a run: the scratch folder, and the host's processes. */
#define SANDBOX_SCRATCH "/proc/scratch"
#define SANDBOX_PROC    "/proc/host"

/* sandbox_filter.c: the system-call filter for this process and all that descend from it. */
int sandbox_filter(int level);

/* zygote_probe.c: a line for each mechanism on standard output; the exit code. */
int zygote_print_mechanisms(void);
