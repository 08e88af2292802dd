/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: everything ever filed, in git. Layout and guarantees: docs/ledger.md.
 *
 * A run is written as one commit on a ref of its own (refs/parity/inbox/...), so writers never
 * share a ref; compaction unions inbox trees into refs/parity/ledger by compare-and-swap. Every
 * file is immutable; a path met twice must hold the same blob. Nothing here prints.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "triage/record.h"

struct ledger;

enum {
	LEDGER_E_NOT_REPOSITORY = 1, /* no git repository at or above the path */
	LEDGER_E_UNKNOWN = 2,        /* no such revision, fingerprint or run; sets `err` (input) */
};

enum { WAIVER_MAX_DAYS = 92 }; /* a waiver ends at most this many days ahead */

/* Opens the repository that holds `path`. LEDGER_E_NOT_REPOSITORY also sets `err` (input). */
int ledger_open(struct ledger **out, const char *path, struct error *err);
struct ledger *ledger_close(struct ledger *ledger); /* returns NULL */
void ledger_closep(struct ledger **ledger);

/* The subject: commit and tree of a revision ("HEAD"), and whether the worktree is dirty. */
struct subject {
	char commit[65]; /* hex; room for SHA-256 repositories */
	char tree[65];
	bool dirty;           /* tracked files changed, or untracked ones not ignored */
	char dirty_path[256]; /* the first such path */
	char worktree[4096];  /* "" when bare */
};
int ledger_subject(struct subject *out, struct ledger *ledger, const char *revision,
		   struct error *err);

/*
 * File one run: findings become observe events (licensed and inconclusive ones are only recorded);
 * open findings of cases that this run executed on the same backends without showing them become
 * verify-fixed events, when the subject commit is the one last observed or a descendant of it
 * (docs/ledger.md has the exact conditions). Writes the inbox ref, then compacts. Returns 0 with
 * `run_ref` filled even if only the compaction lost its race (`compacted` false): nothing is lost,
 * the next compaction takes it. A dirty subject, or a commit the repository does not hold, is an
 * input error; a repository that cannot be written is a fault, and nothing is filed then.
 */
struct filed {
	char run_ref[128];
	bool compacted;
	size_t new_findings; /* fingerprints never seen before */
	size_t reopened;
	size_t verified_fixed;
	size_t still_open; /* blocking fingerprints in the ledger after this run */
};
int ledger_file(struct filed *out, struct ledger *ledger, struct run_record *record,
		struct error *err);

/* Union every inbox ref into the ledger. Safe beside other writers and a kill at any moment. */
int ledger_compact(struct ledger *ledger, struct error *err);

/* Runs filed for a commit, oldest first; memory from `arena`. None filed: *len 0. */
struct run_entry {
	const char *run_id;
	const char *commit;
	const json_node *run; /* run.json, parsed; valid until ledger_close */
	const char *fail_ndjson;
	size_t fail_len;
};
int ledger_runs(struct run_entry **out, size_t *len, struct ledger *ledger, const char *commit,
		struct arena *arena, struct error *err);

/* A fingerprint's history folded to a state. */
enum finding_state {
	STATE_OBSERVED,
	STATE_CONFIRMED,
	STATE_FLAKY,
	STATE_FIX_CLAIMED,
	STATE_VERIFIED_FIXED,
	STATE_REOPENED,
	STATE_WAIVED,
	STATE_INVALID,
};
const char *finding_state_name(enum finding_state state);
bool finding_state_is_blocking(enum finding_state state);

struct finding_event {
	const char *id;
	const char *type; /* "observe", "verify-fixed", "waive", ... */
	uint64_t lamport;
	const char *run_id;
	const char *commit;
	const char *actor;
	int64_t at_ms;
	const json_node *payload;
};

struct finding_history {
	const char *fp;
	enum finding_state state;
	unsigned seq;                 /* 1, and one more for every reopening */
	struct finding_event *events; /* in fold order */
	size_t event_len;
	const json_node *finding; /* as last observed: case, clause, channel, ... */
};

/* `fp` may be a unique prefix of at least 6 digits. LEDGER_E_UNKNOWN sets `err` (input). */
int ledger_find(struct finding_history **out, struct ledger *ledger, const char *fp,
		struct arena *arena, struct error *err);
/* Every fingerprint, blocking ones first. */
int ledger_findings(struct finding_history **out, size_t *len, struct ledger *ledger,
		    struct arena *arena, struct error *err);
/* Stored evidence of a fingerprint: name and bytes, newest run first. Dropped evidence: *len 0. */
int ledger_evidence(struct evidence **out, size_t *len, struct ledger *ledger, const char *fp,
		    struct arena *arena, struct error *err);
/* Waivers, as stored: one JSON object each ("parity.waiver/1"), for triage/waiver.c. */
int ledger_waivers(const json_node ***out, size_t *len, struct ledger *ledger, struct arena *arena,
		   struct error *err);
int ledger_add_waiver(struct ledger *ledger, const char *id, const json_node *waiver,
		      struct error *err);
