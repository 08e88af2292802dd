/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/record.c: what a run is as JSON. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "repo.h"

#define COMMIT "1234567890123456789012345678901234567890"

Test(record, text_depends_on_what_ran_and_not_on_the_order_it_ended_in)
{
	struct buf text[2] = {{0}, {0}};
	for (int way = 0; way < 2; way++) {
		struct run_record *record = repo_record(COMMIT);
		strcpy(record->run_id, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
		record->started_ms = 1000;
		record->ended_ms = 2000;
		record_case(record, way ? "b" : "a", VERDICT_AGREE, NULL);
		record_case(record, way ? "a" : "b", VERDICT_AGREE, NULL);
		run_record_write(&text[way], record);
		run_record_write_cases(&text[way], record);
		run_record_free(record);
	}
	cr_expect_str_eq(buf_str(&text[0]), buf_str(&text[1]));
	cr_expect_not_null(strstr(buf_str(&text[0]), "\"started\":\"1970-01-01T00:00:01.000Z\""));
	cr_expect_not_null(strstr(buf_str(&text[0]), "{\"case\":\"a\",\"verdict\":\"agree\"}\n"));
	buf_done(&text[0]);
	buf_done(&text[1]);
}

Test(record, run_names_the_hash_of_its_cases_and_counts_verdicts)
{
	struct run_record *record = repo_record(COMMIT);
	struct buf run = {0}, cases = {0};
	struct json_doc *doc = NULL;
	char hex[DIGEST_HEX_SIZE];
	int64_t number = 0;
	record_case(record, "a", VERDICT_AGREE, NULL);
	record_case(record, "b", VERDICT_DIVERGE, "aot");
	record_case(record, "c", VERDICT_FLAKY, NULL);
	run_record_write(&run, record);
	run_record_write_cases(&cases, record);
	digest_hex(hex, buf_slice(&cases));
	cr_assert_eq(json_parse(&doc, buf_slice(&run), "run", 0, NULL), 0);
	cr_expect_str_eq(json_string(json_get(doc->root, "cases_sha256")), hex);
	cr_expect(json_to_int(json_get(json_get(doc->root, "counts"), "flaky"), &number));
	cr_expect_eq(number, 1);
	cr_expect(json_to_int(json_get(doc->root, "findings"), &number));
	cr_expect_eq(number, 2);
	json_freep(&doc);
	buf_done(&run);
	buf_done(&cases);
	run_record_freep(&record);
	cr_expect_null(record);
}

Test(record, excerpts_are_cut_and_made_text)
{
	static char big[3 * FINDING_TEXT_MAX];
	struct run_record *record = repo_record(COMMIT);
	struct divergence divergence = sample_divergence("aot");
	struct judgement judgement = {
		.verdict = VERDICT_DIVERGE, .divergences = &divergence, .divergence_len = 1};
	struct buf lines = {0};
	struct json_doc *doc = NULL;
	memset(big, 'x', sizeof(big));
	divergence.diff.left = slice_make(big, sizeof(big));
	divergence.diff.right = slice_make("a\0b\xff\n", 5);
	run_record_add(record, "a", NULL, &judgement);
	run_record_write_findings(&lines, record);
	cr_expect_eq(memchr(lines.data, '\n', lines.len), lines.data + lines.len - 1, "one line");
	cr_assert_eq(json_parse(&doc, buf_slice(&lines), "line", 0, NULL), 0);
	cr_expect_eq(strlen(json_string(json_get(doc->root, "left_text"))), FINDING_TEXT_MAX);
	cr_expect_not_null(json_string(json_get(doc->root, "right_text")));
	json_freep(&doc);
	buf_done(&lines);
	run_record_free(record);
}

Test(record, evidence_past_the_limits_is_counted_and_not_kept)
{
	struct run_record *record = repo_record(COMMIT);
	static char big[2 * EVIDENCE_STREAM_MAX];
	char fp[DIGEST_HEX_SIZE];
	size_t kept = 0;
	digest_hex(fp, SLICE_EMPTY);
	for (size_t i = 0; i < EVIDENCE_RUN_MAX / EVIDENCE_STREAM_MAX + 3; i++)
		run_record_add_evidence(record, fp, "ast.stdout", slice_make(big, sizeof(big)), 0);
	vec_each (&record->evidence, it) {
		kept += it->bytes.len;
		cr_expect_leq(it->bytes.len, EVIDENCE_STREAM_MAX);
		cr_expect_eq(it->total, sizeof(big));
	}
	cr_expect_eq(kept, EVIDENCE_RUN_MAX);
	run_record_free(record);
}
