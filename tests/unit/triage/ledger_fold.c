/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/ledger_fold.c: concurrent histories fold to the more blocking state. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "triage/ledger_internal.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* An event in short: lamport, one-letter id, type, parents' letters, payload. */
struct brief {
	int lamport;
	char id;
	const char *type;
	const char *parents;
	const char *payload;
};

static void spell_id(char out[65], char letter)
{
	memset(out, letter, 64);
	out[64] = '\0';
}

static struct json_doc *parse(const char *text)
{
	struct json_doc *doc = NULL;
	struct error err = ERROR_INIT;
	cr_assert_eq(json_parse(&doc, slice_of(text), "test", 0, &err), 0, "%s", err.message);
	return doc;
}

static void fold_briefs(struct fold *out, const struct brief *briefs, size_t len, bool reversed,
			int64_t now_ms, struct arena *arena)
{
	struct ledger_event *events = ARENA_ARRAY(arena, struct ledger_event, len);
	struct docs docs = {0};
	for (size_t i = 0; i < len; i++) {
		const struct brief *brief = &briefs[reversed ? len - 1 - i : i];
		struct buf text = {0};
		char id[65];
		buf_adds(&text, "{\"parents\":[");
		for (const char *p = brief->parents; *p; p++) {
			spell_id(id, *p);
			buf_addf(&text, "%s\"%s\"", p == brief->parents ? "" : ",", id);
		}
		buf_addf(&text, "],\"payload\":%s}", brief->payload ? brief->payload : "{}");
		struct json_doc *doc = parse(buf_str(&text));
		vec_push(&docs, doc);
		buf_done(&text);
		spell_id(id, brief->id);
		events[i].root = doc->root;
		events[i].pub = (struct finding_event){
			.id = arena_strdup(arena, id),
			.type = brief->type,
			.lamport = (uint64_t)brief->lamport,
			.payload = json_get(doc->root, "payload"),
		};
	}
	ledger_fold(out, events, len, now_ms, arena);
	docs_done(&docs);
}

#define SEEN  "{\"finding\":{\"verdict\":\"diverge\"}}"
#define FLAKE "{\"finding\":{\"verdict\":\"flaky\"}}"

struct row {
	const char *what;
	struct brief briefs[6];
	enum finding_state state;
	unsigned seq;
};

static const struct row rows[] = {
	{"observed", {{1, 'a', "observe", "", SEEN}}, STATE_OBSERVED, 1},
	{"flaky", {{1, 'a', "observe", "", FLAKE}}, STATE_FLAKY, 1},
	{"confirmed",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "confirm", "a", NULL}},
	 STATE_CONFIRMED,
	 1},
	{"fixed",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "verify-fixed", "a", NULL}},
	 STATE_VERIFIED_FIXED,
	 1},
	{"a fix does not reach what it has not seen",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'b', "observe", "a", SEEN},
	  {3, 'c', "verify-fixed", "a", NULL}},
	 STATE_OBSERVED,
	 1},
	{"nor what was seen at the same time, whatever the ids",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'b', "verify-fixed", "a", NULL},
	  {2, 'c', "observe", "a", SEEN}},
	 STATE_OBSERVED,
	 1},
	{"the same with the ids the other way",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'c', "verify-fixed", "a", NULL},
	  {2, 'b', "observe", "a", SEEN}},
	 STATE_OBSERVED,
	 1},
	{"reopened",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'b', "verify-fixed", "a", NULL},
	  {3, 'c', "observe", "b", SEEN}},
	 STATE_REOPENED,
	 2},
	{"reopened by hand",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'b', "verify-fixed", "a", NULL},
	  {3, 'c', "reopen", "b", NULL}},
	 STATE_REOPENED,
	 2},
	{"claimed",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "fix-claim", "a", NULL}},
	 STATE_FIX_CLAIMED,
	 1},
	{"a claim that fails",
	 {{1, 'a', "observe", "", SEEN},
	  {2, 'b', "fix-claim", "a", NULL},
	  {3, 'c', "observe", "b", SEEN}},
	 STATE_OBSERVED,
	 1},
	{"invalid",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "invalidate", "a", NULL}},
	 STATE_INVALID,
	 1},
	{"a type of a later version changes nothing",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "levitate", "a", "{\"x\":1}"}},
	 STATE_OBSERVED,
	 1},
	{"waived",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "waive", "a", "{\"until\":\"1970-02-01\"}"}},
	 STATE_WAIVED,
	 1},
	{"waived until yesterday",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "waive", "a", "{\"until\":\"1970-01-10\"}"}},
	 STATE_OBSERVED,
	 1},
	{"waived for ever is not waived",
	 {{1, 'a', "observe", "", SEEN}, {2, 'b', "waive", "a", "{\"until\":\"2999-01-01\"}"}},
	 STATE_OBSERVED,
	 1},
	{"one profile's fix leaves the other's failure",
	 {{1, 'a', "observe", "", "{\"profile\":\"p\",\"finding\":{\"verdict\":\"diverge\"}}"},
	  {2, 'b', "observe", "a", "{\"profile\":\"q\",\"finding\":{\"verdict\":\"diverge\"}}"},
	  {3, 'c', "verify-fixed", "b", "{\"profile\":\"p\"}"}},
	 STATE_OBSERVED,
	 1},
	{"a parent of higher rank is a forgery",
	 {{1, 'a', "verify-fixed", "b", NULL}, {2, 'b', "observe", "", SEEN}},
	 STATE_OBSERVED,
	 1},
};

Test(ledger_fold, state_is_the_more_blocking_one_in_any_order_of_arrival)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = 0;
		while (len < 6 && rows[i].briefs[len].type)
			len++;
		for (int reversed = 0; reversed < 2; reversed++) {
			struct arena arena = ARENA_INIT;
			struct fold fold;
			fold_briefs(&fold, rows[i].briefs, len, reversed, 10 * (int64_t)DAY_MS,
				    &arena);
			cr_expect_str_eq(finding_state_name(fold.state),
					 finding_state_name(rows[i].state), "%s: %s", rows[i].what,
					 finding_state_name(fold.state));
			cr_expect_eq(fold.seq, rows[i].seq, "%s", rows[i].what);
			arena_done(&arena);
		}
	}
}

Test(ledger_fold, blocking_states_are_those_that_need_somebody)
{
	static const bool blocking[] = {true, true, true, true, false, true, false, false};
	for (int state = STATE_OBSERVED; state <= STATE_INVALID; state++)
		cr_expect_eq(finding_state_is_blocking((enum finding_state)state), blocking[state],
			     "%s", finding_state_name((enum finding_state)state));
}
