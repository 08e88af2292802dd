/* SPDX-License-Identifier: Apache-2.0 */
/* filing: what of a run becomes its record in the ledger. Gathers; triage/ledger writes. */
#pragma once

#include "runner/context.h"
#include "triage/ledger.h"
#include "triage/record.h"

/* Facts that stand before the first case runs; everything is copied. */
struct filing_facts {
	const struct subject *subject; /* NULL: not in a repository */
	const char *corpus_commit;     /* or NULL */
	const char *identity;
	const char *version;
	const struct profile_backend *const *backends;
	size_t backend_len;
	size_t planned;
};

void filing_begin(struct run_record *record, const struct context *context,
		  const struct filing_facts *facts);

/* A judged case: its findings, and for divergences the streams of both sides. */
void filing_add(struct run_record *record, const struct test_case *test,
		const struct judgement *judgement, const struct observation *obs, size_t obs_len);

/* The commit of the repository that holds the corpus: malloc'ed, NULL when there is none or it has
 * changes, so that no commit describes the corpus. */
char *filing_corpus_commit(const char *corpus_dir);
