/* SPDX-License-Identifier: Apache-2.0 */
/* select: which cases a filter and patterns choose. */
#include <criterion/criterion.h>
#include <string.h>

#include "runner/select.h"

static const char *indexing[] = {"runtime#indexing"};
static const char *loops[] = {"runtime#loops", "fls#types"};
static struct test_case cases[] = {
	{.name = "indexing/list",
	 .source = "c/indexing/list.x",
	 .clauses = indexing,
	 .clause_len = 1},
	{.name = "indexing/map/key", .source = "c/indexing/map/key.x", .expect = EXPECT_ERROR},
	{.name = "loops/and", .source = "c/loops/and.x", .clauses = loops, .clause_len = 2},
	{.name = "loops/for", .source = "c/loops/for.x", .expect = EXPECT_REJECT},
};
static char root[] = "/nowhere";
static struct suite suite = {.dir = "c", .real_dir = root, .cases = cases, .len = 4};

/* The numbers of the chosen cases, "013". */
static void chosen(char *out, const char *filter, const char *pattern, struct arena *arena)
{
	char *patterns[] = {(char *)pattern};
	struct error err = ERROR_INIT;
	struct selection selection = {0};
	struct filter *parsed = NULL;

	if (filter)
		cr_assert_eq(filter_parse(&parsed, filter, arena, &err), 0, "%s", err.message);
	if (select_cases(&selection, &suite, patterns, pattern != NULL, parsed, arena, &err) == 0)
		for (size_t i = 0; i < selection.len; i++)
			*out++ = (char)('0' + (selection.cases[i] - cases));
	*out = '\0';
}

Test(select, filters_choose)
{
	static const struct {
		const char *filter;
		const char *chosen;
	} table[] = {
		{"loops/for", "3"},
		{"loops", "23"},
		{"loops/", "23"},
		{"indexing/map", "1"},
		{"indexing/*", "0"},
		{"indexing/**", "01"},
		{"**/for", "3"},
		{"name:loops/f?r", "3"},
		{"clause:runtime#indexing", "0"},
		{"clause:runtime#*", "02"},
		{"clause:*", "02"},
		{"expect:ok", "02"},
		{"expect:error or expect:reject", "13"},
		{"not loops", "01"},
		{"not not loops", "23"},
		{"loops and not clause:fls#types", "3"},
		{"indexing or loops and expect:reject", "013"},
		{"(indexing or loops) and expect:reject", "3"},
		{"not (loops or indexing/list)", "1"},
		{"'loops/and'", "2"},
		{"name:\"loops/for\"", "3"},
		{"and-not-a-word", ""},
		{"loops and indexing", ""},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena arena = ARENA_INIT;
		char got[8];

		chosen(got, table[i].filter, NULL, &arena);
		cr_expect_str_eq(got, table[i].chosen, "%s: %s", table[i].filter, got);
		arena_done(&arena);
	}
}

Test(select, broken_filters_are_told_with_their_column)
{
	static const struct {
		const char *filter;
		const char *says;
	} table[] = {
		{"", "expected a term at column 1"},
		{"loops and", "expected a term at column 10"},
		{"or loops", "expected a term at column 1"},
		{"(loops", "expected ')' at column 7"},
		{"loops)", "expected 'and', 'or' or the end at column 6"},
		{"loops indexing", "expected 'and', 'or' or the end at column 7"},
		{"name:", "empty term at column 1"},
		{"nmae:x", "unknown key 'nmae:' at column 1, expected name:, clause: or expect:"},
		{"loops and expect:fine", "unknown expectation 'fine' at column 11"},
		{"verdict:diverge", "'verdict:' at column 1 asks for results"},
		{"name:'loops", "no closing ' at column 6"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena arena = ARENA_INIT;
		struct error err = ERROR_INIT;
		struct filter *filter = NULL;

		cr_expect_lt(filter_parse(&filter, table[i].filter, &arena, &err), 0);
		cr_expect(strstr(err.message, table[i].says), "%s: %s", table[i].filter,
			  err.message);
		arena_done(&arena);
	}
}

Test(select, depth_is_bounded)
{
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct filter *filter = NULL;
	char text[4000];

	memset(text, '(', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cr_expect_lt(filter_parse(&filter, text, &arena, &err), 0);
	cr_expect(strstr(err.message, "nested deeper"), "%s", err.message);
	arena_done(&arena);
}

Test(select, a_pattern_that_names_nothing_is_no_success)
{
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct selection selection = {0};
	char found[] = "loops/for", typo[] = "loops/fro";
	char *patterns[] = {found, typo};

	cr_expect_eq(select_cases(&selection, &suite, patterns, 2, NULL, &arena, &err),
		     SELECT_E_NONE);
	cr_expect(strstr(err.message, "no case is named 'loops/fro'"), "%s", err.message);
	cr_expect_eq(select_cases(&selection, &suite, patterns, 1, NULL, &arena, &err), 0);
	cr_expect_eq(selection.len, 1);
	arena_done(&arena);
}
