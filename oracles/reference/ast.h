/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast: the syntax tree, one node kind a production of spec/fls.md#grammar-ebnf-approximation. Nodes
 * live in an arena. The parser fills the upper part of a node; the fields under "checked" belong to
 * sema and are what lowering reads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "oracles/reference/source.h"

struct ty;      /* a static type, sema_type.h */
struct local;   /* a variable of a function, sema.h */
struct symbol;  /* a declaration, sema.h */
struct builtin; /* sema_internal.h */
struct json_doc;

struct ast_name {
	struct slice text; /* dotted for type names: "std.Error.NotFound" */
	struct range range;
};

/* --- types: TypeRef -----------------------------------------------------------------------------
 */
enum ast_type_kind {
	AST_TYPE_NAME,     /* name, args, refinements */
	AST_TYPE_OPTIONAL, /* args[0] */
	AST_TYPE_RESULT,   /* args[0] ! args[1] */
};

struct ast_type {
	enum ast_type_kind kind;
	struct range range;
	struct ast_name name;
	struct ast_type **args;
	uint32_t arg_len;
	struct ast_expr **refinements;
	uint32_t refinement_len;
	bool refined; /* has parentheses */
};

/* --- patterns -----------------------------------------------------------------------------------
 */
enum ast_pattern_kind {
	AST_PATTERN_WILDCARD,
	AST_PATTERN_LITERAL, /* literal */
	AST_PATTERN_NAME,    /* name without parentheses: a binding, a variant or a type */
	AST_PATTERN_ARGS,    /* name(pattern, ...) */
	AST_PATTERN_FIELDS,  /* name(field=pattern, ...) */
};

/* What a name in a pattern turned out to be. */
enum pattern_role {
	PATTERN_BINDING,
	PATTERN_VARIANT, /* index in variant */
	PATTERN_STRUCT,
	PATTERN_SOME,
	PATTERN_NONE,
	PATTERN_OK,
	PATTERN_ERR,
};

struct ast_pattern {
	enum ast_pattern_kind kind;
	struct range range;
	struct ast_name name;
	struct ast_expr *literal;
	struct ast_pattern **args;
	struct ast_name *fields;
	uint32_t arg_len;
	/* checked */
	enum pattern_role role;
	struct ty *ty;         /* of the value the pattern looks at */
	struct symbol *symbol; /* the enum or struct */
	struct ty **arg_types; /* of what each sub-pattern looks at */
	uint32_t *field_index; /* PATTERN_STRUCT: field of each sub-pattern */
	uint32_t variant;
	struct local *local;
};

/* --- expressions --------------------------------------------------------------------------------
 */
enum ast_expr_kind {
	AST_INT,
	AST_FLOAT,
	AST_BOOL,
	AST_STRING, /* decoded */
	AST_NULL,
	AST_IDENT,
	AST_UNARY,    /* op, left */
	AST_BINARY,   /* op, left, right */
	AST_COALESCE, /* left ?? right */
	AST_CALL,     /* left(args), named when an argument has a name */
	AST_MEMBER,   /* left.name */
	AST_OPTIONAL_MEMBER,
	AST_INDEX, /* left[right] */
	AST_OPTIONAL_INDEX,
	AST_LIST,    /* items */
	AST_MAP,     /* items: key, value, ... */
	AST_INTERP,  /* items: strings and expressions */
	AST_BANG,    /* left ?! right, right may be NULL */
	AST_SPAWN,   /* block */
	AST_AWAIT,   /* left */
	AST_BOX,     /* left */
	AST_HTML_IF, /* statement form kept in stmt */
	AST_HTML_FOR,
	AST_BROKEN, /* already reported */
};

enum ast_op {
	AST_OP_ADD,
	AST_OP_SUB,
	AST_OP_MUL,
	AST_OP_DIV,
	AST_OP_MOD,
	AST_OP_EQ,
	AST_OP_NE,
	AST_OP_LT,
	AST_OP_LE,
	AST_OP_GT,
	AST_OP_GE,
	AST_OP_AND,
	AST_OP_OR,
	AST_OP_RANGE,
	AST_OP_NEG,
	AST_OP_NOT,
};

struct ast_arg {
	struct ast_name name; /* text.len 0 when positional */
	struct ast_expr *value;
	uint32_t comma;      /* offset of the one before it, or 0 */
	bool is_block_sugar; /* children of an HTML block */
};

struct ast_block {
	struct ast_stmt **stmts;
	uint32_t len;
	uint32_t height; /* of its tallest expression */
	struct range range;
};

/* What a name, member or call turned out to be. */
enum expr_role {
	ROLE_NONE,
	ROLE_LOCAL,    /* local */
	ROLE_FUNCTION, /* symbol: a function as a value, or the callee of a call */
	ROLE_GENERIC,  /* symbol: the callee of a call before its copy is known */
	ROLE_VARIANT,  /* symbol (enum), variant: value or constructor */
	ROLE_STRUCT,   /* symbol: a construction */
	ROLE_BUILTIN,  /* builtin */
	ROLE_CONST,    /* symbol, variant: field of a config; or an imported asset */
	ROLE_MODULE,   /* module of an import, only left of a dot */
	ROLE_TYPE,     /* symbol: a type's name, only left of a dot or a parenthesis */
	ROLE_FIELD,    /* variant: field index of a struct known statically, else ROLE_DYNAMIC */
	ROLE_DYNAMIC,  /* a member or call only known when it runs */
};

struct ast_expr {
	enum ast_expr_kind kind;
	struct range range;
	uint32_t height; /* nodes on the longest way down */
	enum ast_op op;
	union {
		int64_t i;
		double f;
		bool b;
		struct slice s;
	} value;
	struct ast_name name;
	struct ast_expr *left;
	struct ast_expr *right;
	struct ast_expr **items;
	uint32_t item_len;
	struct ast_arg *args;
	uint32_t arg_len;
	struct ast_type **type_args; /* one<T>() */
	uint32_t type_arg_len;
	struct ast_block *block;
	struct ast_stmt *stmt;
	/* checked */
	struct ty *ty;
	enum expr_role role;
	uint32_t variant;
	struct local *local;
	struct symbol *symbol;
	const struct builtin *builtin;
	uint32_t *arg_index;     /* ROLE_STRUCT: field of each argument */
	struct local **captures; /* AST_SPAWN */
	uint32_t capture_len;
	uint32_t function; /* AST_SPAWN: lowering, the number of its function */
};

/* --- statements ---------------------------------------------------------------------------------
 */
enum ast_stmt_kind {
	AST_LET,
	AST_VAR,
	AST_ASSIGN, /* target = expr */
	AST_RETURN, /* expr may be NULL */
	AST_IF,     /* expr, block, other */
	AST_MATCH,  /* expr, cases */
	AST_FOR,    /* pattern in expr: block */
	AST_WHILE,
	AST_TRANSACTION,
	AST_BREAK,
	AST_CONTINUE,
	AST_EXPR,
};

struct ast_case {
	struct ast_pattern *pattern;
	struct ast_expr *arrow; /* P -> e: return e; else NULL */
	struct ast_block *block;
	struct range range;
};

struct ast_stmt {
	enum ast_stmt_kind kind;
	struct range range;
	struct ast_name name;
	struct ast_type *type;
	struct ast_expr *target;
	struct ast_expr *expr;
	struct ast_block *block;
	struct ast_block *other; /* else; an "else if" is a block of one AST_IF */
	struct ast_pattern *pattern;
	struct ast_case *cases;
	uint32_t case_len;
	/* checked */
	struct local *local;
	struct ty *ty;    /* of the declared or inferred variable; of a loop's element */
	bool *reassigned; /* a loop, by task in scope: a round may assign and not await it */
};

/* --- declarations -------------------------------------------------------------------------------
 */
struct ast_field {
	struct ast_name name;
	struct ast_type *type;
	struct ast_expr *value; /* default, or NULL */
};

struct ast_variant {
	struct ast_name name;
	struct ast_type **payload;
	uint32_t payload_len;
};

struct ast_param {
	struct ast_name name;
	struct ast_type *type;
	struct ast_expr *value; /* default, or NULL */
};

struct ast_constraint {
	struct ast_name param;
	struct ast_name interface;
};

struct ast_route {
	enum { ROUTE_GET, ROUTE_POST, ROUTE_PUT, ROUTE_PATCH, ROUTE_DELETE } verb;
	struct range range;
	struct slice path;
	struct range path_range;
	struct ast_param *params; /* of the path */
	uint32_t param_len;
	struct ast_type *body_type; /* or NULL */
	struct ast_type *result;
	struct ast_block *block;
};

enum ast_decl_kind {
	AST_DECL_IMPORT,
	AST_DECL_APP,
	AST_DECL_SERVICE,
	AST_DECL_CONFIG,
	AST_DECL_TYPE,
	AST_DECL_ENUM,
	AST_DECL_INTERFACE,
	AST_DECL_IMPL,
	AST_DECL_MIGRATION,
	AST_DECL_TEST,
	AST_DECL_FN,
	AST_DECL_COMPONENT,
	AST_DECL_REQUIRES,
};

enum import_form {
	IMPORT_MODULE, /* import Foo */
	IMPORT_FROM,   /* import X from "path" */
	IMPORT_NAMES,  /* import {A, B} from "path" */
	IMPORT_ALIAS,  /* import X as Y from "path" */
};

struct ast_decl {
	enum ast_decl_kind kind;
	struct range range; /* of its first line */
	struct ast_name name;
	struct slice doc;
	/* type, config */
	struct ast_field *fields;
	uint32_t field_len;
	struct ast_name base; /* type X = base without names; text.len 0 when absent */
	/* without, import {names}, requires */
	struct ast_name *names;
	uint32_t name_len;
	/* enum */
	struct ast_variant *variants;
	uint32_t variant_len;
	/* fn, interface member, component */
	struct ast_name *type_params;
	uint32_t type_param_len;
	struct ast_param *params;
	uint32_t param_len;
	struct ast_type *result; /* or NULL */
	struct ast_constraint *constraints;
	uint32_t constraint_len;
	struct ast_block *block; /* NULL for interface members */
	/* interface, impl */
	struct ast_decl **members;
	uint32_t member_len;
	struct ast_name target; /* impl name for target; import as target */
	/* service */
	struct ast_route *routes;
	uint32_t route_len;
	/* import, service at, app, test, migration */
	enum import_form import_form;
	struct slice asset;    /* import of a .md file: its content */
	struct json_doc *json; /* import of a .json file: its document; the loader frees it */
	bool is_asset;
	int32_t import_unit; /* the module it loads, or -1 */
	struct slice text;
	struct range text_range;
};

struct ast_module {
	struct ast_decl **decls;
	uint32_t decl_len;
};
