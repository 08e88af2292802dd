/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_strict: what --strict-architecture asks for beyond the language's rules:
 * spec/fls.md#imports-and-modules-current. Capabilities that are used, layers without cycles, and
 * error domains of one module at a module's boundary.
 */
#include "oracles/reference/sema_internal.h"

/* --- capabilities ----------------------------------------------------------------------------- */

static void check_used(struct sema *s, const struct unit *unit)
{
	for (uint32_t i = 0; i < unit->ast->decl_len; i++) {
		const struct ast_decl *decl = unit->ast->decls[i];
		for (uint32_t k = 0; decl->kind == AST_DECL_REQUIRES && k < decl->name_len; k++) {
			char *name = arena_strndup(s->arena, decl->names[k].text.ptr,
						   decl->names[k].text.len);
			if (!(unit->used & sema_capability_bit(name)))
				report_error(s->report, decl->names[k].range,
					     "FUSE_STRICT_CAPABILITY",
					     "capability '%s' is required and not used", name);
		}
	}
}

/* --- layers ----------------------------------------------------------------------------------- */

/* The first part of the path inside the package, "src" aside. */
static struct slice layer_of(const struct unit *unit)
{
	struct slice path = slice_of(unit->inside), part = SLICE_EMPTY;
	if (slice_starts(path, "src/"))
		path = slice_make(path.ptr + 4, path.len - 4);
	(void)slice_next_field(&path, '/', &part);
	return part;
}

static bool same_layer(const struct unit *a, const struct unit *b)
{
	return a->package == b->package && slice_eq(layer_of(a), layer_of(b));
}

struct search {
	struct sema *s;
	bool *seen; /* modules, standing for their layers */
};

/* Does a layer reach another through what its modules import? Each layer is entered once. */
static bool reaches(struct search *search, const struct unit *from, const struct unit *to)
{
	struct sema *s = search->s;
	if (same_layer(from, to))
		return true;
	for (uint32_t i = 0; i < s->unit_len; i++) {
		const struct unit *unit = s->units[i];
		if (search->seen[i] || !same_layer(unit, from))
			continue;
		search->seen[i] = true;
		for (uint32_t k = 0; k < unit->ast->decl_len; k++) {
			const struct ast_decl *decl = unit->ast->decls[k];
			if (decl->kind != AST_DECL_IMPORT || decl->import_unit < 0 ||
			    same_layer(s->units[decl->import_unit], from))
				continue;
			if (reaches(search, s->units[decl->import_unit], to))
				return true;
		}
	}
	return false;
}

static void check_layers(struct sema *s, const struct unit *unit)
{
	struct search search = {.s = s};
	for (uint32_t k = 0; k < unit->ast->decl_len; k++) {
		const struct ast_decl *decl = unit->ast->decls[k];
		if (decl->kind != AST_DECL_IMPORT || decl->import_unit < 0)
			continue;
		const struct unit *target = s->units[decl->import_unit];
		search.seen = ARENA_ARRAY(s->arena, bool, s->unit_len);
		if (!same_layer(unit, target) && reaches(&search, target, unit))
			report_error(s->report, decl->range, "FUSE_STRICT_LAYERS",
				     "the layers '%.*s' and '%.*s' import each other",
				     SLICE_ARG(layer_of(unit)), SLICE_ARG(layer_of(target)));
	}
}

/* --- error domains ---------------------------------------------------------------------------- */

/* The first domain of the module's signatures, to which the others are compared. */
struct domains {
	struct sema *s;
	const struct symbol *first;
};

static void check_domain(struct domains *domains, const struct ty *ty, struct range range)
{
	if (ty->kind == TY_RESULT) {
		check_domain(domains, ty->args[0], range);
		check_domain(domains, ty->args[1], range);
		return;
	}
	if (!ty->symbol)
		return;
	if (!domains->first)
		domains->first = ty->symbol;
	else if (domains->first->module != ty->symbol->module)
		report_error(domains->s->report, range, "FUSE_STRICT_ERRORS",
			     "'%.*s' and '%.*s' are error domains of two modules",
			     SLICE_ARG(domains->first->name), SLICE_ARG(ty->symbol->name));
}

static void check_result(struct domains *domains, const struct ast_type *type, const struct ty *ty)
{
	if (type && ty && ty->kind == TY_RESULT)
		check_domain(domains, ty->args[1], type->range);
}

static void check_boundary(struct sema *s, uint32_t module)
{
	struct domains domains = {.s = s};
	s->module = module;
	s->binding_len = 0;
	vec_each (&s->units[module]->declared, it) {
		const struct symbol *symbol = *it;
		if (symbol->kind == SYMBOL_GENERIC)
			check_result(&domains, symbol->decl->result,
				     sema_generic_blank(s, *it)->result);
		else if (symbol->kind == SYMBOL_FUNCTION && symbol->decl->type_param_len == 0)
			check_result(&domains, symbol->decl->result, symbol->result);
		for (uint32_t i = 0; symbol->kind == SYMBOL_SERVICE && i < symbol->decl->route_len;
		     i++) {
			const struct ast_type *type = symbol->decl->routes[i].result;
			check_result(&domains, type, sema_resolve(s, type));
		}
	}
}

void sema_strict(struct sema *s)
{
	for (uint32_t i = 0; i < s->unit_len; i++) {
		check_used(s, s->units[i]);
		check_layers(s, s->units[i]);
		check_boundary(s, i);
	}
}
