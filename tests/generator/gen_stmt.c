/* SPDX-License-Identifier: Apache-2.0 */
/* gen_stmt: statements. What a loop assigns grows by a bounded amount each round. */
#include "tests/generator/gen.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void start_line(struct gen *g)
{
	for (int i = 0; i < g->indent; i++)
		buf_adds(g->out, "  ");
}

void gen_line(struct gen *g, const char *fmt, ...)
{
	va_list args;

	start_line(g);
	va_start(args, fmt);
	buf_vaddf(g->out, fmt, args);
	va_end(args);
}

const char *gen_declare(struct gen *g, enum gtype type, bool is_var, unsigned len)
{
	struct gvar *var;

	assert(g->var_len < VARS_MAX);
	var = &g->vars[g->var_len++];
	*var = (struct gvar){.type = type, .is_var = is_var, .len = len};
	(void)snprintf(var->name, sizeof(var->name), "v%u", g->next_name++);
	return var->name;
}

static void nested(struct gen *g, int count, int depth)
{
	g->indent++;
	gen_block(g, count, depth - 1);
	g->indent--;
}

/* How many items an expression of that list type has at the least: lists are written with three. */
static unsigned least_len(enum gtype type)
{
	return type == G_INTS || type == G_TEXTS || type == G_GRID ? 2 : 0;
}

static void declaration(struct gen *g)
{
	enum gtype type = (enum gtype)gen_below(g, G_COUNT);
	bool is_var = gen_once_in(g, 2);
	bool annotated = type == G_MAYBE || gen_once_in(g, 4);
	/* The value must not see the name, so the name comes first and is hidden. */
	struct gvar made;

	(void)gen_declare(g, type, is_var, 0);
	made = g->vars[g->var_len - 1];
	g->var_len--;
	gen_line(g, "%s %s", is_var ? "var" : "let", made.name);
	if (annotated) {
		buf_adds(g->out, ": ");
		gen_type(g, type);
	}
	buf_adds(g->out, " = ");
	if (least_len(type) && gen_once_in(g, 2)) {
		gen_literal(g, type);
		made.len = least_len(type);
	} else {
		gen_expr(g, type, 2);
	}
	buf_addc(g->out, '\n');
	g->vars[g->var_len++] = made;
}

static void assignment(struct gen *g)
{
	enum gtype type = (enum gtype)gen_below(g, G_COUNT);
	const struct gvar *var = gen_pick(g, type, true);

	if (!var) {
		declaration(g);
		return;
	}
	gen_line(g, "%s = ", var->name);
	if (type == G_INT && g->loops) {
		buf_adds(g->out, "((");
		gen_expr(g, G_INT, 2);
		buf_adds(g->out, ") % 10007)\n");
		return;
	}
	if (type == G_INTS || type == G_TEXTS || type == G_GRID) {
		/* Only longer, so that the items known to be there stay there. */
		buf_addf(g->out, "%s + [", var->name);
		gen_literal(g, type == G_INTS ? G_INT : type == G_TEXTS ? G_STRING : G_INTS);
		buf_addc(g->out, ']');
	} else if (g->loops && type != G_FLOAT && type != G_BOOL) {
		if (type == G_STRING)
			buf_addf(g->out, "%s + ", var->name);
		gen_literal(g, type);
	} else {
		gen_expr(g, type, 2);
	}
	buf_addc(g->out, '\n');
}

/* Parts are assigned in `let` names as well; texts and lists stay what they are within loops. */
static void part_assignment(struct gen *g)
{
	static const enum gtype bases[] = {G_INTS, G_TEXTS, G_GRID, G_MAP, G_STRUCT};
	enum gtype base = bases[gen_below(g, 5)];
	const struct gvar *var = gen_pick(g, base, false);
	unsigned field = gen_below(g, (unsigned)g->field_len);

	if (!var || (var->len == 0 && base != G_MAP && base != G_STRUCT)) {
		assignment(g);
	} else if (base == G_STRUCT) {
		gen_line(g, "%s.f%u = ", var->name, field);
		if (g->loops)
			gen_literal(g, g->fields[field]);
		else
			gen_expr(g, g->fields[field], 2);
		buf_addc(g->out, '\n');
	} else if (base == G_MAP) {
		gen_line(g, "%s[\"%c\"] = ", var->name, 'a' + (char)gen_below(g, 5));
		gen_expr(g, G_INT, g->loops ? 0 : 2);
		buf_addc(g->out, '\n');
	} else if (base == G_GRID) {
		gen_line(g, "%s[%u][%u] = ", var->name, gen_below(g, var->len), gen_below(g, 3));
		gen_expr(g, G_INT, 1);
		buf_addc(g->out, '\n');
	} else {
		gen_line(g, "%s[%u] = ", var->name, gen_below(g, var->len));
		gen_literal(g, base == G_INTS ? G_INT : G_STRING);
		buf_addc(g->out, '\n');
	}
}

/* A copy that is changed must leave the original as it was. */
static void copy_stmt(struct gen *g)
{
	static const enum gtype kinds[] = {G_INTS, G_TEXTS, G_GRID, G_MAP};
	enum gtype kind = kinds[gen_below(g, 4)];
	const struct gvar *var = gen_pick(g, kind, false);
	unsigned name = g->next_name++;

	if (!var || (var->len == 0 && kind != G_MAP)) {
		part_assignment(g);
		return;
	}
	gen_line(g, "let c%u = %s\n", name, var->name);
	if (kind == G_MAP)
		gen_line(g, "c%u[\"a\"] = 77\n", name);
	else if (kind == G_GRID)
		gen_line(g, "c%u[0][1] = 77\n", name);
	else
		gen_line(g, kind == G_INTS ? "c%u[0] = 77\n" : "c%u[0] = \"other\"\n", name);
	if (g->is_main)
		gen_line(g, "print(\"${c%u} ${%s}\")\n", name, var->name);
}

static void print(struct gen *g)
{
	enum gtype type = (enum gtype)gen_below(g, G_COUNT);
	const struct gvar *var = gen_pick(g, type, false);

	gen_line(g, "print(");
	if (var && gen_once_in(g, 2))
		buf_adds(g->out, var->name);
	else
		gen_expr(g, type == G_MAYBE ? G_INT : type, 2);
	buf_adds(g->out, ")\n");
}

static void if_stmt(struct gen *g, int depth)
{
	unsigned others = gen_below(g, 3);

	gen_line(g, "if ");
	gen_expr(g, G_BOOL, 2);
	buf_adds(g->out, ":\n");
	nested(g, 2, depth);
	for (unsigned i = 0; i < others; i++) {
		gen_line(g, "else if ");
		gen_expr(g, G_BOOL, 1);
		buf_adds(g->out, ":\n");
		nested(g, 1, depth);
	}
	if (gen_once_in(g, 2)) {
		gen_line(g, "else:\n");
		nested(g, 2, depth);
	}
}

static void jump(struct gen *g)
{
	gen_line(g, "if ");
	gen_expr(g, G_BOOL, 1);
	buf_addf(g->out, ":\n");
	g->indent++;
	gen_line(g, gen_once_in(g, 2) ? "break\n" : "continue\n");
	g->indent--;
}

static void while_stmt(struct gen *g, int depth)
{
	size_t mark = g->var_len;
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof(name), "w%u", g->next_name++);
	gen_line(g, "var %s = 0\n", name);
	gen_line(g, "while %s < %u:\n", name, 1 + gen_below(g, 5));
	g->indent++;
	gen_line(g, "%s = %s + 1\n", name, name);
	g->loops++;
	if (gen_once_in(g, 3))
		jump(g);
	gen_block(g, 2, depth - 1);
	g->loops--;
	g->indent--;
	g->var_len = mark;
}

static void for_stmt(struct gen *g, int depth)
{
	static const enum gtype kinds[] = {G_INTS, G_TEXTS, G_MAP, G_INTS};
	enum gtype kind = kinds[gen_below(g, 4)];
	enum gtype item = kind == G_TEXTS ? G_STRING : G_INT;
	const struct gvar *var = g->loops ? NULL : gen_pick(g, kind, false);
	size_t mark = g->var_len;
	char source[NAME_SIZE] = "";

	if (var && gen_once_in(g, 2))
		memcpy(source, var->name, sizeof(source));
	gen_line(g, "for v%u in ", g->next_name);
	if (*source)
		buf_adds(g->out, source);
	else if (kind == G_INTS && gen_once_in(g, 2))
		buf_addf(g->out, "1..%u", 1 + gen_below(g, 5));
	else
		gen_literal(g, kind);
	buf_adds(g->out, ":\n");
	(void)gen_declare(g, item, false, 0);
	g->loops++;
	g->indent++;
	if (gen_once_in(g, 3))
		jump(g);
	g->indent--;
	nested(g, 2, depth);
	g->loops--;
	g->var_len = mark;
}

static void match_scalar(struct gen *g, enum gtype type, int depth)
{
	gen_line(g, "match ");
	gen_expr(g, type, 1);
	buf_adds(g->out, ":\n");
	g->indent++;
	for (unsigned i = 0; i < 2; i++) {
		if (type == G_INT)
			gen_line(g, "%u:\n", gen_below(g, 6));
		else if (type == G_STRING)
			gen_line(g, "\"%c\":\n", 'a' + (char)gen_below(g, 3));
		else
			gen_line(g, i ? "true:\n" : "false:\n");
		nested(g, 1, depth);
	}
	if (type != G_BOOL) {
		gen_line(g, "_:\n");
		nested(g, 1, depth);
	}
	g->indent--;
}

static void match_maybe(struct gen *g, int depth)
{
	size_t mark = g->var_len;
	unsigned name = g->next_name++;

	/* A literal in its place would be an Int, which needs no opening. */
	gen_line(g, "let m%u: Int? = ", name);
	gen_expr(g, G_MAYBE, 1);
	buf_addc(g->out, '\n');
	gen_line(g, "match m%u:\n", name);
	g->indent++;
	gen_line(g, "Some(v%u):\n", g->next_name);
	(void)gen_declare(g, G_INT, false, 0);
	nested(g, 2, depth);
	g->var_len = mark;
	gen_line(g, "None:\n");
	nested(g, 1, depth);
	g->indent--;
}

static void match_enum(struct gen *g, int depth)
{
	bool open = gen_once_in(g, 3);

	gen_line(g, "match ");
	gen_expr(g, G_ENUM, 1);
	buf_adds(g->out, ":\n");
	g->indent++;
	for (size_t i = 0; i < g->variant_len - open; i++) {
		const struct gvariant *variant = &g->variants[i];
		size_t mark = g->var_len;

		gen_line(g, "V%zu", i);
		for (size_t p = 0; p < variant->payload_len; p++) {
			buf_addf(g->out, "%sv%u", p ? ", " : "(", g->next_name);
			(void)gen_declare(g, variant->payload[p], false, 0);
		}
		buf_adds(g->out, variant->payload_len ? "):\n" : ":\n");
		nested(g, 1, depth);
		g->var_len = mark;
	}
	if (open) {
		gen_line(g, "_:\n");
		nested(g, 1, depth);
	}
	g->indent--;
}

static void match_stmt(struct gen *g, int depth)
{
	switch (gen_below(g, 5)) {
	case 0:
		match_scalar(g, G_INT, depth);
		break;
	case 1:
		match_scalar(g, G_STRING, depth);
		break;
	case 2:
		match_scalar(g, G_BOOL, depth);
		break;
	case 3:
		match_maybe(g, depth);
		break;
	default:
		match_enum(g, depth);
	}
}

/* Call a helper that may fail and look at what came of it. */
static void result_stmt(struct gen *g, int depth)
{
	for (size_t i = 0; i < g->helper_len; i++) {
		size_t mark = g->var_len;

		if (!g->helpers[i].fails || g->loops)
			continue;
		gen_line(g, "match h%llu_%zu(", (unsigned long long)g->seed, i);
		gen_expr(g, G_INT, 1);
		buf_adds(g->out, "):\n");
		g->indent++;
		gen_line(g, "Ok(v%u):\n", g->next_name);
		(void)gen_declare(g, G_INT, false, 0);
		nested(g, 1, depth);
		g->var_len = mark;
		gen_line(g, "Err(e%u):\n", g->next_name);
		g->indent++;
		gen_line(g, "print(e%u.message)\n", g->next_name++);
		g->indent -= 2;
		return;
	}
	print(g);
}

static void box_stmt(struct gen *g)
{
	unsigned name = g->next_name++;

	gen_line(g, "let b%u = box ", name);
	gen_expr(g, G_INT, 1);
	buf_addc(g->out, '\n');
	gen_line(g, "b%u = (b%u + ", name, name);
	gen_expr(g, G_INT, 1);
	buf_adds(g->out, ")\n");
	gen_line(g, "print(\"box ${b%u}\")\n", name);
}

static void spawn_stmt(struct gen *g)
{
	unsigned name = g->next_name++;

	gen_line(g, "let t%u = spawn:\n", name);
	g->indent++;
	gen_line(g, "%s", "");
	g->in_spawn = true;
	gen_expr(g, (enum gtype)gen_below(g, G_STRING), 2);
	g->in_spawn = false;
	buf_addc(g->out, '\n');
	g->indent--;
	gen_line(g, "print(await t%u)\n", name);
}

static void statement(struct gen *g, int depth)
{
	unsigned choice = gen_below(g, 20);
	bool may_loop = depth > 0 && g->loops < LOOP_DEPTH_MAX;

	if (choice < 4)
		declaration(g);
	else if (choice < 6)
		assignment(g);
	else if (choice < 7)
		part_assignment(g);
	else if (choice < 8)
		copy_stmt(g);
	else if (choice < 11 && g->is_main)
		print(g);
	else if (choice < 13 && depth > 0)
		if_stmt(g, depth);
	else if (choice == 13 && may_loop)
		while_stmt(g, depth);
	else if (choice < 16 && may_loop)
		for_stmt(g, depth);
	else if (choice == 16 && depth > 0)
		match_stmt(g, depth);
	else if (choice == 17 && depth > 0 && g->is_main)
		result_stmt(g, depth);
	else if (choice == 18 && g->is_main)
		box_stmt(g);
	else if (choice == 19 && g->is_main && !g->loops)
		spawn_stmt(g);
	else
		assignment(g);
}

void gen_block(struct gen *g, int count, int depth)
{
	size_t mark = g->var_len;

	for (int i = 0; i < count; i++)
		statement(g, depth);
	g->var_len = mark;
}

void gen_trap(struct gen *g)
{
	switch (gen_below(g, 9)) {
	case 7:
		gen_line(g, "print(input(\"name? \"))\n");
		break;
	case 0:
		gen_line(g, "print([1, 2, 3][%u])\n", 3 + gen_below(g, 9));
		break;
	case 1:
		gen_line(g, "let far = [1, 2]\n");
		gen_line(g, "far[%u] = ", 2 + gen_below(g, 5));
		gen_expr(g, G_INT, 1);
		buf_addc(g->out, '\n');
		break;
	case 2:
		gen_line(g, "let most = 9223372036854775807\n");
		gen_line(g, "print(most %s)\n", gen_once_in(g, 2) ? "+ 1" : "* 3");
		break;
	case 3:
		gen_line(g, "let none = 0\n");
		gen_line(g, "print(");
		gen_expr(g, G_INT, 1);
		buf_adds(g->out, gen_once_in(g, 2) ? " / none)\n" : " % none)\n");
		break;
	case 4:
		gen_line(g, "let low = %u\n", 1 + gen_below(g, 9));
		gen_line(g, "print(low..0)\n");
		break;
	case 5:
		gen_line(g, "print(d%llu(1))\n", (unsigned long long)g->seed);
		break;
	case 6:
		gen_line(g, "print([1, 2, 3][-1])\n");
		break;
	default:
		gen_line(g, "assert(1 > 2, \"asserted here: ");
		buf_addf(g->out, "${%u}\")\n", gen_below(g, 1000));
	}
}
