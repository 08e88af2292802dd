/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_internal: what lowering's files share.
 *
 * Representations: a variable or result whose static type is Int, Float or Bool lives in a machine
 * slot, unless some assignment, argument or return can only offer a tagged value (a map's missing
 * entry, a body that falls off its end). Then the variable is "loose" and holds any value, and the
 * functions are lowered again until nothing changes: no conversion ever fails where the language
 * itself would have gone on.
 */
#pragma once

#include "base/vec.h"
#include "oracles/reference/lower.h"
#include "oracles/reference/sema_internal.h"

enum { LOWER_ROUNDS = 8 }; /* then everything is loose */

typedef VEC(struct stmt *) stmt_vec;

struct lower {
	struct program *program;
	struct arena *arena;
	struct sema *sema;
	VEC(struct function) functions;
	VEC(struct type) types;
	bool *loose_result; /* by function */
	bool again;
	bool all_loose;
	/* the function being lowered */
	uint32_t index;
	bool wraps; /* its result is T!E */
	enum rep result;
	VEC(struct slot) slots;
	stmt_vec stmts; /* of the block being lowered */
};

/* How a part of a matched value is reached: from a slot by fields and payloads. */
struct place {
	const struct place *base; /* NULL for the slot itself */
	enum { PLACE_SLOT, PLACE_FIELD, PLACE_PAYLOAD, PLACE_CONTENT } kind;
	uint32_t index; /* slot, field or payload number */
	struct slice name;
	enum rep rep;
	struct span span;
};

/* building: lower.c */
struct span lower_span(const struct lower *l, struct range range);
struct expr *lower_node(struct lower *l, enum expr_kind kind, enum rep rep, struct span span,
			uint32_t args);
struct expr *lower_op(struct lower *l, enum op op, struct span span, struct expr *first,
		      struct expr *second);
struct expr *lower_slot(struct lower *l, uint32_t slot, struct span span);
struct expr *lower_text(struct lower *l, struct slice text, struct span span);
uint32_t lower_new_slot(struct lower *l, enum rep rep, struct slice name);
struct stmt *lower_emit(struct lower *l, enum stmt_kind kind, struct span span);
struct expr *lower_to(struct lower *l, struct expr *expr, enum rep rep);
enum rep lower_rep(const struct ty *ty);
enum rep lower_rep_of_letter(char letter); /* of op_table */
/* To the machine form its certain static type allows. */
struct expr *lower_settle(struct lower *l, struct expr *expr, const struct ty *ty);
void lower_loosen(struct lower *l, bool *loose);
/* A function that is called without its representations being known takes and yields values. */
void lower_function_loosen(struct lower *l, struct symbol *function);
stmt_vec lower_begin(struct lower *l);
struct stmt **lower_end(struct lower *l, stmt_vec outer, uint32_t *len);
enum rep lower_param_rep(const struct lower *l, const struct local *param);
enum rep lower_result_rep(const struct lower *l, uint32_t function, const struct ty *ty);

/* lower_expr.c, lower_call.c */
/* The number of the field that a member names, or -1 when only its name is certain. */
int32_t lower_field_index(const struct ast_expr *member);
struct expr *lower_expr(struct lower *l, struct ast_expr *expr);  /* boxes opened */
struct expr *lower_value(struct lower *l, struct ast_expr *expr); /* the same as a tagged value */
struct expr *lower_keep_box(struct lower *l, struct ast_expr *expr);
struct expr *lower_binary(struct lower *l, struct ast_expr *expr, struct span span);
struct expr *lower_call(struct lower *l, struct ast_expr *expr, struct span span);
struct expr *lower_variant(struct lower *l, struct ast_expr *expr, struct span span);
struct expr *lower_function_value(struct lower *l, struct symbol *symbol, struct span span);

struct expr *lower_spawn(struct lower *l, struct ast_expr *expr, struct span span);
/* A function's number, for one more body. */
void lower_begin_function(struct lower *l, uint32_t index, const struct ty *result);
void lower_end_function(struct lower *l);
uint32_t lower_reserve(struct lower *l, const char *name, uint32_t module, struct range range);

/* lower_stmt.c */
void lower_block(struct lower *l, struct ast_block *block);
/* The value of the last statement is returned. True when every way through returns. */
bool lower_tail_block(struct lower *l, struct ast_block *block);
void lower_return(struct lower *l, struct ast_expr *expr, struct span span);

/* lower_pattern.c */
struct expr *lower_pattern(struct lower *l, struct ast_pattern *pattern, const struct place *at);
void lower_bindings(struct lower *l, struct ast_pattern *pattern, const struct place *at);
struct expr *lower_place(struct lower *l, const struct place *place);

/* lower_type.c */
void lower_consts(struct lower *l);

/* lower_asset.c */
void lower_assets(struct lower *l);
void lower_types(struct lower *l);
uint32_t lower_type(struct lower *l, const struct ast_type *type, uint32_t module);
