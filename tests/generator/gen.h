/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen: random well-typed programs. A seed makes exactly one program, on every machine: nothing but
 * the seed is drawn on. Programs end: loops have bounded trips, helpers call only helpers before
 * them, and recursion counts down. Numbers are kept small, so that most programs end well; some
 * fail on purpose.
 *
 * Here: what the parts share. gen_expr.c writes expressions, gen_stmt.c statements, gen_feature.c
 * features with declarations of their own, gen_program.c other declarations and whole programs;
 * generate.c is the command.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum gtype {
	G_INT,
	G_FLOAT,
	G_BOOL,
	G_STRING,
	G_INTS,  /* List<Int> */
	G_TEXTS, /* List<String> */
	G_GRID,  /* List<List<Int>> */
	G_MAP,   /* Map<String, Int> */
	G_MAYBE, /* Int? */
	G_STRUCT,
	G_ENUM,
	G_COUNT,
};
enum { G_SCALARS = G_STRING + 1 };

enum { VARS_MAX = 64, PARTS_MAX = 4, HELPERS_MAX = 4, NAME_SIZE = 24, LOOP_DEPTH_MAX = 2 };

struct gvar {
	char name[NAME_SIZE];
	enum gtype type;
	bool is_var;  /* may be assigned */
	unsigned len; /* a list has at least that many items */
};

struct ghelper {
	enum gtype result;
	enum gtype params[3];
	size_t param_len;
	bool counts_down; /* calls itself; its first parameter is how often */
	bool fails;       /* has the result type Int!Oops */
};

struct gvariant {
	enum gtype payload[2];
	size_t payload_len;
};

struct gen {
	uint64_t state; /* of the random numbers */
	uint64_t seed;
	struct buf *out;
	int indent;
	int loops;     /* around the statement being written */
	bool bare;     /* inside an interpolation: no quotes may be written */
	bool is_main;  /* the entry, which prints */
	bool in_spawn; /* no names from outside but numbers */
	unsigned next_name;
	struct gvar vars[VARS_MAX];
	size_t var_len;
	enum gtype fields[PARTS_MAX];
	bool has_default[PARTS_MAX];
	size_t field_len;
	struct gvariant variants[PARTS_MAX];
	size_t variant_len;
	struct ghelper helpers[HELPERS_MAX];
	size_t helper_len; /* those that may be called */
};

/* A number from 0 to below `bound`. */
unsigned gen_below(struct gen *g, unsigned bound);
/* True once in `n` times. */
bool gen_once_in(struct gen *g, unsigned n);

/* An expression of that type, nested at most `depth` levels. */
void gen_expr(struct gen *g, enum gtype type, int depth);
/* A value without names: literals all the way down. */
void gen_literal(struct gen *g, enum gtype type);
/* The type as programs write it. */
void gen_type(struct gen *g, enum gtype type);
/* A name in scope of that type, or NULL. `must_be_var`: one that may be assigned. */
struct gvar *gen_pick(struct gen *g, enum gtype type, bool must_be_var);
/* Bring a new name into scope and return it; lists are known to hold `len` items. */
const char *gen_declare(struct gen *g, enum gtype type, bool is_var, unsigned len);

/* `count` statements at the present indentation; names they declare leave scope behind them. */
void gen_block(struct gen *g, int count, int depth);
/* One statement that fails when it runs. */
void gen_trap(struct gen *g);
/* Declarations of some features, drawn by the seed, and the statements that show them. */
unsigned gen_features(struct gen *g);
void gen_use_features(struct gen *g, unsigned used);
/* Indentation, then the text. */
void gen_line(struct gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The declarations of a program, ending with "fn p<seed>()", which prints what it computes. */
void gen_program(struct buf *out, uint64_t seed);
