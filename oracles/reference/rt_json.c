/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_json: JSON text to values and back. Reading is strict (RFC 8259) and knows no types; what a
 * declared type makes of the values read is rt_decode.c. Clauses: #json-encodingdecoding, #enums.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

/* --- writing ---------------------------------------------------------------------------------- */

static void add(struct rt *rt, struct rt_text *text, const char *s)
{
	rt_text_add(rt, text, s, strlen(s));
}

void rt_text_json_string(struct rt *rt, struct rt_text *text, const char *bytes, uint64_t len)
{
	static const char special[] = "\"\\\n\r\t\b\f";
	static const char letter[] = "\"\\nrtbf";
	static const char hex[] = "0123456789abcdef";
	add(rt, text, "\"");
	uint64_t start = 0;
	for (uint64_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		rt_text_add(rt, text, bytes + start, i - start);
		start = i + 1;
		const char *hit = c ? strchr(special, c) : NULL;
		char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
		if (hit)
			escape[1] = letter[hit - special];
		rt_text_add(rt, text, escape, hit ? 2 : 6);
	}
	rt_text_add(rt, text, bytes + start, len - start);
	add(rt, text, "\"");
}

static void add_json(struct rt *rt, struct rt_text *text, const struct value *v, int nesting);

static void add_items(struct rt *rt, struct rt_text *text, const struct value *items, uint64_t len,
		      int nesting)
{
	add(rt, text, "[");
	for (uint64_t i = 0; i < len && !rt->trap; i++) {
		if (i)
			add(rt, text, ",");
		add_json(rt, text, &items[i], nesting);
	}
	add(rt, text, "]");
}

struct member {
	struct rt_name name;
	const struct value *value;
};

static int member_order(const void *a, const void *b)
{
	const struct rt_name *x = &((const struct member *)a)->name;
	const struct rt_name *y = &((const struct member *)b)->name;
	uint64_t len = x->len < y->len ? x->len : y->len;
	int order = len ? memcmp(x->ptr, y->ptr, len) : 0;
	return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* An object with its keys in byte order; sorts `members`. */
static void add_members(struct rt *rt, struct rt_text *text, struct member *members, uint64_t len,
			int nesting)
{
	qsort(members, len, sizeof(*members), member_order);
	add(rt, text, "{");
	for (uint64_t i = 0; i < len && !rt->trap; i++) {
		if (i)
			add(rt, text, ",");
		rt_text_json_string(rt, text, members[i].name.ptr, members[i].name.len);
		add(rt, text, ":");
		add_json(rt, text, members[i].value, nesting);
	}
	add(rt, text, "}");
}

static void add_map(struct rt *rt, struct rt_text *text, const struct rt_map *map, int nesting)
{
	uint64_t size = map->len * sizeof(struct member);
	struct member *members = rt_alloc(rt, size);
	if (!members)
		return;
	for (uint64_t i = 0; i < map->len; i++) {
		const struct rt_string *key = map->entries[i].key.u.string;
		members[i] = (struct member){{key->bytes, key->len}, &map->entries[i].value};
	}
	add_members(rt, text, members, map->len, nesting);
	rt_release(rt, members, size);
}

static void add_struct(struct rt *rt, struct rt_text *text, const struct rt_record *record,
		       int nesting)
{
	uint64_t size = record->len * sizeof(struct member);
	struct member *members = rt_alloc(rt, size);
	if (!members)
		return;
	for (uint32_t i = 0; i < record->len; i++)
		members[i] = (struct member){record->type->fields[i].name, &record->items[i]};
	add_members(rt, text, members, record->len, nesting);
	rt_release(rt, members, size);
}

static void add_tagged(struct rt *rt, struct rt_text *text, struct rt_name tag,
		       const struct value *items, uint32_t len, int nesting)
{
	add(rt, text, len ? "{\"data\":" : "{");
	if (len == 1)
		add_json(rt, text, items, nesting);
	else if (len)
		add_items(rt, text, items, len, nesting);
	add(rt, text, len ? ",\"type\":" : "\"type\":");
	rt_text_json_string(rt, text, tag.ptr, tag.len);
	add(rt, text, "}");
}

static void add_float(struct rt *rt, struct rt_text *text, double f)
{
	char number[RT_NUMBER_SIZE];
	if (!isfinite(f))
		add(rt, text, "null");
	else if (f == 0)
		add(rt, text, "0");
	else
		rt_text_add(rt, text, number, rt_format_float(number, f));
}

/* Values whose printed form, quoted, is their JSON. */
static void add_printed(struct rt *rt, struct rt_text *text, const struct value *v)
{
	struct rt_text printed = {0};
	rt_text_value(rt, &printed, v);
	rt_text_json_string(rt, text, printed.bytes, printed.len);
	rt_text_done(rt, &printed);
}

static void add_json(struct rt *rt, struct rt_text *text, const struct value *v, int nesting)
{
	if (nesting++ > RT_NESTING_LIMIT) {
		rt_trap(rt, "value nesting limit exceeded");
		return;
	}
	switch (v->tag) {
	case RT_NULL:
	case RT_UNIT:
		add(rt, text, "null");
		break;
	case RT_BOOL:
	case RT_INT:
		rt_text_value(rt, text, v);
		break;
	case RT_FLOAT:
		add_float(rt, text, v->u.f);
		break;
	case RT_STRING:
	case RT_HTML:
		rt_text_json_string(rt, text, v->u.string->bytes, v->u.string->len);
		break;
	case RT_LIST:
		add_items(rt, text, v->u.list->items, v->u.list->len, nesting);
		break;
	case RT_MAP:
		add_map(rt, text, v->u.map, nesting);
		break;
	case RT_STRUCT:
		add_struct(rt, text, v->u.record, nesting);
		break;
	case RT_ENUM:
		add_tagged(rt, text, v->u.record->type->variants[v->u.record->variant].name,
			   v->u.record->items, v->u.record->len, nesting);
		break;
	case RT_OK:
		add_tagged(rt, text, (struct rt_name){"Ok", 2}, &v->u.cell->content, 1, nesting);
		break;
	case RT_ERR:
		add_tagged(rt, text, (struct rt_name){"Err", 3}, &v->u.cell->content, 1, nesting);
		break;
	case RT_BOX:
		add_json(rt, text, &v->u.cell->content, nesting);
		break;
	default: /* Bytes as base64; functions, tasks */
		add_printed(rt, text, v);
		break;
	}
}

void rt_text_json(struct rt *rt, struct rt_text *text, const struct value *v)
{
	add_json(rt, text, v, 0);
}

struct value rt_json_encode(struct rt *rt, struct value v)
{
	struct rt_text text = {0};
	add_json(rt, &text, &v, 0);
	rt_drop(rt, v);
	return rt_text_take(rt, &text);
}

/* --- reading ---------------------------------------------------------------------------------- */

enum { KEY_CACHE = 64, KEY_CACHE_LEN = 32 };

struct reader {
	struct rt *rt;
	struct value keys[KEY_CACHE]; /* recent short keys: objects of one list share theirs */
	const char *at;
	const char *end;
	const char *problem;
	int nesting;
};

static struct value fail(struct reader *in, const char *problem)
{
	if (!in->problem)
		in->problem = problem;
	return rt_null();
}

static void skip_blanks(struct reader *in)
{
	while (in->at < in->end &&
	       (*in->at == ' ' || *in->at == '\n' || *in->at == '\t' || *in->at == '\r'))
		in->at++;
}

static bool take(struct reader *in, char c)
{
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

/* Length of the well-formed UTF-8 sequence at `s`, 0 when there is none. */
static uint64_t utf8_step(const unsigned char *s, uint64_t left)
{
	unsigned char c = s[0];
	if (c < 0x80)
		return 1;
	uint64_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || left < len)
		return 0;
	for (uint64_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (c == 0xe0 && s[1] < 0xa0) || (c == 0xf0 && s[1] < 0x90);
	bool outside = (c == 0xed && s[1] > 0x9f) || (c == 0xf4 && s[1] > 0x8f);
	return overlong || outside ? 0 : len;
}

bool rt_is_utf8(const char *bytes, uint64_t len)
{
	for (uint64_t i = 0; i < len;) {
		uint64_t eight = 0;
		if (len - i >= sizeof(eight))
			memcpy(&eight, bytes + i, sizeof(eight));
		if (len - i >= sizeof(eight) && !(eight & 0x8080808080808080u)) {
			i += sizeof(eight);
			continue;
		}
		uint64_t step = utf8_step((const unsigned char *)bytes + i, len - i);
		if (!step)
			return false;
		i += step;
	}
	return true;
}

/* The four digits after \u, or -1. */
static int read_hex4(struct reader *in)
{
	int value = 0;
	if (in->end - in->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = *in->at++;
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* \uXXXX, or two of them for one character, as UTF-8 at `out`. Its new end, or NULL. */
static char *read_unicode(struct reader *in, char *out)
{
	int high = read_hex4(in);
	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return NULL;
	uint32_t c = (uint32_t)high;
	if (high >= 0xd800 && high <= 0xdbff) {
		int low = take(in, '\\') && take(in, 'u') ? read_hex4(in) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
	}
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c >= 0x10000) {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
	} else if (c >= 0x800) {
		*out++ = (char)(0xe0 | c >> 12);
	}
	*out++ = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6);
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* One escape behind its backslash; the text it stands for is never longer. */
static char *read_escape(struct reader *in, char *out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char c = in->at < in->end ? *in->at++ : '\0';
	if (c == 'u') {
		out = read_unicode(in, out);
		if (!out)
			(void)fail(in, "invalid unicode escape");
		return out;
	}
	const char *hit = c ? strchr(letters, c) : NULL;
	if (!hit) {
		(void)fail(in, "invalid escape");
		return NULL;
	}
	*out++ = meanings[hit - letters];
	return out;
}

/* The end of the string's text and whether all of it can be copied as it stands. */
static const char *scan_string(struct reader *in, bool *plain)
{
	const char *p = in->at;
	*plain = true;
	for (; p < in->end && *p != '"'; p++) {
		if ((unsigned char)*p < 0x20) {
			in->at = p;
			(void)fail(in, "control character in string");
			return NULL;
		}
		if (*p != '\\')
			continue;
		*plain = false;
		if (++p == in->end)
			break;
	}
	if (p >= in->end) {
		in->at = in->end;
		(void)fail(in, "unterminated string");
		return NULL;
	}
	return p;
}

/* Behind the opening quote. */
static struct value read_string(struct reader *in)
{
	bool plain;
	const char *end = scan_string(in, &plain);
	if (!end)
		return rt_null();
	uint64_t len = (uint64_t)(end - in->at);
	if (plain) {
		struct value v = rt_string_make(in->rt, in->at, len);
		in->at = end + 1;
		return v;
	}
	struct value v = rt_string_space(in->rt, len);
	if (v.tag != RT_STRING)
		return v;
	char *out = v.u.string->bytes;
	while (out && in->at < end) {
		if (*in->at == '\\') {
			in->at++;
			out = read_escape(in, out);
		} else {
			*out++ = *in->at++;
		}
	}
	if (!out) {
		rt_drop(in->rt, v);
		return rt_null();
	}
	v.u.string->len = (uint64_t)(out - v.u.string->bytes);
	in->at = end + 1;
	return v;
}

static bool is_digit(const struct reader *in)
{
	return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

/* What was read by `strtod`, or exactly without it where that is possible. */
static double float_of(struct reader *in, const char *start)
{
	char small[64];
	uint64_t len = (uint64_t)(in->at - start);
	char *copy = len < sizeof(small) ? small : rt_alloc(in->rt, len + 1);
	if (!copy)
		return 0;
	memcpy(copy, start, len);
	copy[len] = '\0';
	double f = strtod(copy, NULL);
	if (copy != small)
		rt_release(in->rt, copy, len + 1);
	return f;
}

/* mantissa * 10^exponent where both are exact as doubles: then one rounding gives the nearest. */
static bool exact_float(double *out, uint64_t mantissa, int exponent)
{
	static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
					1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	if (mantissa > 1ull << 53 || exponent < -22 || exponent > 22)
		return false;
	*out = exponent < 0 ? (double)mantissa / powers[-exponent]
			    : (double)mantissa * powers[exponent];
	return true;
}

static struct value number_value(struct reader *in, double f)
{
	if (f >= -9223372036854775808.0 && f < 9223372036854775808.0 && f == (double)(int64_t)f)
		return rt_v_of_i(in->rt, (int64_t)f);
	return rt_v_of_f(in->rt, f);
}

/* Digits into *mantissa as long as they fit; false when there are none. */
static bool read_digits(struct reader *in, uint64_t *mantissa, int *fits, int *count)
{
	const char *start = in->at;
	for (; is_digit(in); in->at++) {
		if (*mantissa > (UINT64_MAX - 9) / 10)
			*fits = 0;
		*mantissa = *mantissa * 10 + (uint64_t)(*in->at - '0');
	}
	*count = in->at - start < 1000 ? (int)(in->at - start) : 1000;
	return in->at > start;
}

static struct value read_number(struct reader *in)
{
	const char *start = in->at;
	bool negative = take(in, '-');
	uint64_t mantissa = 0;
	uint64_t digits = 0;
	int fits = 1, count, exponent = 0;
	bool zero = in->at < in->end && *in->at == '0';
	if (!read_digits(in, &mantissa, &fits, &count) || (zero && count > 1))
		return fail(in, "invalid number");
	bool integer = true;
	if (take(in, '.')) {
		integer = false;
		if (!read_digits(in, &mantissa, &fits, &count))
			return fail(in, "invalid number");
		exponent = -count;
	}
	if (in->at < in->end && (*in->at == 'e' || *in->at == 'E')) {
		in->at++;
		integer = false;
		bool down = take(in, '-');
		if (!down)
			(void)take(in, '+');
		int small = 1;
		if (!read_digits(in, &digits, &small, &count))
			return fail(in, "invalid number");
		if (!small || digits > 10000)
			fits = 0;
		else
			exponent += down ? -(int)digits : (int)digits;
	}
	if (integer && fits && mantissa <= (uint64_t)INT64_MAX + negative)
		return rt_v_of_i(in->rt, negative ? (int64_t)(0 - mantissa) : (int64_t)mantissa);
	double f;
	if (fits && exact_float(&f, mantissa, exponent))
		return number_value(in, negative ? -f : f);
	return number_value(in, float_of(in, start));
}

static struct value read_word(struct reader *in, const char *word, struct value v,
			      const char *problem)
{
	uint64_t len = strlen(word);
	if ((uint64_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
		return fail(in, problem);
	in->at += len;
	return v;
}

static struct value read_value(struct reader *in);

static struct value read_list(struct reader *in)
{
	struct value list = rt_list_make(in->rt, 0);
	skip_blanks(in);
	if (take(in, ']'))
		return list;
	while (!in->rt->trap && !in->problem) {
		struct value item = read_value(in);
		if (in->rt->trap || in->problem)
			break;
		rt_list_push(in->rt, list, item);
		skip_blanks(in);
		if (take(in, ']'))
			return list;
		if (!take(in, ','))
			(void)fail(in, "expected ',' or ']'");
	}
	rt_drop(in->rt, list);
	return rt_null();
}

/* A plain short key out of the cache, or the ordinary way. Behind the opening quote. */
static struct value read_key(struct reader *in)
{
	uint64_t left = (uint64_t)(in->end - in->at);
	uint32_t hash = 0;
	uint64_t len = 0;
	for (; len < left && len < KEY_CACHE_LEN && in->at[len] != '"'; len++) {
		if (in->at[len] == '\\' || (unsigned char)in->at[len] < 0x20)
			return read_string(in);
		hash = hash * 31 + (unsigned char)in->at[len];
	}
	if (len == left || len == KEY_CACHE_LEN)
		return read_string(in);
	struct value *cached = &in->keys[(hash ^ hash >> 8) % KEY_CACHE];
	if (cached->tag != RT_STRING || cached->u.string->len != len ||
	    (len && memcmp(cached->u.string->bytes, in->at, len) != 0)) {
		rt_drop(in->rt, *cached);
		*cached = rt_string_make(in->rt, in->at, len);
	}
	in->at += len + 1;
	return rt_clone(*cached);
}

static void read_member(struct reader *in, struct value map)
{
	skip_blanks(in);
	if (!take(in, '"')) {
		(void)fail(in, "expected string");
		return;
	}
	struct value key = read_key(in);
	if (in->problem || in->rt->trap)
		return;
	skip_blanks(in);
	struct value v = take(in, ':') ? read_value(in) : fail(in, "expected ':'");
	if (in->problem || in->rt->trap)
		rt_drop(in->rt, key);
	else
		rt_map_put(in->rt, map.u.map, key, v);
}

static struct value read_map(struct reader *in)
{
	struct value map = rt_map_make(in->rt);
	skip_blanks(in);
	if (take(in, '}'))
		return map;
	while (!in->rt->trap && !in->problem) {
		read_member(in, map);
		if (in->rt->trap || in->problem)
			break;
		skip_blanks(in);
		if (take(in, '}'))
			return map;
		if (!take(in, ','))
			(void)fail(in, "expected ',' or '}'");
	}
	rt_drop(in->rt, map);
	return rt_null();
}

static struct value read_nested(struct reader *in)
{
	if (in->nesting == RT_NESTING_LIMIT)
		return fail(in, "nesting limit exceeded");
	in->nesting++;
	bool list = *in->at++ == '[';
	struct value v = list ? read_list(in) : read_map(in);
	in->nesting--;
	return v;
}

static struct value read_value(struct reader *in)
{
	skip_blanks(in);
	if (in->at == in->end)
		return fail(in, "unexpected end of input");
	switch (*in->at) {
	case '{':
	case '[':
		return read_nested(in);
	case '"':
		in->at++;
		return read_string(in);
	case 'n':
		return read_word(in, "null", rt_null(), "invalid null");
	case 't':
		return read_word(in, "true", rt_v_of_b(in->rt, 1), "invalid bool");
	case 'f':
		return read_word(in, "false", rt_v_of_b(in->rt, 0), "invalid bool");
	default:
		if (*in->at == '-' || is_digit(in))
			return read_number(in);
		return fail(in, "unexpected character");
	}
}

/* Where reading stopped, as "line:column". */
static void locate(const struct reader *in, const char *text, struct rt_json_problem *problem)
{
	problem->text = in->problem;
	problem->line = 1;
	problem->column = 1;
	for (const char *p = text; p < in->at; p++) {
		problem->column++;
		if (*p == '\n') {
			problem->line++;
			problem->column = 1;
		}
	}
}

bool rt_json_read(struct rt *rt, struct value *out, const char *bytes, uint64_t len,
		  struct rt_json_problem *problem)
{
	struct reader in = {.rt = rt, .at = bytes, .end = bytes + len};
	for (int i = 0; i < KEY_CACHE; i++)
		in.keys[i] = rt_null();
	*out = rt_null();
	if (!rt_is_utf8(bytes, len)) {
		*problem =
			(struct rt_json_problem){.text = "invalid UTF-8", .line = 1, .column = 1};
		return false;
	}
	struct value v = read_value(&in);
	for (int i = 0; i < KEY_CACHE; i++)
		rt_drop(rt, in.keys[i]);
	if (!in.problem)
		skip_blanks(&in);
	if (!in.problem && !rt->trap && in.at < in.end)
		(void)fail(&in, "trailing characters");
	if (!in.problem && !rt->trap) {
		*out = v;
		return true;
	}
	rt_drop(rt, v);
	if (in.problem)
		locate(&in, bytes, problem);
	return false;
}

struct value rt_json_decode(struct rt *rt, struct value v)
{
	struct value out;
	struct rt_json_problem problem = {0};
	if (v.tag != RT_STRING)
		rt_trap(rt, "json.decode expects a string argument");
	else if (!rt_json_read(rt, &out, v.u.string->bytes, v.u.string->len, &problem))
		rt_trapf(rt, "invalid json: %s at %lu:%lu", problem.text,
			 (unsigned long)problem.line, (unsigned long)problem.column);
	rt_drop(rt, v);
	return rt->trap ? rt_null() : out;
}
