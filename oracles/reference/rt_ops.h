/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_ops: every function that emitted code or the interpreter may call: the operations of ops.def
 * and the constructs of tree.h that need the runtime. Self-contained after rt_value.h, seen by
 * emitted code as it is. Truth values travel as int: compilers disagree about the upper bits of a
 * returned _Bool.
 */
#pragma once

#ifndef RT_EMITTED
#include "oracles/reference/rt_value.h"
#endif

/* --- traps ------------------------------------------------------------------------------------ */

/* Each sets rt->trap unless one is set already. */
void rt_trap(struct rt *rt, const char *message);
void rt_trap_overflow(struct rt *rt);
void rt_trap_zero(struct rt *rt);
void rt_trap_depth(struct rt *rt);
/* The pending raise as Err(error), trap cleared: what a function declared T!E does on its way out.
 */
struct value rt_catch(struct rt *rt);

/*
 * Guest calls are counted, so that the limit is met at the same depth everywhere; the host stack is
 * watched as well for functions with very large frames. Nonzero: the call must not go on.
 */
static inline int rt_enter(struct rt *rt)
{
	if (RT_UNLIKELY(++rt->depth > RT_DEPTH_LIMIT ||
			(const char *)__builtin_frame_address(0) < rt->stack_low)) {
		rt_trap_depth(rt);
		return 1;
	}
	return 0;
}

/* --- operations of ops.def -------------------------------------------------------------------- */

static inline struct value rt_v_of_i(struct rt *rt, int64_t i)
{
	struct value v;
	v.tag = RT_INT;
	v.u.i = i;
	return v;
}

static inline struct value rt_v_of_f(struct rt *rt, double f)
{
	struct value v;
	v.tag = RT_FLOAT;
	v.u.f = f;
	return v;
}

static inline struct value rt_v_of_b(struct rt *rt, int b)
{
	struct value v;
	v.tag = RT_BOOL;
	v.u.i = b;
	return v;
}

int64_t rt_i_of_v(struct rt *rt, struct value v);
double rt_f_of_v(struct rt *rt, struct value v);
int rt_b_of_v(struct rt *rt, struct value v);
double rt_f_of_i(struct rt *rt, int64_t i);

int64_t rt_i_add(struct rt *rt, int64_t a, int64_t b);
int64_t rt_i_sub(struct rt *rt, int64_t a, int64_t b);
int64_t rt_i_mul(struct rt *rt, int64_t a, int64_t b);
int64_t rt_i_div(struct rt *rt, int64_t a, int64_t b);
int64_t rt_i_mod(struct rt *rt, int64_t a, int64_t b);
int64_t rt_i_neg(struct rt *rt, int64_t a);
double rt_f_add(struct rt *rt, double a, double b);
double rt_f_sub(struct rt *rt, double a, double b);
double rt_f_mul(struct rt *rt, double a, double b);
double rt_f_div(struct rt *rt, double a, double b);
double rt_f_neg(struct rt *rt, double a);
int rt_b_not(struct rt *rt, int a);
int rt_b_and(struct rt *rt, int a, int b);
int rt_b_or(struct rt *rt, int a, int b);

int rt_i_eq(struct rt *rt, int64_t a, int64_t b);
int rt_i_ne(struct rt *rt, int64_t a, int64_t b);
int rt_i_lt(struct rt *rt, int64_t a, int64_t b);
int rt_i_le(struct rt *rt, int64_t a, int64_t b);
int rt_i_gt(struct rt *rt, int64_t a, int64_t b);
int rt_i_ge(struct rt *rt, int64_t a, int64_t b);
int rt_f_eq(struct rt *rt, double a, double b);
int rt_f_ne(struct rt *rt, double a, double b);
int rt_f_lt(struct rt *rt, double a, double b);
int rt_f_le(struct rt *rt, double a, double b);
int rt_f_gt(struct rt *rt, double a, double b);
int rt_f_ge(struct rt *rt, double a, double b);
int rt_b_eq(struct rt *rt, int a, int b);
int rt_b_ne(struct rt *rt, int a, int b);

struct value rt_v_add(struct rt *rt, struct value a, struct value b);
struct value rt_v_sub(struct rt *rt, struct value a, struct value b);
struct value rt_v_mul(struct rt *rt, struct value a, struct value b);
struct value rt_v_div(struct rt *rt, struct value a, struct value b);
struct value rt_v_mod(struct rt *rt, struct value a, struct value b);
struct value rt_v_neg(struct rt *rt, struct value a);
int rt_v_eq(struct rt *rt, struct value a, struct value b);
int rt_v_ne(struct rt *rt, struct value a, struct value b);
int rt_v_lt(struct rt *rt, struct value a, struct value b);
int rt_v_le(struct rt *rt, struct value a, struct value b);
int rt_v_gt(struct rt *rt, struct value a, struct value b);
int rt_v_ge(struct rt *rt, struct value a, struct value b);

int rt_is_null(struct rt *rt, struct value v);
int rt_is_ok(struct rt *rt, struct value v);
int rt_is_err(struct rt *rt, struct value v);
int rt_match_eq(struct rt *rt, struct value a, struct value b);

struct value rt_concat(struct rt *rt, uint32_t len, struct value *values);
struct value rt_index(struct rt *rt, struct value base, struct value key);
struct value rt_range(struct rt *rt, struct value first, struct value last);
struct value rt_ok(struct rt *rt, struct value v);
struct value rt_unwrap(struct rt *rt, struct value v);
struct value rt_box(struct rt *rt, struct value v);
struct value rt_unbox(struct rt *rt, struct value v);
struct value rt_await(struct rt *rt, struct value v);
struct value rt_print(struct rt *rt, struct value v);
struct value rt_assert(struct rt *rt, int condition, struct value message);
struct value rt_fail(struct rt *rt, struct value message);

struct value rt_time_now(struct rt *rt, uint32_t len, struct value *none);
struct value rt_time_sleep(struct rt *rt, struct value ms);
struct value rt_time_format(struct rt *rt, struct value epoch, struct value form);
struct value rt_time_parse(struct rt *rt, struct value text, struct value form);
struct value rt_crypto_hash(struct rt *rt, struct value name, struct value data);
struct value rt_crypto_hmac(struct rt *rt, uint32_t len, struct value *values);
struct value rt_crypto_random(struct rt *rt, struct value count);
int rt_crypto_equal(struct rt *rt, struct value a, struct value b);

struct value rt_env(struct rt *rt, struct value name);
struct value rt_env_int(struct rt *rt, struct value name);
struct value rt_env_float(struct rt *rt, struct value name);
struct value rt_env_bool(struct rt *rt, struct value name);
struct value rt_input(struct rt *rt, struct value prompt);
struct value rt_log(struct rt *rt, uint32_t len, struct value *values);
struct value rt_asset(struct rt *rt, struct value path);
struct value rt_json_encode(struct rt *rt, struct value v);
struct value rt_json_decode(struct rt *rt, struct value text);

/* --- constructs of tree.h --------------------------------------------------------------------- */

struct value rt_list(struct rt *rt, uint32_t len, struct value *items);
struct value rt_map(struct rt *rt, uint32_t len, struct value *pairs); /* len counts both halves */
/* Struct of `type` from given fields; defaults, then null for optionals, then validation. */
struct value rt_struct(struct rt *rt, uint32_t type, uint32_t len, const uint32_t *fields,
		       struct value *values);
struct value rt_variant(struct rt *rt, uint32_t type, uint32_t variant, uint32_t len,
			struct value *payload);
struct value rt_field(struct rt *rt, struct value base, uint32_t index);
struct value rt_field_named(struct rt *rt, struct value base, const char *name, uint64_t len);
int rt_is_type(struct rt *rt, struct value v, uint32_t type);
int rt_is_variant(struct rt *rt, struct value v, uint32_t type, uint32_t variant);
struct value rt_payload(struct rt *rt, struct value v, uint32_t index);
void rt_raise(struct rt *rt, struct value error);
/* args[0] is the function value; `len` counts it. */
struct value rt_call_value(struct rt *rt, uint32_t len, struct value *args);
struct value rt_spawn(struct rt *rt, uint32_t function, uint32_t len, struct value *captures);

/* For long literals, built element by element. Consume what they add; *list stays owned. */
void rt_list_add(struct rt *rt, struct value *list, struct value item);
void rt_map_add(struct rt *rt, struct value *map, struct value key, struct value v);

struct rt_step {
	int32_t is_index; /* takes the next key */
	int32_t optional;
	int32_t field; /* known field number or -1 */
	struct rt_name name;
};

/* *slot <steps> = v. Works in place on what only this slot owns. Consumes keys and v. */
void rt_set_path(struct rt *rt, struct value *slot, uint32_t len, const struct rt_step *steps,
		 struct value *keys, struct value v);
/* The same inside the box that *slot holds; no steps: its whole content. */
void rt_set_box(struct rt *rt, struct value *slot, uint32_t len, const struct rt_step *steps,
		struct value *keys, struct value v);

/*
 * Iteration over a snapshot that the caller owns until the loop ends. A box is replaced by its
 * content first, so that assigning the box in the loop cannot change what is iterated. Traps when
 * it is no List or Map.
 */
int64_t rt_iter_len(struct rt *rt, struct value *sequence);
struct value rt_iter_at(const struct value *sequence, int64_t i);

/* --- a compiled program ----------------------------------------------------------------------- */

struct rt_build {
	const char *info; /* "mode=aot profile=... contract=aot-v1" */
	uint32_t entry;   /* function of the app */
};

/* The whole life of a compiled program; returns its exit code. Clause: #aot-runtime-contract. */
int rt_aot_main(const struct rt_program *program, const struct rt_build *build);
