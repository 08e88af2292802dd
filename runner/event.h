/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: what a run has to tell, as one stream. A sink turns the stream into a format; nothing of a
 * run is printed any other way. The JSON form of every event is docs/events.md.
 *
 * Order: one start, then case and error events as they end, at most one filed, one summary last.
 * Pointers are valid during the call only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "diff/classify.h"
#include "oracles/observe.h"
#include "runner/rulings.h"
#include "triage/fingerprint.h"
#include "triage/ledger.h"

enum event_kind { EVENT_START, EVENT_CASE, EVENT_ERROR, EVENT_FILED, EVENT_SUMMARY };

struct event_backend {
	const char *name;
	enum role role;
};

struct event_start {
	const char *run_id;
	int64_t at_ms;                 /* wall clock */
	const struct subject *subject; /* NULL: not in a repository */
	const char *not_filed;         /* known already: why the run will not be filed, or NULL */
	const struct judge *judge;     /* spec, rules, profile */
	const char *identity;          /* of the toolchain, hex */
	const char *version;           /* first line it says of itself, or "" */
	const char *corpus;
	const char *corpus_commit; /* or NULL */
	const char *spec_dir;
	const struct event_backend *backends; /* canonical first */
	size_t backend_len;
	size_t found;        /* cases in the corpus */
	size_t selected;     /* that will run */
	size_t skipped;      /* selected, but they require what the profile does not have */
	int64_t shard_index; /* from 1; of shard_count parts, 0 when the selection is not cut */
	int64_t shard_count;
	size_t whole;             /* cases selected before the cut */
	const char *whole_sha256; /* of their names and inputs */
	size_t jobs;
	int repeat;
	int64_t timeout_ms;
	const char *isolation; /* "L2": of every run */
	const char *step_down; /* why not the level that "auto" aims at, or NULL */
};

struct event_case {
	const struct test_case *test;
	const struct judgement *judgement;
	const struct fingerprint
		*fps; /* one a divergence; one alone when a blocking case has none */
	size_t fp_len;
	const struct observation *obs;
	const char *const *work_dirs; /* of each, when they are kept; else NULL */
	size_t obs_len;
	int64_t wall_ns;                               /* from the first start to the verdict */
	const struct profile_backend *const *left_out; /* backends it did without */
	size_t left_out_len;
	bool cached;                 /* not run: the result stands from an earlier run */
	const struct ruling *ruling; /* where only the witness differs, or NULL: unruled */
};

struct event_error {
	const char *case_name; /* NULL: of the run */
	const struct error *error;
};

struct event_filed {
	const char *run_id;
	const char *commit;
	const struct filed *filed;
};

/* What one rule did over the whole run. */
struct rule_total {
	const char *id;
	size_t hits;
	size_t masked_bytes;
	size_t cases; /* it touched */
	size_t flips; /* verdicts that would differ without it */
};

struct event_cache {
	const char *mode; /* "off", "read", "write" */
	const char *why;  /* it is not used although asked for, or NULL */
	size_t cached;    /* cases answered */
	size_t checked;   /* found, and run again */
	size_t mismatched;
	size_t stored;
	size_t damaged; /* entries that failed their checksum */
};

/* Builds kept between runs; `mode` is that of the cache. */
struct event_artifacts {
	const char *why; /* they are not used although asked for, or NULL */
	size_t reused;   /* builds not carried out */
	size_t checked;  /* found, and built again */
	size_t mismatched;
	size_t stored;
	size_t unfit; /* builds that could not be kept */
	size_t damaged;
	size_t evicted;
};

/* The AOT legs of a run. */
struct event_aot {
	const char *wish; /* "all", "cover", "sample:K" */
	int64_t budget_ms;
	size_t not_run; /* cases compared without it */
};

struct event_summary {
	size_t cases; /* that got a verdict */
	size_t planned;
	size_t skipped;
	size_t errors; /* harness errors, of cases and of filing */
	size_t counts[VERDICT_COUNT];
	const struct event_backend *backends;
	size_t backend_len;
	const char *witness; /* name of the extra voice, or NULL */
	size_t witness_counts[WITNESS_COUNT];
	size_t ruled[RIGHT_COUNT]; /* of those where only the witness differs; the rest is unruled
				    */
	size_t stale_rulings;      /* met, but their clause changed: unruled as well */
	const struct rulings *rulings;  /* for those out of date, or NULL */
	const struct rule_total *rules; /* every loaded rule, those that never fired too */
	size_t rule_len;
	struct event_cache cache;
	struct event_artifacts artifacts;
	struct event_aot aot;
	int64_t wall_ms;
	const char *stopped; /* "signal", "fail-fast", "global-timeout", or NULL */
	bool complete;
	int signal; /* that interrupted the run, or 0 */
	bool filed;
	const char *not_filed; /* why not, or NULL */
	const char *isolation; /* as in the start event; NULL: nothing ran */
	const char *step_down;
	int exit;
};

struct event {
	enum event_kind kind;
	union {
		struct event_start start;
		struct event_case one;
		struct event_error error;
		struct event_filed filed;
		struct event_summary summary;
	};
};

/* A process that runs, for whoever asks. */
struct progress_process {
	const char *case_name;
	const char *backend;
	const char *phase;
	int attempt;
	int64_t ms;       /* so far */
	int64_t limit_ms; /* 0: none */
};

/* Where a run stands, for live display; not part of the stream. */
enum { PROGRESS_NAMES = 4 };
struct progress {
	size_t done;
	size_t total;
	size_t failures;
	const char *running[PROGRESS_NAMES];
	size_t running_len; /* all that run; names of the first few */
};

struct sink {
	void (*emit)(struct sink *sink, const struct event *event);
	/* May be NULL. Returns the milliseconds after which it wants to be called again. */
	int (*progress)(struct sink *sink, const struct progress *progress);
	/* May be NULL. What runs now, in full: somebody asked. */
	void (*tell)(struct sink *sink, const struct progress *progress,
		     const struct progress_process *processes, size_t len);
	/* May be NULL. The run pauses: leave the terminal as the next program expects it. */
	void (*rest)(struct sink *sink);
	struct sink *(*free)(struct sink *sink); /* returns NULL */
	int write_errno;                         /* of the first write that failed, or 0 */
};

/* The event as one line of JSON, LF included. */
void event_write(struct buf *out, const struct event *event);

/* Cases where only the witness differs and no ruling says who is right. */
size_t event_unruled(const struct event_summary *summary);

/* Channels that this version compares, "stdout, stderr, exit, files". */
enum { EVENT_CHANNELS = CHANNEL_FILES + 1 };

/*
 * One JSON event a line into `fd`, written at once. The sink closes `fd` when `close_fd`.
 */
struct sink *sink_json_new(int fd, bool close_fd);

struct sink_text_options {
	int results_fd;           /* verdict blocks and the closing screen */
	int progress_fd;          /* progress and prose */
	bool color;               /* ANSI in results */
	bool live;                /* progress_fd is a terminal: one line that is redrawn */
	bool quiet;               /* only failing cases' names and the counts */
	bool verbose;             /* a line a case, whatever its verdict */
	const char *profile_flag; /* --profile as typed, for the commands that are suggested */
};
struct sink *sink_text_new(const struct sink_text_options *options);
