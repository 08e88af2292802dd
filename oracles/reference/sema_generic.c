/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_generic: type parameters, spec/fls.md#generic-type-parameters-and-where-clauses. A call of a
 * generic function is a call of a copy of it in which every type parameter stands for one concrete
 * type; the copies are ordinary functions of the same module, one for each set of types.
 */
#include "oracles/reference/ast_clone.h"
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

enum { COPIES_MAX = 1000 };

const struct binding *sema_binding(const struct sema *s, struct slice name)
{
	/* the innermost is last */
	for (uint32_t i = s->binding_len; i > 0; i--)
		if (slice_eq(s->bindings[i - 1].name, name))
			return &s->bindings[i - 1];
	return NULL;
}

static int32_t type_param(const struct ast_decl *decl, struct slice name)
{
	for (uint32_t i = 0; i < decl->type_param_len; i++)
		if (slice_eq(decl->type_params[i].text, name))
			return (int32_t)i;
	return -1;
}

static void check_constraint(struct sema *s, const struct ast_decl *decl, uint32_t i)
{
	const struct ast_constraint *one = &decl->constraints[i];
	struct symbol *interface = sema_path(s, one->interface.text);
	if (!interface || interface->kind != SYMBOL_INTERFACE)
		report_error(s->report, one->interface.range, "FUSE_WHERE_UNKNOWN_INTERFACE",
			     "unknown interface '%.*s'%s", SLICE_ARG(one->interface.text),
			     interface ? "" : sema_hint(s, one->interface.text));
	if (type_param(decl, one->param.text) < 0)
		report_error(s->report, one->param.range, "FUSE_WHERE_UNKNOWN_TYPE_PARAM",
			     "'%.*s' is no type parameter of '%.*s'", SLICE_ARG(one->param.text),
			     SLICE_ARG(decl->name.text));
	for (uint32_t k = 0; k < i; k++)
		if (slice_eq(decl->constraints[k].param.text, one->param.text))
			report_error(s->report, one->param.range, "FUSE_WHERE_MULTI_CONSTRAINT",
				     "type parameter '%.*s' already has an interface",
				     SLICE_ARG(one->param.text));
}

void sema_type_params(struct sema *s, const struct ast_decl *decl)
{
	for (uint32_t i = 0; i < decl->type_param_len; i++)
		if (type_param(decl, decl->type_params[i].text) < (int32_t)i)
			report_error(s->report, decl->type_params[i].range,
				     "FUSE_GENERIC_DUPLICATE_TYPE_PARAM",
				     "type parameter '%.*s' is already declared",
				     SLICE_ARG(decl->type_params[i].text));
	for (uint32_t i = 0; i < decl->constraint_len; i++)
		check_constraint(s, decl, i);
}

/* Those around the generic one, then its own, standing for `types`. */
static void bind_types(struct sema *s, struct symbol *copy, const struct symbol *generic,
		       struct ty **types)
{
	const struct ast_decl *decl = generic->decl;
	uint32_t outer = generic->binding_len;
	copy->binding_len = outer + decl->type_param_len;
	copy->bindings = ARENA_ARRAY(s->arena, struct binding, copy->binding_len);
	for (uint32_t i = 0; i < outer; i++)
		copy->bindings[i] = generic->bindings[i];
	for (uint32_t i = 0; i < decl->type_param_len; i++)
		copy->bindings[outer + i] = (struct binding){
			.name = decl->type_params[i].text,
			.ty = types[i],
		};
	for (uint32_t i = 0; i < decl->constraint_len; i++) {
		int32_t index = type_param(decl, decl->constraints[i].param.text);
		if (index >= 0)
			copy->bindings[outer + (uint32_t)index].interface =
				sema_path(s, decl->constraints[i].interface.text);
	}
}

/* The head with parameters that stand for nothing: its names are checked even if nobody calls. */
void sema_generic(struct sema *s, struct symbol *generic)
{
	struct ty **types = ARENA_ARRAY(s->arena, struct ty *, generic->decl->type_param_len);
	struct symbol head = {
		.kind = SYMBOL_FUNCTION,
		.name = generic->name,
		.module = generic->module,
		.decl = generic->decl,
	};
	for (uint32_t i = 0; i < generic->decl->type_param_len; i++)
		types[i] = BASIC(s, TY_UNKNOWN);
	sema_type_params(s, generic->decl);
	bind_types(s, &head, generic, types);
	sema_signature(s, &head);
}

static struct symbol *find_copy(const struct symbol *generic, struct ty **types)
{
	for (struct symbol *copy = generic->copies; copy; copy = copy->next_copy) {
		const struct binding *own = &copy->bindings[generic->binding_len];
		uint32_t i = 0;
		while (i < generic->decl->type_param_len && own[i].ty == types[i])
			i++;
		if (i == generic->decl->type_param_len)
			return copy;
	}
	return NULL;
}

static struct ast_decl *copy_decl(struct sema *s, const struct ast_decl *decl)
{
	struct ast_decl *out = arena_dup(s->arena, decl, sizeof(*decl));
	out->block = ast_clone_block(s->arena, decl->block);
	out->type_param_len = 0;
	out->constraint_len = 0;
	if (decl->param_len > 0)
		out->params =
			arena_dup(s->arena, decl->params, decl->param_len * sizeof(*decl->params));
	for (uint32_t i = 0; i < decl->param_len; i++)
		out->params[i].value = ast_clone_expr(s->arena, decl->params[i].value);
	return out;
}

/* "pair<Int, String>" */
static struct slice copy_name(struct sema *s, const struct symbol *generic, struct ty **types)
{
	struct buf text = {.max = 400};
	buf_add_slice(&text, generic->name);
	for (uint32_t i = 0; i < generic->decl->type_param_len; i++) {
		buf_adds(&text, i ? ", " : "<");
		buf_adds(&text, SEMA_NAME(s, types[i]));
	}
	buf_addc(&text, '>');
	struct slice name = arena_slice(s->arena, buf_slice(&text));
	buf_done(&text);
	return name;
}

static struct symbol *make_copy(struct sema *s, struct symbol *generic, struct ty **types)
{
	struct symbol *copy = ARENA_NEW(s->arena, struct symbol);
	const struct binding *bindings = s->bindings;
	uint32_t module = s->module, binding_len = s->binding_len;
	*copy = (struct symbol){
		.kind = SYMBOL_FUNCTION,
		.name = copy_name(s, generic, types),
		.range = generic->range,
		.module = generic->module,
		.decl = copy_decl(s, generic->decl),
		.has_self = generic->has_self,
		.next_copy = generic->copies,
	};
	copy->ty = ty_nominal(&s->types, TY_FUNCTION, copy);
	s->module = generic->module;
	s->bindings = generic->bindings;
	s->binding_len = generic->binding_len;
	bind_types(s, copy, generic, types);
	sema_signature(s, copy);
	s->module = module;
	s->bindings = bindings;
	s->binding_len = binding_len;
	return copy;
}

/* A copy that the program calls: it is checked, and lowered, like a written function. */
static struct symbol *add_copy(struct sema *s, struct symbol *generic, struct ty **types)
{
	struct symbol *copy = make_copy(s, generic, types);
	generic->copies = copy;
	s->copy_count++;
	vec_push(&s->units[generic->module]->declared, copy);
	return copy;
}

struct symbol *sema_generic_blank(struct sema *s, struct symbol *generic)
{
	struct ty **types = ARENA_ARRAY(s->arena, struct ty *, generic->decl->type_param_len);
	for (uint32_t i = 0; i < generic->decl->type_param_len; i++) {
		struct symbol *param = ARENA_NEW(s->arena, struct symbol);
		param->kind = SYMBOL_PARAM;
		param->name = generic->decl->type_params[i].text;
		types[i] = ty_param(&s->types, param);
	}
	return make_copy(s, generic, types);
}

/* --- inference -------------------------------------------------------------------------------- */

static enum ty_kind container(struct slice name)
{
	static const struct {
		const char *name;
		enum ty_kind kind;
	} known[] = {
		{"List", TY_LIST}, {"Map", TY_MAP}, {"Option", TY_OPTION}, {"Result", TY_RESULT}};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_is(name, known[i].name))
			return known[i].kind;
	return TY_UNKNOWN;
}

/* What the parameters in `type` must be for a value of type `ty` to fit; the first finding stays.
 */
static void infer(const struct ast_decl *decl, const struct ast_type *type, struct ty *ty,
		  struct ty **types)
{
	ty = ty_unboxed(ty);
	if (ty->kind == TY_MAYBE)
		ty = ty->args[0];
	if (ty->kind == TY_NULL || ty_is_open(ty))
		return;
	enum ty_kind kind = type->kind == AST_TYPE_OPTIONAL ? TY_OPTION
			    : type->kind == AST_TYPE_RESULT ? TY_RESULT
							    : container(type->name.text);
	if (type->kind == AST_TYPE_NAME && type->arg_len == 0) {
		int32_t index = type_param(decl, type->name.text);
		if (index >= 0 && !types[index])
			types[index] = ty;
		return;
	}
	if (kind == ty->kind) {
		for (uint32_t i = 0; i < type->arg_len && i < 2; i++)
			if (type->args[i] && ty->args[i])
				infer(decl, type->args[i], ty->args[i], types);
	} else if (kind == TY_OPTION || kind == TY_RESULT) {
		/* a plain value where a wrapped one is asked for */
		infer(decl, type->args[0], ty, types);
	}
}

static bool explicit_types(struct sema *s, struct ast_expr *expr, const struct symbol *generic,
			   struct ty **types)
{
	uint32_t want = generic->decl->type_param_len;
	if (expr->type_arg_len != want) {
		report_error(s->report, expr->range, "FUSE_GENERIC_CALL_TYPE_ARG",
			     "'%.*s' expects %u type argument%s, got %u", SLICE_ARG(generic->name),
			     want, want == 1 ? "" : "s", expr->type_arg_len);
		return false;
	}
	for (uint32_t i = 0; i < want; i++)
		types[i] = sema_resolve(s, expr->type_args[i]);
	return true;
}

static bool all_found(struct sema *s, struct ast_expr *expr, const struct symbol *generic,
		      struct ty **types)
{
	bool silent = false;
	for (uint32_t i = 0; i < expr->arg_len; i++)
		silent = silent || expr->args[i].value->ty->kind == TY_UNKNOWN ||
			 ty_mentions_param(expr->args[i].value->ty);
	for (uint32_t i = 0; i < generic->decl->type_param_len; i++) {
		if (types[i] && types[i]->kind != TY_UNKNOWN && !ty_mentions_param(types[i]))
			continue;
		if (!silent && !types[i])
			report_error(s->report, expr->range, "FUSE_GENERIC_INFERENCE",
				     "cannot infer '%.*s' of '%.*s', write it: %.*s<...>(...)",
				     SLICE_ARG(generic->decl->type_params[i].text),
				     SLICE_ARG(generic->name), SLICE_ARG(generic->decl->name.text));
		return false;
	}
	return true;
}

static bool satisfied(struct sema *s, struct ast_expr *expr, const struct symbol *copy)
{
	bool good = true;
	for (uint32_t i = 0; i < copy->binding_len; i++) {
		const struct binding *one = &copy->bindings[i];
		if (!one->interface || one->interface->kind != SYMBOL_INTERFACE ||
		    sema_has_impl(s, one->interface, one->ty))
			continue;
		report_error(s->report, expr->range, "FUSE_WHERE_UNSATISFIED",
			     "%s has no impl of interface '%.*s', which '%.*s' asks of '%.*s'",
			     SEMA_NAME(s, one->ty), SLICE_ARG(one->interface->name),
			     SLICE_ARG(copy->decl->name.text), SLICE_ARG(one->name));
		good = false;
	}
	return good;
}

struct ty *sema_generic_call(struct sema *s, struct ast_expr *expr, struct symbol *generic)
{
	const struct ast_decl *decl = generic->decl;
	struct ty **types = ARENA_ARRAY(s->arena, struct ty *, decl->type_param_len);
	sema_check_args(s, expr);
	if (expr->type_arg_len > 0 && !explicit_types(s, expr, generic, types))
		return BASIC(s, TY_UNKNOWN);
	for (uint32_t i = 0; i < expr->arg_len && i < decl->param_len; i++)
		infer(decl, decl->params[i].type, expr->args[i].value->ty, types);
	if (!all_found(s, expr, generic, types))
		return BASIC(s, TY_UNKNOWN);
	struct symbol *copy = find_copy(generic, types);
	if (!copy && s->copy_count >= COPIES_MAX) {
		if (s->copy_count++ == COPIES_MAX) /* said once */
			report_error(s->report, expr->range, "FUSE_GENERIC_LIMIT",
				     "more than %d copies of generic functions", COPIES_MAX);
		return BASIC(s, TY_UNKNOWN);
	}
	if (!copy)
		copy = add_copy(s, generic, types);
	if (!satisfied(s, expr, copy)) {
		/* its body would only repeat the complaint */
		copy->checked = true;
		return BASIC(s, TY_UNKNOWN);
	}
	expr->role = ROLE_FUNCTION;
	expr->symbol = copy;
	return sema_call_function(s, expr, copy, true);
}
