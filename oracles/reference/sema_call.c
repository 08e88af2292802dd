/* SPDX-License-Identifier: Apache-2.0 */
/* sema_call: names and chains of names, calls of functions, constructions of structs and variants.
 */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static bool resolve_symbol(struct sema *s, struct ast_expr *expr, struct symbol *symbol)
{
	expr->symbol = symbol;
	switch (symbol->kind) {
	case SYMBOL_FUNCTION:
		expr->role = ROLE_FUNCTION;
		expr->ty = symbol->ty;
		break;
	case SYMBOL_STRUCT:
	case SYMBOL_ENUM:
		expr->role = ROLE_TYPE;
		break;
	case SYMBOL_ASSET:
		expr->role = ROLE_CONST;
		expr->ty = symbol->ty;
		break;
	case SYMBOL_CONFIG:
		sema_unsupported(s, expr->range, "config as a value");
		expr->role = ROLE_DYNAMIC;
		expr->ty = ty_nominal(&s->types, TY_STRUCT, symbol);
		break;
	case SYMBOL_MODULE:
		expr->role = ROLE_MODULE;
		break;
	case SYMBOL_GENERIC:
		expr->role = ROLE_GENERIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		break;
	case SYMBOL_INTERFACE:
		report_error(s->report, expr->range, "FUSE_INTERFACE_DYNAMIC_USE",
			     "interface '%.*s' is not a value", SLICE_ARG(symbol->name));
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		break;
	case SYMBOL_PARAM:
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		break;
	case SYMBOL_SERVICE:
		report_error(s->report, expr->range, "FUSE_NAME_TYPE_AS_VALUE",
			     "'%.*s' is a service, not a value", SLICE_ARG(symbol->name));
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		break;
	}
	return true;
}

static bool resolve_ident(struct sema *s, struct ast_expr *expr)
{
	struct local *local = sema_local(s, expr->name.text);
	if (local) {
		expr->role = ROLE_LOCAL;
		expr->local = local;
		sema_use_local(s, local, expr->range);
		expr->ty = local->ty;
		return true;
	}
	struct symbol *symbol = sema_symbol(s, expr->name.text);
	if (symbol)
		return resolve_symbol(s, expr, symbol);
	const struct binding *binding = sema_binding(s, expr->name.text);
	if (binding) {
		if (!ty_is_open(binding->ty))
			report_error(s->report, expr->range, "FUSE_NAME_TYPE_AS_VALUE",
				     "'%.*s' is the type %s here, which has no members",
				     SLICE_ARG(expr->name.text), SEMA_NAME(s, binding->ty));
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		return true;
	}
	if (builtin_is_namespace(expr->name.text)) {
		report_error(s->report, expr->range, "FUSE_NAME_MODULE_AS_VALUE",
			     "'%.*s' is no value, its members are", SLICE_ARG(expr->name.text));
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		return true;
	}
	expr->builtin = builtin_find(expr->name.text);
	if (!expr->builtin)
		return false;
	expr->role = ROLE_BUILTIN;
	expr->ty = BASIC(s, TY_BUILTIN);
	return true;
}

/* "std.Error.NotFound": a type's name may have dots, so a chain of plain names is tried as one. */
struct symbol *sema_dotted(struct sema *s, const struct ast_expr *expr)
{
	struct buf text = {.max = 256};
	const struct ast_expr *parts[16];
	int count = 0;
	for (; expr->kind == AST_MEMBER && count < 15; expr = expr->left)
		parts[count++] = expr;
	if (expr->kind != AST_IDENT || sema_local(s, expr->name.text))
		return NULL;
	buf_add_slice(&text, expr->name.text);
	while (count > 0) {
		buf_addc(&text, '.');
		buf_add_slice(&text, parts[--count]->name.text);
	}
	struct symbol *symbol = sema_path(s, buf_slice(&text));
	buf_done(&text);
	return symbol;
}

static bool resolve_variant(struct sema *s, struct ast_expr *expr, struct symbol *symbol)
{
	int32_t variant = symbol_variant(symbol, expr->name.text);
	expr->role = ROLE_DYNAMIC;
	expr->ty = BASIC(s, TY_UNKNOWN);
	if (variant < 0) {
		report_error(s->report, expr->name.range, "FUSE_TYPE_VARIANT",
			     "enum %.*s has no variant '%.*s'", SLICE_ARG(symbol->name),
			     SLICE_ARG(expr->name.text));
		return true;
	}
	expr->role = ROLE_VARIANT;
	expr->symbol = symbol;
	expr->variant = (uint32_t)variant;
	expr->ty = symbol->ty;
	return true;
}

static bool resolve_config(struct sema *s, struct ast_expr *expr, struct symbol *symbol)
{
	sema_fields(s, symbol);
	int32_t index = symbol_field(symbol, expr->name.text);
	expr->role = ROLE_DYNAMIC;
	expr->ty = BASIC(s, TY_UNKNOWN);
	if (index < 0) {
		report_error(s->report, expr->name.range, "FUSE_TYPE_FIELD",
			     "config %.*s has no field '%.*s'", SLICE_ARG(symbol->name),
			     SLICE_ARG(expr->name.text));
		return true;
	}
	expr->role = ROLE_CONST;
	expr->symbol = symbol;
	expr->variant = (uint32_t)index;
	expr->ty = symbol->fields[index].ty;
	return true;
}

/* "json.encode": a builtin whose name has a dot, unless the program gives its first name away. */
static bool resolve_builtin(struct sema *s, struct ast_expr *expr)
{
	const struct ast_expr *left = expr->left;
	if (left->kind != AST_IDENT || !builtin_is_namespace(left->name.text) ||
	    sema_symbol(s, left->name.text) || sema_binding(s, left->name.text))
		return false;
	struct slice name = slice_of(arena_printf(s->arena, "%.*s.%.*s", SLICE_ARG(left->name.text),
						  SLICE_ARG(expr->name.text)));
	expr->builtin = builtin_find(name);
	if (!expr->builtin) {
		report_error(s->report, expr->name.range, "FUSE_NAME_UNKNOWN",
			     "unknown name '%.*s'", SLICE_ARG(name));
		expr->role = ROLE_DYNAMIC;
		expr->ty = BASIC(s, TY_UNKNOWN);
		return true;
	}
	expr->role = ROLE_BUILTIN;
	expr->ty = BASIC(s, TY_BUILTIN);
	return true;
}

/* Is the chain's first name something other than a local or a value? */
bool sema_names_declaration(struct sema *s, const struct ast_expr *expr)
{
	while (expr->kind == AST_MEMBER)
		expr = expr->left;
	return expr->kind == AST_IDENT && !sema_local(s, expr->name.text);
}

static bool resolve_member(struct sema *s, struct ast_expr *expr)
{
	if (!sema_names_declaration(s, expr))
		return false;
	if (resolve_builtin(s, expr))
		return true;
	struct symbol *symbol = sema_dotted(s, expr);
	if (symbol)
		return resolve_symbol(s, expr, symbol);
	symbol = sema_dotted(s, expr->left);
	if (symbol && symbol->kind == SYMBOL_ENUM)
		return resolve_variant(s, expr, symbol);
	if (symbol && symbol->kind == SYMBOL_CONFIG)
		return resolve_config(s, expr, symbol);
	expr->role = ROLE_DYNAMIC;
	expr->ty = BASIC(s, TY_UNKNOWN);
	if (symbol && symbol->kind == SYMBOL_MODULE) {
		report_error(s->report, expr->name.range, "FUSE_NAME_UNKNOWN",
			     "module '%.*s' has no '%.*s'", SLICE_ARG(symbol->name),
			     SLICE_ARG(expr->name.text));
		return true;
	}
	if (symbol && (symbol->kind == SYMBOL_STRUCT || symbol->kind == SYMBOL_SERVICE)) {
		report_error(s->report, expr->range, "FUSE_NAME_TYPE_AS_VALUE",
			     "'%.*s' is a %s, not a value", SLICE_ARG(symbol->name),
			     symbol->kind == SYMBOL_STRUCT ? "type" : "service");
		return true;
	}
	return false;
}

bool sema_resolve_name(struct sema *s, struct ast_expr *expr)
{
	if (expr->kind == AST_IDENT)
		return resolve_ident(s, expr);
	if (expr->kind == AST_MEMBER)
		return resolve_member(s, expr);
	return false;
}

void sema_check_args(struct sema *s, struct ast_expr *expr)
{
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		if (expr->args[i].value->ty)
			continue;
		if (expr->args[i].is_block_sugar)
			(void)sema_html_children(s, expr->args[i].value);
		else
			(void)sema_expr(s, expr->args[i].value);
	}
}

/* A block behind a call stands for its attributes, {} where there are none, and its children. */
static void open_block(struct sema *s, struct ast_expr *expr)
{
	if (expr->arg_len != 1 || !expr->args[0].is_block_sugar)
		return;
	struct ast_arg *args = ARENA_ARRAY(s->arena, struct ast_arg, 2);
	args[0].value = ARENA_NEW(s->arena, struct ast_expr);
	args[0].value->kind = AST_MAP;
	args[0].value->range = expr->args[0].value->range;
	args[0].value->height = 1;
	args[1] = expr->args[0];
	expr->args = args;
	expr->arg_len = 2;
}

void sema_positional(struct sema *s, struct ast_expr *expr, struct slice callee)
{
	for (uint32_t i = 0; i < expr->arg_len; i++)
		if (expr->args[i].name.text.len > 0)
			report_error(s->report, expr->args[i].name.range, "FUSE_CALL_NAMED",
				     "'%.*s' takes its arguments by position", SLICE_ARG(callee));
}

struct ty *sema_call_function(struct sema *s, struct ast_expr *expr, struct symbol *function,
			      bool defaults)
{
	uint32_t required = 0, self = function->has_self ? 1 : 0;
	sema_capabilities_of(s, expr->range, function);
	sema_positional(s, expr, function->name);
	for (uint32_t i = 0; i < function->param_len; i++)
		if (!defaults || !function->decl->params[i].value)
			required = i + 1;
	if (expr->arg_len < required || expr->arg_len > function->param_len)
		report_error(s->report, expr->range, "FUSE_CALL_ARITY",
			     "'%.*s' expects %u argument%s, got %u", SLICE_ARG(function->name),
			     (expr->arg_len < required ? required : function->param_len) - self,
			     (expr->arg_len < required ? required : function->param_len) - self == 1
				     ? ""
				     : "s",
			     expr->arg_len - self);
	sema_check_args(s, expr);
	for (uint32_t i = 0; i < expr->arg_len && i < function->param_len; i++)
		sema_fits(s, expr->args[i].value, function->params[i]->ty, "FUSE_CALL_ARGUMENT");
	return function->result;
}

static struct ty *construct_variant(struct sema *s, struct ast_expr *expr)
{
	struct variant *variant = &expr->symbol->variants[expr->variant];
	sema_positional(s, expr, variant->name.text);
	if (expr->arg_len != variant->payload_len)
		report_error(s->report, expr->range, "FUSE_CALL_ARITY",
			     "variant '%.*s' expects %u value%s, got %u",
			     SLICE_ARG(variant->name.text), variant->payload_len,
			     variant->payload_len == 1 ? "" : "s", expr->arg_len);
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		if (i < variant->payload_len)
			sema_expect(s, expr->args[i].value, variant->payload[i],
				    "FUSE_CALL_ARGUMENT");
		else
			(void)sema_expr(s, expr->args[i].value);
	}
	return expr->symbol->ty;
}

static void construct_field(struct sema *s, struct ast_expr *expr, uint32_t i, bool *given)
{
	struct ast_arg *arg = &expr->args[i];
	struct symbol *symbol = expr->symbol;
	if (arg->name.text.len == 0) {
		report_error(s->report, arg->value->range, "FUSE_STRUCT_POSITIONAL",
			     "the fields of '%.*s' are given by name: field=value",
			     SLICE_ARG(symbol->name));
		(void)sema_expr(s, arg->value);
		return;
	}
	int32_t index = symbol_field(symbol, arg->name.text);
	if (index < 0) {
		report_error(s->report, arg->name.range, "FUSE_STRUCT_FIELD",
			     "unknown field '%.*s' on %.*s", SLICE_ARG(arg->name.text),
			     SLICE_ARG(symbol->name));
		(void)sema_expr(s, arg->value);
		return;
	}
	if (given[index])
		report_error(s->report, arg->name.range, "FUSE_STRUCT_DUPLICATE",
			     "field '%.*s' is given twice", SLICE_ARG(arg->name.text));
	given[index] = true;
	expr->arg_index[i] = (uint32_t)index;
	sema_expect_boundary(s, arg->value, symbol->fields[index].ty, "FUSE_STRUCT_TYPE");
}

static struct ty *construct_struct(struct sema *s, struct ast_expr *expr)
{
	struct symbol *symbol = expr->symbol;
	sema_fields(s, symbol);
	bool *given = ARENA_ARRAY(s->arena, bool, symbol->field_len + 1);
	expr->role = ROLE_STRUCT;
	expr->arg_index = ARENA_ARRAY(s->arena, uint32_t, expr->arg_len + 1);
	if (symbol->broken) {
		sema_check_args(s, expr);
		return symbol->ty;
	}
	bool named = true;
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		named = named && expr->args[i].name.text.len > 0;
		construct_field(s, expr, i, given);
	}
	for (uint32_t i = 0; named && i < symbol->field_len; i++) {
		struct field *field = &symbol->fields[i];
		if (!given[i] && !field->value && field->ty->kind != TY_OPTION &&
		    !ty_is_open(field->ty))
			report_error(s->report, expr->range, "FUSE_STRUCT_MISSING",
				     "field '%.*s' of %.*s is missing", SLICE_ARG(field->name.text),
				     SLICE_ARG(symbol->name));
	}
	return symbol->ty;
}

struct ty *sema_call_value(struct sema *s, struct ast_expr *expr)
{
	struct ty *callee = expr->left->ty;
	struct ty *plain = ty_plain(callee);
	expr->role = ROLE_DYNAMIC;
	if (plain->kind == TY_FUNCTION)
		return sema_call_function(s, expr, plain->symbol, false);
	sema_check_args(s, expr);
	if (ty_is_open(plain))
		return BASIC(s, plain->kind);
	report_error(s->report, expr->range, "FUSE_CALL_TARGET",
		     "call target is not a function but %s", SEMA_NAME(s, callee));
	return BASIC(s, TY_UNKNOWN);
}

static bool is_database(const struct ast_expr *callee)
{
	return callee->role == ROLE_BUILTIN && strncmp(callee->builtin->name, "db.", 3) == 0;
}

struct ty *sema_call(struct sema *s, struct ast_expr *expr)
{
	struct ast_expr *callee = expr->left;
	callee->role = ROLE_NONE;
	if (sema_is_tag(s, expr))
		return sema_tag_call(s, expr);
	struct ty *method = sema_method_call(s, expr);
	if (method)
		return method;
	if (!sema_resolve_name(s, callee)) {
		(void)sema_expr(s, callee);
		return sema_call_value(s, expr);
	}
	expr->role = callee->role;
	expr->symbol = callee->symbol;
	expr->variant = callee->variant;
	expr->builtin = callee->builtin;
	if (expr->type_arg_len > 0 && callee->role != ROLE_GENERIC)
		report_error(s->report, expr->range,
			     is_database(callee) ? "FUSE_TYPED_QUERY_CALL"
						 : "FUSE_GENERIC_CALL_TYPE_ARG",
			     "this call takes no type arguments");
	if ((callee->role == ROLE_FUNCTION || callee->role == ROLE_GENERIC) &&
	    callee->symbol->is_component)
		return sema_component_call(s, expr, callee->symbol);
	open_block(s, expr);
	switch (callee->role) {
	case ROLE_FUNCTION:
		return sema_call_function(s, expr, callee->symbol, true);
	case ROLE_GENERIC:
		return sema_generic_call(s, expr, callee->symbol);
	case ROLE_VARIANT:
		return construct_variant(s, expr);
	case ROLE_BUILTIN:
		return sema_builtin_call(s, expr);
	case ROLE_TYPE:
		if (callee->symbol->kind == SYMBOL_STRUCT)
			return construct_struct(s, expr);
		report_error(s->report, expr->range, "FUSE_NAME_TYPE_AS_VALUE",
			     "enum '%.*s' is made by its variants",
			     SLICE_ARG(callee->symbol->name));
		break;
	case ROLE_CONST:
		callee->ty = callee->ty ? callee->ty : BASIC(s, TY_UNKNOWN);
		return sema_call_value(s, expr);
	case ROLE_MODULE:
		report_error(s->report, expr->range, "FUSE_CALL_TARGET",
			     "call target is a module, not a function");
		break;
	default:
		return sema_call_value(s, expr);
	}
	sema_check_args(s, expr);
	return BASIC(s, TY_UNKNOWN);
}
