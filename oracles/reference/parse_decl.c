/* SPDX-License-Identifier: Apache-2.0 */
/* parse_decl: top-level declarations; services and HTML have files of their own. */
#include "oracles/reference/parse_internal.h"

static bool line_end(struct parser *p)
{
	return parser_kind(p) == TOKEN_END ||
	       parser_expect(p, TOKEN_NEWLINE, "after a declaration");
}

/* Ident { "," Ident } */
static void parse_names(struct parser *p, struct ast_decl *decl, const char *what)
{
	VEC(struct ast_name) names = {0};
	do {
		struct ast_name name;
		if (!parse_name(p, &name, what))
			break;
		vec_push(&names, name);
	} while (parser_accept(p, TOKEN_COMMA));
	decl->name_len = (uint32_t)names.len;
	decl->names = names.len ? PARSER_ARRAY(p, &names) : NULL;
	vec_done(&names);
}

/* RequiresDecl := "requires" Capability { "," Capability } NEWLINE */
static void parse_requires(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_REQUIRES;
	parse_names(p, decl, "a capability");
	if (!p->failed)
		(void)line_end(p);
}

/* ImportDecl := "import" ImportSpec NEWLINE
 * ImportSpec := Ident | Ident "from" StringLit | "{" Ident { "," Ident } "}" "from" StringLit
 *             | Ident "as" Ident "from" StringLit */
static void parse_import(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_IMPORT;
	decl->import_form = IMPORT_MODULE;
	if (parser_accept(p, TOKEN_LBRACE)) {
		decl->import_form = IMPORT_NAMES;
		parse_names(p, decl, "a name to import");
		if (p->failed || !parser_expect(p, TOKEN_RBRACE, "after the names to import"))
			return;
	} else if (!parse_name(p, &decl->name, "a module's name")) {
		return;
	} else if (parser_accept(p, TOKEN_AS)) {
		decl->import_form = IMPORT_ALIAS;
		if (!parse_name(p, &decl->target, "an alias"))
			return;
	}
	if (parser_accept(p, TOKEN_FROM)) {
		if (decl->import_form == IMPORT_MODULE)
			decl->import_form = IMPORT_FROM;
		if (!parse_plain_string(p, &decl->text, &decl->text_range, "an import path"))
			return;
	} else if (decl->import_form != IMPORT_MODULE) {
		parser_error(p, "FUSE_PARSE_EXPECTED", "expected 'from' in an import, found %s",
			     token_name(parser_kind(p)));
		return;
	}
	(void)line_end(p);
}

/* INDENT { item } DEDENT, a broken item skipped by itself */
static void parse_items(struct parser *p, struct ast_decl *decl, const char *after,
			bool (*item)(struct parser *p, struct ast_decl *decl, void *list),
			void *list)
{
	if (!parse_block_start(p, after) || !parser_expect(p, TOKEN_INDENT, "here"))
		return;
	for (;;) {
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_DEDENT || parser_kind(p) == TOKEN_END)
			break;
		uint32_t before = p->at;
		if (!item(p, decl, list) || p->failed)
			parser_recover(p);
		if (p->at == before)
			(void)parser_take(p);
	}
	(void)parser_accept(p, TOKEN_DEDENT);
}

typedef VEC(struct ast_field) field_vec;
typedef VEC(struct ast_variant) variant_vec;

/* FieldDecl := Ident ":" TypeRef [ "=" Expr ] NEWLINE; ConfigField alike */
static bool parse_field(struct parser *p, struct ast_decl *decl, void *list)
{
	field_vec *fields = list;
	struct ast_field field = {0};
	if (!parse_name(p, &field.name, "a field's name") ||
	    !parser_expect(p, TOKEN_COLON, "after a field's name"))
		return false;
	field.type = parse_type(p);
	if (!p->failed && parser_accept(p, TOKEN_ASSIGN))
		field.value = parse_expr(p);
	if (p->failed || !line_end(p))
		return false;
	vec_push(fields, field);
	return true;
}

static void parse_fields(struct parser *p, struct ast_decl *decl, const char *after)
{
	field_vec fields = {0};
	parse_items(p, decl, after, parse_field, &fields);
	decl->field_len = (uint32_t)fields.len;
	decl->fields = fields.len ? PARSER_ARRAY(p, &fields) : NULL;
	vec_done(&fields);
}

/* TypeDecl := "type" TypeName ":" NEWLINE INDENT { FieldDecl } DEDENT
 *           | "type" Ident "=" TypeName "without" Ident { "," Ident } NEWLINE */
static void parse_type_decl(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_TYPE;
	if (!parse_type_name(p, &decl->name))
		return;
	decl->range = decl->name.range;
	if (!parser_accept(p, TOKEN_ASSIGN)) {
		parse_fields(p, decl, "after a type's name");
		return;
	}
	if (!parse_type_name(p, &decl->base) ||
	    !parser_expect(p, TOKEN_WITHOUT, "after the base of a derived type"))
		return;
	parse_names(p, decl, "a field's name");
	if (!p->failed)
		(void)line_end(p);
}

/* EnumVariant := Ident [ "(" TypeRef { "," TypeRef } ")" ] NEWLINE */
static bool parse_variant(struct parser *p, struct ast_decl *decl, void *list)
{
	variant_vec *variants = list;
	struct ast_variant variant = {0};
	ptr_vec payload = {0};
	if (!parse_name(p, &variant.name, "a variant's name"))
		return false;
	if (parser_accept(p, TOKEN_LPAREN)) {
		do {
			if (parser_kind(p) == TOKEN_RPAREN && payload.len > 0)
				break;
			vec_push(&payload, parse_type(p));
		} while (!p->failed && parser_accept(p, TOKEN_COMMA));
		if (!p->failed)
			(void)parser_expect(p, TOKEN_RPAREN, "after a variant's payload");
	}
	variant.payload = (struct ast_type **)parser_freeze(p, &payload, &variant.payload_len);
	if (p->failed || !line_end(p))
		return false;
	vec_push(variants, variant);
	return true;
}

/* EnumDecl := "enum" Ident ":" NEWLINE INDENT { EnumVariant } DEDENT */
static void parse_enum(struct parser *p, struct ast_decl *decl)
{
	variant_vec variants = {0};
	decl->kind = AST_DECL_ENUM;
	if (!parse_type_name(p, &decl->name))
		return;
	decl->range = decl->name.range;
	parse_items(p, decl, "after an enum's name", parse_variant, &variants);
	decl->variant_len = (uint32_t)variants.len;
	decl->variants = variants.len ? PARSER_ARRAY(p, &variants) : NULL;
	vec_done(&variants);
}

/* InterfaceMember, ImplMethod: a callable with or without a body */
static bool parse_member_fn(struct parser *p, struct ast_decl *decl, void *list)
{
	ptr_vec *members = list;
	struct ast_decl *member = ARENA_NEW(p->arena, struct ast_decl);
	member->kind = AST_DECL_FN;
	member->range = parser_range(p, &p->tokens[p->at]);
	if (!parser_expect(p, TOKEN_FN, "as a member") ||
	    !parse_name(p, &member->name, "a member's name"))
		return false;
	member->range = member->name.range;
	if (!parse_callable(p, member))
		return false;
	if (decl->kind == AST_DECL_IMPL) {
		if (!parse_block_start(p, "after a method's head"))
			return false;
		member->block = parse_block(p);
	} else if (!line_end(p)) {
		return false;
	}
	vec_push(members, member);
	return true;
}

/* InterfaceDecl := "interface" Ident ":" NEWLINE INDENT { InterfaceMember } DEDENT
 * ImplDecl := "impl" Ident "for" Ident ":" NEWLINE INDENT { ImplMethod } DEDENT */
static void parse_interface(struct parser *p, struct ast_decl *decl, bool is_impl)
{
	ptr_vec members = {0};
	decl->kind = is_impl ? AST_DECL_IMPL : AST_DECL_INTERFACE;
	if (!parse_type_name(p, &decl->name))
		return;
	decl->range = decl->name.range;
	if (is_impl && (!parser_expect(p, TOKEN_FOR, "after an interface's name") ||
			!parse_type_name(p, &decl->target)))
		return;
	parse_items(p, decl, is_impl ? "after the target of an impl" : "after an interface's name",
		    parse_member_fn, &members);
	decl->members = (struct ast_decl **)parser_freeze(p, &members, &decl->member_len);
}

/* AppDecl := "app" StringLit ":" NEWLINE Block; TestDecl alike */
static void parse_titled(struct parser *p, struct ast_decl *decl, enum ast_decl_kind kind)
{
	decl->kind = kind;
	if (!parse_plain_string(p, &decl->text, &decl->text_range,
				kind == AST_DECL_APP ? "an app's name" : "a test's name"))
		return;
	decl->range = decl->text_range;
	if (parse_block_start(p, "after the name"))
		decl->block = parse_block(p);
}

/* MigrationDecl := "migration" ( Ident | StringLit | Int ) ":" NEWLINE Block */
static void parse_migration(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_MIGRATION;
	if (parser_kind(p) == TOKEN_IDENT || parser_kind(p) == TOKEN_INT) {
		const struct token *token = parser_take(p);
		decl->text = parser_text(p, token);
		decl->text_range = parser_range(p, token);
	} else if (!parse_plain_string(p, &decl->text, &decl->text_range, "a migration's name")) {
		return;
	}
	if (parse_block_start(p, "after a migration's name"))
		decl->block = parse_block(p);
}

/* FnDecl := "fn" Ident TypeParams? "(" ... ")" [ "->" TypeRef ] WhereClause? ":" NEWLINE Block */
static void parse_fn(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_FN;
	if (!parse_name(p, &decl->name, "a function's name"))
		return;
	decl->range = decl->name.range;
	if (parse_callable(p, decl) && parse_block_start(p, "after a function's head"))
		decl->block = parse_block(p);
}

/* ComponentDecl := "component" Ident TypeParams? [ "(" ... ")" ] WhereClause? ":" NEWLINE Block */
static void parse_component(struct parser *p, struct ast_decl *decl)
{
	decl->kind = AST_DECL_COMPONENT;
	if (!parse_name(p, &decl->name, "a component's name"))
		return;
	decl->range = decl->name.range;
	if (parse_callable(p, decl) && parse_block_start(p, "after a component's head"))
		decl->block = parse_block(p);
}

static void parse_decl_body(struct parser *p, struct ast_decl *decl, enum token_kind kind)
{
	switch (kind) {
	case TOKEN_REQUIRES:
		parse_requires(p, decl);
		break;
	case TOKEN_IMPORT:
		parse_import(p, decl);
		break;
	case TOKEN_TYPE:
		parse_type_decl(p, decl);
		break;
	case TOKEN_ENUM:
		parse_enum(p, decl);
		break;
	case TOKEN_INTERFACE:
		parse_interface(p, decl, false);
		break;
	case TOKEN_IMPL:
		parse_interface(p, decl, true);
		break;
	case TOKEN_APP:
		parse_titled(p, decl, AST_DECL_APP);
		break;
	case TOKEN_TEST:
		parse_titled(p, decl, AST_DECL_TEST);
		break;
	case TOKEN_MIGRATION:
		parse_migration(p, decl);
		break;
	case TOKEN_FN:
		parse_fn(p, decl);
		break;
	case TOKEN_SERVICE:
		parse_service(p, decl);
		break;
	case TOKEN_CONFIG:
		decl->kind = AST_DECL_CONFIG;
		if (parse_name(p, &decl->name, "a config's name")) {
			decl->range = decl->name.range;
			parse_fields(p, decl, "after a config's name");
		}
		break;
	default:
		parse_component(p, decl);
	}
}

/* TopDecl */
struct ast_decl *parse_decl(struct parser *p)
{
	const struct token *token = &p->tokens[p->at];
	enum token_kind kind = token->kind;
	bool component = kind == TOKEN_IDENT && slice_is(parser_text(p, token), "component");
	switch (kind) {
	case TOKEN_REQUIRES:
	case TOKEN_IMPORT:
	case TOKEN_TYPE:
	case TOKEN_ENUM:
	case TOKEN_INTERFACE:
	case TOKEN_IMPL:
	case TOKEN_APP:
	case TOKEN_TEST:
	case TOKEN_MIGRATION:
	case TOKEN_FN:
	case TOKEN_SERVICE:
	case TOKEN_CONFIG:
		break;
	default:
		if (component)
			break;
		parser_error(p, "FUSE_PARSE_DECLARATION",
			     "expected a top-level declaration, found %s", token_name(kind));
		return NULL;
	}
	struct ast_decl *decl = ARENA_NEW(p->arena, struct ast_decl);
	decl->range = parser_range(p, token);
	decl->doc = slice_make(p->source->text.ptr + token->doc_start,
			       token->doc_end - token->doc_start);
	(void)parser_take(p);
	parse_decl_body(p, decl, kind);
	return p->failed ? NULL : decl;
}
