/* SPDX-License-Identifier: Apache-2.0 */
/* sema_type: interning, agreement and names of static types. */
#include "oracles/reference/sema_type.h"
#include "oracles/reference/sema.h"

void types_init(struct types *types, struct arena *arena)
{
	*types = (struct types){.arena = arena};
	for (int kind = 0; kind < TY_KIND_COUNT; kind++) {
		types->basic[kind] = ARENA_NEW(arena, struct ty);
		types->basic[kind]->kind = kind;
	}
}

struct ty *ty_basic(struct types *types, enum ty_kind kind)
{
	return types->basic[kind];
}

static struct ty *intern(struct types *types, struct ty key)
{
	uintptr_t hash = (uintptr_t)key.kind * 31;
	hash = (hash ^ (uintptr_t)key.args[0] >> 4) * 0x9e3779b1u;
	hash = (hash ^ (uintptr_t)key.args[1] >> 4) * 0x9e3779b1u;
	hash = (hash ^ (uintptr_t)key.symbol >> 4) * 0x9e3779b1u;
	struct ty **bucket = &types->buckets[(hash >> 12) % TYPE_BUCKETS];
	for (struct ty *ty = *bucket; ty; ty = ty->next)
		if (ty->kind == key.kind && ty->args[0] == key.args[0] &&
		    ty->args[1] == key.args[1] && ty->symbol == key.symbol)
			return ty;
	struct ty *ty = ARENA_NEW(types->arena, struct ty);
	*ty = key;
	ty->next = *bucket;
	*bucket = ty;
	return ty;
}

/* What a function raises may come out of another one, whose result names other errors. */
static void mark_error(struct ty *ty)
{
	if (ty->symbol)
		ty->symbol->is_error = true;
	if (ty->kind == TY_RESULT) {
		mark_error(ty->args[0]);
		mark_error(ty->args[1]);
	}
}

struct ty *ty_of(struct types *types, enum ty_kind kind, struct ty *first, struct ty *second)
{
	/* "T??" is "T?"; a map of optional values yields them as they are */
	if ((kind == TY_OPTION || kind == TY_MAYBE) && ty_may_be_null(first))
		return first;
	if (kind == TY_RESULT)
		mark_error(second);
	if (kind == TY_BOX && first->kind == TY_BOX)
		return first;
	return intern(types, (struct ty){.kind = kind, .args = {first, second}});
}

struct ty *ty_nominal(struct types *types, enum ty_kind kind, struct symbol *symbol)
{
	return intern(types, (struct ty){.kind = kind, .symbol = symbol});
}

struct ty *ty_param(struct types *types, struct symbol *symbol)
{
	return intern(types, (struct ty){.kind = TY_ANY, .symbol = symbol});
}

bool ty_is_param(const struct ty *ty)
{
	return ty->kind == TY_ANY && ty->symbol;
}

bool ty_mentions_param(const struct ty *ty)
{
	return ty && (ty_is_param(ty) || ty_mentions_param(ty->args[0]) ||
		      ty_mentions_param(ty->args[1]));
}

struct ty *ty_unboxed(struct ty *ty)
{
	return ty->kind == TY_BOX ? ty->args[0] : ty;
}

struct ty *ty_plain(struct ty *ty)
{
	while (ty->kind == TY_BOX || ty->kind == TY_OPTION || ty->kind == TY_MAYBE)
		ty = ty->args[0];
	return ty;
}

bool ty_is_open(const struct ty *ty)
{
	return ty->kind == TY_ANY || ty->kind == TY_UNKNOWN;
}

bool ty_may_be_null(const struct ty *ty)
{
	return ty->kind == TY_OPTION || ty->kind == TY_MAYBE || ty->kind == TY_NULL ||
	       ty_is_open(ty);
}

bool ty_assignable(struct ty *to, struct ty *from)
{
	to = ty_unboxed(to);
	from = ty_unboxed(from);
	if (to == from || ty_is_open(to) || ty_is_open(from))
		return true;
	if (to->kind == TY_OPTION || to->kind == TY_MAYBE) {
		if (from->kind == TY_NULL)
			return true;
		if (from->kind == TY_OPTION)
			from = from->args[0];
		return ty_assignable(to->args[0], from);
	}
	if (from->kind == TY_MAYBE)
		return ty_assignable(to, from->args[0]);
	if (to->kind == TY_RESULT && from->kind != TY_RESULT)
		return ty_assignable(to->args[0], from);
	if (to->kind != from->kind || to->symbol != from->symbol)
		return false;
	for (int i = 0; i < 2; i++)
		if (to->args[i] && from->args[i] && !ty_assignable(to->args[i], from->args[i]))
			return false;
	return to->args[0] != NULL;
}

struct ty *ty_join(struct types *types, struct ty *a, struct ty *b)
{
	a = ty_unboxed(a);
	b = ty_unboxed(b);
	if (a == b)
		return a;
	if (a->kind == TY_UNKNOWN || b->kind == TY_ANY)
		return b;
	if (b->kind == TY_UNKNOWN || a->kind == TY_ANY)
		return a;
	if (a->kind == TY_NULL)
		return ty_of(types, TY_OPTION, b, NULL);
	if (b->kind == TY_NULL)
		return ty_of(types, TY_OPTION, a, NULL);
	bool loose = a->kind == TY_MAYBE || b->kind == TY_MAYBE;
	bool optional = a->kind == TY_OPTION || b->kind == TY_OPTION;
	if (loose || optional) {
		struct ty *inner = ty_join(types, ty_plain(a), ty_plain(b));
		if (!inner)
			return NULL;
		return ty_of(types, optional ? TY_OPTION : TY_MAYBE, inner, NULL);
	}
	if (a->kind == b->kind && a->symbol == b->symbol && a->args[0]) {
		struct ty *first = ty_join(types, a->args[0], b->args[0]);
		struct ty *second = a->args[1] ? ty_join(types, a->args[1], b->args[1]) : NULL;
		if (!first || (a->args[1] && !second))
			return NULL;
		return ty_of(types, a->kind, first, second);
	}
	return NULL;
}

static const char *const basic_names[TY_KIND_COUNT] = {
	[TY_UNKNOWN] = "unknown", [TY_ANY] = "any value", [TY_NULL] = "null",
	[TY_UNIT] = "Unit",       [TY_INT] = "Int",       [TY_FLOAT] = "Float",
	[TY_BOOL] = "Bool",       [TY_STRING] = "String", [TY_BYTES] = "Bytes",
	[TY_HTML] = "Html",       [TY_ID] = "Id",         [TY_EMAIL] = "Email",
	[TY_BUILTIN] = "builtin", [TY_QUERY] = "Query",
};

void ty_print(struct buf *out, const struct ty *ty)
{
	static const char *const generic[TY_KIND_COUNT] = {
		[TY_LIST] = "List",
		[TY_MAP] = "Map",
		[TY_TASK] = "Task",
		[TY_BOX] = "Box",
	};
	if (ty->kind == TY_OPTION || ty->kind == TY_MAYBE) {
		ty_print(out, ty->args[0]);
		if (ty->kind == TY_OPTION)
			buf_addc(out, '?');
	} else if (ty->kind == TY_RESULT) {
		ty_print(out, ty->args[0]);
		buf_addc(out, '!');
		ty_print(out, ty->args[1]);
	} else if (ty->kind == TY_FUNCTION) {
		buf_addf(out, "fn %.*s", SLICE_ARG(ty->symbol->name));
	} else if (ty->symbol) {
		buf_add_slice(out, ty->symbol->name);
	} else if (generic[ty->kind]) {
		buf_addf(out, "%s<", generic[ty->kind]);
		ty_print(out, ty->args[0]);
		if (ty->args[1]) {
			buf_adds(out, ", ");
			ty_print(out, ty->args[1]);
		}
		buf_addc(out, '>');
	} else {
		buf_adds(out, basic_names[ty->kind]);
	}
}

const char *ty_name(struct arena *arena, const struct ty *ty)
{
	struct buf text = {.max = 200};
	ty_print(&text, ty);
	const char *name = arena_strdup(arena, buf_str(&text));
	buf_done(&text);
	return name;
}
