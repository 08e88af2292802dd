/* SPDX-License-Identifier: Apache-2.0 */
/* gen_program: declarations, and the function that a program is. */
#include "tests/generator/gen.h"

#include <stdio.h>

enum { TRAP_ONCE_IN = 24, NAMES = 4 };

static void declare_types(struct gen *g)
{
	static const enum gtype kinds[] = {G_INT, G_FLOAT, G_BOOL, G_STRING, G_INTS, G_MAYBE};

	g->field_len = 2 + gen_below(g, PARTS_MAX - 2);
	gen_line(g, "type T%llu:\n", (unsigned long long)g->seed);
	for (size_t i = 0; i < g->field_len; i++) {
		g->fields[i] = kinds[gen_below(g, 6)];
		g->has_default[i] = gen_once_in(g, 3);
		buf_addf(g->out, "  f%zu: ", i);
		gen_type(g, g->fields[i]);
		if (g->has_default[i]) {
			buf_adds(g->out, " = ");
			gen_literal(g, g->fields[i]);
		}
		buf_addc(g->out, '\n');
	}
	g->variant_len = 2 + gen_below(g, PARTS_MAX - 2);
	gen_line(g, "\nenum E%llu:\n", (unsigned long long)g->seed);
	for (size_t i = 0; i < g->variant_len; i++) {
		struct gvariant *variant = &g->variants[i];

		variant->payload_len = gen_below(g, 3);
		buf_addf(g->out, "  V%zu", i);
		for (size_t p = 0; p < variant->payload_len; p++) {
			variant->payload[p] = (enum gtype)gen_below(g, G_SCALARS);
			buf_adds(g->out, p ? ", " : "(");
			gen_type(g, variant->payload[p]);
		}
		buf_adds(g->out, variant->payload_len ? ")\n" : "\n");
	}
}

static void open_function(struct gen *g, const struct ghelper *helper, size_t which)
{
	buf_addf(g->out, "\nfn h%llu_%zu(", (unsigned long long)g->seed, which);
	g->var_len = 0;
	for (size_t i = 0; i < helper->param_len; i++) {
		buf_addf(g->out, "%s%s: ", i ? ", " : "",
			 gen_declare(g, helper->params[i], false, 0));
		gen_type(g, helper->params[i]);
	}
	buf_adds(g->out, ") -> ");
	if (helper->fails)
		buf_addf(g->out, "Int!Oops%llu:\n", (unsigned long long)g->seed);
	else {
		gen_type(g, helper->result);
		buf_adds(g->out, ":\n");
	}
	g->indent = 1;
}

static void recursive_body(struct gen *g, const struct ghelper *helper, size_t which)
{
	gen_line(g, "if %s <= 0:\n", g->vars[0].name);
	gen_line(g, "  return ");
	gen_literal(g, helper->result);
	gen_line(g, "\n");
	gen_line(g, "return (h%llu_%zu(%s - 1", (unsigned long long)g->seed, which,
		 g->vars[0].name);
	for (size_t i = 1; i < helper->param_len; i++)
		buf_addf(g->out, ", %s", g->vars[i].name);
	buf_adds(g->out, ") + ");
	gen_expr(g, helper->result, 1);
	buf_adds(g->out, ")\n");
}

static void failing_body(struct gen *g)
{
	gen_line(g, "if %s %% 2 == 0:\n", g->vars[0].name);
	gen_line(g, "  let nothing: Int? = null\n");
	gen_line(g, "  return nothing ?! Oops%llu(message=\"even ${%s}\")\n",
		 (unsigned long long)g->seed, g->vars[0].name);
	gen_line(g, "return ");
	gen_expr(g, G_INT, 1);
	buf_addc(g->out, '\n');
}

static void declare_helper(struct gen *g, size_t which)
{
	static const enum gtype results[] = {G_INT, G_FLOAT, G_BOOL, G_STRING, G_INTS, G_INT};
	struct ghelper *helper = &g->helpers[which];

	*helper = (struct ghelper){.result = results[gen_below(g, 6)],
				   .param_len = gen_below(g, 4),
				   .fails = which == 0 && gen_once_in(g, 2)};
	for (size_t i = 0; i < helper->param_len; i++)
		helper->params[i] = (enum gtype)gen_below(g, G_COUNT);
	helper->counts_down = !helper->fails && helper->result != G_BOOL && gen_once_in(g, 4);
	if (helper->fails || helper->counts_down) {
		helper->param_len = helper->fails || !helper->param_len ? 1 : helper->param_len;
		helper->params[0] = G_INT;
	}
	if (helper->fails)
		helper->result = G_INT;
	open_function(g, helper, which);
	if (helper->counts_down) {
		recursive_body(g, helper, which);
	} else if (helper->fails) {
		failing_body(g);
	} else {
		size_t mark = g->var_len;

		gen_block(g, 1 + (int)gen_below(g, 3), 1);
		g->var_len = mark;
		gen_line(g, "return ");
		gen_expr(g, helper->result, 2);
		buf_addc(g->out, '\n');
	}
	g->helper_len = which + 1;
}

/* The names of the outermost block in one line: what a program computed must show. */
static void print_names(struct gen *g)
{
	gen_line(g, "print(\"");
	for (size_t i = 0; i < g->var_len; i++) {
		const struct gvar *var = &g->vars[i];

		if (var->type != G_STRUCT)
			buf_addf(g->out, "%s${%s}", i ? " " : "", var->name);
		for (size_t f = 0; var->type == G_STRUCT && f < g->field_len; f++)
			buf_addf(g->out, "%s${%s.f%zu}", i + f ? " " : "", var->name, f);
	}
	buf_adds(g->out, "\")\n");
}

static void declare_names(struct gen *g)
{
	enum gtype first = (enum gtype)gen_below(g, G_COUNT);

	/* Four types of the eleven, in a row that wraps round; an Int always. */
	for (unsigned i = 0; i < NAMES; i++) {
		enum gtype type = i ? (enum gtype)((first + i * 2) % G_COUNT) : G_INT;
		const char *name =
			gen_declare(g, type, true, type >= G_INTS && type <= G_GRID ? 2 : 0);

		gen_line(g, "var %s: ", name);
		gen_type(g, type);
		buf_adds(g->out, " = ");
		gen_literal(g, type);
		buf_addc(g->out, '\n');
	}
}

void gen_program(struct buf *out, uint64_t seed)
{
	struct gen g = {.state = seed * 0x2545f4914f6cdd1dU + 1, .seed = seed, .out = out};
	size_t helpers = gen_below(&g, HELPERS_MAX - 1);
	unsigned long long id = seed;
	bool traps = gen_once_in(&g, TRAP_ONCE_IN);
	unsigned used;
	int statements = 2 + (int)gen_below(&g, 4);

	buf_addf(out, "type Oops%llu:\n  message: String\n\n", id);
	declare_types(&g);
	buf_addf(out, "\nfn d%llu(n: Int) -> Int:\n  return d%llu(n + 1) + 1\n", id, id);
	for (size_t i = 0; i < helpers; i++)
		declare_helper(&g, i);
	used = gen_features(&g);
	buf_addf(out, "\nfn p%llu():\n", id);
	g.var_len = 0;
	g.is_main = true;
	g.indent = 1;
	declare_names(&g);
	gen_block(&g, statements, 2);
	gen_use_features(&g, used);
	if (traps)
		gen_trap(&g);
	print_names(&g);
}
