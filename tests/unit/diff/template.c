/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/template.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/re.h"

/* "name=text;name=text" of the first match, "-" when there is none, "!message" for a bad template.
 */
static void try_template(struct buf *out, const char *text, struct slice subject)
{
	struct arena arena = ARENA_INIT;
	struct template compiled;
	struct error err = ERROR_INIT;
	struct re *re = NULL;
	struct re_match m;

	buf_clear(out);
	if (template_compile(&compiled, slice_of(text), &arena, &err) < 0) {
		buf_addf(out, "!%s", err.message);
		arena_done(&arena);
		return;
	}
	cr_assert_eq(re_compile(&re, slice_of(compiled.pattern), RE_MULTILINE, &err), 0, "%s",
		     err.message);
	if (re_match(re, subject, 0, &m, &err) != 0) {
		buf_adds(out, "-");
	} else {
		for (size_t i = 0; i < compiled.group_len; i++) {
			int number = re_group_number(re, compiled.groups[i].name);
			cr_assert_geq(number, 0);
			buf_addf(out, "%s%s=", i ? ";" : "", compiled.groups[i].name);
			buf_add_slice(out, re_group_slice(subject, &m, (size_t)number));
		}
	}
	re_free(re);
	arena_done(&arena);
}

#define FATAL "fatal: class=<runtime_fatal|panic> pid=<...> message=<...> mode=<...>"

Test(template, reads_the_fields_of_a_line)
{
	static const struct {
		const char *text;
		const char *subject;
		const char *want;
	} rows[] = {
		{FATAL, "fatal: class=panic pid=7 message=a b mode=aot",
		 "class=panic;pid=7;message=a b;mode=aot"},
		/* A message may itself hold the next literal: the longest that lets the rest match.
		 */
		{FATAL, "fatal: class=panic pid=7 message=x mode=y mode=aot",
		 "class=panic;pid=7;message=x mode=y;mode=aot"},
		{FATAL,
		 "fatal: class=panic pid=7 message= mode=", "class=panic;pid=7;message=;mode="},
		{FATAL, "fatal: class=other pid=7 message=a mode=aot", "-"},
		/* Whole lines only, and only LF ends a line. */
		{FATAL, "x fatal: class=panic pid=7 message=a mode=aot", "-"},
		{FATAL, "one\nfatal: class=panic pid=7 message=a mode=aot\r\nthree",
		 "class=panic;pid=7;message=a;mode=aot\r"},
		{"took <n> ms", "took 12 ms", "n=12"},
		{"took <n> ms", "took 12 msx", "-"},
		{"took <n> ms", "took -12 ms", "-"},
		{"id=<hex>", "id=00fF", "id=00fF"},
		{"id=<hex>", "id=xyz", "-"},
		{"<...>: <...>", "a: b: c", "text=a: b;text_2=c"},
		{"pid=<pid> pid=<pid>", "pid=1 pid=2", "pid=1;pid_2=2"},
		{"[<a|b>] <build-info>", "[b] k=v", "choice=b;build_info=k=v"},
		{"x-id=<n>", "x-id=3", "x_id=3"},
		/* Literals mean themselves, also where PCRE2 would read them otherwise. */
		{"a.b*c (d) [e] $ ^ | \\ {2} ?=<n>", "a.b*c (d) [e] $ ^ | \\ {2} ?=5", "n=5"},
		{"a.b=<n>", "axb=5", "-"},
		{"1 < 2 and 3 <= <n>", "1 < 2 and 3 <= 4", "n=4"},
		{"gr\xc3\xb6\xc3\x9f"
		 "e=<n>",
		 "gr\xc3\xb6\xc3\x9f"
		 "e=4",
		 "e=4"},
	};
	struct buf got = BUF_INIT(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		try_template(&got, rows[i].text, slice_of(rows[i].subject));
		cr_expect_str_eq(buf_str(&got), rows[i].want, "%s over %s: %s", rows[i].text,
				 rows[i].subject, buf_str(&got));
	}
	buf_done(&got);
}

Test(template, takes_any_byte_but_the_line_end)
{
	struct buf got = BUF_INIT(0);
	try_template(&got, "m=<...>!", slice_make("m=\x00\xff\xfe!", 6));
	cr_expect(slice_eq(buf_slice(&got), slice_make("m=\x00\xff\xfe", 5)));
	buf_done(&got);
}

Test(template, names_the_problem_and_its_column)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"", "!bad template: nothing at column 1"},
		{"pid=<pid", "!bad template: a '<' that no '>' closes at column 5"},
		{"pid=<>", "!bad template: an empty placeholder at column 5"},
		{"a=<x||y>", "!bad template: an empty alternative at column 3"},
		{"a=<x|>", "!bad template: an empty alternative at column 3"},
		{"a=<..>", "!bad template: a placeholder that is neither '...' nor a name at "
			   "column 3"},
		{"a=<n>\nb", "!bad template: a line end or NUL at column 6"},
	};
	struct buf got = BUF_INIT(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		try_template(&got, rows[i].text, SLICE_EMPTY);
		cr_expect_str_eq(buf_str(&got), rows[i].want, "%s: %s", rows[i].text,
				 buf_str(&got));
	}
	buf_done(&got);
}

/* What a template means, written with nothing but greedy wildcards, over every short line. */
Test(template, matches_what_its_plain_reading_matches)
{
	static const struct {
		const char *text;
		const char *plain;
	} rows[] = {
		{"a<...>b<...>c<...>d", "^a([^\\n]*)b([^\\n]*)c([^\\n]*)d$"},
		{"<...>b<...>c<...>", "^([^\\n]*)b([^\\n]*)c([^\\n]*)$"},
		{"<...><...>b<...>cb<...>bc", "^([^\\n]*)([^\\n]*)b([^\\n]*)cb([^\\n]*)bc$"},
		{"a<...><...>b", "^a([^\\n]*)([^\\n]*)b$"},
		{"a<...>b<c|bc><...>c<...>d", "^a([^\\n]*)b(c|bc)([^\\n]*)c([^\\n]*)d$"},
	};
	enum { LINE = 7, LETTERS = 5 };
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct template compiled;
		struct re *re = NULL;
		struct re *plain = NULL;
		cr_assert_eq(template_compile(&compiled, slice_of(rows[i].text), &arena, &err), 0);
		cr_assert_eq(re_compile(&re, slice_of(compiled.pattern), RE_MULTILINE, &err), 0);
		cr_assert_eq(re_compile(&plain, slice_of(rows[i].plain), RE_MULTILINE, &err), 0);
		size_t matched = 0;
		for (size_t n = 0; n < 78125; n++) {
			char line[LINE];
			struct re_match got = {0};
			struct re_match want = {0};
			for (size_t k = 0, rest = n; k < LINE; k++, rest /= LETTERS)
				line[k] = "abcd\n"[rest % LETTERS];
			struct slice subject = slice_make(line, LINE);
			int r = re_match(plain, subject, 0, &want, &err);
			cr_assert_eq(re_match(re, subject, 0, &got, &err), r, "%s over %.*s",
				     rows[i].text, LINE, line);
			if (r != 0)
				continue;
			matched++;
			cr_assert_eq(got.len, want.len);
			cr_assert_eq(memcmp(got.groups, want.groups, got.len * sizeof(*got.groups)),
				     0, "%s over %.*s", rows[i].text, LINE, line);
		}
		cr_expect_gt(matched, 100, "%s: %zu", rows[i].text, matched);
		re_free(re);
		re_free(plain);
	}
	arena_done(&arena);
}

/* A program may print what looks like the start of an envelope, over and over. */
Test(template, tells_a_hostile_line_within_the_limits)
{
	static const char text[] =
		"fatal: class=<runtime_fatal|panic> pid=<...> message=<...> mode=<...> "
		"profile=<...> target=<...> rustc=<...> cli=<...> runtime_cache=<...> "
		"contract=<...>";
	static const struct {
		const char *part; /* repeated */
		size_t size;
		const char *end;
		int want;
	} rows[] = {
		{" mode= profile= target= rustc= cli= runtime_cache=", 1 << 20, "", RE_NO_MATCH},
		{" message= mode= profile=", 1 << 20, "", RE_NO_MATCH},
		{" mode= profile= target= rustc= cli= runtime_cache=", 1 << 20, " contract=v", 0},
		{" message=", 1 << 20,
		 " mode= profile= target= rustc= cli= runtime_cache= contract=v", 0},
		{" mode= profile= target= rustc= cli= runtime_cache= contract=v", 1 << 20, "", 0},
		/* Behind the last literal it takes the square of the length. */
		{" contract= mode= profile= target= rustc= cli= runtime_cache=", 4096, "", 0},
	};
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct template compiled;
	struct re *re = NULL;
	cr_assert_eq(template_compile(&compiled, slice_of(text), &arena, &err), 0);
	cr_assert_eq(re_compile(&re, slice_of(compiled.pattern), RE_MULTILINE, &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct re_match m;
		struct buf line = BUF_INIT(0);
		buf_adds(&line, "fatal: class=panic pid=1 message=x");
		while (line.len < rows[i].size)
			buf_adds(&line, rows[i].part);
		buf_adds(&line, rows[i].end);
		cr_expect_eq(re_match(re, buf_slice(&line), 0, &m, &err), rows[i].want, "%s: %s",
			     rows[i].part, err.message);
		buf_done(&line);
	}
	re_free(re);
	arena_done(&arena);
}
