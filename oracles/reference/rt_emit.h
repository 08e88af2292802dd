/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_emit: what emitted code says often, as macros, because the in-memory compiler inlines nothing.
 * Seen by emitted code only, after rt_value.h and rt_ops.h. `rt` is the function's parameter;
 * `fail` is the label that drops what is alive at that point.
 */
#pragma once

#ifndef RT_EMITTED
#include "oracles/reference/rt_ops.h"
#endif

void *memcpy(void *to, const void *from, size_t n);

#define RT_CLONE(to, from)                                                                         \
	to = from;                                                                                 \
	if (to.tag >= RT_HEAP)                                                                     \
	to.u.object->refs++
#define RT_DROP(v)                                                                                 \
	if (v.tag >= RT_HEAP)                                                                      \
	rt_drop_shared(rt, v)
/* slot = v, dropping what it held. */
#define RT_STORE(slot, v)                                                                          \
	do {                                                                                       \
		struct value old = slot;                                                           \
		slot = v;                                                                          \
		RT_DROP(old);                                                                      \
	} while (0)
#define RT_SET_INT(v, n)    v.tag = RT_INT, v.u.i = (n)
#define RT_SET_FLOAT(v, n)  v.tag = RT_FLOAT, v.u.f = (n)
#define RT_SET_BOOL(v, n)   v.tag = RT_BOOL, v.u.i = (n)
#define RT_SET_STRING(v, s) v.tag = RT_STRING, v.u.string = &s, s.head.refs++
/* May `n` bytes be added to the text in x where it stands? Only when nobody else sees it. */
#define RT_HAS_ROOM(x, n)                                                                          \
	(x.tag == RT_STRING && x.u.string->head.refs == 1 &&                                       \
	 x.u.string->cap - x.u.string->len >= (n))
#define RT_APPEND(x, from, n)                                                                      \
	memcpy(x.u.string->bytes + x.u.string->len, from, n), x.u.string->len += n
#define RT_CHECK(fail)                                                                             \
	if (RT_UNLIKELY(rt->trap))                                                                 \
	goto fail
#define RT_ENTER(fail)                                                                             \
	if (RT_UNLIKELY(++rt->depth > RT_DEPTH_LIMIT ||                                            \
			(const char *)__builtin_frame_address(0) < rt->stack_low)) {               \
		rt_trap_depth(rt);                                                                 \
		goto fail;                                                                         \
	}

#define RT_MIN_INT (-9223372036854775807L - 1)

#ifdef __TINYC__
int rt_mul_overflows(int64_t a, int64_t b, int64_t *r);
#define RT_ADD_OVERFLOWS(a, b, r)                                                                  \
	(r = (int64_t)((uint64_t)(a) + (uint64_t)(b)), (((a) ^ r) & ((b) ^ r)) < 0)
#define RT_SUB_OVERFLOWS(a, b, r)                                                                  \
	(r = (int64_t)((uint64_t)(a) - (uint64_t)(b)), (((a) ^ (b)) & ((a) ^ r)) < 0)
#define RT_MUL_OVERFLOWS(a, b, r) rt_mul_overflows(a, b, &r)
#else
#define RT_ADD_OVERFLOWS(a, b, r) __builtin_add_overflow((int64_t)(a), (int64_t)(b), &r)
#define RT_SUB_OVERFLOWS(a, b, r) __builtin_sub_overflow((int64_t)(a), (int64_t)(b), &r)
#define RT_MUL_OVERFLOWS(a, b, r) __builtin_mul_overflow((int64_t)(a), (int64_t)(b), &r)
#endif

#define RT_TRAP_IF(condition, trap, fail)                                                          \
	if (RT_UNLIKELY(condition)) {                                                              \
		trap(rt);                                                                          \
		goto fail;                                                                         \
	}
#define RT_I_ADD(r, a, b, fail) RT_TRAP_IF(RT_ADD_OVERFLOWS(a, b, r), rt_trap_overflow, fail)
#define RT_I_SUB(r, a, b, fail) RT_TRAP_IF(RT_SUB_OVERFLOWS(a, b, r), rt_trap_overflow, fail)
#define RT_I_MUL(r, a, b, fail) RT_TRAP_IF(RT_MUL_OVERFLOWS(a, b, r), rt_trap_overflow, fail)
#define RT_I_NEG(r, a, fail)                                                                       \
	RT_TRAP_IF((a) == RT_MIN_INT, rt_trap_overflow, fail)                                      \
	r = -(a)
#define RT_I_DIV(r, a, b, fail)                                                                    \
	RT_TRAP_IF((b) == 0, rt_trap_zero, fail)                                                   \
	RT_TRAP_IF((b) == -1 && (a) == RT_MIN_INT, rt_trap_overflow, fail)                         \
	r = (a) / (b)
#define RT_I_MOD(r, a, b, fail)                                                                    \
	RT_TRAP_IF((b) == 0, rt_trap_zero, fail)                                                   \
	RT_TRAP_IF((b) == -1 && (a) == RT_MIN_INT, rt_trap_overflow, fail)                         \
	r = (b) == -1 ? 0 : (a) % (b)
