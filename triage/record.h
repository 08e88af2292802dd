/* SPDX-License-Identifier: Apache-2.0 */
/* record: what is filed of one run. Pure data and its JSON; ledger.c puts it into git. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/vec.h"
#include "diff/classify.h"
#include "triage/fingerprint.h"

/* One divergence (or one non-ok case without divergences, then fp identifies case and verdict). */
struct finding {
	struct fingerprint fp;
	const char *case_name;
	const char *case_sha256; /* of the program's bytes */
	const char *verdict;
	const char *clause; /* or NULL */
	const char *channel;
	const char *kind;
	const char *locus;
	const char *left; /* backends */
	const char *right;
	const char *left_class;
	const char *right_class;
	const char *licence;    /* id, or NULL when it is contract-facing */
	struct slice left_text; /* excerpts */
	struct slice right_text;
};

/* A case that was executed on these backends and may close older findings. */
struct executed {
	const char *case_name;
	const char **left_out; /* backends of the record that did not run here */
	uint32_t left_out_len;
	enum verdict verdict;
};

struct evidence {
	char fp[DIGEST_HEX_SIZE];
	const char *name;   /* "ast.stdout", "aot.stderr": letters, digits, '.', '_', '-' */
	struct slice bytes; /* at most EVIDENCE_STREAM_MAX of them are stored */
	uint64_t total;     /* bytes the program wrote; 0 stands for bytes.len */
};
enum {
	EVIDENCE_STREAM_MAX = 256 << 10, /* bytes kept of one stream, from its start */
	EVIDENCE_RUN_MAX = 64 << 20,     /* bytes kept of one run; what is beyond is only counted */
	FINDING_TEXT_MAX = 4096,         /* bytes kept of an excerpt in a finding */
};

struct run_record {
	char run_id[27];    /* ULID */
	const char *commit; /* subject, hex */
	const char *tree;
	const char *corpus_commit; /* of the repository the corpus stands in, or NULL */
	const char *profile;
	const char *identity;     /* hash of the toolchain */
	const char *version_text; /* first line the toolchain says of itself */
	const char *spec_sha256;
	const char *rules_sha256;
	const char *writer; /* "user@host" */
	const char **backends;
	size_t backend_len;
	int64_t started_ms;
	int64_t ended_ms;
	size_t planned;
	size_t counts[VERDICT_COUNT];
	size_t aot_not_run;  /* cases whose AOT leg was left out */
	bool complete;       /* every planned case ran */
	bool dirty;          /* the worktree had changes: ledger_file() refuses the record */
	const char *env_key; /* digest of the passed-through environment values, so that a run
				with a planted fault is told from one without; NULL or ""
				when none of them is set: only such a plain run may close
				findings of runs with another key */
	VEC(struct finding) findings;
	VEC(struct executed) executed; /* every case, in name order once filed */
	VEC(struct evidence) evidence;
	struct arena arena; /* owns every string */
};

struct run_record *run_record_new(void);
struct run_record *run_record_free(struct run_record *record); /* returns NULL */
void run_record_freep(struct run_record **record);

/*
 * Add a judged case: it counts under its verdict, joins `executed`, and every divergence becomes a
 * finding; a case that is not ok and has none becomes one finding whose kind is the verdict. All
 * text is copied into the record's arena. `case_sha256` may be NULL.
 */
void run_record_add(struct run_record *record, const char *case_name, const char *case_sha256,
		    const struct judgement *judgement);
/*
 * The case added last did without this backend: it says nothing about that backend's findings, and
 * closes none of them.
 */
void run_record_leave_out(struct run_record *record, const char *backend);
/* Add a captured stream for a finding; bytes past the limits are counted, not copied. */
void run_record_add_evidence(struct run_record *record, const char *fp, const char *name,
			     struct slice bytes, uint64_t total);

/* run.json and fail.ndjson of the ledger; schemas "parity.run/1" and "parity.finding/1".
 * run_record_write sorts `executed` by name; both are deterministic. */
void run_record_write(struct buf *out, struct run_record *record);
void run_record_write_findings(struct buf *out, const struct run_record *record);
/* One line a case, in name order: {"case":NAME,"verdict":NAME}, and where backends
 * were left out ,"not_run":[NAME...]. Its hash stands in run.json. */
void run_record_write_cases(struct buf *out, struct run_record *record);
/* One finding as JSON; the caller owns it. */
json_node *finding_to_json(const struct finding *finding);
