/* SPDX-License-Identifier: Apache-2.0 */
/* gen_expr: expressions by type. Binary operators always stand in parentheses: precedence is the
 * parser's, and all executions share one. */
#include "tests/generator/gen.h"

#include <string.h>

unsigned gen_below(struct gen *g, unsigned bound)
{
	/* splitmix64 */
	uint64_t z = g->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (unsigned)((z ^ (z >> 31)) % bound);
}

bool gen_once_in(struct gen *g, unsigned n)
{
	return gen_below(g, n) == 0;
}

void gen_type(struct gen *g, enum gtype type)
{
	static const char *const names[G_COUNT] = {
		[G_INT] = "Int",
		[G_FLOAT] = "Float",
		[G_BOOL] = "Bool",
		[G_STRING] = "String",
		[G_INTS] = "List<Int>",
		[G_TEXTS] = "List<String>",
		[G_GRID] = "List<List<Int>>",
		[G_MAP] = "Map<String, Int>",
		[G_MAYBE] = "Int?",
	};

	if (type == G_STRUCT)
		buf_addf(g->out, "T%llu", (unsigned long long)g->seed);
	else if (type == G_ENUM)
		buf_addf(g->out, "E%llu", (unsigned long long)g->seed);
	else
		buf_adds(g->out, names[type]);
}

struct gvar *gen_pick(struct gen *g, enum gtype type, bool must_be_var)
{
	size_t start = g->var_len ? gen_below(g, (unsigned)g->var_len) : 0;

	for (size_t i = 0; i < g->var_len; i++) {
		struct gvar *var = &g->vars[(start + i) % g->var_len];

		if (var->type == type && (var->is_var || !must_be_var))
			return var;
	}
	return NULL;
}

static void int_literal(struct gen *g)
{
	static const char *const edges[] = {"9223372036854775807", "4611686018427387904",
					    "2147483648", "1000003", "255"};

	if (gen_once_in(g, 80))
		buf_adds(g->out, edges[gen_below(g, 5)]);
	else if (gen_once_in(g, 4))
		buf_addf(g->out, "(-%u)", 1 + gen_below(g, 20));
	else
		buf_addf(g->out, "%u", gen_below(g, 20));
}

static void text_literal(struct gen *g)
{
	static const char *const texts[] = {"",      "a",         "zebra",   "Grüße", "two words",
					    "x\\ty", "\\\"q\\\"", "\\${no}", "☃",     "0"};

	buf_addf(g->out, "\"%s\"", texts[gen_below(g, 10)]);
}

static void list_of(struct gen *g, enum gtype item, int depth, bool literal, unsigned len)
{
	buf_addc(g->out, '[');
	for (unsigned i = 0; i < len; i++) {
		if (i)
			buf_adds(g->out, ", ");
		if (literal)
			gen_literal(g, item);
		else
			gen_expr(g, item, depth - 1);
	}
	buf_addc(g->out, ']');
}

static void map_of(struct gen *g, int depth, bool literal)
{
	unsigned len = 1 + gen_below(g, 3);

	buf_addc(g->out, '{');
	for (unsigned i = 0; i < len; i++) {
		buf_addf(g->out, "%s\"%c\": ", i ? ", " : "", 'a' + (char)i);
		if (literal)
			gen_literal(g, G_INT);
		else
			gen_expr(g, G_INT, depth - 1);
	}
	buf_addc(g->out, '}');
}

static void part(struct gen *g, enum gtype type, int depth, bool literal)
{
	if (literal)
		gen_literal(g, type);
	else
		gen_expr(g, type, depth - 1);
}

static void struct_of(struct gen *g, int depth, bool literal)
{
	bool any = false;

	gen_type(g, G_STRUCT);
	buf_addc(g->out, '(');
	for (size_t i = 0; i < g->field_len; i++) {
		if (g->has_default[i] && gen_once_in(g, 2))
			continue;
		buf_addf(g->out, "%sf%zu=", any ? ", " : "", i);
		part(g, g->fields[i], depth, literal);
		any = true;
	}
	buf_addc(g->out, ')');
}

static void enum_of(struct gen *g, int depth, bool literal)
{
	unsigned which = gen_below(g, (unsigned)g->variant_len);
	const struct gvariant *variant = &g->variants[which];

	gen_type(g, G_ENUM);
	buf_addf(g->out, ".V%u", which);
	for (size_t i = 0; i < variant->payload_len; i++) {
		buf_adds(g->out, i ? ", " : "(");
		part(g, variant->payload[i], depth, literal);
	}
	if (variant->payload_len)
		buf_addc(g->out, ')');
}

void gen_literal(struct gen *g, enum gtype type)
{
	static const char *const floats[] = {"0.5", "1.0", "2.25", "0.1", "3.0", "1000000.5"};

	switch (type) {
	case G_FLOAT:
		buf_addf(g->out, gen_once_in(g, 4) ? "(-%s)" : "%s", floats[gen_below(g, 6)]);
		break;
	case G_BOOL:
		buf_adds(g->out, gen_once_in(g, 2) ? "true" : "false");
		break;
	case G_STRING:
		text_literal(g);
		break;
	case G_INTS:
		list_of(g, G_INT, 0, true, 3);
		break;
	case G_TEXTS:
		list_of(g, G_STRING, 0, true, 2);
		break;
	case G_GRID:
		list_of(g, G_INTS, 0, true, 2);
		break;
	case G_MAP:
		map_of(g, 0, true);
		break;
	case G_MAYBE:
		if (gen_once_in(g, 3))
			buf_adds(g->out, "null");
		else
			int_literal(g);
		break;
	case G_STRUCT:
		struct_of(g, 0, true);
		break;
	case G_ENUM:
		enum_of(g, 0, true);
		break;
	default:
		int_literal(g);
	}
}

static void binary(struct gen *g, enum gtype left, const char *op, enum gtype right, int depth)
{
	buf_addc(g->out, '(');
	gen_expr(g, left, depth - 1);
	buf_addf(g->out, " %s ", op);
	gen_expr(g, right, depth - 1);
	buf_addc(g->out, ')');
}

/* A field of the struct with that type, or -1. */
static int field_of(struct gen *g, enum gtype type)
{
	for (size_t i = 0; i < g->field_len; i++)
		if (g->fields[i] == type)
			return (int)i;
	return -1;
}

static bool try_field(struct gen *g, enum gtype type)
{
	const struct gvar *var = gen_pick(g, G_STRUCT, false);
	int field = field_of(g, type);

	if (!var || field < 0)
		return false;
	buf_addf(g->out, "%s.f%d", var->name, field);
	return true;
}

static bool is_bare(const struct ghelper *helper)
{
	for (size_t i = 0; i < helper->param_len; i++)
		if (helper->params[i] >= G_STRING)
			return false;
	return true;
}

static bool try_call(struct gen *g, enum gtype type, int depth)
{
	size_t start = g->helper_len ? gen_below(g, (unsigned)g->helper_len) : 0;

	/* Calls within loops multiply, so there they are rare. */
	if (g->in_spawn || (g->loops && !gen_once_in(g, 4)))
		return false;
	for (size_t i = 0; i < g->helper_len; i++) {
		size_t which = (start + i) % g->helper_len;
		const struct ghelper *helper = &g->helpers[which];

		if (helper->result != type || helper->fails || (g->bare && !is_bare(helper)))
			continue;
		buf_addf(g->out, "h%llu_%zu(", (unsigned long long)g->seed, which);
		for (size_t p = 0; p < helper->param_len; p++) {
			buf_adds(g->out, p ? ", " : "");
			if (p == 0 && helper->counts_down)
				buf_addf(g->out, "%u", gen_below(g, 7));
			else
				gen_expr(g, helper->params[p], depth - 1);
		}
		buf_addc(g->out, ')');
		return true;
	}
	return false;
}

static bool try_item(struct gen *g, enum gtype list)
{
	const struct gvar *var = gen_pick(g, list, false);

	if (!var || var->len == 0 || g->in_spawn)
		return false;
	buf_addf(g->out, "%s[%u]", var->name, gen_below(g, var->len));
	return true;
}

static void int_expr(struct gen *g, int depth)
{
	static const char *const ops[] = {"+", "-", "*", "+", "-"};

	switch (gen_below(g, 10)) {
	case 0:
		buf_adds(g->out, "(-");
		gen_expr(g, G_INT, depth - 1);
		buf_addc(g->out, ')');
		return;
	case 1:
		buf_addc(g->out, '(');
		gen_expr(g, G_INT, depth - 1);
		buf_addf(g->out, gen_once_in(g, 2) ? " / %u)" : " %% %u)", 1 + gen_below(g, 9));
		return;
	case 2:
		if (try_call(g, G_INT, depth))
			return;
		break;
	case 3:
		if (try_item(g, G_INTS))
			return;
		break;
	case 4:
		if (!g->in_spawn && try_field(g, G_INT))
			return;
		break;
	case 5:
		if (!g->in_spawn && !g->bare) {
			binary(g, G_MAYBE, "??", G_INT, depth);
			return;
		}
		break;
	default:
		break;
	}
	binary(g, G_INT, ops[gen_below(g, 5)], G_INT, depth);
}

static void float_expr(struct gen *g, int depth)
{
	static const char *const ops[] = {"+", "-", "*", "/"};

	if (gen_once_in(g, 4) && (try_field(g, G_FLOAT) || try_call(g, G_FLOAT, depth)))
		return;
	binary(g, G_FLOAT, ops[gen_below(g, 4)], gen_once_in(g, 4) ? G_INT : G_FLOAT, depth);
}

static void bool_expr(struct gen *g, int depth)
{
	static const char *const orders[] = {"<", "<=", ">", ">=", "==", "!="};
	static const char *const logic[] = {"and", "or"};
	unsigned choice = gen_below(g, 8);

	if (choice == 0) {
		buf_adds(g->out, "(!");
		gen_expr(g, G_BOOL, depth - 1);
		buf_addc(g->out, ')');
	} else if (choice == 1) {
		binary(g, G_BOOL, logic[gen_below(g, 2)], G_BOOL, depth);
	} else if (choice == 2 && !g->bare) {
		binary(g, G_STRING, orders[4 + gen_below(g, 2)], G_STRING, depth);
	} else if (choice == 3) {
		binary(g, G_BOOL, orders[4 + gen_below(g, 2)], G_BOOL, depth);
	} else if (choice < 6) {
		binary(g, G_FLOAT, orders[gen_below(g, 4)], G_FLOAT, depth);
	} else {
		binary(g, G_INT, orders[gen_below(g, 6)], G_INT, depth);
	}
}

static void interpolation(struct gen *g, int depth)
{
	unsigned parts = 1 + gen_below(g, 3);

	buf_addc(g->out, '"');
	for (unsigned i = 0; i < parts; i++) {
		const struct gvar *var = g->var_len && gen_once_in(g, 2)
						 ? &g->vars[gen_below(g, (unsigned)g->var_len)]
						 : NULL;

		buf_addf(g->out, "%s${", i ? " " : "n=");
		if (var) {
			buf_adds(g->out, var->name);
		} else {
			g->bare = true;
			gen_expr(g, (enum gtype)gen_below(g, G_STRING), depth - 1);
			g->bare = false;
		}
		buf_addc(g->out, '}');
	}
	buf_addc(g->out, '"');
}

static void string_expr(struct gen *g, int depth)
{
	switch (gen_below(g, 7)) {
	case 0:
		if (try_field(g, G_STRING) || try_call(g, G_STRING, depth))
			return;
		break;
	case 1:
		if (try_item(g, G_TEXTS))
			return;
		break;
	case 2:
		binary(g, G_STRING, "+", (enum gtype)gen_below(g, G_SCALARS), depth);
		return;
	case 3:
		if (g->in_spawn)
			break;
		buf_adds(g->out, "asset(");
		gen_expr(g, G_STRING, depth - 1);
		buf_addc(g->out, ')');
		return;
	case 4:
		buf_adds(g->out, "json.encode(");
		gen_expr(g, (enum gtype)gen_below(g, G_COUNT), depth - 1);
		buf_addc(g->out, ')');
		return;
	default:
		break;
	}
	interpolation(g, depth);
}

static void list_expr(struct gen *g, enum gtype type, int depth)
{
	enum gtype item = type == G_INTS ? G_INT : type == G_TEXTS ? G_STRING : G_INTS;

	if (gen_once_in(g, 4) && (try_field(g, type) || try_call(g, type, depth)))
		return;
	if (type == G_INTS && gen_once_in(g, 4)) {
		unsigned low = gen_below(g, 9);

		buf_addf(g->out, "(%u..%u)", low, low + 2 + gen_below(g, 4));
	} else if (gen_once_in(g, 3)) {
		binary(g, type, "+", type, depth);
	} else {
		list_of(g, item, depth, false, 3);
	}
}

static void maybe_expr(struct gen *g, int depth)
{
	const struct gvar *map = gen_pick(g, G_MAP, false);

	if (map && !g->bare && gen_once_in(g, 2)) {
		buf_addf(g->out, "%s[\"%c\"]", map->name, 'a' + (char)gen_below(g, 5));
		return;
	}
	if (!try_field(g, G_MAYBE))
		gen_literal(g, G_MAYBE);
}

void gen_expr(struct gen *g, enum gtype type, int depth)
{
	const struct gvar *var = gen_once_in(g, 3) || depth <= 0 ? gen_pick(g, type, false) : NULL;

	if (var && !(g->in_spawn && type > G_BOOL)) {
		buf_adds(g->out, var->name);
		return;
	}
	if (depth <= 0) {
		gen_literal(g, type);
		return;
	}
	switch (type) {
	case G_INT:
		int_expr(g, depth);
		break;
	case G_FLOAT:
		float_expr(g, depth);
		break;
	case G_BOOL:
		bool_expr(g, depth);
		break;
	case G_STRING:
		string_expr(g, depth);
		break;
	case G_INTS:
	case G_TEXTS:
	case G_GRID:
		list_expr(g, type, depth);
		break;
	case G_MAP:
		map_of(g, depth, false);
		break;
	case G_MAYBE:
		maybe_expr(g, depth);
		break;
	case G_STRUCT:
		struct_of(g, depth, false);
		break;
	default:
		enum_of(g, depth, false);
	}
}
