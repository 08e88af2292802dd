/* SPDX-License-Identifier: Apache-2.0 */
/* exec_internal: the parts of exec, one file each, and what they share. For runner/exec*.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "oracles/outcome.h"
#include "oracles/plan.h"
#include "runner/exec_sweep.h"
#include "runner/zygote.h"

/* --- exec_capture.c: one stream of a program, read as it comes ------------------------------- */

enum {
	STREAM_CHUNK = 64 << 10,     /* bytes per read: what a pipe holds */
	STREAM_KEEP_WARM = 64 << 10, /* buffer memory a slot keeps between two programs */
};

struct stream {
	int fd;         /* read end, -1 once at its end or given up */
	uint64_t total; /* bytes taken */
	uint64_t max;   /* bytes after which it is full */
	size_t keep_head;
	size_t keep_tail;
	struct buf head;
	struct buf tail;       /* the last bytes behind the head, at most 2 * keep_tail of them */
	struct digest *digest; /* only in use once the head is outgrown */
	bool hashing;
};

enum stream_state {
	STREAM_IDLE, /* nothing to read now */
	STREAM_FED,  /* bytes were taken */
	STREAM_END,  /* every writer closed it */
	STREAM_FULL, /* `max` is reached: nothing more is taken */
};

void stream_open(struct stream *stream, int fd, const struct plan_limits *limits);
/* Read once, or until the end when `hung_up` (no writer is left, so that a read cannot block). */
enum stream_state stream_read(struct stream *stream, bool hung_up);
void stream_close(struct stream *stream);
/* Copy what was kept into `arena`, fill `out` and make the stream ready for stream_open. */
void stream_finish(struct stream *stream, struct capture *out, struct arena *arena);
void stream_done(struct stream *stream);

/* --- exec_workdir.c: the scratch tree -------------------------------------------------------- */

/* What stood in a work directory before a phase began. */
struct work_entry {
	char *path;
	bool planned; /* a plan's file: compared by content, reported when it is gone */
	char sha256[DIGEST_HEX_SIZE]; /* of a plan's file */
	uint32_t mode;                /* of a plan's file: its permissions */
	uint64_t size;
	uint64_t inode;
	int64_t mtime_ns;
	int64_t ctime_ns;
	char type;
};

enum {
	WORK_GLANCE_FILES = 8, /* of a plan; with more the glance takes longer than the scan */
};

/* A folder seen empty, long enough after its last change that any later one shows in `changed`. */
struct work_empty {
	dev_t device;
	ino_t inode; /* 0: not seen so */
	struct timespec changed;
};

struct work {
	char *path;                 /* absolute */
	bool used;                  /* handed out by work_tree_take and not given back */
	bool ran;                   /* a phase has run in it */
	bool untouched;             /* since the entries were written, see work_is_untouched */
	struct work_entry *entries; /* in byte order of their paths */
	size_t entry_len;
	struct work_empty empty[PLAN_STANDARD_LEN]; /* the standard folders */
	struct arena arena;                         /* of the entries */
};

struct work_tree {
	char *root;
	int lock_fd; /* held while the tree is in use; -1 without */
	bool keep;
	struct work **works;
	size_t len;
	size_t cap;
	uint64_t made; /* number of the last directory */
};

#define WORK_ROOT_NAME  ".root"  /* in the scratch folder: where a sandbox builds its tree */
#define WORK_PROBE_NAME ".probe" /* ... and where the probe runs */

int work_tree_open(struct work_tree *tree, const char *scratch, bool keep, struct error *err);
void work_tree_close(struct work_tree *tree);
int work_tree_take(struct work **out, struct work_tree *tree, struct error *err);
void work_tree_give(struct work_tree *tree, const char *path);
struct work *work_tree_find(const struct work_tree *tree, const char *path); /* or NULL */
/* The order of entries, for qsort(3). */
int work_by_path(const void *a, const void *b);
/* The entry of this path, or NULL. */
const struct work_entry *work_find(const struct work *work, const char *path);
/* Open a directory of ours; -1 when it is something else, or changed in owner, mode or size. */
int work_open_untouched(struct stat *st, int parent, const char *name);

/* --- exec_files.c: what a plan brings --------------------------------------------------------- */

/*
 * Write a plan's files and remember them. An unwritable one is a fault. In an untouched directory
 * that was given back the files of the run before become this one's, or go.
 */
int work_write_files(struct work *work, const struct plan *plan, struct error *err);

/* --- exec_glance.c: whether a program left anything --------------------------------------------
 */

/* Nothing but the plan's files stands there, all as they were written. Nothing may run in it. */
bool work_is_untouched(struct work *work);

/* --- exec_scan.c: what a program left behind -------------------------------------------------- */

enum {
	SCAN_MAX_ENTRIES = 1000,    /* listed; more sets outcome.files_cut */
	SCAN_MAX_HASHED = 64 << 20, /* bytes hashed in all; more sets outcome.files_cut */
	SCAN_MAX_DEPTH = 64,
};

/* Note what an earlier phase left, so that the next one's list has only its own. */
void scan_remember(struct work *work);
/* Returns the bytes that all of it takes, listed or not; 0 of what it left untouched. Sets
 * work->untouched too. */
uint64_t scan_left_files(struct work *work, struct outcome *out, struct arena *arena);

/* --- exec_zygote.c: the processes that start programs ------------------------------------------
 */

struct zygote_config {
	char *helper;
	const char *scratch;
	const char *const *read_paths;
	size_t read_len;
	const char *const *write_paths;
	size_t write_len;
};

struct zygote_link {
	pid_t pid; /* 0: none */
	int fd;
	bool is_ready;
	char *share;
	char group[ZYGOTE_STEP_SIZE]; /* its control group, "" without */
};

enum zygote_error { ZYGOTE_E_NOTHING = 1, ZYGOTE_E_GONE, ZYGOTE_E_TOO_LONG };

/* The helper's path: $PARITY_ZYGOTE, or beside our own executable. malloc'ed. */
int zygote_find(char **out, struct error *err);
/* Start one; it sets itself up while we go on. `link` is empty before. */
int zygote_open(struct zygote_link *link, const struct zygote_config *config, int level,
		struct error *err);
/* End it and what it runs: it cleans up by itself unless it is killed. */
void zygote_close(struct zygote_link *link, bool kill_it);
/* Wait until it is set up. Negative with the step that failed. */
int zygote_ready(struct zygote_link *link, struct error *err);
/* It has said so. */
void zygote_is_ready(struct zygote_link *link, const struct zygote_answer *answer);
/* Run one program through it, to the end. Negative with the reason why that does not work. */
int zygote_probe(struct zygote_link *link, const struct zygote_config *config, struct error *err);
/*
 * Start a plan with descriptors for 0 to 2, which stay ours. `work_name` is the work directory's
 * name in the scratch folder or "", `dir` the absolute current directory. 0, ZYGOTE_E_GONE or
 * ZYGOTE_E_TOO_LONG.
 */
int zygote_start(struct zygote_link *link, const struct plan *plan, const char *work_name,
		 const char *dir, const int fds[3]);
void zygote_command(struct zygote_link *link, enum zygote_command command);
/* 0, ZYGOTE_E_NOTHING or ZYGOTE_E_GONE; zygote_wait() never returns the second. */
int zygote_receive(struct zygote_answer *answer, struct zygote_link *link);
int zygote_wait(struct zygote_answer *answer, struct zygote_link *link);

/* The helper's lines about each mechanism: its name, a tab, "ok" or why not. NULL with errno. */
FILE *zygote_mechanisms(const char *helper);
void zygote_mechanisms_end(FILE *out);
