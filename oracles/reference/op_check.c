/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_check: no code, only what must hold of ops.def for a build to succeed. Every operation has one
 * of the signatures that the interpreter calls and the emitter writes, and its runtime function has
 * the C type which its letters say. That the function exists, interp.c and jit.c see by naming it.
 */
#include "oracles/reference/rt_ops.h"
#include "oracles/reference/tree.h"

#define IS(result, operands, function, want_result, want_operands, ...)                            \
	((result) == (want_result) && __builtin_strcmp(operands, want_operands) == 0 &&            \
	 __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__))

#define V  struct value
#define I  int64_t
#define F  double
#define B  int
#define RT struct rt *

#define OP(name, r, o, f, traps)                                                                   \
	_Static_assert(                                                                            \
		IS(r, o, f, 'i', "ii", I(RT, I, I)) || IS(r, o, f, 'b', "ii", B(RT, I, I)) ||      \
			IS(r, o, f, 'f', "ff", F(RT, F, F)) ||                                     \
			IS(r, o, f, 'b', "ff", B(RT, F, F)) ||                                     \
			IS(r, o, f, 'b', "bb", B(RT, B, B)) ||                                     \
			IS(r, o, f, 'v', "vv", V(RT, V, V)) ||                                     \
			IS(r, o, f, 'b', "vv", B(RT, V, V)) ||                                     \
			IS(r, o, f, 'v', "bv", V(RT, B, V)) || IS(r, o, f, 'i', "i", I(RT, I)) ||  \
			IS(r, o, f, 'f', "i", F(RT, I)) || IS(r, o, f, 'f', "f", F(RT, F)) ||      \
			IS(r, o, f, 'b', "b", B(RT, B)) || IS(r, o, f, 'v', "i", V(RT, I)) ||      \
			IS(r, o, f, 'v', "f", V(RT, F)) || IS(r, o, f, 'v', "b", V(RT, B)) ||      \
			IS(r, o, f, 'i', "v", I(RT, V)) || IS(r, o, f, 'f', "v", F(RT, V)) ||      \
			IS(r, o, f, 'b', "v", B(RT, V)) || IS(r, o, f, 'v', "v", V(RT, V)) ||      \
			IS(r, o, f, 'v', "*", V(RT, uint32_t, V *)),                               \
		#name ": ops.def and rt_ops.h disagree, or nothing calls such a signature");
#include "oracles/reference/ops.def"
#undef OP
