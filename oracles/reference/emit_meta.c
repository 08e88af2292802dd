/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_meta: a program's tables as C text, the counterpart of rt_meta.c, and the function by which
 * the runtime calls back into emitted code.
 */
#include <inttypes.h>

#include "oracles/reference/emit_internal.h"

static void add_name(struct buf *out, struct slice name)
{
	buf_adds(out, "{");
	emit_quoted(out, name);
	buf_addf(out, ", %zu}", name.len);
}

static void add_fields(struct buf *out, const struct type *type, uint32_t index)
{
	if (type->field_len == 0)
		return;
	buf_addf(out, "static const struct rt_type_field fields%u[] = {\n", index);
	for (uint32_t i = 0; i < type->field_len; i++) {
		buf_adds(out, "\t{");
		add_name(out, type->fields[i].name);
		buf_addf(out, ", %u, %d},\n", type->fields[i].type,
			 type->fields[i].default_function);
	}
	buf_adds(out, "};\n");
}

static void add_variants(struct buf *out, const struct type *type, uint32_t index)
{
	if (type->variant_len == 0)
		return;
	for (uint32_t i = 0; i < type->variant_len; i++) {
		const struct type_variant *variant = &type->variants[i];
		if (variant->payload_len == 0)
			continue;
		buf_addf(out, "static const uint32_t payload%u_%u[] = {", index, i);
		for (uint32_t k = 0; k < variant->payload_len; k++)
			buf_addf(out, "%u, ", variant->payload[k]);
		buf_adds(out, "};\n");
	}
	buf_addf(out, "static const struct rt_type_variant variants%u[] = {\n", index);
	for (uint32_t i = 0; i < type->variant_len; i++) {
		const struct type_variant *variant = &type->variants[i];
		buf_adds(out, "\t{");
		add_name(out, variant->name);
		if (variant->payload_len)
			buf_addf(out, ", payload%u_%u, %u},\n", index, i, variant->payload_len);
		else
			buf_adds(out, ", 0, 0},\n");
	}
	buf_adds(out, "};\n");
}

void emit_float(struct buf *out, double f)
{
	if (f != f)
		buf_adds(out, "(0.0 / 0.0)");
	else if (f > 1.7976931348623157e308)
		buf_adds(out, "(1.0 / 0.0)");
	else if (f < -1.7976931348623157e308)
		buf_adds(out, "(-1.0 / 0.0)");
	else
		buf_addf(out, "%.17e", f);
}

static void add_refinements(struct buf *out, const struct type *type, uint32_t index)
{
	if (type->refinement_len == 0)
		return;
	buf_addf(out, "static const struct rt_refinement refinements%u[] = {\n", index);
	for (uint32_t i = 0; i < type->refinement_len; i++) {
		const struct refinement *r = &type->refinements[i];
		buf_addf(out, "\t{%d, %u, (int64_t)%" PRIu64 "u, (int64_t)%" PRIu64 "u, ",
			 (int)r->kind, r->function, (uint64_t)r->i_min, (uint64_t)r->i_max);
		emit_float(out, r->f_min);
		buf_adds(out, ", ");
		emit_float(out, r->f_max);
		buf_adds(out, ", ");
		add_name(out, r->pattern);
		buf_adds(out, "},\n");
	}
	buf_adds(out, "};\n");
}

static void add_part(struct buf *out, const char *name, uint32_t index, uint32_t len)
{
	if (len)
		buf_addf(out, ", %s%u", name, index);
	else
		buf_adds(out, ", 0");
}

static void add_types(struct buf *out, const struct program *program)
{
	for (uint32_t i = 0; i < program->type_len; i++) {
		add_fields(out, &program->types[i], i);
		add_variants(out, &program->types[i], i);
		add_refinements(out, &program->types[i], i);
	}
	buf_adds(out, "static const struct rt_type types[] = {\n");
	for (uint32_t i = 0; i < program->type_len; i++) {
		const struct type *type = &program->types[i];
		buf_adds(out, "\t{");
		add_name(out, type->name);
		buf_addf(out, ", %d, {%u, %u}, %u, %u, %u", (int)type->kind, type->args[0],
			 type->args[1], type->field_len, type->variant_len, type->refinement_len);
		add_part(out, "fields", i, type->field_len);
		add_part(out, "variants", i, type->variant_len);
		add_part(out, "refinements", i, type->refinement_len);
		buf_adds(out, "},\n");
	}
	buf_adds(out, "\t{{0}}\n};\n");
}

static void add_functions(struct buf *out, const struct program *program)
{
	buf_adds(out, "static const struct rt_function functions[] = {\n");
	for (uint32_t i = 0; i < program->function_len; i++) {
		const struct function *f = &program->functions[i];
		buf_adds(out, "\t{");
		add_name(out, f->name);
		buf_addf(out, ", %u, %u},\n", f->module, f->param_len);
	}
	buf_adds(out, "\t{{0}}\n};\n");
}

static void add_consts(struct buf *out, const struct program *program)
{
	buf_adds(out, "static const struct rt_const consts[] = {\n");
	for (uint32_t i = 0; i < program->const_len; i++) {
		const struct constant *c = &program->consts[i];
		buf_adds(out, "\t{");
		add_name(out, c->name);
		buf_adds(out, ", ");
		add_name(out, c->section);
		buf_adds(out, ", ");
		add_name(out, c->field);
		buf_addf(out, ", %u, %u, %d},\n", c->type, c->function, c->is_config);
	}
	buf_adds(out, "\t{{0}}\n};\n");
}

bool emit_uses_regex(const struct program *program)
{
	for (uint32_t i = 0; i < program->type_len; i++)
		for (uint32_t k = 0; k < program->types[i].refinement_len; k++)
			if (program->types[i].refinements[k].kind == REFINE_REGEX)
				return true;
	return false;
}

void emit_meta(struct buf *out, const struct program *program)
{
	add_types(out, program);
	add_functions(out, program);
	add_consts(out, program);
	buf_adds(out, "static struct value invoke(struct rt *rt, uint32_t function, "
		      "struct value *a);\n");
	buf_addf(out,
		 "const struct rt_program fuse_program = "
		 "{types, functions, consts, %u, %u, %u, invoke, %s};\n",
		 program->type_len, program->function_len, program->const_len,
		 emit_uses_regex(program) ? "&rt_regex_engine" : "0");
}

void emit_mark_invoked(bool *invoked, const struct program *program)
{
	for (uint32_t i = 0; i < program->type_len; i++) {
		const struct type *type = &program->types[i];
		for (uint32_t k = 0; k < type->field_len; k++)
			if (type->fields[k].default_function >= 0)
				invoked[type->fields[k].default_function] = true;
		for (uint32_t k = 0; k < type->refinement_len; k++)
			if (type->refinements[k].kind == REFINE_PREDICATE)
				invoked[type->refinements[k].function] = true;
	}
	for (uint32_t i = 0; i < program->const_len; i++)
		invoked[program->consts[i].function] = true;
	for (uint32_t i = 0; i < program->app_len; i++)
		invoked[program->apps[i].function] = true;
	if (program->main_function < 0 || !program->main_types)
		return;
	invoked[program->main_function] = true;
	for (uint32_t i = 0; i < program->functions[program->main_function].param_len; i++)
		if (program->main_defaults[i] >= 0)
			invoked[program->main_defaults[i]] = true;
}

/* One case of invoke: arguments from values to the function's own representations, and its result
 * back. */
static void add_case(struct buf *out, const struct function *f, uint32_t index)
{
	static const char *const convert[] = {
		[REP_INT] = "rt_i_of_v", [REP_FLOAT] = "rt_f_of_v", [REP_BOOL] = "rt_b_of_v"};
	static const char *const wrap[] = {
		[REP_INT] = "rt_v_of_i", [REP_FLOAT] = "rt_v_of_f", [REP_BOOL] = "rt_v_of_b"};
	bool converts = false;
	buf_addf(out, "\tcase %u: {\n", index);
	for (uint32_t i = 0; i < f->param_len; i++) {
		if (f->slots[i].rep == REP_VALUE)
			continue;
		converts = true;
		buf_addf(out, "\t\t%s p%u = %s(rt, a[%u]);\n", emit_type(f->slots[i].rep), i,
			 convert[f->slots[i].rep], i);
	}
	if (converts) {
		buf_adds(out, "\t\tif (rt->trap) {\n");
		for (uint32_t i = 0; i < f->param_len; i++)
			if (f->slots[i].rep == REP_VALUE)
				buf_addf(out, "\t\t\trt_drop(rt, a[%u]);\n", i);
		buf_adds(out, "\t\t\treturn rt_null();\n\t\t}\n");
	}
	buf_adds(out, "\t\treturn ");
	if (f->result != REP_VALUE)
		buf_addf(out, "%s(rt, ", wrap[f->result]);
	buf_addf(out, "f%u(rt", index);
	for (uint32_t i = 0; i < f->param_len; i++)
		buf_addf(out, f->slots[i].rep == REP_VALUE ? ", a[%u]" : ", p%u", i);
	buf_adds(out, f->result == REP_VALUE ? ");\n\t}\n" : "));\n\t}\n");
}

void emit_invoke(struct buf *out, const struct program *program, const bool *invoked)
{
	buf_adds(out, "static struct value invoke(struct rt *rt, uint32_t function, "
		      "struct value *a)\n{\n\tswitch (function) {\n");
	for (uint32_t i = 0; i < program->function_len; i++)
		if (invoked[i])
			add_case(out, &program->functions[i], i);
	buf_adds(out, "\t}\n\treturn rt_null();\n}\n");
}
