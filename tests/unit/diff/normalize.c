/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/normalize.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "diff/compare.h"
#include "world.h"

/* "T:line|J:{...}|R:error{...}" with '$' for a missing line end. */
static void format_items(struct buf *out, const struct item *items, size_t len)
{
	buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		buf_adds(out, i ? "|" : "");
		if (items[i].kind == ITEM_TEXT) {
			buf_adds(out, "T:");
			buf_add_escaped(out, items[i].text);
		} else {
			buf_addf(out, "%s", items[i].kind == ITEM_JSON ? "J:" : "R:");
			buf_adds(out, items[i].record ? items[i].record : "");
			json_write(out, items[i].json);
		}
		buf_adds(out, items[i].has_newline ? "" : "$");
	}
}

static void expect_items(struct world *w, const struct observation *obs, const char *want_out,
			 const char *want_err)
{
	struct normal normal = {0};
	struct buf got = BUF_INIT(0);
	cr_assert_eq(normalize(&normal, w->rules, obs, NULL, &w->arena, &w->err), 0, "%s",
		     w->err.message);
	format_items(&got, normal.out_items, normal.out_len);
	cr_expect_str_eq(buf_str(&got), want_out, "stdout: %s", buf_str(&got));
	format_items(&got, normal.err_items, normal.err_len);
	cr_expect_str_eq(buf_str(&got), want_err, "stderr: %s", buf_str(&got));
	buf_done(&got);
	normal_done(&normal);
}

Test(normalize, cuts_streams_into_items)
{
	static const struct {
		const char *backend;
		const char *out;
		const char *err;
		const char *want_out;
		const char *want_err;
	} rows[] = {
		{"ast", "", "", "", ""},
		{"ast", "a\n\nb", "", "T:a|T:|T:b$", ""},
		{"ast", "a\r\n", "", "T:a\\r", ""},
		{"ast", "{\"n\":9007199254740993,\"m\":1.0}\n[1,2]\n12\ntrue\n{bad}\n", "",
		 "J:{\"n\":9007199254740993,\"m\":1.0}|J:[1,2]|T:12|T:true|T:{bad}", ""},
		{"ast", "", "run error: boom\n", "",
		 "R:error{\"class\":\"runtime_fatal\",\"message\":\"boom\"}"},
		{"ast", "", "log\nrun error: a\nb\n", "",
		 "T:log|R:error{\"class\":\"runtime_fatal\",\"message\":\"a\\nb\"}"},
		{"aot", "",
		 "log\nfatal: class=runtime_fatal pid=12 message=a\\nb mode=aot\nafter\n", "",
		 "T:log|R:error{\"class\":\"runtime_fatal\",\"message\":\"a\\nb\"}|T:after"},
		/* A message may look like the rest of the envelope. */
		{"aot", "",
		 "fatal: class=runtime_fatal pid=12 message=x pid=7 message=y mode=z mode=aot\n",
		 "",
		 "R:error{\"class\":\"runtime_fatal\",\"message\":\"x pid=7 message=y mode=z\"}"},
		/* JSON's own escapes are not the envelope's. */
		{"aot", "",
		 "fatal: class=panic pid=1 message={\"t\":\"a\\nb\",\"n\":1.50} mode=aot\n", "",
		 "R:error{\"class\":\"panic\",\"message\":{\"t\":\"a\\nb\",\"n\":1.50}}"},
		/* A rule speaks only for its backends. */
		{"aot", "", "run error: boom\n", "", "T:run error: boom"},
		{"ast", "served by native in 12 ms\n", "", "T:served by <choice> in <n> ms", ""},
		{"ast", "served by rust in 12 ms\n", "", "T:served by rust in 12 ms", ""},
		{"ast", "map{b: 1, a: [2, 1], c: \"x, y\"}\n", "",
		 "T:map{a: [2, 1], b: 1, c: \\\"x, y\\\"}", ""},
	};
	struct world w;
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum role role = strcmp(rows[i].backend, "ast") ? ROLE_AOT : ROLE_CANONICAL;
		struct observation obs =
			observed(rows[i].backend, role, rows[i].out, rows[i].err, 0);
		expect_items(&w, &obs, rows[i].want_out, rows[i].want_err);
	}
	world_done(&w);
}

Test(normalize, keeps_every_byte_that_is_no_text)
{
	struct world w;
	world_init(&w, NULL);
	struct observation obs = observed("ast", ROLE_CANONICAL, "", "", 1);
	set_out(&obs, slice_make("a\0b\xff\n", 5));
	set_err(&obs, slice_make("run error: \xff\0x\n", 15));
	expect_items(
		&w, &obs, "T:a\\x00b\\xff",
		"R:error{\"class\":\"runtime_fatal\",\"message\":\"(escaped) \\\\xff\\\\x00x\"}");
	/* Text that looks escaped is escaped, so that it stays different from bytes that were. */
	set_err(&obs, slice_of("run error: (escaped) \\xff\\x00x\n"));
	expect_items(&w, &obs, "T:a\\x00b\\xff",
		     "R:error{\"class\":\"runtime_fatal\",\"message\":\"(escaped) (escaped) "
		     "\\\\\\\\xff\\\\\\\\x00x\"}");
	world_done(&w);
}

Test(normalize, lists_a_group_outside_its_grammar)
{
	struct world w;
	struct normal normal = {0};
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation obs = observed(
		"aot", ROLE_AOT, "", "x\nfatal: class=panic pid=12x message=m mode=aot\n", 101);
	cr_assert_eq(normalize(&normal, w.rules, &obs, NULL, &w.arena, &w.err), 0);
	format_items(&got, normal.err_items, normal.err_len);
	cr_expect_str_eq(buf_str(&got),
			 "T:x|R:error{\"class\":\"panic\",\"pid\":\"12x\",\"message\":\"m\"}");
	cr_assert_eq(normal.breach_len, 1);
	cr_expect_str_eq(normal.breaches[0].group, "pid");
	cr_expect_eq(normal.breaches[0].item, 1);
	cr_expect(normal.breaches[0].in_record);
	cr_expect_str_eq(normal.error_class, "panic");
	buf_done(&got);
	normal_done(&normal);
	world_done(&w);
}

Test(normalize, counts_what_each_rule_hid)
{
	struct world w;
	struct normal normal = {0};
	world_init(&w, NULL);
	struct observation obs = observed("aot", ROLE_AOT, "served by ast in 123 ms\nok\n",
					  "fatal: class=panic pid=12 message=m mode=aot\n", 101);
	cr_assert_eq(normalize(&normal, w.rules, &obs, NULL, &w.arena, &w.err), 0);
	cr_assert_eq(normal.hit_len, 2);
	cr_expect_str_eq(normal.hits[0].rule->id, "served");
	cr_expect_eq(normal.hits[0].hits, 1);
	cr_expect_eq(normal.hits[0].masked_bytes, 6);
	cr_expect_str_eq(normal.hits[1].rule->id, "envelope");
	/* All of the line but "panic" and "m". */
	cr_expect_eq(normal.hits[1].masked_bytes, 44 - 6);
	normal_done(&normal);

	const struct rule *skip = rules_find(w.rules, "served");
	cr_assert_eq(normalize(&normal, w.rules, &obs, skip, &w.arena, &w.err), 0);
	cr_expect_eq(normal.hit_len, 1);
	cr_expect(slice_is(normal.out_items[0].text, "served by ast in 123 ms"));
	normal_done(&normal);
	world_done(&w);
}

Test(normalize, gives_the_first_rule_what_two_claim)
{
	struct world w;
	struct normal normal = {0};
	world_init(&w, "{\"id\": \"a\", \"clause\": \"lang#maps\", \"clause_sha256\": "
		       "\"@HASH(lang#maps)@\", \"reason\": \"r\", \"channel\": \"stdout\", "
		       "\"pattern\": \"id (?<id>[0-9]+)\", \"groups\": {\"id\": {\"use\": "
		       "\"volatile\", \"grammar\": \"digits\"}}},\n"
		       "{\"id\": \"b\", \"clause\": \"lang#maps\", \"clause_sha256\": "
		       "\"@HASH(lang#maps)@\", \"reason\": \"r\", \"channel\": \"stdout\", "
		       "\"pattern\": \"(?<any>[0-9]+)\", \"groups\": {\"any\": {\"use\": "
		       "\"volatile\", \"grammar\": \"digits\"}}}");
	struct observation obs = observed("ast", ROLE_CANONICAL, "1 id 22 3 {\n", "", 0);
	cr_assert_eq(normalize(&normal, w.rules, &obs, NULL, &w.arena, &w.err), 0);
	cr_expect(slice_is(normal.out_items[0].text, "<any> id <id> <any> {"));
	cr_assert_eq(normal.hit_len, 2);
	cr_expect_eq(normal.hits[1].hits, 2);
	cr_expect_eq(normal.hits[1].overlaps, 1);
	normal_done(&normal);

	/* A masked number keeps its line JSON. */
	obs = observed("ast", ROLE_CANONICAL, "{\"id\":7,\"t\":\"8\"}\n", "", 0);
	expect_items(&w, &obs, "J:{\"id\":\"<any>\",\"t\":\"<any>\"}", "");
	world_done(&w);
}

Test(normalize, stops_at_a_limit_of_a_pattern)
{
	struct world w;
	struct normal normal = {0};
	world_init(&w, "{\"id\": \"slow\", \"clause\": \"lang#maps\", \"clause_sha256\": "
		       "\"@HASH(lang#maps)@\", \"reason\": \"r\", \"channel\": \"stdout\", "
		       "\"pattern\": \"^(?:a|a)*(?:a|a)*(?<x>b)$\", \"groups\": {\"x\": {\"use\": "
		       "\"volatile\", \"grammar\": \"any\"}}}");
	struct observation obs =
		observed("ast", ROLE_CANONICAL,
			 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\nb\n", "", 0);
	cr_assert_lt(normalize(&normal, w.rules, &obs, NULL, &w.arena, &w.err), 0);
	cr_expect(strstr(w.err.message, "rule 'slow'") != NULL, "%s", w.err.message);
	cr_expect(strstr(w.err.message, "backend 'ast', stdout") != NULL, "%s", w.err.message);
	world_done(&w);
}

Test(normalize, shares_only_what_the_same_rules_shape)
{
	struct world w;
	struct normal ast = {0};
	struct normal aot = {0};
	world_init(&w, NULL);
	struct observation obs[VOICES];
	three_alike(obs, "served by ast in 1 ms\n");
	set_err(&obs[AST], slice_of("run error: x\n"));
	set_err(&obs[AOT], slice_of("run error: x\n"));
	cr_assert_eq(normalize(&ast, w.rules, &obs[AST], NULL, &w.arena, &w.err), 0);
	cr_assert_eq(normalize_like(&aot, &ast, &obs[AOT], &w.arena, &w.err), 0);
	cr_expect_eq(aot.out_items, ast.out_items);
	cr_expect_eq(aot.hit_len, 1);
	cr_expect_eq(ast.err_items[0].kind, ITEM_RECORD);
	cr_expect_eq(aot.err_items[0].kind, ITEM_TEXT);
	normal_done(&aot);
	normal_done(&ast);
	world_done(&w);
}
