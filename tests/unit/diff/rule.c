/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/rule.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "world.h"

/* A rule with these members beside the usual ones. */
#define RULE(members)                                                                              \
	"{\"id\": \"r\", \"clause\": \"lang#maps\", \"clause_sha256\": \"@HASH(lang#maps)@\",\n"   \
	"\"reason\": \"why\"" members "}"
#define OUT    ", \"channel\": \"stdout\""
#define DIGITS ", \"groups\": {\"n\": {\"use\": \"volatile\", \"grammar\": \"digits\"}}"

static void expect_error(struct world *w, const char *rules, const char *want)
{
	struct rules *loaded = NULL;
	struct error err = ERROR_INIT;
	world_write_rules(w, rules);
	int r = rules_load(&loaded, w->rules_path, w->spec, false, &err);
	cr_expect_lt(r, 0, "%s", rules);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect(strncmp(err.message, w->rules_path, strlen(w->rules_path)) == 0, "%s",
		  err.message);
	cr_expect(strstr(err.message, want) != NULL, "wanted '%s', got '%s'", want, err.message);
	rules_free(loaded);
}

Test(rule, refuses_what_is_not_a_rule_and_says_where)
{
	static const struct {
		const char *rule;
		const char *want;
	} rows[] = {
		{"1", ":2: a rule is not an object"},
		{RULE(OUT ", \"template\": \"a=<n>\", \"gruops\": {}"), ":3: unknown key 'gruops'"},
		{RULE(", \"channel\": \"exit\", \"pattern\": \"a\""),
		 "rule 'r' is for channel 'exit', but rules read text"},
		{RULE(OUT), "rule 'r' needs either 'template' or 'pattern'"},
		{RULE(OUT ", \"template\": \"a=<n>\", \"pattern\": \"a\""),
		 "rule 'r' needs either 'template' or 'pattern'"},
		{RULE(OUT ", \"template\": \"a=<n\"" DIGITS),
		 "rule 'r': bad template: a '<' that no '>' closes at column 3"},
		{RULE(OUT ", \"pattern\": \"(?<n>\"" DIGITS), "rule 'r': bad pattern"},
		{RULE(OUT ", \"pattern\": \"(?<m>a)\"" DIGITS), "has no group 'n'"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)(?<m>b)\"" DIGITS),
		 "rule 'r' does not say what its group 'm' is"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": 1}"),
		 "group 'n' of rule 'r' is not an object"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"x\"}}"),
		 "unknown use 'x' of group 'n'"},
		{RULE(OUT
		      ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"volatile\"}}"),
		 "needs either 'grammar' or 'pattern'"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"volatile\", "
			  "\"grammar\": \"octal\"}}"),
		 "unknown grammar 'octal'"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"volatile\", "
			  "\"pattern\": \"(\"}}"),
		 "group 'n' of rule 'r': bad pattern"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"one-of\"}}"),
		 "lists no 'values'"},
		{RULE(OUT
		      ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"project\"}}"),
		 "is projected, but the rule makes no 'record'"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"equal\"}}"),
		 "has no effect"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"groups\": {\"n\": {\"use\": \"equal\", "
			  "\"json\": true}}"),
		 "unknown key 'json'"},
		{RULE(OUT ", \"pattern\": \"a\", \"set\": {\"k\": \"v\"}"),
		 "sets fields, but makes no 'record'"},
		{RULE(OUT ", \"pattern\": \"a\", \"record\": \"x\", \"unordered\": true"),
		 "cannot be unordered"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"record\": \"x\", \"set\": {\"n\": \"v\"}, "
			  "\"groups\": {\"n\": {\"use\": \"project\"}}"),
		 "sets field 'n', which is also a group"},
		{RULE(OUT ", \"template\": \"no such text <n>\"" DIGITS), "is stale: its template"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\", \"ratified\": [{\"on\": \"x\"}]" DIGITS),
		 "'reason'"},
		{RULE(OUT ", \"pattern\": \"(?<n>a)\"" DIGITS) ",\n" RULE(
			 OUT ", \"pattern\": \"(?<n>a)\"" DIGITS),
		 ":4: rule 'r' stands here twice"},
		{"{\"id\": \"r\", \"clause\": \"lang#mapz\", \"clause_sha256\": \"x\", \"reason\": "
		 "\"w\"" OUT ", \"pattern\": \"(?<n>a)\"" DIGITS "}",
		 "cites clause 'lang#mapz', which is not in the specification, did you mean "
		 "'lang#maps'"},
	};
	struct world w;
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(&w, rows[i].rule, rows[i].want);
	world_done(&w);
}

Test(rule, refuses_a_file_that_is_no_rule_file)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"{", "rules.json:1:"},
		{"[]", ":1: a rule file is an object"},
		{"{\"schema\": \"parity.rules/2\", \"rules\": []}",
		 "unknown schema 'parity.rules/2'"},
		{"{\"schema\": \"parity.rules/1\"}", "'rules' is missing"},
		{"{\"schema\": \"parity.rules/1\", \"rules\": {}}", "rules"},
	};
	struct world w;
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rules *rules = NULL;
		struct error err = ERROR_INIT;
		(void)file_write(w.rules_path, slice_of(rows[i].text), false, &err);
		cr_expect_lt(rules_load(&rules, w.rules_path, w.spec, false, &err), 0);
		cr_expect(strstr(err.message, rows[i].want) != NULL, "%s", err.message);
	}
	world_done(&w);
}

static void change_clause(struct world *w)
{
	char *text = arena_strdup(&w->arena, WORLD_SPEC);
	char *word = strstr(text, "entries is free");
	memcpy(word, "entries is held", 15);
	world_write_spec(w, text);
}

Test(rule, is_stale_when_a_word_of_its_clause_changed)
{
	struct world w;
	struct rules *rules = NULL;
	world_init(&w, NULL);
	change_clause(&w);
	cr_expect_lt(rules_load(&rules, w.rules_path, w.spec, false, &w.err), 0);
	cr_expect_eq(w.err.blame, ERROR_INPUT);
	char *want = arena_printf(
		&w.arena, "rule 'map-order' is stale: clause 'lang#maps' (%s/lang.md:16) changed",
		w.spec_dir);
	cr_expect(strstr(w.err.message, want) != NULL, "%s", w.err.message);
	cr_expect(strstr(w.err.message, "parity rules ratify map-order --reason") != NULL);

	cr_assert_eq(rules_load(&rules, w.rules_path, w.spec, true, &w.err), 0);
	cr_expect(rule_is_stale(rules_find(rules, "map-order"), w.spec));
	cr_expect(!rule_is_stale(rules_find(rules, "served"), w.spec));
	rules_free(rules);
	world_done(&w);
}

Test(rule, finds_its_template_across_line_breaks_of_the_clause)
{
	struct world w;
	struct rules *rules = NULL;
	world_init(&w, NULL);
	world_write_spec(&w, "# L\n\n## Maps\n\nIt says `took <n>\nms` there.\n");
	world_write_rules(&w, RULE(OUT ", \"template\": \"took  <n> ms\"" DIGITS));
	cr_expect_eq(rules_load(&rules, w.rules_path, w.spec, false, &w.err), 0, "%s",
		     w.err.message);
	rules_free(rules);
	w.judge.rules = NULL;
	world_done(&w);
}

Test(rule, is_ratified_in_place_and_by_a_reason)
{
	struct world w;
	struct rules *rules = NULL;
	struct buf before = BUF_INIT(0);
	struct buf after = BUF_INIT(0);
	world_init(&w, NULL);
	cr_expect_lt(rules_ratify(w.rules_path, "map-order", w.spec, "read", &w.err), 0);
	cr_expect(strstr(w.err.message, "not stale") != NULL, "%s", w.err.message);
	cr_assert_eq(file_read(&before, w.rules_path, 1 << 20, &w.err), 0);
	char *old = arena_strdup(&w.arena, spec_find(w.spec, "lang#maps")->sha256);
	change_clause(&w);
	cr_expect_lt(rules_ratify(w.rules_path, "map-order", w.spec, " ", &w.err), 0);
	cr_expect_lt(rules_ratify(w.rules_path, "nope", w.spec, "read", &w.err), 0);

	cr_assert_eq(rules_ratify(w.rules_path, "map-order", w.spec, "say \"why\"", &w.err), 0,
		     "%s", w.err.message);
	cr_assert_eq(rules_load(&rules, w.rules_path, w.spec, false, &w.err), 0, "%s",
		     w.err.message);
	rules_free(rules);
	cr_assert_eq(file_read(&after, w.rules_path, 1 << 20, &w.err), 0);
	/* Everything up to the hash and behind the entry is as it was. */
	const char *hash = strstr(buf_str(&before), old);
	size_t head = (size_t)(hash - buf_str(&before));
	cr_expect_eq(memcmp(before.data, after.data, head), 0);
	const char *entry = strstr(buf_str(&after), ", \"ratified\": [{\"on\": \"");
	cr_assert_not_null(entry, "%s", buf_str(&after));
	const char *rest = strstr(entry, "]");
	cr_expect(strstr(entry, "\"reason\": \"say \\\"why\\\"\"}]") != NULL);
	cr_expect_str_eq(rest + 1, hash + 64 + 1);

	/* A second time the list grows. */
	world_write_spec(&w, WORLD_SPEC);
	cr_assert_eq(rules_ratify(w.rules_path, "map-order", w.spec, "back", &w.err), 0, "%s",
		     w.err.message);
	buf_clear(&after);
	cr_assert_eq(file_read(&after, w.rules_path, 1 << 20, &w.err), 0);
	cr_expect(strstr(buf_str(&after), "\"}, {\"on\": \"") != NULL, "%s", buf_str(&after));
	cr_expect(strstr(buf_str(&after), old) != NULL);
	buf_done(&before);
	buf_done(&after);
	world_done(&w);
}

Test(rule, cannot_be_ratified_over_a_lost_template)
{
	struct world w;
	world_init(&w, NULL);
	world_write_spec(&w,
			 "# L\n\n## Envelope\n\nGone.\n\n## Logging\n\nGone.\n\n## Maps\n\nx\n");
	cr_expect_lt(rules_ratify(w.rules_path, "served", w.spec, "read", &w.err), 0);
	cr_expect(strstr(w.err.message, "template of rule 'served' does not stand in clause "
					"'lang#logging'") != NULL,
		  "%s", w.err.message);
	world_done(&w);
}

Test(rule, speaks_for_names_and_roles)
{
	struct world w;
	world_init(&w, NULL);
	struct observation ast = observed("ast", ROLE_CANONICAL, "", "", 0);
	struct observation aot = observed("aot", ROLE_AOT, "", "", 0);
	cr_expect(rule_applies(rules_find(w.rules, "run-error"), &ast));
	cr_expect(!rule_applies(rules_find(w.rules, "run-error"), &aot));
	cr_expect(rule_applies(rules_find(w.rules, "envelope"), &aot));
	cr_expect(rule_applies(rules_find(w.rules, "served"), &aot));
	cr_expect_null(rules_find(w.rules, "nope"));
	world_done(&w);
}

/* The shipped rules over the shipped specification: loaded, and one failure in its two envelopes.
 */
Test(rule, shipped_rules_are_fresh_and_work)
{
	static const char fatal[] =
		"fatal: class=runtime_fatal pid=31 message=index 3 out of bounds mode=aot "
		"profile=release target=x86_64-linux rustc=cc (Debian 12) 12.2.0 cli=0.1.0 "
		"runtime_cache=1 contract=aot-v1\n";
	struct world w;
	struct spec *spec = NULL;
	struct rules *rules = NULL;
	struct contract *contract = NULL;
	world_init(&w, NULL);
	cr_assert_eq(spec_load(&spec, SOURCE_ROOT "/spec", &w.err), 0, "%s", w.err.message);
	cr_assert_eq(rules_load(&rules, SOURCE_ROOT "/diff/rules/fuse.json", spec, false, &w.err),
		     0, "%s", w.err.message);
	cr_assert_eq(contract_load(&contract, SOURCE_ROOT "/spec/contract.json", spec, &w.err), 0,
		     "%s", w.err.message);
	struct judge judge = {spec, contract, rules, &w.profile};
	struct test_case test = case_named("a");
	struct judgement j = {0};
	struct observation obs[VOICES];
	test.expect = EXPECT_ERROR;
	test.expect_class = "runtime_fatal";
	three_failed(&w, obs, "1\n", "index 3 out of bounds");
	set_err(&obs[AOT], slice_of(fatal));
	cr_assert_eq(judge_case(&j, &judge, &test, obs, VOICES, &w.arena, &w.err), 0);
	cr_expect_eq(j.verdict, VERDICT_AGREE, "%s", verdict_name(j.verdict));

	set_err(&obs[NATIVE], slice_of("run error: index 4 out of bounds\n"));
	cr_assert_eq(judge_case(&j, &judge, &test, obs, VOICES, &w.arena, &w.err), 0);
	cr_expect_eq(j.verdict, VERDICT_DIVERGE);
	cr_expect_str_eq(j.divergences[0].diff.locus, "stderr[0]/error/message");
	rules_free(rules);
	contract_free(contract);
	spec_free(spec);
	world_done(&w);
}
