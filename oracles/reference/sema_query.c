/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_query: methods of database queries, and the typed forms one<T>() and all<T>() whose type
 * must fit the columns selected: spec/runtime.md#database-sqlite-only. Checked whole; the database
 * itself is not part of this toolchain.
 */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

/* Letters of parameters and results as in the table of builtins. */
static const struct method {
	const char *name;
	const char *params;
	const char *result;
	bool is_typed;
} methods[] = {
	{"select", "c", "q", false},  {"where", "ssv", "q", false}, {"order_by", "ss", "q", false},
	{"limit", "i", "q", false},   {"insert", "v", "q", false},  {"upsert", "v", "q", false},
	{"update", "sv", "q", false}, {"delete", "", "q", false},   {"count", "", "i", false},
	{"one", "", "O?", true},      {"all", "", "M", true},       {"exec", "", "u", false},
	{"sql", "", "s", false},      {"params", "", "l", false},
};

static const struct method *find_method(struct slice name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (slice_is(name, methods[i].name))
			return &methods[i];
	return NULL;
}

/* The last select([...]) of the chain that the call ends, or NULL. */
static const struct ast_expr *find_select(const struct ast_expr *expr)
{
	for (expr = expr->left->left; expr->kind == AST_CALL && expr->left->kind == AST_MEMBER;
	     expr = expr->left->left)
		if (slice_is(expr->left->name.text, "select"))
			return expr->arg_len == 1 ? expr->args[0].value : NULL;
	return NULL;
}

static bool is_literal_list(const struct ast_expr *list)
{
	if (!list || list->kind != AST_LIST || list->item_len == 0)
		return false;
	for (uint32_t i = 0; i < list->item_len; i++)
		if (list->items[i]->kind != AST_STRING)
			return false;
	return true;
}

/* "users.id" is "id". */
static struct slice column_name(struct slice column)
{
	const char *dot = memrchr(column.ptr, '.', column.len);
	return dot ? slice_make(dot + 1, column.len - (size_t)(dot + 1 - column.ptr)) : column;
}

static void check_columns(struct sema *s, const struct ast_expr *call, const struct ast_expr *list,
			  const struct symbol *type)
{
	for (uint32_t i = 0; i < list->item_len; i++) {
		struct slice name = column_name(list->items[i]->value.s);
		if (symbol_field(type, name) < 0)
			report_error(s->report, list->items[i]->range,
				     "FUSE_TYPED_QUERY_FIELD_MISMATCH", "%.*s has no field '%.*s'",
				     SLICE_ARG(type->name), SLICE_ARG(name));
	}
	for (uint32_t i = 0; i < type->field_len; i++) {
		uint32_t k = 0;
		while (k < list->item_len &&
		       !slice_eq(column_name(list->items[k]->value.s), type->fields[i].name.text))
			k++;
		if (k == list->item_len)
			report_error(s->report, call->range, "FUSE_TYPED_QUERY_FIELD_MISMATCH",
				     "no column for the field '%.*s' of %.*s",
				     SLICE_ARG(type->fields[i].name.text), SLICE_ARG(type->name));
	}
}

static struct ty *typed_call(struct sema *s, struct ast_expr *expr, const struct method *method)
{
	if (!method->is_typed) {
		report_error(s->report, expr->range, "FUSE_TYPED_QUERY_CALL",
			     "only one<T>() and all<T>() take a type, '%s' does not", method->name);
		return BASIC(s, TY_UNKNOWN);
	}
	if (expr->arg_len > 0)
		report_error(s->report, expr->range, "FUSE_TYPED_QUERY_CALL",
			     "'%s' takes no arguments", method->name);
	if (expr->type_arg_len != 1) {
		report_error(s->report, expr->range, "FUSE_TYPED_QUERY_TYPE_ARG",
			     "'%s' takes one type, got %u", method->name, expr->type_arg_len);
		return BASIC(s, TY_UNKNOWN);
	}
	struct ty *row = sema_resolve(s, expr->type_args[0]);
	if (row->kind == TY_UNKNOWN)
		return row;
	if (row->kind != TY_STRUCT) {
		report_error(s->report, expr->type_args[0]->range, "FUSE_TYPED_QUERY_TYPE_ARG",
			     "the type of a row must be a declared type, found %s",
			     SEMA_NAME(s, row));
		return BASIC(s, TY_UNKNOWN);
	}
	const struct ast_expr *list = find_select(expr);
	sema_fields(s, row->symbol);
	if (!is_literal_list(list))
		report_error(s->report, expr->range, "FUSE_TYPED_QUERY_SELECT",
			     "'%s' with a type needs a select([...]) of string literals before it",
			     method->name);
	else if (!row->symbol->broken)
		check_columns(s, expr, list, row->symbol);
	bool one = slice_is(expr->left->name.text, "one");
	return ty_of(&s->types, one ? TY_OPTION : TY_LIST, row, NULL);
}

struct ty *sema_query_call(struct sema *s, struct ast_expr *expr)
{
	struct ast_expr *callee = expr->left;
	const struct method *method = find_method(callee->name.text);
	callee->role = expr->role = ROLE_DYNAMIC;
	callee->ty = BASIC(s, TY_BUILTIN);
	sema_check_args(s, expr);
	if (!method) {
		report_error(s->report, callee->name.range, "FUSE_NAME_UNKNOWN",
			     "a query has no method '%.*s'", SLICE_ARG(callee->name.text));
		return BASIC(s, TY_UNKNOWN);
	}
	sema_capability_of(s, expr->range, "db.from");
	if (s->spawn)
		report_error(s->report, expr->range, "FUSE_SPAWN_SIDE_EFFECT",
			     "a spawn block cannot use the database");
	sema_unsupported(s, expr->range, "db");
	if (expr->type_arg_len > 0)
		return typed_call(s, expr, method);
	uint32_t want = (uint32_t)strlen(method->params);
	sema_positional(s, expr, slice_of(method->name));
	if (expr->arg_len != want)
		report_error(s->report, expr->range, "FUSE_CALL_ARITY",
			     "'%s' expects %u argument%s, got %u", method->name, want,
			     want == 1 ? "" : "s", expr->arg_len);
	for (uint32_t i = 0; i < expr->arg_len && i < want; i++)
		sema_fits(s, expr->args[i].value, sema_type_of_letter(s, method->params[i]),
			  "FUSE_CALL_ARGUMENT");
	struct ty *result = sema_type_of_letter(s, method->result[0]);
	return method->result[1] ? ty_of(&s->types, TY_OPTION, result, NULL) : result;
}
