/* SPDX-License-Identifier: Apache-2.0 */
/* lifetime: which slot reads are the last ones before the slot is overwritten. */
#pragma once

#include "oracles/reference/tree.h"

bool expr_mentions_slot(const struct expr *e, uint32_t slot);

/*
 * In `x = x + ...` and `x = "${x}..."`, where the rest does not mention x: the read of x, else
 * NULL. Its value may be moved out of the slot instead of shared, so that the runtime grows it in
 * place. A fault in between ends the function anyway.
 */
const struct expr *stmt_moved_read(const struct stmt *s);
