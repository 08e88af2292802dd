/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_print: the printed form of values, as print, interpolation and string concatenation show them.
 * Floats are the shortest decimal that reads back as the same double, written without an exponent.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

void rt_text_add(struct rt *rt, struct rt_text *text, const char *bytes, uint64_t len)
{
	if (len > text->cap - text->len) {
		uint64_t cap = text->cap + len + text->cap / 2 + 32;
		char *grown = rt_resize(rt, text->bytes, text->cap, cap);
		if (!grown)
			return;
		text->bytes = grown;
		text->cap = cap;
	}
	if (len)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

void rt_text_done(struct rt *rt, struct rt_text *text)
{
	rt_release(rt, text->bytes, text->cap);
	*text = (struct rt_text){0};
}

static void add_cstr(struct rt *rt, struct rt_text *text, const char *s)
{
	rt_text_add(rt, text, s, strlen(s));
}

/* --- numbers ---------------------------------------------------------------------------------- */

uint32_t rt_format_int(char out[RT_NUMBER_SIZE], int64_t i)
{
	char digits[24];
	uint32_t n = 0;
	uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;
	do
		digits[n++] = (char)('0' + rest % 10);
	while (rest /= 10);
	uint32_t len = 0;
	if (i < 0)
		out[len++] = '-';
	while (n)
		out[len++] = digits[--n];
	return len;
}

struct decimal {
	char digits[20];
	int len;
	int exponent; /* value = 0.DIGITS * 10^exponent */
};

static void decimal_of(struct decimal *d, double f, int precision)
{
	char text[40];
	(void)snprintf(text, sizeof(text), "%.*e", precision - 1, f);
	d->len = 0;
	char *p = text;
	for (; *p != 'e'; p++)
		if (*p != '.')
			d->digits[d->len++] = *p;
	d->exponent = atoi(p + 1) + 1;
	while (d->len > 1 && d->digits[d->len - 1] == '0')
		d->len--;
}

static double decimal_value(const struct decimal *d)
{
	char text[40];
	(void)snprintf(text, sizeof(text), "0.%.*se%d", d->len, d->digits, d->exponent);
	return strtod(text, NULL);
}

/* One more in the last place of a decimal of `precision` digits; false when that carries out. */
static bool decimal_next(struct decimal *d, int precision)
{
	while (d->len < precision)
		d->digits[d->len++] = '0';
	for (int i = precision - 1; i >= 0; i--) {
		if (d->digits[i] != '9') {
			d->digits[i]++;
			d->len = i + 1;
			return true;
		}
	}
	return false;
}

/*
 * The correctly rounded decimal of k digits is the nearest one, so the first k that reads back is
 * the shortest. Two exceptions: below 15 digits every normal double that has a short form is found
 * by cutting zeros off its 15 digits; and at a power of two the gap below is half the gap above,
 * where the neighbour above may read back although the nearest does not.
 */
static void shortest(struct decimal *d, double f)
{
	int e;
	bool power = frexp(f, &e) == 0.5;
	bool odd = power || e < -1020;
	for (int k = odd ? 1 : 15; k < 17; k++) {
		decimal_of(d, f, k);
		if (decimal_value(d) == f)
			return;
		if (power && decimal_next(d, k) && decimal_value(d) == f)
			return;
	}
	decimal_of(d, f, 17);
}

uint32_t rt_format_float(char out[RT_NUMBER_SIZE], double f)
{
	if (isnan(f)) {
		memcpy(out, "NaN", 3);
		return 3;
	}
	uint32_t len = 0;
	if (signbit(f))
		out[len++] = '-';
	f = fabs(f);
	if (isinf(f)) {
		memcpy(out + len, "inf", 3);
		return len + 3;
	}
	if (f < 9007199254740992.0 && f == (double)(int64_t)f)
		return len + rt_format_int(out + len, (int64_t)f);
	struct decimal d;
	shortest(&d, f);
	int at = 0;
	if (d.exponent <= 0) {
		out[len++] = '0';
		out[len++] = '.';
		for (int i = d.exponent; i < 0; i++)
			out[len++] = '0';
	} else {
		for (; at < d.exponent; at++)
			out[len++] = at < d.len ? d.digits[at] : '0';
		if (at < d.len)
			out[len++] = '.';
	}
	for (; at < d.len; at++)
		out[len++] = d.digits[at];
	return len;
}

/* --- values ----------------------------------------------------------------------------------- */

static struct rt_name name_of(const char *text)
{
	return (struct rt_name){.ptr = text, .len = strlen(text)};
}

struct rt_name rt_type_of(const struct value *v)
{
	switch (v->tag) {
	case RT_NULL:
		return name_of("Null");
	case RT_UNIT:
		return name_of("Unit");
	case RT_BOOL:
		return name_of("Bool");
	case RT_INT:
		return name_of("Int");
	case RT_FLOAT:
		return name_of("Float");
	case RT_FUNCTION:
		return name_of("Function");
	case RT_STRING:
		return name_of("String");
	case RT_BYTES:
		return name_of("Bytes");
	case RT_LIST:
		return name_of("List");
	case RT_MAP:
		return name_of("Map");
	case RT_STRUCT:
	case RT_ENUM:
		return v->u.record->type->name;
	case RT_OK:
	case RT_ERR:
		return name_of("Result");
	case RT_BOX:
		return name_of("Box");
	case RT_TASK:
		return name_of("Task");
	default:
		return name_of("Html");
	}
}

static void add_base64(struct rt *rt, struct rt_text *text, const struct rt_string *s)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (uint64_t i = 0; i < s->len; i += 3) {
		uint64_t left = s->len - i;
		uint32_t bits = (uint32_t)(unsigned char)s->bytes[i] << 16;
		if (left > 1)
			bits |= (uint32_t)(unsigned char)s->bytes[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)s->bytes[i + 2];
		char four[4] = {letters[bits >> 18], letters[bits >> 12 & 63],
				left > 1 ? letters[bits >> 6 & 63] : '=',
				left > 2 ? letters[bits & 63] : '='};
		rt_text_add(rt, text, four, 4);
	}
}

static void add_value(struct rt *rt, struct rt_text *text, const struct value *v, int nesting);

static void add_values(struct rt *rt, struct rt_text *text, const struct value *items, uint64_t len,
		       int nesting)
{
	for (uint64_t i = 0; i < len && !rt->trap; i++) {
		if (i)
			add_cstr(rt, text, ", ");
		add_value(rt, text, &items[i], nesting);
	}
}

static void add_map(struct rt *rt, struct rt_text *text, const struct rt_map *map, int nesting)
{
	add_cstr(rt, text, "{");
	for (uint64_t i = 0; i < map->len && !rt->trap; i++) {
		if (i)
			add_cstr(rt, text, ", ");
		add_value(rt, text, &map->entries[i].key, nesting);
		add_cstr(rt, text, ": ");
		add_value(rt, text, &map->entries[i].value, nesting);
	}
	add_cstr(rt, text, "}");
}

static void add_struct(struct rt *rt, struct rt_text *text, const struct rt_record *record)
{
	const struct rt_type *type = record->type;
	for (uint32_t i = 0; i < record->len && i < type->field_len; i++) {
		const struct rt_name *field = &type->fields[i].name;
		if (record->items[i].tag != RT_STRING || field->len != 7 ||
		    memcmp(field->ptr, "message", 7) != 0)
			continue;
		rt_text_add(rt, text, type->name.ptr, type->name.len);
		add_cstr(rt, text, "(");
		rt_text_add(rt, text, record->items[i].u.string->bytes,
			    record->items[i].u.string->len);
		add_cstr(rt, text, ")");
		return;
	}
	add_cstr(rt, text, "<");
	rt_text_add(rt, text, type->name.ptr, type->name.len);
	add_cstr(rt, text, ">");
}

static void add_variant(struct rt *rt, struct rt_text *text, const struct rt_record *record,
			int nesting)
{
	const struct rt_type *type = record->type;
	rt_text_add(rt, text, type->name.ptr, type->name.len);
	add_cstr(rt, text, ".");
	if (record->variant < type->variant_len)
		rt_text_add(rt, text, type->variants[record->variant].name.ptr,
			    type->variants[record->variant].name.len);
	if (record->len == 0)
		return;
	add_cstr(rt, text, "(");
	add_values(rt, text, record->items, record->len, nesting);
	add_cstr(rt, text, ")");
}

static void add_function(struct rt *rt, struct rt_text *text, uint64_t index)
{
	const struct rt_function *function = &rt->program->functions[index];
	char number[RT_NUMBER_SIZE];
	add_cstr(rt, text, "<fn ");
	rt_text_add(rt, text, number, rt_format_int(number, function->module));
	add_cstr(rt, text, "::");
	rt_text_add(rt, text, function->name.ptr, function->name.len);
	add_cstr(rt, text, ">");
}

static void add_scalar(struct rt *rt, struct rt_text *text, const struct value *v)
{
	char number[RT_NUMBER_SIZE];
	switch (v->tag) {
	case RT_NULL:
		add_cstr(rt, text, "null");
		break;
	case RT_UNIT:
		add_cstr(rt, text, "()");
		break;
	case RT_BOOL:
		add_cstr(rt, text, v->u.i ? "true" : "false");
		break;
	case RT_INT:
		rt_text_add(rt, text, number, rt_format_int(number, v->u.i));
		break;
	case RT_FLOAT:
		rt_text_add(rt, text, number, rt_format_float(number, v->u.f));
		break;
	default:
		add_function(rt, text, (uint64_t)v->u.i);
		break;
	}
}

static void add_value(struct rt *rt, struct rt_text *text, const struct value *v, int nesting)
{
	if (nesting > RT_NESTING_LIMIT) {
		rt_trap(rt, "value nesting limit exceeded");
		return;
	}
	nesting++;
	switch (v->tag) {
	case RT_STRING:
	case RT_HTML:
		rt_text_add(rt, text, v->u.string->bytes, v->u.string->len);
		break;
	case RT_BYTES:
		add_base64(rt, text, v->u.string);
		break;
	case RT_LIST:
		add_cstr(rt, text, "[");
		add_values(rt, text, v->u.list->items, v->u.list->len, nesting);
		add_cstr(rt, text, "]");
		break;
	case RT_MAP:
		add_map(rt, text, v->u.map, nesting);
		break;
	case RT_STRUCT:
		add_struct(rt, text, v->u.record);
		break;
	case RT_ENUM:
		add_variant(rt, text, v->u.record, nesting);
		break;
	case RT_OK:
	case RT_ERR:
		add_cstr(rt, text, v->tag == RT_OK ? "Ok(" : "Err(");
		add_value(rt, text, &v->u.cell->content, nesting);
		add_cstr(rt, text, ")");
		break;
	case RT_BOX:
		add_value(rt, text, &v->u.cell->content, nesting);
		break;
	case RT_TASK:
		add_cstr(rt, text, "<task>");
		break;
	default:
		add_scalar(rt, text, v);
		break;
	}
}

void rt_text_value(struct rt *rt, struct rt_text *text, const struct value *v)
{
	add_value(rt, text, v, 0);
}

/* --- what programs call ----------------------------------------------------------------------- */

struct value rt_text_take(struct rt *rt, struct rt_text *text)
{
	struct value v = rt->trap ? rt_null() : rt_string_make(rt, NULL, 0);
	if (v.tag != RT_STRING) {
		rt_text_done(rt, text);
		return rt_null();
	}
	rt_release(rt, v.u.string->bytes, v.u.string->cap);
	v.u.string->bytes = text->bytes;
	v.u.string->len = text->len;
	v.u.string->cap = text->cap;
	return v;
}

/* The other way round: the text of a String nobody else owns, whose object is freed. */
static struct rt_text text_of_string(struct rt *rt, struct value v)
{
	struct rt_string *s = v.u.string;
	struct rt_text text = {.bytes = s->bytes, .len = s->len, .cap = s->cap};
	rt_release(rt, s, sizeof(*s));
	return text;
}

struct value rt_to_string(struct rt *rt, struct value v)
{
	if (v.tag == RT_STRING)
		return v;
	struct rt_text text = {0};
	rt_text_value(rt, &text, &v);
	rt_drop(rt, v);
	return rt_text_take(rt, &text);
}

struct value rt_concat(struct rt *rt, uint32_t len, struct value *values)
{
	struct rt_text text = {0};
	uint32_t i = 0;
	if (len && values[0].tag == RT_STRING && values[0].u.string->head.refs == 1)
		text = text_of_string(rt, values[i++]);
	for (; i < len; i++) {
		if (!rt->trap)
			rt_text_value(rt, &text, &values[i]);
		rt_drop(rt, values[i]);
	}
	return rt_text_take(rt, &text);
}

struct value rt_print(struct rt *rt, struct value v)
{
	if (v.tag == RT_STRING) {
		rt_write(rt, v.u.string->bytes, v.u.string->len);
	} else {
		struct rt_text text = {0};
		rt_text_value(rt, &text, &v);
		if (!rt->trap)
			rt_write(rt, text.bytes, text.len);
		rt_text_done(rt, &text);
	}
	rt_drop(rt, v);
	if (!rt->trap)
		rt_write(rt, "\n", 1);
	if (rt->out_is_terminal)
		rt_flush(rt);
	return rt_unit();
}
