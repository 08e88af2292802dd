/* SPDX-License-Identifier: Apache-2.0 */
/* lower_pattern: a pattern becomes a test that reads parts of the value, and assignments to what it
 * binds. Parts are read only behind the tests that make them exist. */
#include "oracles/reference/lower_internal.h"

struct expr *lower_place(struct lower *l, const struct place *place)
{
	struct expr *expr;
	switch (place->kind) {
	case PLACE_SLOT:
		return lower_slot(l, place->index, place->span);
	case PLACE_FIELD:
		expr = lower_node(l, EXPR_FIELD, REP_VALUE, place->span, 1);
		expr->u.field.index = (int32_t)place->index;
		expr->u.field.name = arena_slice(l->arena, place->name);
		break;
	case PLACE_PAYLOAD:
		expr = lower_node(l, EXPR_PAYLOAD, REP_VALUE, place->span, 1);
		expr->u.index = place->index;
		break;
	default: /* PLACE_CONTENT: of Ok and Err */
		return lower_op(l, OP_UNWRAP, place->span, lower_place(l, place->base), NULL);
	}
	expr->args[0] = lower_place(l, place->base);
	return expr;
}

static struct place part_of(struct lower *l, struct ast_pattern *pattern, const struct place *at,
			    uint32_t i)
{
	struct place part = {
		.base = at,
		.kind = PLACE_CONTENT,
		.index = i,
		.span = lower_span(l, pattern->args[i]->range),
	};
	switch (pattern->role) {
	case PATTERN_STRUCT:
		part.kind = PLACE_FIELD;
		part.index = pattern->field_index[i];
		part.name = pattern->symbol->fields[part.index].name.text;
		return part;
	case PATTERN_VARIANT:
		part.kind = PLACE_PAYLOAD;
		return part;
	case PATTERN_SOME: /* a value that is there is itself */
		part = *at;
		part.rep = lower_rep(pattern->arg_types[i]);
		return part;
	default:
		return part;
	}
}

static struct expr *both(struct lower *l, struct expr *first, struct expr *second)
{
	if (!first || !second)
		return first ? first : second;
	struct expr *expr = lower_node(l, EXPR_COND, REP_BOOL, first->span, 3);
	expr->args[0] = first;
	expr->args[1] = second;
	expr->args[2] = lower_node(l, EXPR_BOOL, REP_BOOL, first->span, 0);
	return expr;
}

static struct expr *test_literal(struct lower *l, struct ast_expr *literal, struct expr *value,
				 struct span span)
{
	struct expr *expected = lower_expr(l, literal);
	if (literal->kind == AST_NULL)
		return lower_op(l, OP_IS_NULL, span, value, NULL);
	if (expected->rep != value->rep)
		return lower_op(l, OP_MATCH_EQ, span, value, expected);
	switch (value->rep) {
	case REP_INT:
		return lower_op(l, OP_I_EQ, span, value, expected);
	case REP_FLOAT:
		return lower_op(l, OP_F_EQ, span, value, expected);
	case REP_BOOL:
		return lower_op(l, OP_B_EQ, span, value, expected);
	default:
		return lower_op(l, OP_MATCH_EQ, span, value, expected);
	}
}

static struct expr *test_variant(struct lower *l, struct ast_pattern *pattern, struct expr *value,
				 struct span span)
{
	struct expr *expr = lower_node(l, EXPR_IS_VARIANT, REP_BOOL, span, 1);
	expr->u.record.type = pattern->symbol->index;
	expr->u.record.fields = ARENA_ARRAY(l->arena, uint32_t, 1);
	expr->u.record.fields[0] = pattern->variant;
	expr->args[0] = lower_to(l, value, REP_VALUE);
	return expr;
}

/* The test of the pattern's own name, without its parts; NULL when it always holds. */
static struct expr *test_name(struct lower *l, struct ast_pattern *pattern, const struct place *at,
			      struct span span)
{
	struct expr *expr;
	switch (pattern->role) {
	case PATTERN_BINDING:
		return NULL;
	case PATTERN_VARIANT:
		return test_variant(l, pattern, lower_place(l, at), span);
	case PATTERN_STRUCT:
		if (pattern->ty->kind == TY_STRUCT && !pattern->symbol->is_error)
			return NULL;
		expr = lower_node(l, EXPR_IS_TYPE, REP_BOOL, span, 1);
		expr->u.index = pattern->symbol->index;
		expr->args[0] = lower_to(l, lower_place(l, at), REP_VALUE);
		return expr;
	case PATTERN_SOME:
		expr = lower_op(l, OP_IS_NULL, span, lower_place(l, at), NULL);
		return lower_op(l, OP_B_NOT, span, expr, NULL);
	case PATTERN_NONE:
		return lower_op(l, OP_IS_NULL, span, lower_place(l, at), NULL);
	case PATTERN_OK:
		return lower_op(l, OP_IS_OK, span, lower_place(l, at), NULL);
	case PATTERN_ERR:
		return lower_op(l, OP_IS_ERR, span, lower_place(l, at), NULL);
	}
	return NULL;
}

struct expr *lower_pattern(struct lower *l, struct ast_pattern *pattern, const struct place *at)
{
	struct span span = lower_span(l, pattern->range);
	if (pattern->kind == AST_PATTERN_WILDCARD)
		return NULL;
	if (pattern->kind == AST_PATTERN_LITERAL)
		return test_literal(l, pattern->literal, lower_place(l, at), span);
	struct expr *test = test_name(l, pattern, at, span);
	for (uint32_t i = 0; i < pattern->arg_len; i++) {
		struct place part = part_of(l, pattern, at, i);
		test = both(l, test, lower_pattern(l, pattern->args[i], &part));
	}
	return test;
}

void lower_bindings(struct lower *l, struct ast_pattern *pattern, const struct place *at)
{
	struct span span = lower_span(l, pattern->range);
	if (pattern->kind == AST_PATTERN_WILDCARD || pattern->kind == AST_PATTERN_LITERAL)
		return;
	if (pattern->role == PATTERN_BINDING) {
		struct local *local = pattern->local;
		/* a part of a known type is that type; a slot may be looser than its type */
		enum rep rep = at->kind == PLACE_SLOT ? at->rep : lower_rep(local->ty);
		struct expr *value = lower_to(l, lower_place(l, at), rep);
		local->slot = lower_new_slot(l, value->rep, local->name);
		struct stmt *stmt = lower_emit(l, STMT_SET, span);
		stmt->slot = local->slot;
		stmt->expr = value;
		return;
	}
	for (uint32_t i = 0; i < pattern->arg_len; i++) {
		struct place part = part_of(l, pattern, at, i);
		lower_bindings(l, pattern->args[i], &part);
	}
}
