/* SPDX-License-Identifier: Apache-2.0 */
/* exec_internal: the parts of exec, one file each, and what they share. For runner/exec*.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "oracles/outcome.h"
#include "oracles/plan.h"

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
	uint64_t size;
	uint64_t inode;
	int64_t mtime_ns;
	int64_t ctime_ns;
	char type;
};

struct work {
	char *path;                 /* absolute */
	bool used;                  /* handed out by work_tree_take and not given back */
	bool ran;                   /* a phase has run in it */
	struct work_entry *entries; /* in byte order of their paths */
	size_t entry_len;
	struct arena arena; /* of the entries */
};

struct work_tree {
	char *root;
	bool keep;
	struct work **works;
	size_t len;
	size_t cap;
	uint64_t made; /* number of the last directory */
};

int work_tree_open(struct work_tree *tree, const char *scratch, bool keep, struct error *err);
void work_tree_close(struct work_tree *tree);
int work_tree_take(struct work **out, struct work_tree *tree, struct error *err);
void work_tree_give(struct work_tree *tree, const char *path);
struct work *work_tree_find(const struct work_tree *tree, const char *path); /* or NULL */
/* Write a plan's files and remember them. An unwritable one is a fault. */
int work_write_files(struct work *work, const struct plan *plan, struct error *err);

/* --- exec_scan.c: what a program left behind -------------------------------------------------- */

enum {
	SCAN_MAX_ENTRIES = 1000,    /* listed; more sets outcome.files_cut */
	SCAN_MAX_HASHED = 64 << 20, /* bytes hashed in all; more sets outcome.files_cut */
	SCAN_MAX_DEPTH = 64,
};

/* Note what an earlier phase left, so that the next one's list has only its own. */
void scan_remember(struct work *work);
void scan_left_files(struct work *work, struct outcome *out, struct arena *arena);

/* --- exec_spawn.c: one process started -------------------------------------------------------- */

struct spawner; /* attributes and descriptors that every start shares */

struct spawned {
	pid_t pid;
	int pidfd; /* -1 on a kernel without them */
	int out;   /* read ends */
	int err;
	const char *why; /* not started: the reason */
};

int spawner_new(struct spawner **out, struct error *err);
struct spawner *spawner_free(struct spawner *spawner); /* returns NULL */

enum { SPAWN_E_NOT_STARTED = 1 };

/*
 * 0 and `out` filled; SPAWN_E_NOT_STARTED and `out->why` set (from `arena`) when this program
 * cannot be started; negative when we lack what every start needs.
 */
int spawner_start(struct spawned *out, struct spawner *spawner, const struct plan *plan,
		  struct arena *arena, struct error *err);

/* --- exec_sweep.c: descendants that left their group ------------------------------------------ */

struct sweeper {
	int children_fd; /* the kernel's list of our children, -1 where it has none */
	pid_t self_group;
	const char *root; /* the scratch tree: its name in an environment marks a program's
			     descendant */
};

struct sweep_run {
	pid_t pid;
	const char *work_dir;
	uint64_t start_ticks; /* clock ticks since boot, as in /proc/PID/stat */
};

void sweeper_open(struct sweeper *sweeper, const char *root);
void sweeper_close(struct sweeper *sweeper);
uint64_t sweep_ticks_now(void);
/*
 * Kill and reap every process handed to us that belongs to none of the runs still alive. Children
 * that other code of ours started are left alone. Returns the number killed alive.
 */
size_t sweeper_sweep(struct sweeper *sweeper, const struct sweep_run *alive, size_t alive_len);
