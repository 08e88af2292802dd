/* SPDX-License-Identifier: Apache-2.0 */
/* sema_expr: the type of every expression, spec/fls.md#type-system-current-static-model. */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

void sema_fits(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code)
{
	if (!ty_assignable(want, expr->ty))
		report_error(s->report, expr->range, code, "type mismatch: expected %s, found %s",
			     SEMA_NAME(s, want), SEMA_NAME(s, expr->ty));
}

void sema_expect(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code)
{
	(void)sema_expr(s, expr);
	sema_fits(s, expr, want, code);
}

void sema_expect_boundary(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code)
{
	struct ty *inside = want->kind == TY_OPTION ? want->args[0] : want;
	struct ty *found = sema_expr(s, expr);
	bool meaning = inside->kind == TY_ID || inside->kind == TY_EMAIL;
	if (!meaning || ty_plain(found)->kind != TY_STRING)
		sema_fits(s, expr, want, code);
}

void sema_condition(struct sema *s, struct ast_expr *expr)
{
	struct ty *ty = ty_plain(sema_expr(s, expr));
	if (ty->kind != TY_BOOL && !ty_is_open(ty))
		report_error(s->report, expr->range, "FUSE_TYPE_CONDITION",
			     "expected a Bool condition, found %s", SEMA_NAME(s, expr->ty));
}

static struct ty *check_list(struct sema *s, struct ast_expr *expr)
{
	struct ty *item = NULL;
	for (uint32_t i = 0; i < expr->item_len; i++) {
		struct ty *ty = ty_unboxed(sema_expr(s, expr->items[i]));
		struct ty *joined = item ? ty_join(&s->types, item, ty) : ty;
		if (!joined)
			report_error(s->report, expr->items[i]->range, "FUSE_TYPE_LIST",
				     "the items of a list must have one type: %s and %s",
				     SEMA_NAME(s, item), SEMA_NAME(s, ty));
		item = joined ? joined : BASIC(s, TY_UNKNOWN);
	}
	return ty_of(&s->types, TY_LIST, item ? item : BASIC(s, TY_ANY), NULL);
}

static struct ty *check_map(struct sema *s, struct ast_expr *expr)
{
	struct ty *types[2] = {NULL, NULL};
	for (uint32_t i = 0; i < expr->item_len; i++) {
		struct ty *ty = ty_unboxed(sema_expr(s, expr->items[i]));
		struct ty **so_far = &types[i % 2];
		struct ty *joined = *so_far ? ty_join(&s->types, *so_far, ty) : ty;
		if (!joined)
			report_error(s->report, expr->items[i]->range, "FUSE_TYPE_MAP",
				     "the %s of a map must have one type: %s and %s",
				     i % 2 ? "values" : "keys", SEMA_NAME(s, *so_far),
				     SEMA_NAME(s, ty));
		*so_far = joined ? joined : BASIC(s, TY_UNKNOWN);
	}
	return ty_of(&s->types, TY_MAP, types[0] ? types[0] : BASIC(s, TY_ANY),
		     types[1] ? types[1] : BASIC(s, TY_ANY));
}

static struct ty *check_ident(struct sema *s, struct ast_expr *expr)
{
	if (sema_resolve_name(s, expr)) {
		switch (expr->role) {
		case ROLE_TYPE:
			report_error(s->report, expr->range, "FUSE_NAME_TYPE_AS_VALUE",
				     "'%.*s' is a type, not a value",
				     SLICE_ARG(expr->symbol->name));
			return BASIC(s, TY_UNKNOWN);
		case ROLE_MODULE:
			report_error(s->report, expr->range, "FUSE_NAME_MODULE_AS_VALUE",
				     "'%.*s' is a module, not a value",
				     SLICE_ARG(expr->symbol->name));
			return BASIC(s, TY_UNKNOWN);
		case ROLE_GENERIC:
			report_error(s->report, expr->range, "FUSE_GENERIC_INFERENCE",
				     "the type parameters of '%.*s' are only known in a call",
				     SLICE_ARG(expr->symbol->name));
			return BASIC(s, TY_UNKNOWN);
		case ROLE_BUILTIN:
			sema_unsupported(s, expr->range, "builtin as a value");
			return BASIC(s, TY_UNKNOWN);
		case ROLE_VARIANT:
			if (expr->symbol->variants[expr->variant].payload_len > 0)
				report_error(s->report, expr->range, "FUSE_CALL_ARITY",
					     "variant '%.*s' needs its values",
					     SLICE_ARG(expr->name.text));
			return expr->ty;
		default:
			return expr->ty;
		}
	}
	if (expr->kind == AST_MEMBER)
		return sema_field_of(s, expr, sema_expr(s, expr->left));
	report_error(s->report, expr->range, "FUSE_NAME_UNKNOWN", "unknown name '%.*s'%s",
		     SLICE_ARG(expr->name.text), sema_hint(s, expr->name.text));
	return BASIC(s, TY_UNKNOWN);
}

static struct ty *unknown_field(struct sema *s, struct ast_expr *expr, struct ty *base)
{
	report_error(s->report, expr->name.range, "FUSE_TYPE_FIELD", "type %s has no field '%.*s'",
		     SEMA_NAME(s, base), SLICE_ARG(expr->name.text));
	return BASIC(s, TY_UNKNOWN);
}

/* Whatever a program declares under std.Error., one of the runtime's own errors may turn up there,
 * so the members that those have are looked for when it runs. */
static bool is_standard_member(const struct symbol *symbol, struct slice name)
{
	bool reserved =
		slice_is(symbol->name, "std.Error") || slice_starts(symbol->name, "std.Error.");
	return reserved && (slice_is(name, "code") || slice_is(name, "message") ||
			    slice_is(name, "fields") || slice_is(name, "status"));
}

struct ty *sema_field_of(struct sema *s, struct ast_expr *expr, struct ty *base)
{
	struct ty *plain = ty_plain(base);
	expr->role = ROLE_DYNAMIC;
	if (ty_is_param(plain))
		return unknown_field(s, expr, base);
	if (ty_is_open(plain))
		return plain;
	if (plain->kind != TY_STRUCT)
		return unknown_field(s, expr, base);
	sema_fields(s, plain->symbol);
	if (plain->symbol->broken)
		return BASIC(s, TY_UNKNOWN);
	int32_t index = symbol_field(plain->symbol, expr->name.text);
	if (index < 0 && is_standard_member(plain->symbol, expr->name.text))
		return BASIC(s, TY_ANY);
	if (index < 0)
		return unknown_field(s, expr, base);
	expr->role = ROLE_FIELD;
	expr->variant = (uint32_t)index;
	return plain->symbol->fields[index].ty;
}

struct ty *sema_index_of(struct sema *s, struct ast_expr *expr, struct ty *base)
{
	struct ty *plain = ty_plain(base);
	struct ty *index = sema_expr(s, expr->right);
	switch (plain->kind) {
	case TY_ANY:
	case TY_UNKNOWN:
		return BASIC(s, plain->kind);
	case TY_LIST:
		if (!ty_assignable(BASIC(s, TY_INT), index))
			report_error(s->report, expr->right->range, "FUSE_TYPE_INDEX",
				     "a list's index must be Int, found %s", SEMA_NAME(s, index));
		return plain->args[0];
	case TY_MAP:
		if (!ty_assignable(plain->args[0], index))
			report_error(s->report, expr->right->range, "FUSE_TYPE_INDEX",
				     "this map's key must be %s, found %s",
				     SEMA_NAME(s, plain->args[0]), SEMA_NAME(s, index));
		return ty_of(&s->types, TY_MAYBE, plain->args[1], NULL);
	default:
		report_error(s->report, expr->left->range, "FUSE_TYPE_INDEX",
			     "type %s is not indexable", SEMA_NAME(s, base));
		return BASIC(s, TY_UNKNOWN);
	}
}

static struct ty *check_unary(struct sema *s, struct ast_expr *expr)
{
	struct ty *ty = ty_plain(sema_expr(s, expr->left));
	if (ty_is_open(ty))
		return expr->op == AST_OP_NOT ? BASIC(s, TY_BOOL) : ty;
	bool fits = expr->op == AST_OP_NOT ? ty->kind == TY_BOOL
					   : ty->kind == TY_INT || ty->kind == TY_FLOAT;
	if (fits)
		return ty;
	report_error(s->report, expr->range, "FUSE_TYPE_OPERATOR",
		     "unary '%s' expects %s, found %s", expr->op == AST_OP_NOT ? "!" : "-",
		     expr->op == AST_OP_NOT ? "Bool" : "a number", SEMA_NAME(s, expr->left->ty));
	return BASIC(s, TY_UNKNOWN);
}

/* x ?? y: x's type without '?', joined with y's. */
static struct ty *check_coalesce(struct sema *s, struct ast_expr *expr)
{
	struct ty *left = ty_unboxed(sema_expr(s, expr->left));
	struct ty *right = ty_unboxed(sema_expr(s, expr->right));
	if (left->kind == TY_NULL)
		return right;
	if (left->kind == TY_OPTION || left->kind == TY_MAYBE)
		left = left->args[0];
	struct ty *joined = ty_join(&s->types, left, right);
	if (joined)
		return joined;
	report_error(s->report, expr->right->range, "FUSE_TYPE_COALESCE",
		     "type mismatch: expected %s, found %s", SEMA_NAME(s, left),
		     SEMA_NAME(s, right));
	return BASIC(s, TY_UNKNOWN);
}

/* What an optional access yields when its base is present: optional in any case. */
static struct ty *optional_of(struct sema *s, struct ty *ty)
{
	return ty_of(&s->types, TY_OPTION, ty_unboxed(ty)->kind == TY_MAYBE ? ty->args[0] : ty,
		     NULL);
}

/* Is the error one of the domains of T!A!B? What comes from another T!A!B may be any of its own. */
static bool names_error(struct ty *domain, struct ty *error)
{
	if (error->kind == TY_RESULT)
		return names_error(domain, error->args[0]) && names_error(domain, error->args[1]);
	if (domain->kind == TY_RESULT)
		return names_error(domain->args[0], error) || names_error(domain->args[1], error);
	return ty_assignable(domain, error);
}

/* expr ?! error: spec/runtime.md#result-types-. Without a result type around, the error goes on to
 * a caller that has one. */
static struct ty *check_bang(struct sema *s, struct ast_expr *expr)
{
	struct ty *value = ty_unboxed(sema_expr(s, expr->left));
	struct ty *error = expr->right ? ty_unboxed(sema_expr(s, expr->right)) : NULL;
	bool optional =
		value->kind == TY_OPTION || value->kind == TY_MAYBE || value->kind == TY_NULL;
	if (value->kind != TY_RESULT && !optional && !ty_is_open(value))
		report_error(s->report, expr->range, "FUSE_TYPE_BANG",
			     "'?!' expects an optional or a result, found %s", SEMA_NAME(s, value));
	if (optional && !error)
		report_error(s->report, expr->range, "FUSE_TYPE_BANG",
			     "'?!' on an optional needs an error value");
	if (!error && value->kind == TY_RESULT)
		error = value->args[1];
	if (s->result->kind == TY_RESULT && error && !names_error(s->result->args[1], error))
		report_error(s->report, expr->range, "FUSE_TYPE_BANG",
			     "type mismatch: expected error %s, found %s",
			     SEMA_NAME(s, s->result->args[1]), SEMA_NAME(s, error));
	if (value->kind == TY_NULL)
		return BASIC(s, TY_ANY);
	if (ty_is_open(value))
		return BASIC(s, value->kind);
	return optional || value->kind == TY_RESULT ? value->args[0] : value;
}

static struct ty *check_kind(struct sema *s, struct ast_expr *expr)
{
	switch (expr->kind) {
	case AST_INT:
		return BASIC(s, TY_INT);
	case AST_FLOAT:
		return BASIC(s, TY_FLOAT);
	case AST_BOOL:
		return BASIC(s, TY_BOOL);
	case AST_STRING:
		return BASIC(s, TY_STRING);
	case AST_NULL:
		return BASIC(s, TY_NULL);
	case AST_IDENT:
	case AST_MEMBER:
		return check_ident(s, expr);
	case AST_UNARY:
		return check_unary(s, expr);
	case AST_BINARY:
		return sema_binary(s, expr);
	case AST_COALESCE:
		return check_coalesce(s, expr);
	case AST_CALL:
		return sema_call(s, expr);
	case AST_OPTIONAL_MEMBER:
		return optional_of(s, sema_field_of(s, expr, sema_expr(s, expr->left)));
	case AST_INDEX:
		return sema_index_of(s, expr, sema_expr(s, expr->left));
	case AST_OPTIONAL_INDEX:
		return optional_of(s, sema_index_of(s, expr, sema_expr(s, expr->left)));
	case AST_LIST:
		return check_list(s, expr);
	case AST_MAP:
		return check_map(s, expr);
	case AST_INTERP:
		for (uint32_t i = 0; i < expr->item_len; i++)
			(void)sema_expr(s, expr->items[i]);
		return BASIC(s, TY_STRING);
	case AST_BANG:
		return check_bang(s, expr);
	case AST_BOX:
		if (s->spawn)
			report_error(s->report, expr->range, "FUSE_SPAWN_BOX",
				     "a spawn block cannot use boxes");
		return ty_of(&s->types, TY_BOX, sema_expr(s, expr->left), NULL);
	case AST_AWAIT:
		return sema_await(s, expr);
	case AST_SPAWN:
		return sema_spawn(s, expr);
	case AST_HTML_IF: /* only among the children of a block */
	case AST_HTML_FOR:
	case AST_BROKEN:
		break;
	}
	return BASIC(s, TY_UNKNOWN);
}

struct ty *sema_expr(struct sema *s, struct ast_expr *expr)
{
	expr->ty = check_kind(s, expr);
	return expr->ty;
}
