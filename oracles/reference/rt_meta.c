/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_meta: the tables of a canonical program in the runtime's own form. Emitted code carries the
 * same tables as C text (emit_meta.c).
 */
#include "oracles/reference/rt_meta.h"

_Static_assert((int)RT_KIND_ANY == (int)TYPE_ANY && (int)RT_KIND_UNIT == (int)TYPE_UNIT &&
		       (int)RT_KIND_EMAIL == (int)TYPE_EMAIL &&
		       (int)RT_KIND_LIST == (int)TYPE_LIST &&
		       (int)RT_KIND_STRUCT == (int)TYPE_STRUCT &&
		       (int)RT_KIND_FUNCTION == (int)TYPE_FUNCTION,
	       "enum rt_kind follows enum type_kind");
_Static_assert((int)RT_REFINE_INT_RANGE == (int)REFINE_INT_RANGE &&
		       (int)RT_REFINE_PREDICATE == (int)REFINE_PREDICATE,
	       "enum rt_refine follows the refinement kinds");

static struct rt_name name_of(struct slice s)
{
	return (struct rt_name){.ptr = s.ptr, .len = s.len};
}

static void build_type(struct rt_type *out, struct arena *arena, const struct type *type)
{
	struct rt_type_field *fields = ARENA_ARRAY(arena, struct rt_type_field, type->field_len);
	for (uint32_t i = 0; i < type->field_len; i++)
		fields[i] = (struct rt_type_field){
			.name = name_of(type->fields[i].name),
			.type = type->fields[i].type,
			.default_function = type->fields[i].default_function,
		};
	struct rt_type_variant *variants =
		ARENA_ARRAY(arena, struct rt_type_variant, type->variant_len);
	for (uint32_t i = 0; i < type->variant_len; i++)
		variants[i] = (struct rt_type_variant){
			.name = name_of(type->variants[i].name),
			.payload = type->variants[i].payload,
			.payload_len = type->variants[i].payload_len,
		};
	struct rt_refinement *refinements =
		ARENA_ARRAY(arena, struct rt_refinement, type->refinement_len);
	for (uint32_t i = 0; i < type->refinement_len; i++) {
		const struct refinement *r = &type->refinements[i];
		refinements[i] = (struct rt_refinement){
			.kind = (int32_t)r->kind,
			.function = r->function,
			.i_min = r->i_min,
			.i_max = r->i_max,
			.f_min = r->f_min,
			.f_max = r->f_max,
			.pattern = name_of(r->pattern),
		};
	}
	*out = (struct rt_type){
		.name = name_of(type->name),
		.kind = (int32_t)type->kind,
		.args = {type->args[0], type->args[1]},
		.field_len = type->field_len,
		.variant_len = type->variant_len,
		.refinement_len = type->refinement_len,
		.fields = fields,
		.variants = variants,
		.refinements = refinements,
	};
}

void rt_meta_build(struct rt_program *out, struct arena *arena, const struct program *program)
{
	struct rt_type *types = ARENA_ARRAY(arena, struct rt_type, program->type_len);
	for (uint32_t i = 0; i < program->type_len; i++)
		build_type(&types[i], arena, &program->types[i]);
	struct rt_function *functions =
		ARENA_ARRAY(arena, struct rt_function, program->function_len);
	for (uint32_t i = 0; i < program->function_len; i++)
		functions[i] = (struct rt_function){
			.name = name_of(program->functions[i].name),
			.module = program->functions[i].module,
			.param_len = program->functions[i].param_len,
		};
	struct rt_const *consts = ARENA_ARRAY(arena, struct rt_const, program->const_len);
	for (uint32_t i = 0; i < program->const_len; i++) {
		const struct constant *c = &program->consts[i];
		consts[i] = (struct rt_const){
			.name = name_of(c->name),
			.section = name_of(c->section),
			.field = name_of(c->field),
			.type = c->type,
			.function = c->function,
			.is_config = c->is_config,
		};
	}
	*out = (struct rt_program){
		.types = types,
		.functions = functions,
		.consts = consts,
		.type_len = program->type_len,
		.function_len = program->function_len,
		.const_len = program->const_len,
		.regex = &rt_regex_engine,
	};
}

void rt_meta_main(struct rt_main *out, struct arena *arena, const struct program *program,
		  char *const *args)
{
	const struct function *function = &program->functions[program->main_function];
	struct rt_name *names = ARENA_ARRAY(arena, struct rt_name, function->param_len + 1);
	for (uint32_t i = 0; i < function->param_len; i++)
		names[i] = name_of(function->slots[i].name);
	*out = (struct rt_main){
		.function = (uint32_t)program->main_function,
		.param_len = function->param_len,
		.names = names,
		.types = program->main_types,
		.defaults = program->main_defaults,
		.args = args,
	};
}
