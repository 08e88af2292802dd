/* SPDX-License-Identifier: Apache-2.0 */
/* parse_route: the path of a route, "/users/{id: Id}": spec/fls.md#services-and-declaration-syntax.
 */
#include <string.h>

#include "oracles/reference/lex.h"
#include "oracles/reference/parse_internal.h"

typedef VEC(struct ast_param) param_vec;

/* Ident ":" TypeRef between braces, lexed and parsed where it stands. */
static void parse_param(struct parser *p, const struct source *source, uint32_t start, uint32_t end,
			param_vec *params)
{
	struct tokens tokens = {0};
	struct ast_param param = {0};
	lex(&tokens, source, start, end, p->report);
	struct parser inner = *p;
	inner.source = source;
	inner.tokens = tokens.list.items;
	inner.at = 0;
	if (parse_name(&inner, &param.name, "a parameter's name") &&
	    parser_expect(&inner, TOKEN_COLON, "after a parameter's name"))
		param.type = parse_type(&inner);
	if (!inner.failed && parser_kind(&inner) != TOKEN_END)
		parser_error(&inner, "FUSE_ROUTE_PATH", "unexpected %s behind a parameter's type",
			     token_name(parser_kind(&inner)));
	if (!inner.failed)
		vec_push(params, param);
	vec_done(&tokens.list);
}

/* Quotes inside the path are written \"; the parts of a parameter are read as if they were plain,
 * at the same offsets: the blank that is left over goes outside of the quotes. */
static const struct source *without_escapes(struct parser *p, uint32_t start, uint32_t end)
{
	struct source *copy = arena_dup(p->arena, p->source, sizeof(*p->source));
	char *text = arena_strndup(p->arena, p->source->text.ptr, p->source->text.len);
	bool inside = false;
	for (uint32_t i = start; i + 1 < end; i++) {
		if (text[i] != '\\')
			continue;
		if (text[i + 1] == '"') {
			text[i] = inside ? '"' : ' ';
			text[i + 1] = inside ? ' ' : '"';
			inside = !inside;
		}
		i++;
	}
	copy->text.ptr = text;
	return copy;
}

static void path_error(struct parser *p, uint32_t start, uint32_t end, const char *message)
{
	report_error(p->report, (struct range){p->source->module, start, end}, "FUSE_ROUTE_PATH",
		     "%s", message);
}

/* One of the parts between slashes; returns where it ends. */
static uint32_t parse_segment(struct parser *p, const struct source *source, uint32_t at,
			      uint32_t end, param_vec *params)
{
	const char *text = source->text.ptr;
	uint32_t start = at;
	if (at < end && text[at] == '{') {
		uint32_t after = lex_interpolation_end(source, at + 1, end);
		if (text[after - 1] != '}' || after == at + 1) {
			path_error(p, at, end, "a path parameter is not closed");
			return end;
		}
		parse_param(p, source, at + 1, after - 1, params);
		at = after;
		if (at < end && text[at] != '/')
			path_error(p, at, end, "a path parameter stands for a whole segment");
	}
	bool brace = false;
	while (at < end && text[at] != '/') {
		brace = brace || text[at] == '{' || text[at] == '}';
		at++;
	}
	if (brace && text[start] != '{')
		path_error(p, start, at, "a path parameter stands for a whole segment");
	return at;
}

void parse_route_path(struct parser *p, struct ast_route *route)
{
	uint32_t start = route->path_range.start, end = route->path_range.end;
	const char *text = p->source->text.ptr;
	uint32_t quotes = end - start >= 6 && memcmp(text + start, "\"\"\"", 3) == 0 ? 3 : 1;
	const struct source *source = p->source;
	param_vec params = {0};
	start += quotes;
	end -= quotes;
	if (memchr(text + start, '\\', end - start))
		source = without_escapes(p, start, end);
	while (start < end) {
		start = parse_segment(p, source, start, end, &params);
		start += start < end; /* the slash */
	}
	route->param_len = (uint32_t)params.len;
	route->params = params.len ? PARSER_ARRAY(p, &params) : NULL;
	vec_done(&params);
}
