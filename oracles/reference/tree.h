/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: the canonical program, the one typed form that the interpreter, the JIT and the AOT
 * compiler execute. lower.c makes it from the checked syntax tree; nothing later looks at source
 * syntax.
 *
 * Everything sugary is gone: patterns are tests and payload reads, defaults are calls of small
 * functions, the value of a body is an explicit return, optional access is LET and COND, boxes are
 * explicit, methods and generics are plain functions, spawn bodies are functions over what they
 * capture. What is left must be given the same meaning three times, so it is kept small.
 *
 * Values live in slots of a function. A slot and an expression have a representation: a machine
 * integer, double or truth value where the static type is certain, else a tagged value. Conversions
 * between them are explicit ops (V_OF_I and so on), so that no backend guesses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

enum rep {
	REP_VALUE, /* struct value, see rt_value.h */
	REP_INT,   /* int64_t */
	REP_FLOAT, /* double */
	REP_BOOL,  /* bool */
};

struct span {
	uint32_t module; /* index into program.modules */
	uint32_t line;   /* from 1 */
	uint32_t column; /* from 1, bytes */
};

/* Strict operations: all operands evaluated left to right, then one runtime function. See ops.def.
 */
enum op {
#define OP(name, result, operands, function, traps) OP_##name,
#include "oracles/reference/ops.def"
#undef OP
	OP_COUNT,
};

struct op_info {
	const char *name;     /* "I_ADD" */
	char result;          /* 'v' value, 'i' int, 'f' float, 'b' bool */
	const char *operands; /* one letter each; a last '*' means any number of 'v' */
	const char *function; /* "rt_i_add" */
	bool traps;           /* may set rt->trap */
};
extern const struct op_info op_table[OP_COUNT];

enum expr_kind {
	EXPR_INT,    /* u.i                                     REP_INT */
	EXPR_FLOAT,  /* u.f                                     REP_FLOAT */
	EXPR_BOOL,   /* u.b                                     REP_BOOL */
	EXPR_STRING, /* u.s                                     REP_VALUE, as all below unless noted
		      */
	EXPR_NULL,
	EXPR_UNIT,
	EXPR_SLOT,       /* u.slot                                  rep of the slot */
	EXPR_CONST,      /* u.index into program.consts: config fields and asset imports */
	EXPR_OP,         /* u.op, args                              rep by op_table */
	EXPR_CALL,       /* u.index into program.functions, args    rep of the function's result */
	EXPR_CALL_VALUE, /* args[0] is the function value, then its arguments */
	EXPR_FUNCTION,   /* u.index: a function as a value */
	EXPR_LIST,       /* args */
	EXPR_MAP,        /* args: key, value, key, value ... */
	EXPR_STRUCT,     /* u.record: type, args in evaluation order, fields[i] their field index */
	EXPR_VARIANT,    /* u.record: enum type, fields[0] the variant's index, args the payload */
	EXPR_FIELD, /* u.field: args[0] the struct; index when statically known, else -1 and a name
		     */
	EXPR_IS_TYPE,    /* u.index type, args[0]: is it a struct of that type?   REP_BOOL */
	EXPR_IS_VARIANT, /* u.record: enum type, fields[0] variant, args[0]   REP_BOOL */
	EXPR_PAYLOAD,    /* u.index: args[0] is a variant value, its payload number index */
	EXPR_COND,       /* args: condition (REP_BOOL), then, else: only one of them is evaluated */
	EXPR_LET,        /* u.slot = args[0]; then the value of args[1] */
	EXPR_RAISE,      /* raise the error value args[0]; never yields */
	EXPR_SPAWN,      /* u.index function, args what it captures: a task value */
};

struct expr {
	enum expr_kind kind;
	enum rep rep;
	struct span span;
	union {
		int64_t i;
		double f;
		bool b;
		struct slice s;
		uint32_t slot;
		uint32_t index;
		enum op op;
		struct {
			uint32_t type;    /* index into program.types */
			uint32_t *fields; /* as many as args, or one */
		} record;
		struct {
			int32_t index;
			struct slice name;
		} field;
	} u;
	struct expr **args;
	uint32_t arg_len;
};

/* One step of an assignment path: x.f = , x[i] = , x?.f = , x?[i] = . */
struct path_step {
	bool optional;      /* ?. or ?[: a null base is an error of its own */
	struct expr *index; /* REP_VALUE key of a list or map, or NULL for a field */
	int32_t field;      /* field index when statically known, else -1 */
	struct slice name;  /* field name */
};

enum stmt_kind {
	STMT_EXPR,     /* evaluate, drop */
	STMT_SET,      /* slot = expr */
	STMT_SET_PATH, /* slot <path> = expr: expr first, then the indices left to right, then the
			  write */
	STMT_SET_BOX,  /* the box in slot: content <path, may be empty> = expr */
	STMT_RETURN,   /* expr may be NULL: unit */
	STMT_IF,       /* expr REP_BOOL, body, other */
	STMT_WHILE,    /* expr REP_BOOL, body */
	STMT_FOR, /* slot takes each element of the list, or value of the map, expr; a snapshot */
	STMT_BREAK,
	STMT_CONTINUE,
	STMT_BLOCK,       /* body */
	STMT_TRANSACTION, /* body: begin, commit, roll back when it fails */
};

struct stmt {
	enum stmt_kind kind;
	struct span span;
	uint32_t slot;
	struct expr *expr;
	struct path_step *path;
	uint32_t path_len;
	struct stmt **body;
	uint32_t body_len;
	struct stmt **other;
	uint32_t other_len;
};

struct slot {
	enum rep rep;
	struct slice name; /* for people; "" for temporaries */
};

struct function {
	struct slice name; /* "describe", "app:demo", "spawn@12" */
	uint32_t module;
	uint32_t param_len; /* the first slots are the parameters */
	struct slot *slots;
	uint32_t slot_len;
	enum rep result;
	bool returns_result; /* declared T!E: a raised error becomes Err here */
	struct stmt **body;
	uint32_t body_len;
	struct span span;
};

/* Types as the runtime needs them: printing, construction, validation, decoding. */
enum type_kind {
	TYPE_ANY,
	TYPE_UNIT,
	TYPE_INT,
	TYPE_FLOAT,
	TYPE_BOOL,
	TYPE_STRING,
	TYPE_BYTES,
	TYPE_HTML,
	TYPE_ID,
	TYPE_EMAIL,
	TYPE_LIST,
	TYPE_MAP,
	TYPE_OPTION,
	TYPE_RESULT,
	TYPE_STRUCT,
	TYPE_ENUM,
	TYPE_TASK,
	TYPE_FUNCTION,
};

struct type_field {
	struct slice name;
	uint32_t type;            /* index into program.types */
	int32_t default_function; /* function without parameters giving the default, or -1 */
};

struct type_variant {
	struct slice name;
	uint32_t *payload; /* types */
	uint32_t payload_len;
};

struct refinement {
	enum {
		REFINE_INT_RANGE,
		REFINE_FLOAT_RANGE,
		REFINE_LENGTH,
		REFINE_REGEX,
		REFINE_PREDICATE
	} kind;
	int64_t i_min, i_max;
	double f_min, f_max;
	struct slice pattern;
	uint32_t function;
};

struct type {
	enum type_kind kind;
	struct slice name; /* as printed: "User", "std.Error.NotFound", "List<Int>" */
	uint32_t args[2];  /* List: 0; Map: key, value; Option: 0; Result: ok, error */
	struct type_field *fields;
	uint32_t field_len;
	struct type_variant *variants;
	uint32_t variant_len;
	struct refinement *refinements;
	uint32_t refinement_len;
};

/* A value that exists once: a config field, an asset. Evaluated at start, in order. */
struct constant {
	struct slice name; /* "App.port", "Docs" */
	uint32_t type;
	uint32_t function;    /* without parameters; its default or its literal */
	bool is_config;       /* environment and config file come before the function */
	struct slice section; /* "App" */
	struct slice field;   /* "port" */
};

struct module {
	struct slice name;
	struct slice path;
};

struct entry {
	struct slice name; /* of the app or test */
	uint32_t function;
};

struct program {
	struct module *modules; /* 0 is the root */
	uint32_t module_len;
	struct type *types;
	uint32_t type_len;
	struct function *functions;
	uint32_t function_len;
	struct constant *consts;
	uint32_t const_len;
	struct entry *apps;
	uint32_t app_len;
	struct entry *tests;
	uint32_t test_len;
	int32_t main_function;  /* fn main of the root module, or -1 */
	uint32_t *main_types;   /* its parameters' types, for CLI binding */
	int32_t *main_defaults; /* function giving parameter k's default from the earlier ones, or
				   -1 */
	struct arena arena;     /* owns everything */
};

void program_done(struct program *program);

/* Text form for people and tests ("fuse-ref tree FILE"). */
void tree_print(struct buf *out, const struct program *program);
