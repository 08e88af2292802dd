/* SPDX-License-Identifier: Apache-2.0 */
/*
 * re: PCRE2's 8-bit library. Patterns run in the JIT; one that outgrows the JIT's stack runs again
 * in the interpreter, where the heap limit holds. A struct re serves one thread at a time.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/re.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"

enum {
	MATCH_LIMIT = 10000000,
	HEAP_LIMIT_KIB = 64 << 10,
	JIT_STACK_FIRST = 32 << 10,
	JIT_STACK_MAX = 1 << 20,
	PATTERN_MAX = 64 << 10,
	PATTERN_SHOWN = 120, /* bytes of a pattern in a message */
};

struct re_name {
	const char *name; /* in the code's name table */
	size_t number;
};

struct re {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	struct re_name *names; /* by group number, so in pattern order */
	size_t names_len;
	size_t groups; /* group 0 not counted */
	bool jit;
};

static void reason_of(char *text, size_t size, int code)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, size) < 0 && text[0] == '\0')
		memcpy(text, "unknown", sizeof("unknown"));
}

static int bad_pattern(struct slice pattern, size_t at, int code, struct error *err)
{
	char reason[256] = "";
	struct buf shown = BUF_INIT(0);
	bool cut = pattern.len > PATTERN_SHOWN;
	reason_of(reason, sizeof(reason), code);
	buf_add_escaped(&shown, slice_make(pattern.ptr, cut ? PATTERN_SHOWN : pattern.len));
	int r = error_input(err, "bad pattern '%s%s' at offset %zu: %s", buf_str(&shown),
			    cut ? "..." : "", at, reason);
	buf_done(&shown);
	return r;
}

static uint32_t compile_options(unsigned flags)
{
	/* Without NEVER_UTF a pattern could switch its own mode, and the caller's bytes be refused.
	 */
	uint32_t options = flags & RE_UTF ? PCRE2_UTF : PCRE2_NEVER_UTF;
	if (flags & RE_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & RE_MULTILINE)
		options |= PCRE2_MULTILINE;
	if (flags & RE_DOTALL)
		options |= PCRE2_DOTALL;
	return options | PCRE2_NEVER_BACKSLASH_C;
}

static int compile_code(struct re *re, struct slice pattern, unsigned flags, struct error *err)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	if (!context)
		mem_exhausted();
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_max_pattern_length(context, PATTERN_MAX);
	int code = 0;
	size_t at = 0;
	re->code = pcre2_compile((PCRE2_SPTR)(pattern.ptr ? pattern.ptr : ""), pattern.len,
				 compile_options(flags), &code, &at, context);
	pcre2_compile_context_free(context);
	return re->code ? 0 : bad_pattern(pattern, at, code, err);
}

static int by_number(const void *a, const void *b)
{
	const struct re_name *x = a;
	const struct re_name *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void collect_names(struct re *re)
{
	uint32_t count = 0;
	uint32_t entry_size = 0;
	PCRE2_SPTR table = NULL;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &table);
	re->names = mem_zeroed(count, sizeof(*re->names));
	re->names_len = count;
	for (uint32_t i = 0; i < count; i++) {
		PCRE2_SPTR entry = table + (size_t)i * entry_size;
		re->names[i].number = (size_t)entry[0] << 8 | entry[1];
		re->names[i].name = (const char *)entry + 2;
	}
	qsort(re->names, count, sizeof(*re->names), by_number);
}

static void prepare_matching(struct re *re)
{
	re->jit = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
	re->context = pcre2_match_context_create(NULL);
	re->data = pcre2_match_data_create_from_pattern(re->code, NULL);
	if (!re->context || !re->data)
		mem_exhausted();
	if (re->jit)
		re->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
	if (re->stack)
		pcre2_jit_stack_assign(re->context, NULL, re->stack);
	re_set_limits(re, MATCH_LIMIT, HEAP_LIMIT_KIB);
}

int re_compile(struct re **out, struct slice pattern, unsigned flags, struct error *err)
{
	CLEANUP(re_freep) struct re *re = mem_zeroed(1, sizeof(*re));
	int r = compile_code(re, pattern, flags, err);
	if (r < 0)
		return r;
	uint32_t groups = 0;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups > RE_MAX_GROUPS - 1)
		return error_input(err, "bad pattern with %u groups, at most %d are allowed",
				   groups, RE_MAX_GROUPS - 1);
	re->groups = groups;
	collect_names(re);
	prepare_matching(re);
	*out = steal(&re);
	return 0;
}

struct re *re_free(struct re *re)
{
	if (!re)
		return NULL;
	pcre2_match_data_free(re->data);
	pcre2_match_context_free(re->context);
	pcre2_jit_stack_free(re->stack);
	pcre2_code_free(re->code);
	free(re->names);
	free(re);
	return NULL;
}

void re_freep(struct re **re)
{
	*re = re_free(*re);
}

void re_set_limits(struct re *re, unsigned match_limit, unsigned heap_kib)
{
	uint32_t match_default = 0;
	uint32_t heap_default = 0;
	(void)pcre2_config(PCRE2_CONFIG_MATCHLIMIT, &match_default);
	(void)pcre2_config(PCRE2_CONFIG_HEAPLIMIT, &heap_default);
	(void)pcre2_set_match_limit(re->context, match_limit ? match_limit : match_default);
	(void)pcre2_set_heap_limit(re->context, heap_kib ? heap_kib : heap_default);
}

static void copy_groups(const struct re *re, size_t len, struct re_match *m)
{
	const size_t *offsets = pcre2_get_ovector_pointer(re->data);
	m->len = re->groups + 1;
	for (size_t i = 0; i < m->len; i++) {
		bool set = i < len && offsets[2 * i] != PCRE2_UNSET;
		m->groups[i].start = set ? offsets[2 * i] : SIZE_MAX;
		m->groups[i].end = set ? offsets[2 * i + 1] : SIZE_MAX;
	}
}

int re_match(struct re *re, struct slice subject, size_t start, struct re_match *m,
	     struct error *err)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.ptr ? subject.ptr : "");
	int r = pcre2_match(re->code, text, subject.len, start, 0, re->data, re->context);
	if (r == PCRE2_ERROR_JIT_STACKLIMIT)
		r = pcre2_match(re->code, text, subject.len, start, PCRE2_NO_JIT, re->data,
				re->context);
	if (r == PCRE2_ERROR_NOMATCH)
		return RE_NO_MATCH;
	if (r < 0) {
		char reason[256] = "";
		reason_of(reason, sizeof(reason), r);
		return error_input(err, "pattern cannot be matched over %zu bytes: %s", subject.len,
				   reason);
	}
	copy_groups(re, (size_t)r, m);
	return 0;
}

int re_group_number(const struct re *re, const char *name)
{
	for (size_t i = 0; i < re->names_len; i++)
		if (strcmp(re->names[i].name, name) == 0)
			return (int)re->names[i].number;
	return -1;
}

const char *re_group_name(const struct re *re, size_t index)
{
	return index < re->names_len ? re->names[index].name : NULL;
}

size_t re_group_count(const struct re *re)
{
	return re->groups;
}

bool re_is_jit(const struct re *re)
{
	return re->jit;
}
