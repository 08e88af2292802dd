/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_internal: what the ledger's own files share. Not for other folders, save tests and
 * fuzzing.
 *
 * Everything read from git is untrusted: sizes are checked before a blob is loaded, paths against
 * one grammar, documents against their schema. Complaints name "ref:path".
 */
#pragma once

#include <git2.h>

#include "base/json.h"
#include "triage/ledger.h"

#define LEDGER_REF           "refs/parity/ledger"
#define LEDGER_INBOX_REFS    "refs/parity/inbox/"
#define LEDGER_EVIDENCE_REFS "refs/parity/evidence/"
#define LEDGER_VERSION_TEXT  "1\n"
#define LEDGER_LAMPORT_MAX   ((int64_t)1 << 48)

enum {
	LEDGER_BLOB_MAX = 16 << 20, /* bytes of any file in the ledger */
	LEDGER_PART_MAX = 8 << 20,  /* bytes we write into one part of a list of lines */
	LEDGER_PARTS_MAX = 128,     /* parts of one list */
	LEDGER_FILES_MAX = 1 << 20, /* files of one inbox tree, events of one fingerprint */
	LEDGER_CAS_TRIES = 60,      /* rounds of a compare-and-swap before giving up */
	LEDGER_STALE_LOCK_S = 600,  /* a reference's lock file this old outlived its process */
	LEDGER_PATH_MAX = 512,
};

enum { LEDGER_RETRY = 64 }; /* internal: the reference moved or is locked, begin again */

/* Parsed documents that live together; a zeroed one is empty. */
struct docs {
	struct json_doc **items;
	size_t len;
	size_t cap;
};
void docs_done(struct docs *docs);

struct ledger {
	git_repository *repo;
	struct docs docs; /* of everything handed out; freed by ledger_close */
	git_oid own;      /* the inbox commit we wrote last, each file of it checked; zero: none */
};

/* --- ledger.c: the repository --------------------------------------------------------------- */

/* A fault: the message, then what libgit2 said last. Returns -1. */
int ledger_fault(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* user.name and user.email of the configuration, else parity's own. Free with git_signature_free.
 */
int ledger_signature(git_signature **out, struct ledger *ledger, struct error *err);

/* --- ledger_tree.c: paths, files, unions ---------------------------------------------------- */

enum ledger_file_kind {
	LEDGER_FILE_VERSION,
	LEDGER_FILE_RUN,
	LEDGER_FILE_FAIL,  /* fail.ndjson, fail-2.ndjson, ... */
	LEDGER_FILE_CASES, /* cases.ndjson, cases-2.ndjson, ... */
	LEDGER_FILE_EVENT,
	LEDGER_FILE_WAIVER,
	LEDGER_FILE_EVIDENCE, /* only in inbox trees */
};
/* Is this a path of the grammar in docs/ledger.md? */
bool ledger_path_parse(enum ledger_file_kind *kind, const char *path);
bool ledger_is_hex(const char *text, size_t len); /* exactly len lower-case digits */
bool ledger_is_run_id(const char *text);          /* a ULID */
bool ledger_is_waiver_id(const char *text);       /* [A-Za-z0-9-], 1 to 64 */
bool ledger_is_evidence_name(const char *text);   /* [A-Za-z0-9._-], 1 to 64, no dot first */

/* Files to be put into a tree; paths are the caller's. */
struct tree_file {
	const char *path;
	git_oid blob;
};
struct tree_files {
	struct tree_file *items;
	size_t len;
	size_t cap;
};

/* Write a blob and list it; `path` is copied into `arena`. */
int tree_files_add(struct tree_files *files, struct ledger *ledger, const char *path,
		   struct slice bytes, struct arena *arena, struct error *err);
/* List every file of an inbox tree; an illegal path, mode or size is a fault that names it. */
int tree_files_collect(struct tree_files *files, struct ledger *ledger, const git_oid *commit,
		       const char *ref, struct arena *arena, struct error *err);
/*
 * The union of `base` (or NULL) and the files, which get sorted. A path that exists with another
 * blob is a fault "ref:path: ...". `skip` bytes are cut off the front of every path.
 */
struct tree_union {
	struct ledger *ledger;
	const char *ref; /* for messages */
	size_t skip;
};
int tree_union_write(git_oid *out, const struct tree_union *into, git_tree *base,
		     struct tree_files *files, struct error *err);

/* The tree a reference's commit stands for; `*out` NULL when there is no such reference. */
int ledger_ref_tree(git_tree **out, git_oid *commit, struct ledger *ledger, const char *ref,
		    struct error *err);
/* As above for LEDGER_REF, checking VERSION. */
int ledger_tip(git_tree **out, git_oid *commit, struct ledger *ledger, struct error *err);
/* The folder at `path` below `root`; `*out` NULL when absent (or `root` NULL). */
int ledger_subtree(git_tree **out, struct ledger *ledger, git_tree *root, const char *path,
		   struct error *err);
/* A blob's bytes. `where` is "ref:path". */
int ledger_blob(struct slice *out, struct ledger *ledger, const git_oid *id, const char *where,
		struct arena *arena, struct error *err);

/* --- ledger_inbox.c: writing references ------------------------------------------------------ */

/* One orphan commit on a new reference, whose name goes to `ref`. */
int ledger_inbox_write(char ref[128], struct ledger *ledger, const char *ulid, const char *writer,
		       struct tree_files *files, struct error *err);
/* LEDGER_RETRY: lost every race; the inbox references that are left will be taken later. */
int ledger_compact_try(struct ledger *ledger, struct error *err);
bool ledger_has_ref(struct ledger *ledger, const char *ref);

/* --- ledger_event.c: events and runs as text -------------------------------------------------- */

struct ledger_event {
	struct finding_event pub;
	const json_node *root;
	const char *fp;
};
/*
 * Read an event file; its bytes must hash to `id`, which is borrowed. The document goes to `docs`.
 * `where` names it in messages. A type we do not know is fine; a member that is missing or of
 * another type is not.
 */
int ledger_event_parse(struct ledger_event *out, struct slice text, const char *fp, const char *id,
		       const char *where, struct docs *docs, struct error *err);
/* Schema checks of the other files; the first returns the document through `docs`. */
int ledger_run_parse(const json_node **out, struct slice text, const char *where, struct docs *docs,
		     struct error *err);
int ledger_fail_check(struct slice text, const char *where, struct error *err);
int ledger_waiver_parse(const json_node **out, struct slice text, const char *id, const char *where,
			struct docs *docs, struct error *err);
/* Check a file met in an inbox by its kind. */
int ledger_file_check(enum ledger_file_kind kind, const char *path, struct slice text,
		      const char *where, struct error *err);
/* Days since 1970-01-01 of "yyyy-mm-dd"; false when it is not a date of the calendar. */
bool ledger_parse_day(int64_t *day, const char *text);
int64_t ledger_today(int64_t now_ms);
/* A waiver holds through its last day; one dated further ahead than WAIVER_MAX_DAYS does not yet.
 */
bool ledger_day_in_force(int64_t until, int64_t today);

/* --- ledger_fold.c: events to state ----------------------------------------------------------- */

struct fold_scope { /* where a failure was seen: it is gone when it is gone from all of them */
	const char *profile;
	const char *env_key;
};
struct fold {
	enum finding_state state;
	unsigned seq;
	size_t last_observe; /* index of the last observe event, or SIZE_MAX */
	size_t last_fix;     /* index of the last verify-fixed that took effect, or SIZE_MAX */
	uint64_t lamport;    /* greatest seen */
	bool *open;          /* per event: an observation nothing has closed yet */
	const char **heads;  /* ids that no other event names as parent */
	size_t head_len;
};
/* Sort `events` into fold order and fold them. `now_ms` decides whether a waiver is in force. */
void ledger_fold(struct fold *out, struct ledger_event *events, size_t len, int64_t now_ms,
		 struct arena *arena);
struct fold_scope ledger_event_scope(const struct ledger_event *event);

/* --- ledger_read.c ---------------------------------------------------------------------------- */

struct ledger_history {
	const char *fp;
	struct ledger_event *events;
	size_t len;
	struct fold fold;
};
/* Read and fold one fingerprint's folder, or all of f/. */
int ledger_history_read(struct ledger_history *out, struct ledger *ledger, git_tree *folder,
			const char *fp, struct docs *docs, struct arena *arena, struct error *err);
int ledger_histories(struct ledger_history **out, size_t *len, struct ledger *ledger,
		     git_tree *root, struct docs *docs, struct arena *arena, struct error *err);

/* --- libgit2 objects that free themselves -------------------------------------------------------
 */

static inline void git_tree_freep(git_tree **p)
{
	git_tree_free(*p);
}
static inline void git_commit_freep(git_commit **p)
{
	git_commit_free(*p);
}
static inline void git_object_freep(git_object **p)
{
	git_object_free(*p);
}
static inline void git_reference_freep(git_reference **p)
{
	git_reference_free(*p);
}
static inline void git_signature_freep(git_signature **p)
{
	git_signature_free(*p);
}
static inline void git_treebuilder_freep(git_treebuilder **p)
{
	git_treebuilder_free(*p);
}
static inline void git_odb_freep(git_odb **p)
{
	git_odb_free(*p);
}
static inline void tree_files_done(struct tree_files *files)
{
	free(files->items);
}
