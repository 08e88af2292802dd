/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: text to tokens, without layout (layout.h adds lines and indentation). Comments vanish; a doc
 * comment is remembered by the token after it. What cannot be read is reported once and skipped.
 */
#pragma once

#include "oracles/reference/report.h"
#include "oracles/reference/token.h"

/* Tokens of text[start..end), closed by TOKEN_END. Used for files and for interpolations. */
void lex(struct tokens *out, const struct source *source, uint32_t start, uint32_t end,
	 struct report *report);

/* Offset behind the '}' that closes an interpolation whose content begins at `start`, or `end` when
 * there is none before `end`. Strings inside are skipped as wholes. */
uint32_t lex_interpolation_end(const struct source *source, uint32_t start, uint32_t end);
