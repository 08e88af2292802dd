/* SPDX-License-Identifier: Apache-2.0 */
/* event: every event is one line of JSON with the fields that docs/events.md promises. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "runner/event.h"

/* The line, parsed; the event must be exactly one line. */
static struct json_doc *written(const struct event *event)
{
	struct buf out = BUF_INIT(0);
	struct error err = ERROR_INIT;
	struct json_doc *doc = NULL;

	event_write(&out, event);
	cr_assert_eq(strchr(buf_str(&out), '\n'), out.data + out.len - 1, "%s", buf_str(&out));
	cr_assert_eq(json_parse(&doc, buf_slice(&out), "event", 0, &err), 0, "%s", err.message);
	cr_expect_str_eq(json_string(json_get(doc->root, "schema")), "parity.event/1");
	buf_done(&out);
	return doc;
}

static int64_t number(const json_node *object, const char *key)
{
	int64_t value = -1;

	cr_expect(json_to_int(json_get(object, key), &value), "%s", key);
	return value;
}

Test(event, a_case_tells_where_backends_part)
{
	static const char *clauses[] = {"lang#output"};
	const struct test_case test = {
		.name = "a/b", .path = "c/a/b.x", .clauses = clauses, .clause_len = 1};
	struct divergence divergence = {.left = "ast",
					.right = "aot",
					.clause = "lang#output",
					.diff = {.channel = CHANNEL_STDERR,
						 .kind = DIFF_VALUE,
						 .locus = "stderr[2]/error",
						 .left = slice_make("a\0b", 3),
						 .right = slice_make("\xff", 1)}};
	const struct judgement judgement = {
		.verdict = VERDICT_DIVERGE, .divergences = &divergence, .divergence_len = 1};
	const struct fingerprint fp = {.fp = "0123", .cause = "4567"};
	const struct observation obs[] = {
		{.backend = "frontend", .role = ROLE_FRONTEND, .attempt = 1},
		{.backend = "ast", .role = ROLE_CANONICAL, .attempt = 1, .run_ns = 1500000}};
	const struct event event = {.kind = EVENT_CASE,
				    .one = {.test = &test,
					    .judgement = &judgement,
					    .fps = &fp,
					    .fp_len = 1,
					    .obs = obs,
					    .obs_len = 2}};
	struct json_doc *doc = written(&event);
	const json_node *list = json_get(doc->root, "divergences");
	const json_node *first = json_at(list, 0);

	cr_expect_str_eq(json_string(json_get(doc->root, "event")), "case");
	cr_expect_str_eq(json_string(json_get(doc->root, "case")), "a/b");
	cr_expect_str_eq(json_string(json_get(doc->root, "verdict")), "diverge");
	cr_assert_eq(json_len(list), 1);
	cr_expect_str_eq(json_string(json_get(first, "fp")), "0123");
	cr_expect_str_eq(json_string(json_get(first, "fp_cause")), "4567");
	cr_expect_str_eq(json_string(json_get(first, "clause")), "lang#output");
	cr_expect_str_eq(json_string(json_get(first, "channel")), "stderr");
	cr_expect_str_eq(json_string(json_get(first, "kind")), "value");
	cr_expect_str_eq(json_string(json_at(json_get(first, "backends"), 1)), "aot");
	cr_expect_str_eq(json_string(json_get(first, "locus")), "stderr[2]/error");
	cr_expect_not_null(json_string(json_get(first, "left")), "NULs survive as text");
	cr_expect(json_is_null(json_get(first, "licence")));
	list = json_get(doc->root, "backends");
	cr_assert_eq(json_len(list), 1, "the check is no backend");
	cr_expect_str_eq(json_string(json_get(json_at(list, 0), "backend")), "ast");
	cr_expect(json_is_object(json_get(doc->root, "check")));
	json_free(doc);
}

Test(event, a_blocking_case_without_divergence_has_a_fingerprint)
{
	const struct test_case test = {.name = "a", .path = "a.x"};
	const struct judgement judgement = {.verdict = VERDICT_REJECTED, .why = "because"};
	const struct fingerprint fp = {.fp = "0123", .cause = "4567"};
	const struct event event = {
		.kind = EVENT_CASE,
		.one = {.test = &test, .judgement = &judgement, .fps = &fp, .fp_len = 1}};
	struct json_doc *doc = written(&event);

	cr_expect_str_eq(json_string(json_get(doc->root, "fp")), "0123");
	cr_expect_str_eq(json_string(json_get(doc->root, "why")), "because");
	json_free(doc);
}

Test(event, the_summary_counts_every_verdict)
{
	const struct event_backend backends[] = {{"ast", ROLE_CANONICAL}, {"aot", ROLE_AOT}};
	struct event event = {.kind = EVENT_SUMMARY,
			      .summary = {.cases = 7,
					  .planned = 9,
					  .backends = backends,
					  .backend_len = 2,
					  .signal = 2,
					  .exit = 130}};
	struct json_doc *doc;
	const json_node *verdicts;

	event.summary.counts[VERDICT_AGREE] = 5;
	event.summary.counts[VERDICT_FLAKY] = 2;
	doc = written(&event);
	verdicts = json_get(doc->root, "verdicts");
	cr_expect_eq(json_len(verdicts), VERDICT_COUNT);
	cr_expect_eq(number(verdicts, "agree"), 5);
	cr_expect_eq(number(verdicts, "flaky"), 2);
	cr_expect_eq(number(verdicts, "diverge"), 0);
	cr_expect_eq(number(doc->root, "cases"), 7);
	cr_expect_eq(number(doc->root, "signal"), 2);
	cr_expect_eq(number(doc->root, "exit"), 130);
	cr_expect_eq(json_len(json_get(doc->root, "backends")), 2);
	cr_expect_str_eq(json_string(json_at(json_get(doc->root, "backends"), 0)), "ast");
	cr_expect_not(json_true(json_get(doc->root, "complete")));
	json_free(doc);
}

Test(event, errors_and_filing_are_events)
{
	const struct error error = {.blame = ERROR_FAULT, .message = "it broke \"here\"\n"};
	const struct filed filed = {.run_ref = "refs/parity/inbox/x", .new_findings = 3};
	struct event event = {.kind = EVENT_ERROR, .error = {.error = &error}};
	struct json_doc *doc = written(&event);

	cr_expect_str_eq(json_string(json_get(doc->root, "message")), error.message);
	cr_expect_str_eq(json_string(json_get(doc->root, "blame")), "fault");
	cr_expect(json_is_null(json_get(doc->root, "case")));
	json_free(doc);

	event = (struct event){.kind = EVENT_FILED,
			       .filed = {.run_id = "R", .commit = "C", .filed = &filed}};
	doc = written(&event);
	cr_expect_str_eq(json_string(json_get(doc->root, "ref")), "refs/parity/inbox/x",
			 "a run that was not compacted stands in its own ref");
	cr_expect_eq(number(doc->root, "new"), 3);
	json_free(doc);
}
