/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/compare.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "world.h"

static void add_difference(struct buf *out, const struct difference *d)
{
	buf_addf(out, "%s%s %s ", out->len ? "; " : "", d->locus, diff_kind_name(d->kind));
	buf_add_escaped(out, d->left);
	buf_adds(out, " != ");
	buf_add_escaped(out, d->right);
}

static size_t difference_text(struct buf *out, struct world *w, const struct observation *left,
			      const struct observation *right)
{
	struct normal a = {0};
	struct normal b = {0};
	struct difference *list = NULL;
	size_t len = 0;

	buf_clear(out);
	cr_assert_eq(normalize(&a, w->rules, left, NULL, &w->arena, &w->err), 0);
	cr_assert_eq(normalize(&b, w->rules, right, NULL, &w->arena, &w->err), 0);
	cr_assert_eq(compare(&list, &len, &a, &b, &w->arena, &w->err), 0);
	normal_done(&a);
	normal_done(&b);
	/* Excerpts outlive the normals: read them only now. */
	for (size_t i = 0; i < len; i++)
		add_difference(out, &list[i]);
	return len;
}

Test(compare, names_the_place_on_stdout)
{
	static const struct {
		const char *left;
		const char *right;
		const char *want;
	} rows[] = {
		{"a\nb\n", "a\nb\n", ""},
		{"a\nb\n", "a\nc\n", "stdout[1] value b != c"},
		{"a\nb\nc\n", "a\nX\nY\n", "stdout[1] value b != X"},
		{"a\nb\nc\n", "a\nc\n", "stdout[1] missing b != "},
		{"a\nc\n", "a\nb\nc\n", "stdout[1] extra  != b"},
		{"a\nb\n", "a\n", "stdout[1] missing b != "},
		{"a\n", "", "stdout[0] missing a != "},
		{"a\nb\nc\n", "b\na\nc\n", "stdout[0] order a != b"},
		{"a\nb\n", "a\nb", "stdout[1] value b\\n != b"},
		{"a\n", "a\r\n", "stdout[0] value a != a\\r"},
		{"a\n\n", "a\n", "stdout[1] missing  != "},
		{"x\n", "{\"a\":1}\n", "stdout[0] type x != {\\\"a\\\":1}"},
		{"{\"a\":1,\"b\":[1,2]}\n", "{\"a\":2,\"b\":[1,3]}\n",
		 "stdout[0]/a value 1 != 2; stdout[0]/b/1 value 2 != 3"},
		{"{\"a\":1}\n", "{\"a\":1.0}\n", "stdout[0]/a value 1 != 1.0"},
		{"{\"a\":9007199254740993}\n", "{\"a\":9007199254740992}\n",
		 "stdout[0]/a value 9007199254740993 != 9007199254740992"},
		{"{\"a\":1}\n", "{\"a\":\"1\"}\n", "stdout[0]/a type 1 != 1"},
		{"{\"a\":null}\n", "{\"a\":false}\n", "stdout[0]/a type null != false"},
		{"{\"a\":true}\n", "{\"a\":false}\n", "stdout[0]/a value true != false"},
		{"{\"a/b\":{\"~\":1}}\n", "{\"a/b\":{}}\n", "stdout[0]/a~1b/~0 missing 1 != "},
		{"{\"a\":1}\n", "{\"a\":1,\"b\":2}\n", "stdout[0]/b extra  != 2"},
		{"{\"a\":[1,2,3]}\n", "{\"a\":[1,3]}\n", "stdout[0]/a/1 missing 2 != "},
		{"{\"a\":[1,2]}\n", "{\"a\":[2,1]}\n", "stdout[0]/a order [1,2] != [2,1]"},
		/* Another spelling of one tree is another output. */
		{"{\"x\":{\"a\":1,\"b\":2}}\n", "{\"x\":{\"b\":2,\"a\":1}}\n",
		 "stdout[0]/x order {\\\"x\\\":{\\\"a\\\":1,\\\"b\\\":2}} != "
		 "{\\\"x\\\":{\\\"b\\\":2,\\\"a\\\":1}}"},
		{"{\"a\":1}\n", "{\"a\": 1}\n", "stdout[0] value {\\\"a\\\":1} != {\\\"a\\\": 1}"},
		/* Rules: what they mask is equal, what they do not is not. */
		{"served by ast in 1 ms\n", "served by native in 22 ms\n", ""},
		{"served by ast in 1 ms\n", "served by rust in 1 ms\n",
		 "stdout[0] value served by <choice> in <n> ms != served by rust in 1 ms"},
		{"map{b: 1, a: 2}\n", "map{a: 2, b: 1}\n", ""},
		{"map{b: 1, a: 2}\n", "map{a: 1, b: 2}\n",
		 "stdout[0] value map{a: 2, b: 1} != map{a: 1, b: 2}"},
	};
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation left = observed("ast", ROLE_CANONICAL, rows[i].left, "", 0);
		struct observation right = observed("aot", ROLE_AOT, rows[i].right, "", 0);
		difference_text(&got, &w, &left, &right);
		cr_expect_str_eq(buf_str(&got), rows[i].want, "%s against %s: %s", rows[i].left,
				 rows[i].right, buf_str(&got));
	}
	buf_done(&got);
	world_done(&w);
}

#define FATAL(message) "fatal: class=runtime_fatal pid=7 message=" message " mode=aot\n"

Test(compare, sees_one_failure_in_two_envelopes)
{
	static const struct {
		const char *left;
		const char *right;
		const char *want;
	} rows[] = {
		{"run error: boom\n", FATAL("boom"), ""},
		{"run error: a\nb\n", FATAL("a\\nb"), ""},
		{"run error: C:\\new\n", FATAL("C:\\new"), ""},
		{"run error: has mode=x inside\n", FATAL("has mode=x inside"), ""},
		{"run error: {\"e\":{\"code\":\"x\",\"n\":1}}\n",
		 FATAL("{\"e\":{\"n\":1,\"code\":\"x\"}}"), ""},
		{"run error: {\"e\":{\"code\":\"x\"}}\n", FATAL("{\"e\":{\"code\":\"y\"}}"),
		 "stderr[0]/error/message/e/code value x != y"},
		{"run error: boom\n", FATAL("bang"), "stderr[0]/error/message value boom != bang"},
		{"run error: boom\n", "fatal: class=panic pid=7 message=boom mode=aot\n",
		 "stderr[0]/error/class class runtime_fatal != panic"},
		{"run error: boom\n", "fatal: class=runtime_fatal pid=x message=boom mode=aot\n",
		 "stderr[0]/error/pid extra  != x"},
		{"run error: boom\n", "", "stderr[0]/error missing run error: boom != "},
		{"run error: boom\n", "boom\n", "stderr[0] type run error: boom != boom"},
		{"log\nrun error: boom\n", FATAL("boom"), "stderr[0] missing log != "},
	};
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation left = observed("ast", ROLE_CANONICAL, "", rows[i].left, 1);
		struct observation right = observed("aot", ROLE_AOT, "", rows[i].right, 1);
		difference_text(&got, &w, &left, &right);
		cr_expect_str_eq(buf_str(&got), rows[i].want, "%s against %s: %s", rows[i].left,
				 rows[i].right, buf_str(&got));
	}
	buf_done(&got);
	world_done(&w);
}

Test(compare, tells_a_line_end_from_its_escape_where_it_can)
{
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation left = observed("ast", ROLE_CANONICAL, "", "run error: a\nb\n", 1);
	struct observation right = observed("native", ROLE_JIT, "", "run error: a\\nb\n", 1);
	cr_expect_eq(difference_text(&got, &w, &left, &right), 1);
	buf_done(&got);
	world_done(&w);
}

Test(compare, tells_ends_apart)
{
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation left = observed("ast", ROLE_CANONICAL, "a\nb\n", "", 0);
	struct observation right = observed("aot", ROLE_AOT, "a\nb\n", "", 1);
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got), "exit class success != runtime-failure (exit 1)");

	right.code = 2;
	left.code = 1;
	left.meaning = right.meaning = "runtime-failure";
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got),
			 "exit value runtime-failure (exit 1) != runtime-failure (exit 2)");

	/* A crash may have lost what was buffered: the exit tells it all. */
	left = observed("ast", ROLE_CANONICAL, "a\nb\n", "", 0);
	right = observed("aot", ROLE_AOT, "a\n", "", 0);
	right.end = END_SIGNAL;
	right.code = 11;
	right.meaning = NULL;
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got), "exit class success != signal 11");
	set_out(&right, slice_of("a\nX"));
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got), "exit class success != signal 11; stdout[1] value b != X");
	buf_done(&got);
	world_done(&w);
}

Test(compare, lists_files_by_path)
{
	struct left_file left_files[] = {
		{"a", 1, "aa", 'f'}, {"b", 2, "bb", 'f'}, {"d", 0, "", 'd'}, {"e", 1, "ee", 'f'}};
	struct left_file right_files[] = {
		{"a", 1, "aa", 'f'}, {"b", 2, "cc", 'f'}, {"c", 1, "xx", 'f'}, {"d", 0, "", 'f'}};
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation left = observed("ast", ROLE_CANONICAL, "", "", 0);
	struct observation right = observed("aot", ROLE_AOT, "", "", 0);
	left.files = left_files;
	right.files = right_files;
	left.file_len = right.file_len = 4;
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got),
			 "files/b value file of 2 bytes, sha256 bb != file of 2 bytes, sha256 cc; "
			 "files/c extra  != file of 1 bytes, sha256 xx; "
			 "files/d type directory != file of 0 bytes, sha256 ; "
			 "files/e missing file of 1 bytes, sha256 ee != ",
			 "%s", buf_str(&got));
	buf_done(&got);
	world_done(&w);
}

Test(compare, judges_a_stream_with_a_hole_by_its_hash)
{
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation left = observed("ast", ROLE_CANONICAL, "head\ntail\n", "", 0);
	left.truncated = true;
	left.out_total = 5000000;
	struct observation right = left;
	cr_expect_eq(difference_text(&got, &w, &left, &right), 0);
	memset(right.out_sha256, '0', 64);
	difference_text(&got, &w, &left, &right);
	cr_expect(strncmp(buf_str(&got), "stdout/dropped value 5000000 bytes", 34) == 0, "%s",
		  buf_str(&got));
	right.out = slice_of("heaX\ntail\n");
	difference_text(&got, &w, &left, &right);
	cr_expect_str_eq(buf_str(&got), "stdout[0] value head != heaX");
	buf_done(&got);
	world_done(&w);
}

Test(compare, reads_each_work_directory_as_one)
{
	struct world w;
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	struct observation left = observed("ast", ROLE_CANONICAL, "in /w/1/x and /w/1\n", "", 0);
	struct observation right = observed("aot", ROLE_AOT, "in /w/2/x and /w/2\n", "", 0);
	left.work_dir = "/w/1";
	right.work_dir = "/w/2";
	cr_expect_eq(difference_text(&got, &w, &left, &right), 0, "%s", buf_str(&got));
	set_out(&right, slice_of("in /w/2/x and /w/22\n"));
	cr_expect_eq(difference_text(&got, &w, &left, &right), 1);
	buf_done(&got);
	world_done(&w);
}

Test(compare, stays_within_its_cap_and_says_so)
{
	struct world w;
	struct buf left_text = BUF_INIT(0);
	struct buf right_text = BUF_INIT(0);
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	for (int i = 0; i < 100; i++) {
		buf_addf(&left_text, "{\"a\":%d}\n", i);
		buf_addf(&right_text, "{\"a\":%d}\n", i + 1000);
	}
	struct observation left = observed("ast", ROLE_CANONICAL, buf_str(&left_text), "", 0);
	struct observation right = observed("aot", ROLE_AOT, buf_str(&right_text), "", 0);
	cr_expect_eq(difference_text(&got, &w, &left, &right), DIFFERENCE_MAX);
	cr_expect(strstr(buf_str(&got), "; more value 37 more differences") != NULL, "%s",
		  buf_str(&got));
	buf_done(&left_text);
	buf_done(&right_text);
	buf_done(&got);
	world_done(&w);
}

Test(compare, shows_a_late_difference_of_a_long_line)
{
	struct world w;
	struct buf line = BUF_INIT(0);
	struct buf got = BUF_INIT(0);
	world_init(&w, NULL);
	for (int i = 0; i < 100000; i++)
		buf_addc(&line, 'x');
	struct observation left = observed("ast", ROLE_CANONICAL, buf_str(&line), "", 0);
	buf_adds(&line, "END");
	struct observation right = observed("aot", ROLE_AOT, buf_str(&line), "", 0);
	left.out_total = left.out.len = 100000;
	cr_expect_eq(difference_text(&got, &w, &left, &right), 1);
	cr_expect(strstr(buf_str(&got), "xEND") != NULL, "%s", buf_str(&got));
	cr_expect_lt(got.len, 2000);
	buf_done(&line);
	buf_done(&got);
	world_done(&w);
}
