/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_regex: patterns of refined types, by PCRE2 over UTF-8. A pattern is compiled once in a run.
 * Not part of what every compiled program links: one without patterns does not carry PCRE2. Clause:
 * #built-in-refinements.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "oracles/reference/rt.h"

enum { MATCH_LIMIT = 10000000, HEAP_LIMIT_KIB = 64 << 10 };

struct compiled {
	const char *pattern; /* the table's own text: one address for one pattern */
	pcre2_code *code;
	struct compiled *next;
};

static pcre2_code *compile(struct rt *rt, const struct rt_name *pattern)
{
	for (struct compiled *at = rt->regexes; at; at = at->next)
		if (at->pattern == pattern->ptr)
			return at->code;
	int number;
	PCRE2_SIZE where;
	struct compiled *made = malloc(sizeof(*made));
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern->ptr, pattern->len,
					 PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY |
						 PCRE2_NEVER_BACKSLASH_C,
					 &number, &where, NULL);
	if (made && code) {
		*made = (struct compiled){pattern->ptr, code, rt->regexes};
		rt->regexes = made;
		return code;
	}
	if (!code)
		rt_trapf(rt, "invalid regex pattern %.*s", (int)pattern->len, pattern->ptr);
	else
		rt_trap(rt, "out of memory");
	pcre2_code_free(code);
	free(made);
	return NULL;
}

static int matches(struct rt *rt, const struct rt_name *pattern, const struct rt_string *text)
{
	pcre2_code *code = compile(rt, pattern);
	if (!code)
		return 0;
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int r = PCRE2_ERROR_NOMEMORY;
	if (data && limits) {
		(void)pcre2_set_match_limit(limits, MATCH_LIMIT);
		(void)pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
		r = pcre2_match(code, (PCRE2_SPTR)(text->len ? text->bytes : ""), text->len, 0, 0,
				data, limits);
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	if (r == PCRE2_ERROR_MATCHLIMIT || r == PCRE2_ERROR_HEAPLIMIT ||
	    r == PCRE2_ERROR_DEPTHLIMIT)
		rt_trapf(rt, "regex %.*s takes too long on this value", (int)pattern->len,
			 pattern->ptr);
	else if (r == PCRE2_ERROR_NOMEMORY)
		rt_trap(rt, "out of memory");
	return r >= 0;
}

static void done(struct rt *rt)
{
	struct compiled *at = rt->regexes;
	while (at) {
		struct compiled *next = at->next;
		pcre2_code_free(at->code);
		free(at);
		at = next;
	}
	rt->regexes = NULL;
}

const struct rt_regex_engine rt_regex_engine = {.matches = matches, .done = done};
