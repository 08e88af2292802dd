/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/json.h, reading: what is JSON, where it is not, numbers, members of a manifest. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"

static struct json_doc *parsed(const char *text, unsigned flags)
{
	struct json_doc *doc = NULL;
	struct error err = ERROR_INIT;
	cr_assert_eq(json_parse(&doc, slice_of(text), "t.json", flags, &err), 0, "%s: %s", text,
		     err.message);
	return doc;
}

Test(json, refuses_what_is_not_json_and_says_where)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"", "t.json:1:1: unexpected end of the text (byte 0)"},
		{" \n ", "t.json:2:2: unexpected end of the text (byte 3)"},
		{"{\"a\": 1,\n \"a\": 2}", "t.json:2:2: duplicate key 'a' (byte 10)"},
		{"[{\"a\":{\"b\":1,\"\\u0062\":2}}]", "t.json:1:14: duplicate key 'b' (byte 13)"},
		{"1 2", "t.json:1:3: more text behind the document (byte 2)"},
		{"{} x", "t.json:1:4: more text behind the document (byte 3)"},
		{"\"\\u0000\"", "t.json:1:2: NUL in a string (byte 1)"},
		{"\"\xff\"", "t.json:1:2: invalid UTF-8 in a string (byte 1)"},
		{"\"\xc3\"", "t.json:1:2: invalid UTF-8 in a string (byte 1)"},
		{"\"a\nb\"", "t.json:1:3: control character in a string (byte 2)"},
		{"\"a", "t.json:1:3: string without an end (byte 2)"},
		{"\"a\\", "t.json:1:4: string without an end (byte 3)"},
		{"\"\\x\"", "t.json:1:2: bad escape in a string (byte 1)"},
		{"\"\\u12\"", "t.json:1:2: bad \\u escape (byte 1)"},
		{"\"\\ud800\"", "t.json:1:2: lone surrogate in a string (byte 1)"},
		{"\"\\ud800\\u0041\"", "t.json:1:2: lone surrogate in a string (byte 1)"},
		{"\"\\udc00\"", "t.json:1:2: lone surrogate in a string (byte 1)"},
		{"01", "t.json:1:2: number with a leading zero (byte 1)"},
		{"-", "t.json:1:2: bad number (byte 1)"},
		{"1.", "t.json:1:3: bad number (byte 2)"},
		{"1e", "t.json:1:3: bad number (byte 2)"},
		{"+1", "t.json:1:1: expected a value (byte 0)"},
		{"NaN", "t.json:1:1: expected a value (byte 0)"},
		{"tru", "t.json:1:1: expected a value (byte 0)"},
		{"[1,]", "t.json:1:4: expected a value (byte 3)"},
		{"[1 2]", "t.json:1:4: expected ',' or ']' (byte 3)"},
		{"{\"a\":1,}", "t.json:1:8: expected a quoted key (byte 7)"},
		{"{a:1}", "t.json:1:2: expected a quoted key (byte 1)"},
		{"{\"a\" 1}", "t.json:1:6: expected ':' after a key (byte 5)"},
		{"{\"a\":1", "t.json:1:7: expected ',' or '}' (byte 6)"},
		{"\xef\xbb\xbf{}", "t.json:1:1: expected a value (byte 0)"},
		{"[1]\v", "t.json:1:4: more text behind the document (byte 3)"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_doc *doc = NULL;
		struct error err = ERROR_INIT;
		struct slice text = slice_of(cases[i].text);
		cr_assert_lt(json_parse(&doc, text, "t.json", 0, &err), 0, "%s", cases[i].text);
		cr_assert_str_eq(err.message, cases[i].message);
		cr_assert_eq(err.blame, ERROR_INPUT);
		cr_assert_null(doc);
		cr_assert_not(json_try(&doc, text, JSON_RAW_NUMBERS));
	}
	struct json_doc *doc = NULL;
	cr_assert_not(json_try(&doc, slice_make("1\0", 2), 0), "a NUL behind is more text");
	cr_assert_not(json_try(&doc, slice_make("\"\0\"", 3), 0));
}

Test(json, limits_depth_and_size)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	for (int depth = 64; depth <= 65; depth++) {
		CLEANUP(json_freep) struct json_doc *doc = NULL;
		buf_clear(&text);
		for (int i = 0; i < depth; i++)
			buf_adds(&text, i % 2 ? "[" : "{\"a\":");
		buf_adds(&text, "1");
		for (int i = depth; i-- > 0;)
			buf_adds(&text, i % 2 ? "]" : "}");
		cr_assert_eq(json_try(&doc, buf_slice(&text), 0), depth == 64);
	}
	buf_clear(&text);
	for (int i = 0; i < 200; i++)
		buf_adds(&text, i ? ",[{}]" : "[[]");
	buf_adds(&text, "]");
	CLEANUP(json_freep) struct json_doc *wide = NULL;
	cr_assert(json_try(&wide, buf_slice(&text), 0), "neighbours are not depth");
	buf_clear(&text);
	for (int i = 0; i < (16 << 20) - 1; i++)
		buf_addc(&text, ' ');
	buf_addc(&text, '1');
	CLEANUP(json_freep) struct json_doc *largest = NULL;
	cr_assert(json_try(&largest, buf_slice(&text), 0));
	buf_addc(&text, ' ');
	struct json_doc *doc = NULL;
	cr_assert_not(json_try(&doc, buf_slice(&text), 0));
}

Test(json, reads_every_kind_of_value)
{
	CLEANUP(json_freep)
	struct json_doc *doc = parsed("{\"s\":\"a\\n\\u00e9\\ud83d\\ude00\",\"n\":-1.5e2,\"t\":"
				      "true,\"f\":false,\"z\":null,"
				      "\"l\":[1,[],{}],\"o\":{\"S\":1}}",
				      0);
	const json_node *root = doc->root;
	cr_assert(json_is_object(root));
	cr_assert_eq(json_len(root), 7);
	cr_assert_str_eq(json_string(json_get(root, "s")), "a\n\xc3\xa9\xf0\x9f\x98\x80");
	cr_assert_null(json_get(root, "S"));
	cr_assert(json_is_number(json_get(root, "n")));
	double number = 0;
	cr_assert(json_to_double(json_get(root, "n"), &number));
	cr_assert_eq(number, -150.0);
	cr_assert(json_true(json_get(root, "t")));
	cr_assert_not(json_true(json_get(root, "f")));
	cr_assert(json_is_bool(json_get(root, "f")));
	cr_assert(json_is_null(json_get(root, "z")));
	const json_node *list = json_get(root, "l");
	cr_assert_eq(json_len(list), 3);
	cr_assert(json_is_array(json_at(list, 1)));
	cr_assert_null(json_at(list, 3));
	cr_assert_str_eq(json_key(json_first(root)), "s");
	cr_assert_null(json_key(json_first(list)));
	size_t seen = 0;
	json_each (root, member) {
		(void)member;
		seen++;
	}
	cr_assert_eq(seen, 7);
}

Test(json, a_missing_node_answers_like_a_wrong_type)
{
	int64_t number;
	cr_assert_not(json_is_object(NULL) || json_is_array(NULL) || json_is_string(NULL) ||
		      json_is_number(NULL) || json_is_bool(NULL) || json_is_null(NULL) ||
		      json_true(NULL) || json_to_int(NULL, &number));
	cr_assert_null(json_string(NULL));
	cr_assert_null(json_number_text(NULL));
	cr_assert_null(json_get(NULL, "a"));
	cr_assert_null(json_at(NULL, 0));
	cr_assert_null(json_first(NULL));
	cr_assert_null(json_next(NULL));
	cr_assert_null(json_key(NULL));
	cr_assert_eq(json_len(NULL), 0);
	cr_assert_null(json_free(NULL));
}

Test(json, integers_are_exact_or_refused)
{
	static const struct {
		const char *text;
		bool fits;
		int64_t number;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"1e3", true, 1000},
		{"10.0", true, 10},
		{"1.5", false, 0},
		{"9007199254740992", true, 9007199254740992},
		{"9007199254740993", true, 9007199254740993},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775807", true, INT64_MAX},
		{"9223372036854775808", false, 0},
		{"1e999", false, 0},
		{"1e18", false, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(json_freep) struct json_doc *doc = parsed(cases[i].text, 0);
		int64_t number = 0;
		cr_assert(json_is_number(doc->root));
		cr_assert_eq(json_to_int(doc->root, &number), cases[i].fits, "%s", cases[i].text);
		cr_assert_eq(number, cases[i].number, "%s", cases[i].text);
	}
}

Test(json, raw_numbers_keep_their_text_and_no_string_passes_for_one)
{
	char longest[400];
	memset(longest, '7', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	const char *const numbers[] = {
		"9007199254740993", "9007199254740992", "1.0", "1", "-0.0", "1E+2", longest};
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_clear(&text);
		buf_addf(&text, "{\"k\":[%s,\"%s\",\"0\"]}", numbers[i], numbers[i]);
		CLEANUP(json_freep) struct json_doc *doc = parsed(buf_str(&text), JSON_RAW_NUMBERS);
		const json_node *list = json_get(doc->root, "k");
		cr_assert(json_is_number(json_at(list, 0)));
		cr_assert_str_eq(json_number_text(json_at(list, 0)), numbers[i]);
		cr_assert_null(json_string(json_at(list, 0)));
		cr_assert_not(json_is_number(json_at(list, 1)));
		cr_assert_str_eq(json_string(json_at(list, 1)), numbers[i]);
		cr_assert_null(json_number_text(json_at(list, 1)));
		CLEANUP(buf_done) struct buf out = BUF_INIT(0);
		json_write(&out, doc->root);
		cr_assert_str_eq(buf_str(&out), buf_str(&text));
	}
	CLEANUP(json_freep) struct json_doc *plain = parsed("1", 0);
	cr_assert_null(json_number_text(plain->root));
}

Test(json, a_node_knows_its_line)
{
	CLEANUP(json_freep)
	struct json_doc *doc =
		parsed("\n{\n \"a\": [1,\n 2],\n \"b\":\n  {\"c\": \"}\\\"]\"}\n}", 0);
	const json_node *a = json_get(doc->root, "a");
	const json_node *b = json_get(doc->root, "b");
	cr_assert_eq(json_line(doc, doc->root), 2);
	cr_assert_eq(json_line(doc, a), 3);
	cr_assert_eq(json_line(doc, json_at(a, 1)), 4);
	cr_assert_eq(json_line(doc, b), 5);
	cr_assert_eq(json_line(doc, json_get(b, "c")), 6);
	cr_assert_eq(json_line(doc, NULL), 0);
	struct error err = ERROR_INIT;
	cr_assert_lt(json_error(doc, b, &err, "no '%s' here", "x"), 0);
	cr_assert_str_eq(err.message, "t.json:5: no 'x' here");
	cr_assert_lt(json_error(doc, NULL, &err, "broken"), 0);
	cr_assert_str_eq(err.message, "t.json: broken");
}

Test(json, manifests_are_read_with_file_line_and_key)
{
	CLEANUP(json_freep)
	struct json_doc *doc =
		parsed("{\"s\":\"x\",\"n\":5,\n\"h\":1.5,\"b\":true,\"a\":[],\"o\":{}}", 0);
	const json_node *root = doc->root;
	struct error err = ERROR_INIT;
	const char *s = "before";
	int64_t n = 7;
	bool b = false;
	const json_node *node = NULL;
	cr_assert_eq(json_opt_string(&s, doc, root, "none", &err), 0);
	cr_assert_str_eq(s, "before");
	cr_assert_eq(json_opt_string(&s, doc, root, "s", &err), 0);
	cr_assert_str_eq(s, "x");
	cr_assert_eq(json_member_string(&s, doc, root, "s", &err), 0);
	cr_assert_lt(json_member_string(&s, doc, root, "none", &err), 0);
	cr_assert_str_eq(err.message, "t.json:1: 'none' is missing, give it a string");
	cr_assert_lt(json_opt_string(&s, doc, root, "b", &err), 0);
	cr_assert_str_eq(err.message, "t.json:2: 'b' must be a string, not a boolean");
	cr_assert_eq(json_opt_int(&n, doc, root, "n", 0, 5, &err), 0);
	cr_assert_eq(n, 5);
	cr_assert_lt(json_opt_int(&n, doc, root, "n", 6, 9, &err), 0);
	cr_assert_str_eq(err.message, "t.json:1: 'n' is 5, must be from 6 to 9");
	cr_assert_lt(json_opt_int(&n, doc, root, "h", 0, 9, &err), 0);
	cr_assert_str_eq(err.message, "t.json:2: 'h' must be a whole number");
	cr_assert_lt(json_opt_int(&n, doc, root, "s", 0, 9, &err), 0);
	cr_assert_eq(json_opt_bool(&b, doc, root, "b", &err), 0);
	cr_assert(b);
	cr_assert_lt(json_opt_bool(&b, doc, root, "n", &err), 0);
	cr_assert_eq(json_opt_array(&node, doc, root, "a", &err), 0);
	cr_assert(json_is_array(node));
	cr_assert_lt(json_opt_array(&node, doc, root, "o", &err), 0);
	cr_assert_eq(json_opt_object(&node, doc, root, "o", &err), 0);
	cr_assert(json_is_object(node));
	cr_assert_lt(json_opt_object(&node, doc, root, "a", &err), 0);
	cr_assert_str_eq(err.message, "t.json:2: 'a' must be an object, not an array");
}

Test(json, an_unknown_key_is_met_with_the_likely_one)
{
	static const char *const allowed[] = {"backends", "timeout", "env", NULL};
	static const char *const cases[][2] = {
		{"{\"env\":1,\"timeout\":2}", NULL},
		{"{\"bakcends\":1}", "t.json:1: unknown key 'bakcends', did you mean 'backends'"},
		{"{\"time-out\":1}", "t.json:1: unknown key 'time-out', did you mean 'timeout'"},
		{"{\"evn\":1}", "t.json:1: unknown key 'evn', did you mean 'env'"},
		{"{\n\"zzzzzz\":1}",
		 "t.json:2: unknown key 'zzzzzz', the known ones are 'backends', 'timeout', 'env'"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(json_freep) struct json_doc *doc = parsed(cases[i][0], 0);
		struct error err = ERROR_INIT;
		int r = json_known_keys(doc, doc->root, allowed, &err);
		cr_assert_eq(r, cases[i][1] ? -1 : 0);
		if (cases[i][1])
			cr_assert_str_eq(err.message, cases[i][1]);
	}
}

Test(json, a_swap_of_neighbours_is_the_nearest_slip)
{
	static const char *const allowed[] = {"xbdd", "abdc", NULL};
	cr_assert_str_eq(json_nearest("abcd", allowed), "abdc");
	cr_assert_null(json_nearest("q", allowed));
	cr_assert_null(json_nearest("", (const char *const[]){NULL}));
}

Test(json, a_file_is_loaded_under_its_own_name)
{
	char dir[] = "/tmp/parity-json-XXXXXX";
	struct error err = ERROR_INIT;
	cr_assert(mkdtemp(dir));
	CLEANUP(free_p) char *path = path_join(dir, "m.json");
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	cr_assert_lt(json_load(&doc, path, &err), 0);
	cr_assert_eq(err.blame, ERROR_INPUT);
	cr_assert_eq(file_write(path, slice_of("{\"a\":\n}"), false, &err), 0);
	cr_assert_lt(json_load(&doc, path, &err), 0);
	cr_assert(strstr(err.message, "m.json:2:1: expected a value"), "%s", err.message);
	cr_assert_eq(file_write(path, slice_of("{\"a\":1}"), false, &err), 0);
	cr_assert_eq(json_load(&doc, path, &err), 0);
	cr_assert_str_eq(doc->name, path);
	cr_assert_eq(path_remove_tree(dir, &err), 0);
}
