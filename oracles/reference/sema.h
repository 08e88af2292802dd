/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema: the checker. Takes parsed modules, resolves every name, gives every expression a type, and
 * writes both into the tree. A program without reported errors satisfies what lower.c relies on:
 * every name has its role, every pattern its variant or field, every expression its type.
 */
#pragma once

#include "base/map.h"
#include "oracles/reference/ast.h"
#include "oracles/reference/report.h"
#include "oracles/reference/sema_type.h"

enum symbol_kind {
	SYMBOL_FUNCTION,
	SYMBOL_STRUCT,
	SYMBOL_ENUM,
	SYMBOL_CONFIG,    /* fields, like a struct that exists once */
	SYMBOL_ASSET,     /* an imported file: a value that exists once */
	SYMBOL_MODULE,    /* import Foo: the module it names */
	SYMBOL_INTERFACE, /* what its members are stands in the declaration */
	SYMBOL_GENERIC,   /* a function with type parameters; its copies are functions */
	SYMBOL_SERVICE,   /* a name without a value */
	SYMBOL_PARAM,     /* a type parameter, while a generic body is checked by itself */
};

/* A variable: parameter, let, var, loop or pattern binding. */
struct local {
	struct slice name;
	struct range range;
	struct ty *ty;
	bool is_var;       /* may be assigned as a whole */
	uint32_t depth;    /* of the block that declares it */
	uint32_t function; /* which body it belongs to: spawn bodies are their own */
	bool is_task;      /* bound to a spawned task, to be awaited before its scope ends */
	bool is_awaited;   /* sema_task: on every way to the place looked at */
	bool is_reported;  /* one complaint for each task */
	bool loose;        /* lowering: its slot must hold any value */
	uint32_t slot;     /* lowering: in the function being lowered */
};

struct field {
	struct ast_name name;
	struct ty *ty;
	struct ast_type *type;
	struct ast_expr *value; /* default, or NULL */
	struct symbol *owner;   /* the struct that declares it; a derived one has its base's */
	uint32_t owner_index;
	uint32_t function; /* lowering: of the default */
};

struct variant {
	struct ast_name name;
	struct ty **payload;
	struct ast_type **types;
	uint32_t payload_len;
};

/* What a type parameter, or Self, stands for in one concrete copy. */
struct binding {
	struct slice name;
	struct ty *ty;
	struct symbol *interface; /* of a where clause, or NULL */
};

struct symbol {
	enum symbol_kind kind;
	struct slice name;
	struct range range;
	uint32_t module;
	struct ast_decl *decl;
	struct ty *ty; /* nominal type; of a function, its function type */
	/* struct */
	struct field *fields;
	uint32_t field_len;
	enum { FIELDS_NEW, FIELDS_BUSY, FIELDS_DONE } state;
	bool broken;   /* its fields are not known; already reported */
	bool is_error; /* named behind a '!': another error may turn up where it is expected */
	/* enum */
	struct variant *variants;
	uint32_t variant_len;
	/* function */
	struct local **params;
	uint32_t param_len;
	struct ty *result;
	bool has_self;     /* a method: its first parameter is the receiver */
	bool is_component; /* its last two parameters are attrs and children */
	bool checked;
	struct binding *bindings; /* in effect in its head and body */
	uint32_t binding_len;
	struct symbol *copies; /* SYMBOL_GENERIC: made so far, linked by next_copy */
	struct symbol *next_copy;
	/* module */
	uint32_t target;
	/* lowering */
	uint32_t index;              /* of the function or type */
	uint32_t *default_functions; /* by parameter */
	bool loose_result;
	bool lowered_type;
};

/* What the block of a spawn takes from around it. */
struct spawn_scope {
	struct spawn_scope *outer;
	uint32_t function;
	VEC(struct local *) captures;
};

/* impl Interface for Type: the methods are functions that no name leads to. */
struct impl {
	struct symbol *interface;
	struct symbol *target;
	struct ast_decl *decl;
	uint32_t module;
	struct symbol **methods; /* as many as the declaration has members */
};

/* One loaded file. */
struct unit {
	struct source source;
	struct slice name;
	const char *identity; /* its path without detours: a file is loaded once */
	uint32_t package;     /* 0 is the root's */
	bool is_std_error;    /* no file: its types are called std.Error and std.Error.NAME */
	const char *inside;   /* its path from the folder of its package */
	struct ast_module *ast;
	unsigned capabilities;         /* required by the module, a bit each */
	unsigned used;                 /* of them, by calls and transactions */
	struct map symbols;            /* struct symbol by name; imports included */
	VEC(struct symbol *) declared; /* in source order, imports excluded */
};

/* Something legal that the language has and this toolchain does not carry out. */
struct missing {
	struct range range;
	const char *what;
};

/* An app or a test, or another body without a symbol. */
struct body {
	struct ast_decl *decl;
	uint32_t module;
};

struct sema {
	struct arena *arena;
	struct report *report;
	struct types types;
	struct unit **units;
	uint32_t unit_len;
	VEC(struct body) apps;
	VEC(struct body) tests;
	VEC(struct body) migrations;
	VEC(struct missing) missing;
	struct ty *http_response, *http_error;
	VEC(struct symbol *) assets;
	VEC(struct impl) impls;
	uint32_t copy_count;     /* of generic functions */
	VEC(struct ty *) blanks; /* what a type parameter is while heads are compared */
	/* while a body is checked */
	uint32_t module;
	const struct binding *bindings;
	uint32_t binding_len;
	struct ty *result;
	VEC(struct local *) scope;
	uint32_t depth;
	uint32_t loops;
	uint32_t transactions;
	uint32_t function;
	uint32_t function_count;
	uint32_t spawn_count;
	struct spawn_scope *spawn; /* the innermost spawn around, or NULL */
	struct ty **inferred;      /* joins the returned types of a spawn's block, else NULL */
	struct symbol *main;
};

/* Behind sema_check, when it found nothing. */
void sema_strict(struct sema *sema);
/* Units with their imports bound; 0 is the root. The result stays in the arena and the units. */
void sema_check(struct sema *sema);
void sema_done(struct sema *sema);

/* Whether the cases of a checked match fit every value of its type, so that one always does. */
bool sema_covers(const struct ast_stmt *stmt);

/* Index of a field or variant, or -1. */
int32_t symbol_field(const struct symbol *symbol, struct slice name);
int32_t symbol_variant(const struct symbol *symbol, struct slice name);
