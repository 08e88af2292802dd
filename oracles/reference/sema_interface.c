/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_interface: interfaces and impls, spec/fls.md#interface-declarations-and-impl-blocks. A
 * method is a function of the impl's module in which Self stands for the target; one that mentions
 * `self` has the receiver as its first parameter. A call through a receiver is a call of that
 * function, so nothing of interfaces is left behind the checker.
 */
#include "oracles/reference/ast_clone.h"
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

/* --- declarations ----------------------------------------------------------------------------- */

static struct ast_decl *member_of(const struct ast_decl *decl, struct slice name)
{
	for (uint32_t i = 0; i < decl->member_len; i++)
		if (slice_eq(decl->members[i]->name.text, name))
			return decl->members[i];
	return NULL;
}

/* The declaration with `self: Self` before its own parameters. */
static struct ast_decl *with_self(struct sema *s, const struct ast_decl *decl)
{
	struct ast_decl *out = arena_dup(s->arena, decl, sizeof(*decl));
	struct ast_type *type = ARENA_NEW(s->arena, struct ast_type);
	type->range = decl->name.range;
	type->name = (struct ast_name){slice_of("Self"), decl->name.range};
	out->param_len = decl->param_len + 1;
	out->params = ARENA_ARRAY(s->arena, struct ast_param, out->param_len);
	out->params[0].name = (struct ast_name){slice_of("self"), decl->name.range};
	out->params[0].type = type;
	for (uint32_t i = 0; i < decl->param_len; i++)
		out->params[i + 1] = decl->params[i];
	return out;
}

static struct symbol *make_method(struct sema *s, const struct impl *impl, struct ast_decl *decl)
{
	struct symbol *method = ARENA_NEW(s->arena, struct symbol);
	bool has_self = ast_mentions(decl->block, "self");
	*method = (struct symbol){
		.kind = decl->type_param_len > 0 ? SYMBOL_GENERIC : SYMBOL_FUNCTION,
		.name = slice_of(arena_printf(s->arena, "%.*s.%.*s", SLICE_ARG(impl->target->name),
					      SLICE_ARG(decl->name.text))),
		.range = decl->name.range,
		.module = impl->module,
		.decl = has_self ? with_self(s, decl) : decl,
		.has_self = has_self,
		.binding_len = 1,
	};
	method->ty = ty_nominal(&s->types, TY_FUNCTION, method);
	method->bindings = ARENA_NEW(s->arena, struct binding);
	method->bindings[0].name = slice_of("Self");
	method->bindings[0].ty = impl->target->ty;
	vec_push(&s->units[impl->module]->declared, method);
	return method;
}

static bool check_head(struct sema *s, const struct impl *impl, const struct ast_decl *decl)
{
	if (!impl->interface || impl->interface->kind != SYMBOL_INTERFACE) {
		report_error(s->report, decl->name.range, "FUSE_IMPL_INTERFACE",
			     "unknown interface '%.*s'%s", SLICE_ARG(decl->name.text),
			     impl->interface ? "" : sema_hint(s, decl->name.text));
		return false;
	}
	if (!impl->target ||
	    (impl->target->kind != SYMBOL_STRUCT && impl->target->kind != SYMBOL_ENUM)) {
		report_error(s->report, decl->target.range, "FUSE_IMPL_TARGET",
			     "'%.*s' is no type or enum", SLICE_ARG(decl->target.text));
		return false;
	}
	return true;
}

/* One impl for a pair in a package, and the package owns one of the two. */
static void check_ownership(struct sema *s, const struct impl *impl)
{
	uint32_t package = s->units[impl->module]->package;
	vec_each (&s->impls, other)
		if (other->interface == impl->interface && other->target == impl->target &&
		    s->units[other->module]->package == package)
			report_error(s->report, impl->decl->name.range, "FUSE_IMPL_DUPLICATE",
				     "'%.*s' already has an impl of '%.*s'",
				     SLICE_ARG(impl->target->name),
				     SLICE_ARG(impl->interface->name));
	if (s->units[impl->interface->module]->package != package &&
	    s->units[impl->target->module]->package != package)
		report_error(s->report, impl->decl->name.range, "FUSE_IMPL_ORPHAN",
			     "neither '%.*s' nor '%.*s' belongs to this package",
			     SLICE_ARG(impl->interface->name), SLICE_ARG(impl->target->name));
}

static void add_impl(struct sema *s, struct ast_decl *decl)
{
	struct impl impl = {
		.interface = sema_path(s, decl->name.text),
		.target = sema_path(s, decl->target.text),
		.decl = decl,
		.module = s->module,
	};
	if (!check_head(s, &impl, decl))
		return;
	check_ownership(s, &impl);
	impl.methods = ARENA_ARRAY(s->arena, struct symbol *, decl->member_len + 1);
	for (uint32_t i = 0; i < decl->member_len; i++) {
		struct ast_decl *member = decl->members[i];
		if (member_of(decl, member->name.text) != member)
			report_error(s->report, member->name.range, "FUSE_NAME_DUPLICATE",
				     "method '%.*s' is already declared",
				     SLICE_ARG(member->name.text));
		impl.methods[i] = make_method(s, &impl, member);
	}
	vec_push(&s->impls, impl);
}

void sema_impls(struct sema *s)
{
	for (uint32_t i = 0; i < s->unit_len; i++) {
		struct ast_module *ast = s->units[i]->ast;
		s->module = i;
		for (uint32_t k = 0; k < ast->decl_len; k++)
			if (ast->decls[k]->kind == AST_DECL_IMPL)
				add_impl(s, ast->decls[k]);
	}
}

/* --- heads of methods against those of the interface ------------------------------------------ */

/* A type equal to itself alone, the same for the same position. */
static struct ty *blank(struct sema *s, uint32_t position)
{
	while (s->blanks.len <= position) {
		struct symbol *symbol = ARENA_NEW(s->arena, struct symbol);
		symbol->kind = SYMBOL_STRUCT;
		symbol->state = FIELDS_DONE;
		symbol->name = slice_of("a type parameter");
		vec_push(&s->blanks, ty_nominal(&s->types, TY_STRUCT, symbol));
	}
	return s->blanks.items[position];
}

static struct binding *blank_bindings(struct sema *s, const struct ast_decl *decl, struct ty *self)
{
	struct binding *out = ARENA_ARRAY(s->arena, struct binding, decl->type_param_len + 1);
	out[0] = (struct binding){.name = slice_of("Self"), .ty = self};
	for (uint32_t i = 0; i < decl->type_param_len; i++)
		out[i + 1] = (struct binding){
			.name = decl->type_params[i].text,
			.ty = blank(s, i),
		};
	return out;
}

/* One side of the comparison: a head, where it stands, and what its names stand for. */
struct head {
	const struct ast_decl *decl;
	uint32_t module;
	const struct binding *bindings;
};

static void enter(struct sema *s, const struct head *head)
{
	s->module = head->module;
	s->bindings = head->bindings;
	s->binding_len = head->decl->type_param_len + 1;
}

static struct ty *type_in(struct sema *s, const struct head *head, const struct ast_type *type)
{
	enter(s, head);
	return type ? sema_resolve(s, type) : BASIC(s, TY_UNIT);
}

static struct slice text_of(struct sema *s, struct range range)
{
	const char *text = s->units[range.module]->source.text.ptr;
	return slice_make(text + range.start, range.end - range.start);
}

static bool same_default(struct sema *s, const struct ast_expr *a, const struct ast_expr *b)
{
	if (!a || !b)
		return !a && !b;
	return slice_eq(text_of(s, a->range), text_of(s, b->range));
}

static struct symbol *constraint_of(struct sema *s, const struct head *head, uint32_t param)
{
	enter(s, head);
	for (uint32_t i = 0; i < head->decl->constraint_len; i++)
		if (slice_eq(head->decl->constraints[i].param.text,
			     head->decl->type_params[param].text))
			return sema_path(s, head->decl->constraints[i].interface.text);
	return NULL;
}

/* What differs, or NULL. */
static const char *difference(struct sema *s, const struct head *want, const struct head *have)
{
	if (want->decl->type_param_len != have->decl->type_param_len)
		return "number of type parameters";
	if (want->decl->param_len != have->decl->param_len)
		return "number of parameters";
	for (uint32_t i = 0; i < want->decl->param_len; i++) {
		const struct ast_param *a = &want->decl->params[i], *b = &have->decl->params[i];
		if (!slice_eq(a->name.text, b->name.text))
			return "name of a parameter";
		if (type_in(s, want, a->type) != type_in(s, have, b->type))
			return "type of a parameter";
		if (!same_default(s, a->value, b->value))
			return "default of a parameter";
	}
	if (type_in(s, want, want->decl->result) != type_in(s, have, have->decl->result))
		return "result type";
	for (uint32_t i = 0; i < want->decl->type_param_len; i++)
		if (constraint_of(s, want, i) != constraint_of(s, have, i))
			return "where clause";
	return NULL;
}

static void check_impl(struct sema *s, const struct impl *impl)
{
	const struct ast_decl *interface = impl->interface->decl;
	for (uint32_t i = 0; i < interface->member_len; i++) {
		const struct ast_decl *want = interface->members[i];
		const struct ast_decl *have = member_of(impl->decl, want->name.text);
		if (!have) {
			report_error(s->report, impl->decl->name.range, "FUSE_IMPL_INCOMPLETE",
				     "impl of '%.*s' for '%.*s' lacks '%.*s'",
				     SLICE_ARG(impl->interface->name),
				     SLICE_ARG(impl->target->name), SLICE_ARG(want->name.text));
			continue;
		}
		struct head a = {want, impl->interface->module,
				 blank_bindings(s, want, impl->target->ty)};
		struct head b = {have, impl->module, blank_bindings(s, have, impl->target->ty)};
		const char *what = difference(s, &a, &b);
		if (what)
			report_error(s->report, have->name.range, "FUSE_IMPL_SIGNATURE_MISMATCH",
				     "'%.*s' differs from interface '%.*s' in the %s",
				     SLICE_ARG(have->name.text), SLICE_ARG(impl->interface->name),
				     what);
	}
	for (uint32_t i = 0; i < impl->decl->member_len; i++)
		if (!member_of(interface, impl->decl->members[i]->name.text))
			report_error(s->report, impl->decl->members[i]->name.range,
				     "FUSE_IMPL_SIGNATURE_MISMATCH",
				     "interface '%.*s' has no member '%.*s'",
				     SLICE_ARG(impl->interface->name),
				     SLICE_ARG(impl->decl->members[i]->name.text));
}

/* The heads of an interface by themselves, whether or not anything implements it. */
static void check_interface(struct sema *s, const struct symbol *interface)
{
	const struct ast_decl *decl = interface->decl;
	for (uint32_t i = 0; i < decl->member_len; i++) {
		const struct ast_decl *member = decl->members[i];
		struct head head = {member, interface->module,
				    blank_bindings(s, member, BASIC(s, TY_UNKNOWN))};
		enter(s, &head);
		sema_type_params(s, member);
		for (uint32_t k = 0; k < member->param_len; k++)
			(void)type_in(s, &head, member->params[k].type);
		(void)type_in(s, &head, member->result);
		if (member_of(decl, member->name.text) != member)
			report_error(s->report, member->name.range, "FUSE_NAME_DUPLICATE",
				     "member '%.*s' is already declared",
				     SLICE_ARG(member->name.text));
	}
}

void sema_interfaces(struct sema *s)
{
	for (uint32_t i = 0; i < s->unit_len; i++)
		vec_each (&s->units[i]->declared, symbol)
			if ((*symbol)->kind == SYMBOL_INTERFACE)
				check_interface(s, *symbol);
	vec_each (&s->impls, impl)
		check_impl(s, impl);
	s->binding_len = 0;
}

/* --- calls ------------------------------------------------------------------------------------ */

bool sema_has_impl(const struct sema *s, const struct symbol *interface, const struct ty *ty)
{
	vec_each (&s->impls, impl)
		if (impl->interface == interface && impl->target->ty == ty)
			return true;
	return false;
}

/* The interface that the body being checked asks of the type, or NULL. */
static const struct symbol *constraint_on(const struct sema *s, const struct ty *ty)
{
	for (uint32_t i = 0; i < s->binding_len; i++)
		if (s->bindings[i].ty == ty && s->bindings[i].interface)
			return s->bindings[i].interface;
	return NULL;
}

/* Two interfaces may give a type the same name: a where clause in effect decides. */
static struct symbol *find_method(struct sema *s, const struct ast_expr *callee,
				  const struct symbol *target)
{
	const struct symbol *wanted = constraint_on(s, target->ty);
	struct symbol *found = NULL, *preferred = NULL;
	bool many = false;
	vec_each (&s->impls, impl) {
		for (uint32_t i = 0; impl->target == target && i < impl->decl->member_len; i++) {
			if (!slice_eq(impl->decl->members[i]->name.text, callee->name.text))
				continue;
			many = many || found;
			found = impl->methods[i];
			if (impl->interface == wanted)
				preferred = found;
		}
	}
	if (many && !preferred)
		report_error(s->report, callee->name.range, "FUSE_CALL_AMBIGUOUS",
			     "two interfaces of '%.*s' have a member '%.*s'",
			     SLICE_ARG(target->name), SLICE_ARG(callee->name.text));
	return preferred ? preferred : found;
}

static void prepend_receiver(struct sema *s, struct ast_expr *expr, struct ast_expr *receiver)
{
	struct ast_arg *args = ARENA_ARRAY(s->arena, struct ast_arg, expr->arg_len + 1);
	args[0].value = receiver;
	for (uint32_t i = 0; i < expr->arg_len; i++)
		args[i + 1] = expr->args[i];
	expr->args = args;
	expr->arg_len++;
}

static struct ty *call_method(struct sema *s, struct ast_expr *expr, struct symbol *method)
{
	expr->left->role = ROLE_FUNCTION;
	expr->left->symbol = method;
	expr->left->ty = method->ty;
	expr->role = ROLE_FUNCTION;
	expr->symbol = method;
	if (method->kind == SYMBOL_GENERIC)
		return sema_generic_call(s, expr, method);
	if (expr->type_arg_len > 0)
		report_error(s->report, expr->range, "FUSE_GENERIC_CALL_TYPE_ARG",
			     "'%.*s' takes no type arguments", SLICE_ARG(method->name));
	return sema_call_function(s, expr, method, true);
}

/* Type.method(...) */
static struct ty *associated_call(struct sema *s, struct ast_expr *expr, struct symbol *target)
{
	struct ast_expr *callee = expr->left;
	if (target->kind == SYMBOL_ENUM && symbol_variant(target, callee->name.text) >= 0)
		return NULL;
	struct symbol *method = find_method(s, callee, target);
	if (!method)
		return NULL;
	if (method->has_self) {
		report_error(s->report, callee->range, "FUSE_CALL_RECEIVER",
			     "'%.*s' belongs to a value, not to the type", SLICE_ARG(method->name));
		sema_check_args(s, expr);
		return BASIC(s, TY_UNKNOWN);
	}
	return call_method(s, expr, method);
}

/* Names of declarations that are values: a field of a config, a variant of an enum. */
static bool names_value(struct sema *s, const struct ast_expr *expr)
{
	struct symbol *owner = expr->kind == AST_MEMBER ? sema_dotted(s, expr->left) : NULL;
	return owner && (owner->kind == SYMBOL_CONFIG || owner->kind == SYMBOL_ENUM);
}

/* x.method(...) with x: T is a member of the interface that T has, and there is no other. */
static struct ty *constrained_call(struct sema *s, struct ast_expr *expr, const struct ty *param)
{
	const struct symbol *interface = constraint_on(s, param);
	const struct ast_name *name = &expr->left->name;
	expr->role = expr->left->role = ROLE_DYNAMIC;
	expr->left->ty = BASIC(s, TY_UNKNOWN);
	if (!interface)
		report_error(
			s->report, name->range, "FUSE_TYPE_FIELD",
			"type parameter %.*s has no member '%.*s', a where clause gives it those "
			"of an interface",
			SLICE_ARG(param->symbol->name), SLICE_ARG(name->text));
	else if (interface->kind == SYMBOL_INTERFACE && !member_of(interface->decl, name->text))
		report_error(s->report, name->range, "FUSE_TYPE_FIELD",
			     "interface '%.*s' has no member '%.*s'", SLICE_ARG(interface->name),
			     SLICE_ARG(name->text));
	sema_check_args(s, expr);
	return BASIC(s, TY_UNKNOWN);
}

struct ty *sema_method_call(struct sema *s, struct ast_expr *expr)
{
	struct ast_expr *callee = expr->left;
	if (callee->kind != AST_MEMBER)
		return NULL;
	struct ast_expr *receiver = callee->left;
	if (sema_names_declaration(s, receiver) && !names_value(s, receiver)) {
		struct symbol *symbol = sema_dotted(s, receiver);
		if (!symbol || (symbol->kind != SYMBOL_STRUCT && symbol->kind != SYMBOL_ENUM)) {
			if (!symbol || symbol->kind != SYMBOL_INTERFACE)
				return NULL;
			report_error(s->report, callee->range, "FUSE_INTERFACE_DYNAMIC_USE",
				     "interface '%.*s' has no members to call, its types have",
				     SLICE_ARG(symbol->name));
			sema_check_args(s, expr);
			return BASIC(s, TY_UNKNOWN);
		}
		return associated_call(s, expr, symbol);
	}
	struct ty *ty = sema_expr(s, receiver);
	struct ty *value = ty_unboxed(ty);
	if (value->kind == TY_MAYBE)
		value = value->args[0];
	if (ty_is_param(value))
		return constrained_call(s, expr, value);
	if (value->kind == TY_QUERY)
		return sema_query_call(s, expr);
	struct symbol *method = NULL;
	if (value->kind == TY_STRUCT || value->kind == TY_ENUM)
		method = find_method(s, callee, value->symbol);
	if (method && method->has_self) {
		prepend_receiver(s, expr, receiver);
		return call_method(s, expr, method);
	}
	/* a function kept in a field */
	callee->ty = sema_field_of(s, callee, ty);
	return sema_call_value(s, expr);
}
