/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: collects one run and writes its JSON. Every string is copied into the record's arena, so
 * a record outlives the cases it was made from. Nothing here knows git.
 */
#include "triage/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/digest.h"

struct run_record *run_record_new(void)
{
	struct run_record *record = calloc(1, sizeof(*record));
	if (!record)
		abort();
	record->started_ms = clock_wall_ms();
	clock_ulid(record->run_id, record->started_ms);
	return record;
}

struct run_record *run_record_free(struct run_record *record)
{
	if (!record)
		return NULL;
	vec_done(&record->findings);
	vec_done(&record->executed);
	vec_done(&record->evidence);
	arena_done(&record->arena);
	free(record);
	return NULL;
}

void run_record_freep(struct run_record **record)
{
	*record = run_record_free(*record);
}

static const char *copy(struct run_record *record, const char *text)
{
	return text ? arena_strdup(&record->arena, text) : NULL;
}

static struct slice excerpt(struct run_record *record, struct slice text)
{
	if (text.len > FINDING_TEXT_MAX)
		text.len = FINDING_TEXT_MAX;
	return text.len ? arena_slice(&record->arena, text) : SLICE_EMPTY;
}

static void add_divergence(struct run_record *record, const struct executed *executed,
			   const char *case_sha256, const struct divergence *divergence)
{
	const struct difference *diff = &divergence->diff;
	struct finding finding = {
		.case_name = executed->case_name,
		.case_sha256 = case_sha256,
		.verdict = verdict_name(executed->verdict),
		.clause = copy(record, divergence->clause),
		.channel = channel_name(diff->channel),
		.kind = diff_kind_name(diff->kind),
		.locus = copy(record, diff->locus),
		.left = copy(record, divergence->left),
		.right = copy(record, divergence->right),
		.left_class = copy(record, diff->left_class),
		.right_class = copy(record, diff->right_class),
		.licence = divergence->licence ? copy(record, divergence->licence->id) : NULL,
		.left_text = excerpt(record, diff->left),
		.right_text = excerpt(record, diff->right),
	};
	fingerprint_of(&finding.fp, finding.case_name, divergence);
	vec_push(&record->findings, finding);
}

void run_record_add(struct run_record *record, const char *case_name, const char *case_sha256,
		    const struct judgement *judgement)
{
	struct executed executed = {
		.case_name = copy(record, case_name),
		.verdict = judgement->verdict,
	};
	const char *sha256 = copy(record, case_sha256);
	vec_push(&record->executed, executed);
	record->counts[judgement->verdict]++;
	for (size_t i = 0; i < judgement->divergence_len; i++)
		add_divergence(record, &executed, sha256, &judgement->divergences[i]);
	if (judgement->divergence_len || verdict_is_ok(judgement->verdict))
		return;
	struct finding finding = {
		.case_name = executed.case_name,
		.case_sha256 = sha256,
		.verdict = verdict_name(executed.verdict),
		.kind = verdict_name(executed.verdict),
		.left_text =
			judgement->why ? excerpt(record, slice_of(judgement->why)) : SLICE_EMPTY,
		.right_text = SLICE_EMPTY,
	};
	fingerprint_of_verdict(&finding.fp, executed.case_name, executed.verdict);
	vec_push(&record->findings, finding);
}

void run_record_leave_out(struct run_record *record, const char *backend)
{
	struct executed *last = vec_last(&record->executed);
	const char **names = ARENA_ARRAY(&record->arena, const char *, last->left_out_len + 1);

	for (size_t i = 0; i < last->left_out_len; i++)
		names[i] = last->left_out[i];
	names[last->left_out_len++] = copy(record, backend);
	last->left_out = names;
}

static void write_left_out(struct buf *out, const struct executed *executed)
{
	buf_adds(out, ",\"not_run\":[");
	for (size_t i = 0; i < executed->left_out_len; i++) {
		if (i)
			buf_addc(out, ',');
		json_write_string(out, slice_of(executed->left_out[i]));
	}
	buf_addc(out, ']');
}

void run_record_add_evidence(struct run_record *record, const char *fp, const char *name,
			     struct slice bytes, uint64_t total)
{
	struct evidence evidence = {
		.name = copy(record, name),
		.total = total > bytes.len ? total : bytes.len,
	};
	memcpy(evidence.fp, fp, strnlen(fp, DIGEST_HEX_SIZE - 1));
	size_t kept = 0;
	vec_each (&record->evidence, it)
		kept += it->bytes.len;
	if (bytes.len > EVIDENCE_STREAM_MAX)
		bytes.len = EVIDENCE_STREAM_MAX;
	if (bytes.len > EVIDENCE_RUN_MAX - kept)
		bytes.len = EVIDENCE_RUN_MAX - kept;
	evidence.bytes = bytes.len ? arena_slice(&record->arena, bytes) : SLICE_EMPTY;
	vec_push(&record->evidence, evidence);
}

/* Bytes that are text stay as they are; json_put_slice repairs the rest. */
static void put_excerpt(json_node *object, const char *key, struct slice text)
{
	if (!text.len)
		return;
	if (text.len > FINDING_TEXT_MAX)
		text.len = FINDING_TEXT_MAX;
	json_put_slice(object, key, text);
}

static void put_optional(json_node *object, const char *key, const char *value)
{
	if (value)
		json_put_slice(object, key, slice_of(value));
}

json_node *finding_to_json(const struct finding *finding)
{
	json_node *object = json_object();
	json_put_string(object, "schema", "parity.finding/1");
	json_put_int(object, "fp_v", FINGERPRINT_VERSION);
	json_put_string(object, "fp", finding->fp.fp);
	json_put_string(object, "fp_cause", finding->fp.cause);
	put_optional(object, "case", finding->case_name);
	put_optional(object, "case_sha256", finding->case_sha256);
	put_optional(object, "verdict", finding->verdict);
	put_optional(object, "clause", finding->clause);
	put_optional(object, "channel", finding->channel);
	put_optional(object, "kind", finding->kind);
	put_optional(object, "locus", finding->locus);
	put_optional(object, "left", finding->left);
	put_optional(object, "right", finding->right);
	put_optional(object, "left_class", finding->left_class);
	put_optional(object, "right_class", finding->right_class);
	put_optional(object, "licence", finding->licence);
	put_excerpt(object, "left_text", finding->left_text);
	put_excerpt(object, "right_text", finding->right_text);
	return object;
}

void run_record_write_findings(struct buf *out, const struct run_record *record)
{
	for (size_t i = 0; i < record->findings.len; i++) {
		CLEANUP(json_node_freep)
		json_node *line = finding_to_json(&record->findings.items[i]);
		json_write_canonical(out, line);
		buf_addc(out, '\n');
	}
}

static int by_name(const void *a, const void *b)
{
	const struct executed *left = a, *right = b;
	return strcmp(left->case_name, right->case_name);
}

void run_record_write_cases(struct buf *out, struct run_record *record)
{
	if (record->executed.len)
		qsort(record->executed.items, record->executed.len, sizeof(struct executed),
		      by_name);
	vec_each (&record->executed, it) {
		buf_adds(out, "{\"case\":");
		json_write_string(out, slice_of(it->case_name));
		buf_addf(out, ",\"verdict\":\"%s\"", verdict_name(it->verdict));
		if (it->left_out_len)
			write_left_out(out, it);
		buf_adds(out, "}\n");
	}
}

static void put_time(json_node *object, const char *key, const char *key_ms, int64_t at_ms)
{
	char iso[CLOCK_ISO_SIZE];
	clock_format_iso(iso, at_ms);
	json_put_string(object, key, iso);
	json_put_int(object, key_ms, at_ms);
}

void run_record_write(struct buf *out, struct run_record *record)
{
	struct buf cases = {.max = 1 << 30};
	char cases_sha256[DIGEST_HEX_SIZE];
	run_record_write_cases(&cases, record);
	digest_hex(cases_sha256, buf_slice(&cases));
	buf_done(&cases);

	CLEANUP(json_node_freep) json_node *run = json_object();
	json_put_string(run, "schema", "parity.run/1");
	json_put_string(run, "run_id", record->run_id);
	put_optional(run, "commit", record->commit);
	put_optional(run, "tree", record->tree);
	put_optional(run, "corpus_commit", record->corpus_commit);
	put_optional(run, "profile", record->profile);
	put_optional(run, "identity", record->identity);
	put_optional(run, "version", record->version_text);
	put_optional(run, "spec_sha256", record->spec_sha256);
	put_optional(run, "rules_sha256", record->rules_sha256);
	put_optional(run, "writer", record->writer);
	put_optional(run, "env_key", record->env_key);
	json_node *backends = json_array();
	for (size_t i = 0; i < record->backend_len; i++)
		json_add_string(backends, record->backends[i]);
	json_put(run, "backends", backends);
	put_time(run, "started", "started_ms", record->started_ms);
	put_time(run, "ended", "ended_ms", record->ended_ms);
	json_put_int(run, "planned", (int64_t)record->planned);
	json_put_int(run, "ran", (int64_t)record->executed.len);
	json_put_int(run, "aot_not_run", (int64_t)record->aot_not_run);
	json_put_bool(run, "complete", record->complete);
	json_node *counts = json_object();
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_put_int(counts, verdict_name((enum verdict)v), (int64_t)record->counts[v]);
	json_put(run, "counts", counts);
	json_put_int(run, "findings", (int64_t)record->findings.len);
	json_put_string(run, "cases_sha256", cases_sha256);
	json_write_canonical(out, run);
	buf_addc(out, '\n');
}
