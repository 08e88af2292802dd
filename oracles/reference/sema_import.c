/* SPDX-License-Identifier: Apache-2.0 */
/* sema_import: what imports bring into a module: an alias for the module, or its declarations. */
#include "oracles/reference/sema_internal.h"

static void bind(struct sema *s, struct ast_name name, struct symbol *symbol)
{
	struct unit *unit = s->units[s->module];
	char *key = arena_strndup(s->arena, name.text.ptr, name.text.len);
	if (map_get(&unit->symbols, key)) {
		report_error(s->report, name.range, "FUSE_IMPORT_DUPLICATE",
			     "'%.*s' is already imported or declared", SLICE_ARG(name.text));
		return;
	}
	(void)map_put(&unit->symbols, key, symbol);
}

static void bind_alias(struct sema *s, struct ast_name name, uint32_t target)
{
	struct symbol *symbol = ARENA_NEW(s->arena, struct symbol);
	*symbol = (struct symbol){
		.kind = SYMBOL_MODULE,
		.name = name.text,
		.range = name.range,
		.module = s->module,
		.target = target,
	};
	bind(s, name, symbol);
}

static void bind_asset(struct sema *s, struct ast_decl *decl)
{
	struct symbol *symbol = ARENA_NEW(s->arena, struct symbol);
	*symbol = (struct symbol){
		.kind = SYMBOL_ASSET,
		.name = decl->name.text,
		.range = decl->name.range,
		.module = s->module,
		.decl = decl,
		.ty = ty_basic(&s->types, decl->json ? TY_ANY : TY_STRING),
	};
	bind(s, decl->name, symbol);
	vec_push(&s->assets, symbol);
}

static void bind_names(struct sema *s, struct ast_decl *decl)
{
	struct unit *from = s->units[decl->import_unit];
	for (uint32_t i = 0; i < decl->name_len; i++) {
		struct symbol *symbol = NULL;
		vec_each (&from->declared, it)
			if (slice_eq((*it)->decl->name.text, decl->names[i].text))
				symbol = *it;
		if (symbol)
			bind(s, decl->names[i], symbol);
		else
			report_error(s->report, decl->names[i].range, "FUSE_IMPORT_UNKNOWN",
				     "module '%.*s' has no '%.*s'", SLICE_ARG(from->name),
				     SLICE_ARG(decl->names[i].text));
	}
}

void sema_imports(struct sema *s)
{
	for (uint32_t i = 0; i < s->unit_len; i++) {
		struct ast_module *ast = s->units[i]->ast;
		s->module = i;
		for (uint32_t k = 0; k < ast->decl_len; k++) {
			struct ast_decl *decl = ast->decls[k];
			if (decl->kind == AST_DECL_IMPORT && decl->is_asset)
				bind_asset(s, decl);
			if (decl->kind != AST_DECL_IMPORT || decl->import_unit < 0)
				continue;
			if (decl->import_form == IMPORT_NAMES)
				bind_names(s, decl);
			else
				bind_alias(s,
					   decl->import_form == IMPORT_ALIAS ? decl->target
									     : decl->name,
					   (uint32_t)decl->import_unit);
		}
	}
}
