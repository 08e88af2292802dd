/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: where one well-formed sequence ends (RFC 3629: no surrogates, no overlong forms). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Length 1..4 of the sequence at the start of `bytes`, 0 when it is not well-formed or len is 0. */
size_t utf8_length(const char *bytes, size_t len);
bool utf8_is_valid(struct slice bytes);
/* Write the sequence of a code point (at most U+10FFFF, no surrogate); returns its length. */
size_t utf8_encode(char out[4], uint32_t code);
