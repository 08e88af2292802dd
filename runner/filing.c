/* SPDX-License-Identifier: Apache-2.0 */
/* filing: see filing.h. */
#include "runner/filing.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"

/* Kept of one run in memory: a run in which everything diverges must stay within its bounds too. */
enum { EVIDENCE_HERE_MAX = 8 << 20, STREAM_HERE_MAX = 64 << 10 };

static const char *writer_name(struct run_record *record)
{
	const struct passwd *user = getpwuid(geteuid());
	char host[256] = "localhost";

	if (gethostname(host, sizeof(host) - 1) < 0)
		strcpy(host, "localhost");
	if (user)
		return arena_printf(&record->arena, "%s@%s", user->pw_name, host);
	return arena_printf(&record->arena, "%u@%s", (unsigned)geteuid(), host);
}

/* What passes through from our environment decides how programs behave; NULL when nothing does. */
static const char *environment_key(struct run_record *record, const struct profile *profile)
{
	struct buf text = BUF_INIT(0);
	char hex[DIGEST_HEX_SIZE];
	const char *key = NULL;

	for (size_t i = 0; i < profile->env_pass_len; i++) {
		const char *value = getenv(profile->env_pass[i]);

		if (value)
			buf_addf(&text, "%s=%s\n", profile->env_pass[i], value);
	}
	if (text.len) {
		digest_hex(hex, buf_slice(&text));
		key = arena_strdup(&record->arena, hex);
	}
	buf_done(&text);
	return key;
}

void filing_begin(struct run_record *record, const struct context *context,
		  const struct filing_facts *facts)
{
	struct arena *arena = &record->arena;

	if (facts->subject) {
		record->commit = arena_strdup(arena, facts->subject->commit);
		record->tree = arena_strdup(arena, facts->subject->tree);
		record->dirty = facts->subject->dirty;
	}
	if (facts->corpus_commit)
		record->corpus_commit = arena_strdup(arena, facts->corpus_commit);
	record->profile = arena_strdup(arena, context->profile->name);
	record->identity = arena_strdup(arena, facts->identity);
	record->version_text = arena_strdup(arena, facts->version);
	record->spec_sha256 = arena_strdup(arena, spec_sha256(context->spec));
	record->rules_sha256 = arena_strdup(arena, context->rules->sha256);
	record->writer = writer_name(record);
	record->env_key = environment_key(record, context->profile);
	record->planned = facts->planned;
	record->backends = ARENA_ARRAY(arena, const char *, facts->backend_len + 1);
	record->backend_len = facts->backend_len;
	for (size_t i = 0; i < facts->backend_len; i++)
		record->backends[i] = arena_strdup(arena, facts->backends[i]->name);
}

static void add_stream(struct run_record *record, const char *fp, const char *backend,
		       const char *stream, struct slice bytes, uint64_t total)
{
	struct buf name = BUF_INIT(0);
	size_t kept = 0;

	if (total == 0)
		return;
	vec_each (&record->evidence, evidence)
		kept += evidence->bytes.len;
	if (bytes.len > STREAM_HERE_MAX)
		bytes.len = STREAM_HERE_MAX;
	if (bytes.len > EVIDENCE_HERE_MAX - kept)
		bytes.len = EVIDENCE_HERE_MAX - kept;
	buf_addf(&name, "%s.%s", backend, stream);
	run_record_add_evidence(record, fp, buf_str(&name), bytes, total);
	buf_done(&name);
}

/* A backend against itself: what each attempt showed. */
static void add_attempts(struct run_record *record, const char *fp, const char *backend,
			 const struct observation *obs, size_t obs_len)
{
	for (size_t i = 0; i < obs_len; i++) {
		char name[128];

		if (strcmp(obs[i].backend, backend) != 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s.attempt-%d", backend, obs[i].attempt);
		add_stream(record, fp, name, "stdout", obs[i].out, obs[i].out_total);
		add_stream(record, fp, name, "stderr", obs[i].err, obs[i].err_total);
	}
}

/* The first attempt stands for the backend; "spec" has no streams. */
static void add_side(struct run_record *record, const char *fp, const char *backend,
		     const struct observation *obs, size_t obs_len)
{
	for (size_t i = 0; i < obs_len; i++) {
		if (strcmp(obs[i].backend, backend) != 0)
			continue;
		add_stream(record, fp, backend, "stdout", obs[i].out, obs[i].out_total);
		add_stream(record, fp, backend, "stderr", obs[i].err, obs[i].err_total);
		return;
	}
}

void filing_add(struct run_record *record, const struct test_case *test,
		const struct judgement *judgement, const struct observation *obs, size_t obs_len)
{
	char sha256[DIGEST_HEX_SIZE];
	bool hashed = false;

	if (judgement->divergence_len || !verdict_is_ok(judgement->verdict))
		hashed = digest_file(sha256, test->source, NULL) == 0;
	run_record_add(record, test->name, hashed ? sha256 : NULL, judgement);
	for (size_t i = 0; i < judgement->divergence_len; i++) {
		const struct divergence *divergence = &judgement->divergences[i];
		struct fingerprint fp;

		if (divergence->licence)
			continue;
		fingerprint_of(&fp, test->name, divergence);
		if (strcmp(divergence->left, divergence->right) == 0) {
			add_attempts(record, fp.fp, divergence->left, obs, obs_len);
			continue;
		}
		add_side(record, fp.fp, divergence->left, obs, obs_len);
		add_side(record, fp.fp, divergence->right, obs, obs_len);
	}
}

char *filing_corpus_commit(const char *corpus_dir)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct subject subject;

	if (ledger_open(&ledger, corpus_dir, NULL) != 0)
		return NULL;
	if (ledger_subject(&subject, ledger, "HEAD", NULL) != 0 || subject.dirty)
		return NULL;
	return mem_strdup(subject.commit);
}
