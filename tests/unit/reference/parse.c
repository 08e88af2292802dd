/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lexing, layout and parsing: what text is refused where, recovery, limits. */
#include "frontend_fixture.h"

static const struct {
	const char *text;
	const char *code;
	unsigned line, column;
} refused[] = {
	{APP("\tprint(1)\n"), "FUSE_LAYOUT_TAB", 2, 1},
	{APP("  if true:\n      print(1)\n    print(2)\n"), "FUSE_LAYOUT_DEDENT", 4, 5},
	{APP("  print(\"abc\n"), "FUSE_LEX_STRING", 2, 9},
	{APP("  print(\"\"\"abc\n\n"), "FUSE_LEX_STRING", 2, 9},
	{APP("  print(\"a ${1 \n"), "FUSE_LEX_STRING", 2, 9},
	{APP("  print(1); print(2)\n"), "FUSE_LEX_CHARACTER", 2, 11},
	{APP("  let x = 9223372036854775808\n"), "FUSE_LEX_INT_RANGE", 2, 11},
	{APP("  print(\"${}\")\n"), "FUSE_PARSE_INTERPOLATION", 2, 12},
	{APP("  print(\"${1 2}\")\n"), "FUSE_PARSE_INTERPOLATION", 2, 14},
	{APP("  print(\"${1 + }\")\n"), "FUSE_PARSE_EXPRESSION", 2, 16},
	{"let x = 3\n", "FUSE_PARSE_DECLARATION", 1, 1},
	{"app x:\n  print(1)\n", "FUSE_PARSE_EXPECTED", 1, 5},
	{"app \"x\": print(1)\n", "FUSE_PARSE_EXPECTED", 1, 10},
	{"app \"x\":\n", "FUSE_PARSE_EXPECTED", 2, 1},
	{"fn f(): print(1)\n", "FUSE_PARSE_EXPECTED", 1, 9},
	{APP("  while true: break\n"), "FUSE_PARSE_EXPECTED", 2, 15},
	{APP("  if true: print(1) else: print(2)\n"), "FUSE_PARSE_EXPECTED", 2, 21},
	{APP("  print(1) print(2)\n"), "FUSE_PARSE_EXPECTED", 2, 12},
	{APP("  let app = 1\n"), "FUSE_PARSE_EXPECTED", 2, 7},
	{APP("  let x = [1, 2,]\n"), "FUSE_PARSE_EXPRESSION", 2, 17},
	{APP("  let x = if true: 1 else: 2\n"), "FUSE_PARSE_EXPRESSION", 2, 11},
	{APP("  match 1:\n    -1:\n      print(1)\n"), "FUSE_PARSE_EXPECTED", 3, 5},
	{APP("  match 1:\n    P(a, b=c):\n      print(1)\n"), "FUSE_PARSE_PATTERN", 3, 10},
	{APP("  print(1.)\n"), "FUSE_PARSE_EXPECTED", 2, 11},
	{APP("  print(1e5)\n"), "FUSE_PARSE_EXPECTED", 2, 10},
	{APP("  match \"a\":\n    \"a${1}\":\n      print(1)\n"), "FUSE_PARSE_PATTERN", 3, 5},
	{"fn f():\n  print(1)\nrequires time\n", "FUSE_PARSE_EXPECTED", 3, 1},
	{"type A:\n  x: Int\nrequires time\n", "FUSE_PARSE_EXPECTED", 3, 1},
	/* not UTF-8: a stray byte, an overlong form, a surrogate; and a byte order mark */
	{APP("  print(\"a\xff\")\n"), "FUSE_LEX_UTF8", 2, 11},
	{APP("  print(\"\xc0\x80\")\n"), "FUSE_LEX_UTF8", 2, 10},
	{"# \xed\xa0\x80\n" APP("  print(1)\n"), "FUSE_LEX_UTF8", 1, 3},
	{"\xef\xbb\xbf" APP("  print(1)\n"), "FUSE_LEX_CHARACTER", 1, 1},
};

Test(parse, broken_text_is_refused_with_code_and_place)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct loaded loaded = load(refused[i].text);
		cr_assert_eq(loaded.result, FRONTEND_E_REJECTED, "accepted:\n%s", refused[i].text);
		struct diagnostic *first = &loaded.diagnostics.list.items[0];
		cr_expect_str_eq(first->code, refused[i].code, "%s for:\n%s", first->message,
				 refused[i].text);
		cr_expect(first->line == refused[i].line && first->column == refused[i].column,
			  "at %u:%u for:\n%s", first->line, first->column, refused[i].text);
		loaded_done(&loaded);
	}
}

static const char *const taken[] = {
	APP("  let x = (1 +\n 2)\n  let y = f(\n    1,\n  )\n  print(x) # c\n# c\n      # c\n  "
	    "print(y)\n") "fn f(\n  a: Int,\n) -> Int:\n  return a\n",
	APP("  if true:\n\n    print(1)\n\n  else if false:\n    print(2)\n  else:\n    "
	    "print(3)\n"),
	APP("  if true: print(1)\n  else: print(2)\n  if true: if false: print(3)\n"),
	"type P:\n  x: Int\nfn p() -> P:\n  return P(x=1)\n" APP(
		"  let y = p\n    ()\n    .x\n  print(y)\n"),
	APP("  print(\"a ${\"b ${1 + 1}\"} $ $x { } \\q\\$\")\n"),
	APP("  print(\"\"\"one\n \"two\" ${1}\n\"\"\")\n"),
	APP("  print(- -3)\n  print(--3)\n  print(!!true)\n"),
	APP("  print(1)"),
	"",
	"\n\n# nothing\n",
	"## documented\n## twice\nfn f():\n  ## inside\n  print(1)\n",
	"\r\napp \"x\":\r\n  print(1)\r\n",
	"migration \"001\":\n  print(1)\nmigration two:\n  print(1)\nmigration 3:\n  print(1)\n",
	("service S at \"/api\":\n  get \"/u/{id: Id}/{n: Int(1..5)}/{o: Int?}\" -> Int:\n    "
	 "return n\n"
	 "  delete \"/x/{s: String(regex(\\\"^[a-z]/\\\"))}\" -> String:\n    return s\n"),
	("interface C:\n  fn e() -> String\n  fn g<T>(a: T) -> Self where T: C\n"
	 "fn id<T, U>(a: T, b: U) -> T where T: C, U: C:\n  return a\n"),
};

Test(parse, legal_text_is_taken)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct loaded loaded = load(taken[i]);
		cr_expect_eq(loaded.result, 0, "%s:\n%s",
			     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message
							 : "",
			     taken[i]);
		loaded_done(&loaded);
	}
}

/* What is read, checked and not carried out: refused by that name, and only when it is to run. */
static const char *const unsupported[] = {
	"type U:\n  x: Int\ntype E:\n  x: Int\n"
	"service S at \"/api\":\n  post \"/u/{id: Id}\" body U -> U!E:\n    return body\n  get "
	"\"/\" -> Html:\n    return div(class=\"a\" id=\"b\"):\n      \"text\"\n      if true:\n   "
	"     span(): \"x\"\n      else:\n        br()\n      for i in 1..2:\n        li(): "
	"\"${i}\"\n",
	"component Card(title: String):\n  return div()\n",
	"component Card:\n  div(type=\"x\" for=\"y\"): \"c\"\n" APP(
		"  let x = Card(id=\"a\"): \"b\"\n"),
	"component Plain:\n  return section(attrs):\n    children\n",
	"requires db\n" APP("  transaction:\n    print(1)\n"),
	"requires db\ntype T:\n  a: Int\n" APP(
		"  let r = db.from(\"t\").select([\"t.a\"]).one<T>()\n  print(r?.a ?? 0)\n"),
	"requires network\n" APP(
		"  match http.get(\"http://a\"):\n    Ok(r) -> print(r.status)\n   "
		" Err(e) -> print(e.body ?? e.code)\n"),
	"requires network\n" APP("  serve(80)\n"),
	APP("  print(html.render(input(type=\"text\")))\n"),
};

Test(parse, the_rest_of_the_grammar_is_read_and_refused_once)
{
	for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
		struct loaded loaded = load(unsupported[i]);
		cr_expect_eq(loaded.result, FRONTEND_E_REJECTED, "%s", unsupported[i]);
		vec_each (&loaded.diagnostics.list, d)
			cr_expect_str_eq(d->code, "FUSE_UNSUPPORTED", "%s for:\n%s", d->message,
					 unsupported[i]);
		loaded_done(&loaded);
	}
}

Test(parse, a_byte_order_mark_is_the_only_complaint_about_its_file)
{
	struct loaded loaded = load("\xef\xbb\xbf" APP("  print(1)\n"));
	cr_expect_eq(loaded.diagnostics.list.len, 1);
	loaded_done(&loaded);
}

Test(parse, a_long_line_is_shown_around_the_place_of_the_error)
{
	struct buf text = {0}, out = {0};
	buf_adds(&text, APP("  print("));
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, "\xc3\xa4 + ");
	buf_adds(&text, "1)\n");
	struct loaded loaded = load(buf_str(&text));
	const struct diagnostic *last =
		&loaded.diagnostics.list.items[loaded.diagnostics.list.len - 1];
	cr_assert_gt(last->column, 200);
	cr_expect_leq(strlen(last->source_line), 200);
	cr_expect_eq((unsigned char)last->source_line[last->caret - 1], 0xc3);
	diagnostics_format_text(&out, &loaded.diagnostics);
	cr_expect_lt(out.len, 100 * 600, "%zu", out.len);
	buf_done(&text);
	buf_done(&out);
	loaded_done(&loaded);
}

Test(parse, a_broken_statement_does_not_hide_the_next_one)
{
	struct loaded loaded =
		load(APP("  let = 1\n  if )\n    print(1)\n  print(2\n") "fn g(:\n  print(1)\nfn "
									 "h() -> :\n  print(1)\n");
	cr_expect_geq(loaded.diagnostics.list.len, 3);
	cr_expect_eq(loaded.diagnostics.list.items[0].line, 2);
	cr_expect_eq(loaded.diagnostics.list.items[1].line, 3);
	loaded_done(&loaded);
}

static char *repeated(const char *head, const char *part, int count, const char *tail)
{
	struct buf text = {0};
	buf_adds(&text, head);
	for (int i = 0; i < count; i++)
		buf_adds(&text, part);
	buf_adds(&text, tail);
	return buf_take(&text);
}

Test(parse, depth_is_a_limit_with_one_diagnostic)
{
	static const struct {
		const char *head, *part;
	} deep[] = {
		{"app \"x\":\n  let x = ", "("},
		{"app \"x\":\n  let x = ", "["},
		{"app \"x\":\n  let x = ", "-"},
		{"app \"x\":\n  let x = 1", " + 1"},
		{"app \"x\":\n  let x = a", ".b"},
		{"app \"x\":\n  ", "if true: "},
		{"app \"x\":\n  match 1:\n    ", "Some("},
		{"fn f(a: ", "List<"},
		{"fn f(a: Int", " ?"},
		{"fn f(a: Int", "!E"},
		{"app \"x\":\n  if true: print(1)\n", "  else if true: print(1)\n"},
		{"app \"x\":\n  if true: print(1)\n", "  else if true:\n    print(1)\n"},
		{"app \"x\":\n  match 1:\n", "    1 -> 2\n"},
		{"app \"x\":\n  match 1:\n", "    1:\n      print(1)\n"},
	};
	for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
		char *text = repeated(deep[i].head, deep[i].part, 20000, "\n");
		struct loaded loaded = load(text);
		cr_assert_eq(loaded.result, FRONTEND_E_REJECTED);
		cr_expect_str_eq(loaded.diagnostics.list.items[0].code, "FUSE_PARSE_DEPTH", "%s",
				 deep[i].part);
		cr_expect_eq(loaded.diagnostics.list.len, 1, "%zu for %s",
			     loaded.diagnostics.list.len, deep[i].part);
		loaded_done(&loaded);
		free(text);
	}
	char *text = repeated("app \"x\":\n  let x = 1", " + 1", 300, "\n");
	struct loaded loaded = load(text);
	cr_expect_eq(loaded.result, 0);
	loaded_done(&loaded);
	free(text);
}

Test(parse, a_broken_branch_takes_its_others_along)
{
	struct loaded loaded = load(APP("  if 1 ==:\n    print(1)\n  else if true:\n    print(2)\n"
					"  else: print(3)\n  print(1 2)\n"));
	cr_assert_eq(loaded.diagnostics.list.len, 2);
	cr_expect_eq(loaded.diagnostics.list.items[0].line, 2);
	cr_expect_eq(loaded.diagnostics.list.items[1].line, 7);
	loaded_done(&loaded);
}

Test(diagnostic, text_has_a_caret_and_json_sorted_keys)
{
	struct loaded loaded = load(APP("  let x: Int = \"s\"\n"));
	struct buf text = {0}, json = {0};
	diagnostics_format_text(&text, &loaded.diagnostics);
	diagnostics_format_json(&json, &loaded.diagnostics);
	cr_expect_str_eq(buf_str(&text),
			 "error: type mismatch: expected Int, found String (test.fuse:2:16)\n"
			 "    let x: Int = \"s\"\n"
			 "                 ^\n");
	cr_expect_str_eq(
		buf_str(&json),
		"{\"code\":\"FUSE_TYPE_MISMATCH\",\"column\":16,\"kind\":\"diagnostic\","
		"\"level\":\"error\",\"line\":2,\"message\":\"type mismatch: expected Int, "
		"found String\",\"path\":\"test.fuse\",\"span_end\":27,\"span_start\":24}\n");
	buf_done(&text);
	buf_done(&json);
	loaded_done(&loaded);
}
