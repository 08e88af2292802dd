/* SPDX-License-Identifier: Apache-2.0 */
/* sema_resolve: type references to static types, and the shape of refinements. */
#include "base/re.h"
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static const struct {
	const char *name;
	enum ty_kind kind;
	uint32_t args;
} known[] = {
	{"Int", TY_INT, 0},       {"Float", TY_FLOAT, 0},   {"Bool", TY_BOOL, 0},
	{"String", TY_STRING, 0}, {"Bytes", TY_BYTES, 0},   {"Html", TY_HTML, 0},
	{"Id", TY_ID, 0},         {"Email", TY_EMAIL, 0},   {"Error", TY_ANY, 0},
	{"Unit", TY_UNIT, 0},     {"List", TY_LIST, 1},     {"Map", TY_MAP, 2},
	{"Option", TY_OPTION, 1}, {"Result", TY_RESULT, 2},
};

static bool is_literal_bound(const struct ast_expr *expr, bool want_float)
{
	if (expr->kind == AST_UNARY && expr->op == AST_OP_NEG)
		expr = expr->left;
	return expr->kind == AST_INT || (want_float && expr->kind == AST_FLOAT);
}

static bool is_call_of(const struct ast_expr *expr, const char *name, enum ast_expr_kind arg)
{
	return expr->kind == AST_CALL && expr->left->kind == AST_IDENT &&
	       slice_is(expr->left->name.text, name) && expr->arg_len == 1 &&
	       expr->args[0].value->kind == arg;
}

/* predicate(f): f takes the base and answers Bool. Its symbol is left at the argument. */
static void check_predicate(struct sema *s, struct ast_expr *name, struct ty *base)
{
	struct symbol *symbol = sema_symbol(s, name->name.text);
	name->symbol = symbol;
	if (!symbol || symbol->kind != SYMBOL_FUNCTION || !symbol->result ||
	    symbol->param_len != 1 || !ty_assignable(symbol->params[0]->ty, base) ||
	    symbol->result->kind != TY_BOOL)
		report_error(s->report, name->range, "FUSE_TYPE_REFINEMENT",
			     "predicate '%.*s' must be a function from %s to Bool",
			     SLICE_ARG(name->name.text), SEMA_NAME(s, base));
}

static void check_pattern(struct sema *s, const struct ast_expr *text)
{
	struct error err = ERROR_INIT;
	struct re *re = NULL;
	if (re_compile(&re, text->value.s, RE_UTF, &err) < 0)
		report_error(s->report, text->range, "FUSE_TYPE_REFINEMENT", "%s", err.message);
	(void)re_free(re);
}

static void check_refinement(struct sema *s, struct ast_expr *expr, struct ty *base)
{
	bool number = base->kind == TY_INT || base->kind == TY_FLOAT;
	if (expr->kind == AST_BINARY && expr->op == AST_OP_RANGE) {
		if (is_literal_bound(expr->left, base->kind == TY_FLOAT) &&
		    is_literal_bound(expr->right, base->kind == TY_FLOAT))
			return;
	} else if (is_call_of(expr, "regex", AST_STRING)) {
		if (!number) {
			check_pattern(s, expr->args[0].value);
			return;
		}
	} else if (is_call_of(expr, "predicate", AST_IDENT)) {
		check_predicate(s, expr->args[0].value, base);
		return;
	}
	report_error(s->report, expr->range, "FUSE_TYPE_REFINEMENT",
		     "a refinement of %s is a range of literals%s or predicate(name)",
		     SEMA_NAME(s, base), number ? "" : ", regex(\"...\")");
}

static struct ty *resolve_refined(struct sema *s, const struct ast_type *type, struct ty *base)
{
	switch (base->kind) {
	case TY_INT:
	case TY_FLOAT:
	case TY_STRING:
	case TY_ID:
	case TY_EMAIL:
		for (uint32_t i = 0; i < type->refinement_len; i++)
			check_refinement(s, type->refinements[i], base);
		return base;
	case TY_UNKNOWN:
		return base;
	default:
		report_error(s->report, type->range, "FUSE_TYPE_REFINEMENT",
			     "type %s takes no refinements", SEMA_NAME(s, base));
		return base;
	}
}

/* Error gives way to a declaration of that name, which the standard errors have. */
static bool is_given_away(struct sema *s, struct slice name)
{
	return sema_binding(s, name) || (slice_is(name, "Error") && sema_symbol(s, name));
}

static struct ty *resolve_name(struct sema *s, const struct ast_type *type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!slice_is(type->name.text, known[i].name) || is_given_away(s, type->name.text))
			continue;
		if (type->arg_len != known[i].args) {
			report_error(s->report, type->range, "FUSE_TYPE_ARITY",
				     "type %s expects %u type argument%s, got %u", known[i].name,
				     known[i].args, known[i].args == 1 ? "" : "s", type->arg_len);
			return BASIC(s, TY_UNKNOWN);
		}
		if (known[i].args == 0)
			return BASIC(s, known[i].kind);
		return ty_of(&s->types, known[i].kind, sema_resolve(s, type->args[0]),
			     known[i].args == 2 ? sema_resolve(s, type->args[1]) : NULL);
	}
	const struct binding *binding = sema_binding(s, type->name.text);
	if (binding && type->arg_len == 0)
		return binding->ty;
	struct symbol *symbol = sema_path(s, type->name.text);
	if (symbol && symbol->kind == SYMBOL_INTERFACE) {
		report_error(s->report, type->range, "FUSE_INTERFACE_NOT_A_TYPE",
			     "'%.*s' is an interface, not a type", SLICE_ARG(type->name.text));
		return BASIC(s, TY_UNKNOWN);
	}
	if (!symbol && slice_is(type->name.text, "http.response"))
		return s->http_response;
	if (!symbol && slice_is(type->name.text, "http.error"))
		return s->http_error;
	if (symbol && symbol->kind == SYMBOL_CONFIG && type->arg_len == 0) {
		sema_unsupported(s, type->range, "config as a type");
		return ty_nominal(&s->types, TY_STRUCT, symbol);
	}
	if (!symbol || (symbol->kind != SYMBOL_STRUCT && symbol->kind != SYMBOL_ENUM)) {
		report_error(s->report, type->range, "FUSE_TYPE_UNKNOWN", "unknown type '%.*s'%s",
			     SLICE_ARG(type->name.text), sema_hint(s, type->name.text));
		return BASIC(s, TY_UNKNOWN);
	}
	if (type->arg_len > 0)
		report_error(s->report, type->range, "FUSE_TYPE_ARITY",
			     "type %.*s expects 0 type arguments, got %u",
			     SLICE_ARG(type->name.text), type->arg_len);
	return symbol->ty;
}

struct ty *sema_resolve(struct sema *s, const struct ast_type *type)
{
	switch (type->kind) {
	case AST_TYPE_OPTIONAL:
		return ty_of(&s->types, TY_OPTION, sema_resolve(s, type->args[0]), NULL);
	case AST_TYPE_RESULT:
		return ty_of(&s->types, TY_RESULT, sema_resolve(s, type->args[0]),
			     type->args[1] ? sema_resolve(s, type->args[1]) : BASIC(s, TY_UNKNOWN));
	case AST_TYPE_NAME:
		break;
	}
	struct ty *ty = resolve_name(s, type);
	return type->refined ? resolve_refined(s, type, ty) : ty;
}
