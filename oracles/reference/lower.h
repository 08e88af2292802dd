/* SPDX-License-Identifier: Apache-2.0 */
/* lower: a checked program to the canonical tree. Decides representations, makes everything
 * explicit that the syntax leaves out, and leaves nothing of the syntax. */
#pragma once

#include "oracles/reference/sema.h"
#include "oracles/reference/tree.h"

/* `program` must be zeroed; everything it gets lives in its own arena. The sema had no errors. */
void lower(struct program *program, struct sema *sema);
