/* SPDX-License-Identifier: Apache-2.0 */
/* parse_pattern: the patterns of match and for. */
#include "oracles/reference/parse_internal.h"

/* PatternArgs := Pattern { "," Pattern } | PatternField { "," PatternField }; a last comma is fine.
 * PatternField := Ident "=" Pattern */
static void parse_pattern_args(struct parser *p, struct ast_pattern *pattern)
{
	ptr_vec args = {0};
	VEC(struct ast_name) fields = {0};
	pattern->kind = AST_PATTERN_ARGS;
	while (!p->failed && parser_kind(p) != TOKEN_RPAREN) {
		bool named = parser_kind(p) == TOKEN_IDENT && parser_kind_at(p, 1) == TOKEN_ASSIGN;
		if (args.len > 0 && named != (pattern->kind == AST_PATTERN_FIELDS))
			parser_error(p, "FUSE_PARSE_PATTERN",
				     "a pattern has either fields or positions, not both");
		if (named) {
			struct ast_name field;
			pattern->kind = AST_PATTERN_FIELDS;
			(void)parse_name(p, &field, "a field's name");
			(void)parser_take(p);
			vec_push(&fields, field);
		}
		vec_push(&args, parse_pattern(p));
		if (!parser_accept(p, TOKEN_COMMA))
			break;
	}
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RPAREN, "after a pattern's arguments");
	if (fields.len > 0)
		pattern->fields = PARSER_ARRAY(p, &fields);
	vec_done(&fields);
	pattern->args = (struct ast_pattern **)parser_freeze(p, &args, &pattern->arg_len);
	if (p->failed)
		pattern->arg_len = 0;
}

static bool starts_literal(enum token_kind kind)
{
	return kind == TOKEN_INT || kind == TOKEN_FLOAT || kind == TOKEN_STRING ||
	       kind == TOKEN_TRUE || kind == TOKEN_FALSE || kind == TOKEN_NULL;
}

/* Pattern := "_" | Literal | TypeName [ "(" PatternArgs ")" ] */
struct ast_pattern *parse_pattern(struct parser *p)
{
	struct ast_pattern *pattern = ARENA_NEW(p->arena, struct ast_pattern);
	uint32_t start = parser_here(p);
	if (!parser_enter(p))
		return pattern;
	if (starts_literal(parser_kind(p))) {
		pattern->kind = AST_PATTERN_LITERAL;
		pattern->literal = parse_literal(p);
		if (pattern->literal->kind == AST_INTERP)
			report_error(p->report, pattern->literal->range, "FUSE_PARSE_PATTERN",
				     "a pattern cannot hold an interpolation");
	} else if (parser_kind(p) == TOKEN_IDENT) {
		(void)parse_type_name(p, &pattern->name);
		pattern->kind =
			slice_is(pattern->name.text, "_") ? AST_PATTERN_WILDCARD : AST_PATTERN_NAME;
		if (!p->failed && parser_accept(p, TOKEN_LPAREN))
			parse_pattern_args(p, pattern);
	} else {
		parser_error(p, "FUSE_PARSE_EXPECTED", "expected a pattern, found %s",
			     token_name(parser_kind(p)));
	}
	pattern->range = parser_since(p, start);
	parser_leave(p);
	return pattern;
}
