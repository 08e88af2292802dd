/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_type: static types, interned, so that equal types are equal pointers.
 *
 * Three kinds never stand in a program's text. ANY is a value only known when it runs (an empty
 * list's item, decoded JSON) and agrees with everything. MAYBE<T> is a T that may be missing
 * although no '?' says so: the value of map[key]. UNKNOWN follows from an error already reported
 * and silences others.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "oracles/reference/ast.h"

enum ty_kind {
	TY_UNKNOWN,
	TY_ANY,
	TY_NULL, /* of the literal null */
	TY_UNIT,
	TY_INT,
	TY_FLOAT,
	TY_BOOL,
	TY_STRING,
	TY_BYTES,
	TY_HTML,
	TY_ID,
	TY_EMAIL,
	TY_LIST,     /* args[0] */
	TY_MAP,      /* args[0] -> args[1] */
	TY_OPTION,   /* args[0] */
	TY_MAYBE,    /* args[0] */
	TY_RESULT,   /* args[0], error args[1] */
	TY_BOX,      /* args[0] */
	TY_TASK,     /* args[0] */
	TY_STRUCT,   /* symbol */
	TY_ENUM,     /* symbol */
	TY_FUNCTION, /* symbol: its parameters and defaults are those of the declaration */
	TY_BUILTIN,  /* a builtin as a value */
	TY_QUERY,    /* of a database */
	TY_KIND_COUNT,
};

struct ty {
	enum ty_kind kind;
	struct ty *args[2];
	struct symbol *symbol;
	struct ty *next; /* in its bucket */
};

enum { TYPE_BUCKETS = 256 };
struct types {
	struct arena *arena;
	struct ty *buckets[TYPE_BUCKETS];
	struct ty *basic[TY_KIND_COUNT]; /* those without arguments */
};

void types_init(struct types *types, struct arena *arena);
struct ty *ty_basic(struct types *types, enum ty_kind kind);
struct ty *ty_of(struct types *types, enum ty_kind kind, struct ty *first, struct ty *second);
/* A type parameter of a body that is checked for all types: an ANY that has a name. */
struct ty *ty_param(struct types *types, struct symbol *symbol);
bool ty_is_param(const struct ty *ty);
bool ty_mentions_param(const struct ty *ty);
struct ty *ty_nominal(struct types *types, enum ty_kind kind, struct symbol *symbol);

/* Without box. */
struct ty *ty_unboxed(struct ty *ty);
/* What an operator or a pattern looks at: without box, '?' and MAYBE. */
struct ty *ty_plain(struct ty *ty);
bool ty_may_be_null(const struct ty *ty); /* OPTION, MAYBE, NULL, ANY, UNKNOWN */
bool ty_is_open(const struct ty *ty);     /* ANY or UNKNOWN */
bool ty_assignable(struct ty *to, struct ty *from);
/* A type both fit in, or NULL. */
struct ty *ty_join(struct types *types, struct ty *a, struct ty *b);
/* As programs write it: "List<Int>", "User?". */
void ty_print(struct buf *out, const struct ty *ty);
const char *ty_name(struct arena *arena, const struct ty *ty);
