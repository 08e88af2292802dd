/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe: the outcomes of one backend's phases become one observation, what that backend showed.
 * Exit codes get the profile's meanings and diagnostics are read; no rule is applied here (diff/).
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "oracles/outcome.h"
#include "oracles/profile.h"

enum channel {
	CHANNEL_STDOUT,
	CHANNEL_STDERR,
	CHANNEL_EXIT,
	CHANNEL_FILES,
	CHANNEL_HTTP,
	CHANNEL_DB,
	CHANNEL_COUNT,
};
const char *channel_name(enum channel channel); /* "stdout", ... */

struct diagnostic {
	const char *level; /* "error", "warning" */
	const char *code;  /* or NULL */
	const char *message;
	const char *path; /* relative to the work directory when it is inside, or NULL */
	long line;        /* 0: none */
	long column;
};

struct observation {
	const char *backend;
	enum role role;
	const char *alias; /* the name that rules know it by, where that is another; else NULL */
	int attempt;       /* from 1; more than one only with --repeat */
	enum phase phase;  /* the last one reached */
	enum end_kind end;
	int code;
	const char *meaning; /* profile's word for the exit code, "unknown" when it has none; NULL
				unless end is END_EXIT or END_LEAK */
	const char *why;     /* END_NOT_STARTED */
	struct slice out;    /* of the last phase; head and tail joined */
	struct slice err;
	bool truncated; /* a stream has a hole: text behind it is not comparable as equal */
	char out_sha256[DIGEST_HEX_SIZE]; /* over all bytes, the dropped ones too */
	char err_sha256[DIGEST_HEX_SIZE];
	uint64_t out_total;
	uint64_t err_total;
	struct left_file *files; /* without the profile's ignored ones */
	size_t file_len;
	bool files_cut;       /* the list has a bound that was met: equal lists prove nothing */
	const char *work_dir; /* where the last phase ran, for what a program says about paths */
	struct diagnostic *diagnostics; /* of a refused program */
	size_t diagnostic_len;
	bool build_is_kept; /* the build was not carried out: an earlier one's result was used */
	int64_t build_ns;   /* wall time of the phases, for the service levels */
	int64_t run_ns;
};

/*
 * `outcomes` in phase order, the last being where it ended. A build that fails is an observation
 * with phase build. Memory from `arena`; slices borrow the outcomes' captures.
 */
int observe(struct observation *out, const struct profile *profile,
	    const struct profile_backend *backend, /* NULL: the frontend's check */
	    const struct outcome *outcomes, size_t len, int attempt, struct arena *arena,
	    struct error *err);

/*
 * The program was refused before it ran: the check said "rejected", a build ended with another
 * status than 0, or a run ended with the meaning "rejected". A compiler that dies of a signal
 * refused nothing.
 */
bool observation_is_rejected(const struct observation *obs);
/* Nothing can be concluded: timeout, memory, output limit, could not start. */
bool observation_is_inconclusive(const struct observation *obs);
