/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/json.h, writing: one line of valid UTF-8 that is read back as it was. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/utf8.h"

Test(json_write, prints_a_tree_in_the_order_it_was_built)
{
	CLEANUP(json_node_freep) json_node *root = json_object();
	json_put_string(root, "z", "x");
	json_put_string(root, "none", NULL);
	json_put_int(root, "i", -3);
	json_put_bool(root, "b", true);
	json_node *list = json_array();
	json_add_string(list, "e");
	json_add(list, json_object());
	json_add(list, NULL);
	json_put(root, "a", list);
	json_put(root, "null", NULL);
	CLEANUP(buf_done) struct buf out = BUF_INIT(0);
	json_write(&out, root);
	cr_assert_str_eq(buf_str(&out), "{\"z\":\"x\",\"none\":null,\"i\":-3,\"b\":true,"
					"\"a\":[\"e\",{},null],\"null\":null}");
	buf_clear(&out);
	json_write_canonical(&out, root);
	cr_assert_str_eq(buf_str(&out), "{\"a\":[\"e\",{},null],\"b\":true,\"i\":-3,"
					"\"none\":null,\"null\":null,\"z\":\"x\"}");
	CLEANUP(json_node_freep) json_node *copy = json_copy(root);
	CLEANUP(buf_done) struct buf again = BUF_INIT(0);
	json_write_canonical(&again, copy);
	cr_assert_str_eq(buf_str(&again), buf_str(&out));
}

Test(json_write, integers_come_back_exactly)
{
	static const int64_t numbers[] = {
		0,         1,        -1, 9007199254740992, 9007199254740993, -9007199254740993,
		INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		CLEANUP(json_node_freep) json_node *root = json_object();
		json_put_int(root, "n", numbers[i]);
		CLEANUP(buf_done) struct buf out = BUF_INIT(0);
		json_write(&out, root);
		CLEANUP(json_freep) struct json_doc *doc = NULL;
		cr_assert(json_try(&doc, buf_slice(&out), 0));
		int64_t got = 0;
		cr_assert(json_to_int(json_get(root, "n"), &got));
		cr_assert_eq(got, numbers[i]);
		got = 0;
		cr_assert(json_to_int(json_get(doc->root, "n"), &got));
		cr_assert_eq(got, numbers[i]);
	}
}

Test(json_write, doubles_come_back_exactly_and_shortly)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
		{0.1, "{\"n\":0.1}"},      {1.0 / 3, "{\"n\":0.3333333333333333}"},
		{1e300, "{\"n\":1e+300}"}, {5e-324, "{\"n\":4.94065645841247e-324}"},
		{-2.5, "{\"n\":-2.5}"},    {1e15, "{\"n\":1000000000000000}"},
		{NAN, "{\"n\":null}"},     {INFINITY, "{\"n\":null}"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(json_node_freep) json_node *root = json_object();
		json_put_double(root, "n", cases[i].number);
		CLEANUP(buf_done) struct buf out = BUF_INIT(0);
		json_write(&out, root);
		cr_assert_str_eq(buf_str(&out), cases[i].text);
	}
}

Test(json_write, any_bytes_become_one_line_of_valid_text)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} cases[] = {
		{"plain", 5, "\"plain\""},
		{"\"\\/\b\f\n\r\t", 8, "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
		{"\x01\x1f\x7f", 3, "\"\\u0001\\u001f\\u007f\""},
		{"\xc3\xa9\xff", 3, "\"\xc3\xa9\xef\xbf\xbd\""},
		{"a\0b", 3,
		 "\"a\xef\xbf\xbd"
		 "b\""},
		{"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{NULL, 0, "\"\""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice bytes = slice_make(cases[i].bytes, cases[i].len);
		CLEANUP(buf_done) struct buf direct = BUF_INIT(0);
		json_write_string(&direct, bytes);
		cr_assert_str_eq(buf_str(&direct), cases[i].text, "case %zu", i);
		CLEANUP(json_node_freep) json_node *root = json_array();
		CLEANUP(json_node_freep) json_node *object = json_object();
		json_put_slice(object, "s", bytes);
		json_add(root, json_copy(json_get(object, "s")));
		CLEANUP(buf_done) struct buf out = BUF_INIT(0);
		json_write(&out, root);
		cr_assert(slice_eq(slice_make(out.data + 1, out.len - 2), buf_slice(&direct)),
			  "case %zu", i);
		CLEANUP(json_freep) struct json_doc *doc = NULL;
		cr_assert(json_try(&doc, buf_slice(&out), 0), "case %zu", i);
	}
	CLEANUP(json_node_freep) json_node *object = json_object();
	json_put_string(object, "\xff\n", "\xff");
	CLEANUP(buf_done) struct buf out = BUF_INIT(0);
	json_write(&out, object);
	cr_assert(utf8_is_valid(buf_slice(&out)));
	cr_assert_str_eq(buf_str(&out), "{\"\xef\xbf\xbd\\n\":\"\xef\xbf\xbd\"}");
}
