/* SPDX-License-Identifier: Apache-2.0 */
/* layout: where lines and blocks begin and end, spec/fls.md#significant-indentation. */
#pragma once

#include "oracles/reference/report.h"
#include "oracles/reference/token.h"

/*
 * `out` gets the tokens of `in` with NEWLINE, INDENT and DEDENT put in. Brackets join lines, and so
 * does a line that begins with a postfix mark after one that ends an expression. Every INDENT has
 * its DEDENT, also in broken text.
 */
void layout(struct tokens *out, const struct tokens *in, const struct source *source,
	    struct report *report);
