/* SPDX-License-Identifier: Apache-2.0 */
/* sema_scope: which declaration a name means: locals inside out, then the module, then its imports.
 */
#include "oracles/reference/sema_internal.h"

struct symbol *sema_symbol(struct sema *s, struct slice name)
{
	const struct binding *binding = sema_binding(s, name);
	if (binding)
		return binding->ty->symbol;
	return map_get_slice(&s->units[s->module]->symbols, name);
}

struct symbol *sema_path(struct sema *s, struct slice dotted)
{
	struct symbol *symbol = sema_symbol(s, dotted);
	if (symbol)
		return symbol;
	const char *dot = memchr(dotted.ptr, '.', dotted.len);
	if (!dot)
		return NULL;
	size_t len = (size_t)(dot - dotted.ptr);
	symbol = sema_symbol(s, slice_make(dotted.ptr, len));
	if (!symbol || symbol->kind != SYMBOL_MODULE)
		return NULL;
	struct slice rest = slice_make(dot + 1, dotted.len - len - 1);
	struct symbol *found = map_get_slice(&s->units[symbol->target]->symbols, rest);
	/* what a module imports is not its own to give away */
	return found && found->module == symbol->target ? found : NULL;
}

struct local *sema_local(struct sema *s, struct slice name)
{
	for (size_t i = s->scope.len; i > 0; i--)
		if (slice_eq(s->scope.items[i - 1]->name, name))
			return s->scope.items[i - 1];
	return NULL;
}

struct local *sema_declare(struct sema *s, struct ast_name name, struct ty *ty, bool is_var)
{
	struct local *local = ARENA_NEW(s->arena, struct local);
	const struct local *known = sema_local(s, name.text);
	if (known && known->depth == s->depth)
		report_error(s->report, name.range, "FUSE_NAME_DUPLICATE",
			     "'%.*s' is already declared in this block", SLICE_ARG(name.text));
	*local = (struct local){
		.name = name.text,
		.range = name.range,
		.ty = ty,
		.is_var = is_var,
		.depth = s->depth,
		.function = s->function,
	};
	vec_push(&s->scope, local);
	return local;
}

uint32_t sema_open_scope(struct sema *s)
{
	s->depth++;
	return (uint32_t)s->scope.len;
}

void sema_close_scope(struct sema *s, uint32_t mark)
{
	s->depth--;
	s->scope.len = mark;
}

/* Edit distance at most one: a letter more, less or different, or two swapped. */
static bool is_near(struct slice a, struct slice b)
{
	if (a.len > b.len)
		return is_near(b, a);
	if (b.len - a.len > 1 || b.len < 3)
		return false;
	size_t i = 0;
	while (i < a.len && a.ptr[i] == b.ptr[i])
		i++;
	if (a.len < b.len)
		return memcmp(a.ptr + i, b.ptr + i + 1, a.len - i) == 0;
	if (i == a.len)
		return true;
	if (memcmp(a.ptr + i + 1, b.ptr + i + 1, a.len - i - 1) == 0)
		return true;
	return i + 1 < a.len && a.ptr[i] == b.ptr[i + 1] && a.ptr[i + 1] == b.ptr[i] &&
	       memcmp(a.ptr + i + 2, b.ptr + i + 2, a.len - i - 2) == 0;
}

const char *sema_hint(struct sema *s, struct slice name)
{
	for (size_t i = s->scope.len; i > 0; i--)
		if (is_near(name, s->scope.items[i - 1]->name))
			return arena_printf(s->arena, ", did you mean '%.*s'",
					    SLICE_ARG(s->scope.items[i - 1]->name));
	map_each (&s->units[s->module]->symbols, entry)
		if (is_near(name, slice_of(entry->key)))
			return arena_printf(s->arena, ", did you mean '%s'", entry->key);
	return "";
}

void sema_unsupported(struct sema *s, struct range range, const char *what)
{
	struct missing one = {range, what};
	vec_push(&s->missing, one);
}

int32_t symbol_field(const struct symbol *symbol, struct slice name)
{
	for (uint32_t i = 0; i < symbol->field_len; i++)
		if (slice_eq(symbol->fields[i].name.text, name))
			return (int32_t)i;
	return -1;
}

int32_t symbol_variant(const struct symbol *symbol, struct slice name)
{
	for (uint32_t i = 0; i < symbol->variant_len; i++)
		if (slice_eq(symbol->variants[i].name.text, name))
			return (int32_t)i;
	return -1;
}
