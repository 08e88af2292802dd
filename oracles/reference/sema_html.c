/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_html: calls of tags and components with their attributes, and the children of HTML blocks:
 * spec/fls.md#grammar-ebnf-approximation. Checked whole; carrying HTML out is not part of this
 * toolchain.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

/* The elements of the HTML standard. */
static const char tags[] =
	" a abbr address area article aside audio b base bdi bdo blockquote body br button "
	"canvas caption cite code col colgroup data datalist dd del details dfn dialog "
	"div dl dt em embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head "
	"header hgroup hr html i iframe img input ins kbd label legend li link main map "
	"mark menu meta meter nav noscript object ol optgroup option output p param "
	"picture pre progress q rp rt ruby s samp script search section select slot small "
	"source span strong style sub summary sup svg table tbody td template textarea "
	"tfoot th thead time title tr track u ul video wbr ";

/* Those of WAI-ARIA. */
static const char aria[] =
	" activedescendant atomic autocomplete braillelabel brailleroledescription busy "
	"checked colcount colindex colindextext colspan controls current describedby "
	"description details disabled dropeffect errormessage expanded flowto grabbed "
	"haspopup hidden invalid keyshortcuts label labelledby level live modal multiline "
	"multiselectable orientation owns placeholder posinset pressed readonly relevant "
	"required roledescription rowcount rowindex rowindextext rowspan selected setsize "
	"sort valuemax valuemin valuenow valuetext ";

static bool is_listed(const char *list, struct slice word)
{
	char text[40];
	if (word.len + 3 > sizeof(text))
		return false;
	(void)snprintf(text, sizeof(text), " %.*s ", SLICE_ARG(word));
	return strlen(text) == word.len + 2 && strstr(list, text);
}

static struct ty *list_of_html(struct sema *s)
{
	return ty_of(&s->types, TY_LIST, BASIC(s, TY_HTML), NULL);
}

static struct ty *map_of_text(struct sema *s)
{
	return ty_of(&s->types, TY_MAP, BASIC(s, TY_STRING), BASIC(s, TY_STRING));
}

/* --- children --------------------------------------------------------------------------------- */

/* A child is markup, a list of it, or text; a bare string becomes html.text(...). */
static void check_child(struct sema *s, struct ast_expr *child)
{
	struct ty *ty = ty_unboxed(sema_expr(s, child));
	if (ty_plain(ty)->kind == TY_STRING || ty_assignable(list_of_html(s), ty))
		return;
	sema_fits(s, child, BASIC(s, TY_HTML), "FUSE_HTML_CHILD");
}

static void check_if(struct sema *s, struct ast_expr *expr)
{
	sema_condition(s, expr->left);
	if (expr->right)
		(void)sema_html_children(s, expr->right);
	for (uint32_t i = 0; i < expr->item_len; i++) {
		if (expr->items[i]->kind == AST_HTML_IF)
			check_if(s, expr->items[i]);
		else
			(void)sema_html_children(s, expr->items[i]);
	}
	expr->ty = list_of_html(s);
}

static void check_for(struct sema *s, struct ast_expr *expr)
{
	struct ty *item = sema_iterate(s, expr->left);
	uint32_t mark = sema_open_scope(s);
	sema_pattern(s, expr->stmt->pattern, item);
	if (expr->right)
		(void)sema_html_children(s, expr->right);
	sema_close_scope(s, mark);
	expr->ty = list_of_html(s);
}

struct ty *sema_html_children(struct sema *s, struct ast_expr *list)
{
	for (uint32_t i = 0; i < list->item_len; i++) {
		struct ast_expr *child = list->items[i];
		if (child->kind == AST_HTML_IF)
			check_if(s, child);
		else if (child->kind == AST_HTML_FOR)
			check_for(s, child);
		else
			check_child(s, child);
	}
	sema_unsupported(s, list->range, "html");
	return list->ty = list_of_html(s);
}

/* --- attributes ------------------------------------------------------------------------------- */

static bool is_number(struct slice text)
{
	size_t i = 0;
	while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
		i++;
	return text.len > 0 && i == text.len;
}

/* Names and literal values of aria attributes, "_" being "-". */
static void check_aria(struct sema *s, const struct ast_arg *arg)
{
	static const char *const switches = " hidden expanded checked pressed ";
	struct slice name = arg->name.text;
	if (name.len < 5 || memcmp(name.ptr, "aria", 4) != 0 || name.ptr[4] != '_')
		return;
	name = slice_make(name.ptr + 5, name.len - 5);
	if (slice_is(name, "role")) {
		report_error(s->report, arg->name.range, "FUSE_HTML_ARIA",
			     "there is no attribute aria-role, use role");
		return;
	}
	if (!is_listed(aria, name)) {
		report_error(s->report, arg->name.range, "FUSE_HTML_ARIA",
			     "unknown attribute aria-%.*s", SLICE_ARG(name));
		return;
	}
	if (arg->value->kind != AST_STRING)
		return;
	struct slice value = arg->value->value.s;
	if (is_listed(switches, name) && !slice_is(value, "true") && !slice_is(value, "false"))
		report_error(s->report, arg->value->range, "FUSE_HTML_ARIA",
			     "aria-%.*s is \"true\" or \"false\"", SLICE_ARG(name));
	else if (slice_is(name, "level") && !is_number(value))
		report_error(s->report, arg->value->range, "FUSE_HTML_ARIA",
			     "aria-level is a number in quotes");
}

static void check_attribute(struct sema *s, const struct ast_arg *arg, bool follows)
{
	if (arg->comma && follows)
		report_error(s->report,
			     (struct range){arg->name.range.module, arg->comma, arg->comma + 1},
			     "FUSE_HTML_ATTR_COMMA", "no comma stands between attributes");
	sema_expect(s, arg->value, BASIC(s, TY_STRING), "FUSE_HTML_ATTR_TYPE");
	check_aria(s, arg);
}

/* Named arguments are attributes, the block its children; the others are left, and counted. */
static uint32_t check_attributes(struct sema *s, struct ast_expr *expr, struct ast_arg *left)
{
	uint32_t len = 0;
	bool follows = false;
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		struct ast_arg *arg = &expr->args[i];
		if (arg->is_block_sugar) {
			(void)sema_html_children(s, arg->value);
		} else if (arg->name.text.len > 0) {
			check_attribute(s, arg, follows);
			follows = true;
		} else {
			left[len++] = *arg;
		}
	}
	return len;
}

/* A map literal says what attributes say; `arg` stands where they do. */
static bool is_map_literal(struct sema *s, const struct ast_arg *arg)
{
	if (arg->value->kind != AST_MAP)
		return false;
	report_error(s->report, arg->value->range, "FUSE_HTML_ATTR_MAP",
		     "attributes are written name=value, not as a map");
	return true;
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool has_attributes(const struct ast_expr *expr)
{
	for (uint32_t i = 0; i < expr->arg_len; i++)
		if (expr->args[i].name.text.len > 0 || expr->args[i].is_block_sugar)
			return true;
	return false;
}

bool sema_is_tag(struct sema *s, const struct ast_expr *expr)
{
	const struct ast_expr *callee = expr->left;
	if (callee->kind != AST_IDENT || !is_listed(tags, callee->name.text) ||
	    sema_local(s, callee->name.text) || sema_symbol(s, callee->name.text) ||
	    sema_binding(s, callee->name.text))
		return false;
	/* input("...") is the builtin, input(type="text") the tag */
	return !slice_is(callee->name.text, "input") || has_attributes(expr);
}

struct ty *sema_tag_call(struct sema *s, struct ast_expr *expr)
{
	struct ast_arg *left = ARENA_ARRAY(s->arena, struct ast_arg, expr->arg_len + 1);
	uint32_t len = check_attributes(s, expr, left);
	struct ty *const types[] = {map_of_text(s), list_of_html(s)};
	for (uint32_t i = 0; i < len; i++) {
		if (i == 0 && is_map_literal(s, &left[0]))
			continue;
		if (i < 2)
			sema_expect(s, left[i].value, types[i], "FUSE_CALL_ARGUMENT");
		else
			(void)sema_expr(s, left[i].value);
	}
	if (len > 2)
		report_error(s->report, expr->range, "FUSE_CALL_ARITY",
			     "'%.*s' takes attributes and a list of children",
			     SLICE_ARG(expr->left->name.text));
	sema_unsupported(s, expr->range, "html");
	expr->left->role = expr->role = ROLE_DYNAMIC;
	expr->left->ty = BASIC(s, TY_BUILTIN);
	return BASIC(s, TY_HTML);
}

struct ty *sema_component_call(struct sema *s, struct ast_expr *expr, struct symbol *component)
{
	const struct ast_decl *decl = component->decl;
	struct ast_arg *left = ARENA_ARRAY(s->arena, struct ast_arg, expr->arg_len + 1);
	uint32_t len = check_attributes(s, expr, left);
	uint32_t own = decl->param_len - COMPONENT_PARAMS;
	if (len > own && is_map_literal(s, &left[own]))
		left[own].value = ARENA_NEW(s->arena, struct ast_expr);
	if (len > own && left[own].value->range.end == 0)
		len = own;
	expr->args = left;
	expr->arg_len = len;
	sema_unsupported(s, expr->range, "component");
	if (component->kind == SYMBOL_GENERIC)
		return sema_generic_call(s, expr, component);
	return sema_call_function(s, expr, component, true);
}

/* --- declarations ----------------------------------------------------------------------------- */

static struct ast_type *named_type(struct sema *s, const char *name, struct range range)
{
	struct ast_type *type = ARENA_NEW(s->arena, struct ast_type);
	type->range = range;
	type->name = (struct ast_name){slice_of(name), range};
	return type;
}

static struct ast_param implicit(struct sema *s, const struct ast_decl *decl, const char *name,
				 const char *type, uint32_t args)
{
	struct ast_param param = {.name = {slice_of(name), decl->name.range}};
	param.type = named_type(s, type, decl->name.range);
	param.type->args = ARENA_ARRAY(s->arena, struct ast_type *, 2);
	param.type->arg_len = args;
	for (uint32_t i = 0; i < args; i++)
		param.type->args[i] =
			named_type(s, args == 2 ? "String" : "Html", decl->name.range);
	param.value = ARENA_NEW(s->arena, struct ast_expr);
	param.value->kind = args == 2 ? AST_MAP : AST_LIST;
	param.value->range = decl->name.range;
	param.value->height = 1;
	return param;
}

struct ast_decl *sema_component(struct sema *s, const struct ast_decl *decl)
{
	struct ast_decl *out = arena_dup(s->arena, decl, sizeof(*decl));
	out->params = ARENA_ARRAY(s->arena, struct ast_param, decl->param_len + COMPONENT_PARAMS);
	for (uint32_t i = 0; i < decl->param_len; i++)
		out->params[i] = decl->params[i];
	out->params[decl->param_len] = implicit(s, decl, "attrs", "Map", 2);
	out->params[decl->param_len + 1] = implicit(s, decl, "children", "List", 1);
	out->param_len = decl->param_len + COMPONENT_PARAMS;
	out->result = named_type(s, "Html", decl->name.range);
	const struct ast_block *block = decl->block;
	enum ast_stmt_kind last =
		block && block->len > 0 ? block->stmts[block->len - 1]->kind : AST_LET;
	if (last == AST_LET || last == AST_VAR || last == AST_ASSIGN)
		report_error(s->report, decl->name.range, "FUSE_TYPE_RETURN",
			     "component '%.*s' must return Html", SLICE_ARG(decl->name.text));
	return out;
}
