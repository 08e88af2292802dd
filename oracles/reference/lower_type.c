/* SPDX-License-Identifier: Apache-2.0 */
/* lower_type: the types that exist when a program runs: nominal ones, and what their fields,
 * payloads and boundaries are declared as, refinements included. Entry 0 is TYPE_ANY. */
#include "oracles/reference/lower_internal.h"

static uint32_t add(struct lower *l, struct type type)
{
	for (size_t i = 0; i < l->types.len; i++) {
		const struct type *seen = &l->types.items[i];
		if (seen->kind == type.kind && seen->args[0] == type.args[0] &&
		    seen->args[1] == type.args[1] && type.refinement_len == 0 &&
		    seen->refinement_len == 0 && slice_eq(seen->name, type.name))
			return (uint32_t)i;
	}
	type.name = arena_slice(l->arena, type.name);
	vec_push(&l->types, type);
	return (uint32_t)l->types.len - 1;
}

static int64_t int_bound(const struct ast_expr *expr)
{
	if (expr->kind == AST_UNARY)
		return -expr->left->value.i;
	return expr->value.i;
}

static double float_bound(const struct ast_expr *expr)
{
	double sign = 1;
	if (expr->kind == AST_UNARY) {
		sign = -1;
		expr = expr->left;
	}
	return sign * (expr->kind == AST_INT ? (double)expr->value.i : expr->value.f);
}

static struct refinement refine(struct lower *l, const struct ast_expr *expr, enum type_kind base)
{
	struct refinement out = {.kind = REFINE_INT_RANGE};
	if (expr->kind == AST_BINARY) {
		if (base == TYPE_FLOAT) {
			out.kind = REFINE_FLOAT_RANGE;
			out.f_min = float_bound(expr->left);
			out.f_max = float_bound(expr->right);
			return out;
		}
		out.kind = base == TYPE_INT ? REFINE_INT_RANGE : REFINE_LENGTH;
		out.i_min = int_bound(expr->left);
		out.i_max = int_bound(expr->right);
		return out;
	}
	const struct ast_expr *arg = expr->args[0].value;
	if (slice_is(expr->left->name.text, "regex")) {
		out.kind = REFINE_REGEX;
		out.pattern = arena_slice(l->arena, arg->value.s);
		return out;
	}
	out.kind = REFINE_PREDICATE;
	out.function = arg->symbol->index;
	/* called by the runtime with tagged values */
	lower_function_loosen(l, arg->symbol);
	return out;
}

static enum type_kind runtime_kind(enum ty_kind kind)
{
	switch (kind) {
	case TY_UNIT:
		return TYPE_UNIT;
	case TY_INT:
		return TYPE_INT;
	case TY_FLOAT:
		return TYPE_FLOAT;
	case TY_BOOL:
		return TYPE_BOOL;
	case TY_STRING:
		return TYPE_STRING;
	case TY_BYTES:
		return TYPE_BYTES;
	case TY_HTML:
		return TYPE_HTML;
	case TY_ID:
		return TYPE_ID;
	case TY_EMAIL:
		return TYPE_EMAIL;
	case TY_LIST:
		return TYPE_LIST;
	case TY_MAP:
		return TYPE_MAP;
	case TY_OPTION:
		return TYPE_OPTION;
	case TY_RESULT:
		return TYPE_RESULT;
	default:
		return TYPE_ANY;
	}
}

/* The parts in the order the static type has them: T? and Option<T> alike. */
uint32_t lower_type(struct lower *l, const struct ast_type *type, uint32_t module)
{
	struct ty *ty;
	l->sema->module = module;
	ty = sema_resolve(l->sema, type);
	if (ty->kind == TY_STRUCT || ty->kind == TY_ENUM)
		return ty->symbol->index;
	struct type out = {.kind = runtime_kind(ty->kind)};
	/* "T??" is one option */
	if (type->kind == AST_TYPE_OPTIONAL && type->args[0]->kind == AST_TYPE_OPTIONAL)
		return lower_type(l, type->args[0], module);
	for (uint32_t i = 0; i < type->arg_len && i < 2; i++)
		out.args[i] = lower_type(l, type->args[i], module);
	out.name = slice_of(ty_name(l->arena, ty));
	out.refinement_len = type->refinement_len;
	if (type->refinement_len > 0)
		out.refinements = ARENA_ARRAY(l->arena, struct refinement, type->refinement_len);
	for (uint32_t i = 0; i < type->refinement_len; i++)
		out.refinements[i] = refine(l, type->refinements[i], out.kind);
	return add(l, out);
}

static void fill_struct(struct lower *l, struct symbol *symbol)
{
	struct type_field *fields =
		symbol->field_len ? ARENA_ARRAY(l->arena, struct type_field, symbol->field_len)
				  : NULL;
	for (uint32_t i = 0; i < symbol->field_len; i++) {
		struct field *field = &symbol->fields[i];
		/* a derived type's defaults are its base's */
		uint32_t function = field->owner->fields[field->owner_index].function;
		field->function = function;
		fields[i].name = arena_slice(l->arena, field->name.text);
		fields[i].type = lower_type(l, field->type, field->owner->module);
		fields[i].default_function = field->value ? (int32_t)function : -1;
	}
	l->types.items[symbol->index].fields = fields;
	l->types.items[symbol->index].field_len = symbol->field_len;
}

static void fill_enum(struct lower *l, struct symbol *symbol)
{
	struct type_variant *variants =
		symbol->variant_len
			? ARENA_ARRAY(l->arena, struct type_variant, symbol->variant_len)
			: NULL;
	for (uint32_t i = 0; i < symbol->variant_len; i++) {
		struct variant *variant = &symbol->variants[i];
		variants[i].name = arena_slice(l->arena, variant->name.text);
		variants[i].payload_len = variant->payload_len;
		if (variant->payload_len > 0)
			variants[i].payload = ARENA_ARRAY(l->arena, uint32_t, variant->payload_len);
		for (uint32_t k = 0; k < variant->payload_len; k++)
			variants[i].payload[k] = lower_type(l, variant->types[k], symbol->module);
	}
	l->types.items[symbol->index].variants = variants;
	l->types.items[symbol->index].variant_len = symbol->variant_len;
}

/* Nominal types get their numbers first, for they refer to each other. */
void lower_types(struct lower *l)
{
	struct sema *sema = l->sema;
	struct type any = {.kind = TYPE_ANY, .name = slice_of("Any")};
	vec_push(&l->types, any);
	for (uint32_t i = 0; i < sema->unit_len; i++) {
		vec_each (&sema->units[i]->declared, it) {
			struct symbol *symbol = *it;
			if (symbol->kind != SYMBOL_STRUCT && symbol->kind != SYMBOL_ENUM)
				continue;
			struct type type = {
				.kind = symbol->kind == SYMBOL_STRUCT ? TYPE_STRUCT : TYPE_ENUM,
				.name = arena_slice(l->arena, symbol->name),
			};
			vec_push(&l->types, type);
			symbol->index = (uint32_t)l->types.len - 1;
		}
	}
	for (uint32_t i = 0; i < sema->unit_len; i++) {
		vec_each (&sema->units[i]->declared, it) {
			if ((*it)->kind == SYMBOL_STRUCT)
				fill_struct(l, *it);
			else if ((*it)->kind == SYMBOL_ENUM)
				fill_enum(l, *it);
		}
	}
}

/* Config fields, in the order of their declaration: a default may use those before it. */
void lower_consts(struct lower *l)
{
	struct sema *sema = l->sema;
	VEC(struct constant) list = {0};
	for (uint32_t i = 0; i < sema->unit_len; i++) {
		vec_each (&sema->units[i]->declared, it) {
			struct symbol *symbol = *it;
			if (symbol->kind != SYMBOL_CONFIG)
				continue;
			symbol->index = (uint32_t)list.len;
			for (uint32_t k = 0; k < symbol->field_len; k++) {
				struct field *field = &symbol->fields[k];
				struct constant constant = {
					.name = slice_of(arena_printf(l->arena, "%.*s.%.*s",
								      SLICE_ARG(symbol->name),
								      SLICE_ARG(field->name.text))),
					.type = lower_type(l, field->type, symbol->module),
					.function = field->function,
					.is_config = true,
					.section = arena_slice(l->arena, symbol->name),
					.field = arena_slice(l->arena, field->name.text),
				};
				vec_push(&list, constant);
			}
		}
	}
	vec_each (&sema->assets, it) {
		struct symbol *symbol = *it;
		struct constant constant = {.name = arena_slice(l->arena, symbol->name)};
		symbol->index = (uint32_t)list.len;
		constant.function =
			lower_reserve(l, arena_printf(l->arena, "%.*s", SLICE_ARG(symbol->name)),
				      symbol->module, symbol->range);
		vec_push(&list, constant);
	}
	l->program->const_len = (uint32_t)list.len;
	if (list.len > 0)
		l->program->consts =
			arena_dup(l->arena, list.items, list.len * sizeof(*list.items));
	vec_done(&list);
}
