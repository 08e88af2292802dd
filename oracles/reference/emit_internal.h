/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_internal: what the emitter's files share.
 *
 * Shape of an emitted function: slots are C variables s0, s1 ...; values under way (REP_VALUE) live
 * in t0, t1 ... used like a stack, so at every point the first `live` of them are owned. Whatever
 * must leave early jumps to label u<live>, where t<live-1> down to t0 and then the slots are
 * dropped one after the other. Machine numbers under way are fresh C variables x1, x2 ...
 */
#pragma once

#include "oracles/reference/emit_c.h"

struct emit {
	struct buf *out;  /* body of the function under way */
	struct buf *data; /* static objects that come before all functions */
	const struct program *program;
	const struct function *function;
	const struct emit_options *options;
	uint32_t fresh;    /* numbers for x variables, unique in a function */
	uint32_t max_live; /* t variables needed */
	uint32_t literals; /* static strings so far */
	bool *let_slots;   /* slots that an expression may change, per slot of the function */
	bool *invoked;     /* functions called through a value, per function */
	bool while_seen;
	const struct expr *moved; /* the one read that empties its slot; see lifetime.h */
};

enum { OPERAND_SIZE = 64 };

/* Text of a machine number: a constant, a variable. */
struct operand {
	char text[OPERAND_SIZE];
};

/* Code that leaves the value of e, of REP_VALUE, owned in t<live>. */
void emit_value(struct emit *em, const struct expr *e, uint32_t live);
/* Code that computes e, of another representation, and how to name the result. */
struct operand emit_scalar(struct emit *em, const struct expr *e, uint32_t live);
/* Values of e's arguments from `first` on into t<live> ..., then `struct value a[] = {...};`. */
void emit_array(struct emit *em, struct expr **args, uint32_t len, uint32_t live);
void emit_body(struct emit *em, struct stmt **body, uint32_t len, uint32_t live);
void emit_operation(struct emit *em, const struct expr *e, uint32_t live, struct operand *result);

void emit_need(struct emit *em, uint32_t live); /* t<live> will be used */
const char *emit_type(enum rep rep);
void emit_quoted(struct buf *out, struct slice bytes); /* a C string literal */
void emit_float(struct buf *out, double f);

/* emit_meta.c: tables of the program, then `invoke`. */
void emit_meta(struct buf *out, const struct program *program);
void emit_invoke(struct buf *out, const struct program *program, const bool *invoked);
/* Marks what the tables call: defaults, predicates, constants, apps. */
void emit_mark_invoked(bool *invoked, const struct program *program);
