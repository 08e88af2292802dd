/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lifetime: the one ownership question whose answer the interpreter and the emitter share. Without
 * it, building a list or a text piece by piece would copy it at every step.
 */
#include "oracles/reference/lifetime.h"

bool expr_mentions_slot(const struct expr *e, uint32_t slot)
{
	if ((e->kind == EXPR_SLOT || e->kind == EXPR_LET) && e->u.slot == slot)
		return true;
	for (uint32_t i = 0; i < e->arg_len; i++)
		if (expr_mentions_slot(e->args[i], slot))
			return true;
	return false;
}

const struct expr *stmt_moved_read(const struct stmt *s)
{
	const struct expr *e = s->expr;
	if (s->kind != STMT_SET || e->kind != EXPR_OP ||
	    (e->u.op != OP_V_ADD && e->u.op != OP_CONCAT))
		return NULL;
	if (e->arg_len == 0 || e->args[0]->kind != EXPR_SLOT || e->args[0]->u.slot != s->slot)
		return NULL;
	for (uint32_t i = 1; i < e->arg_len; i++)
		if (expr_mentions_slot(e->args[i], s->slot))
			return NULL;
	return e->args[0];
}
