/* SPDX-License-Identifier: Apache-2.0 */
/* text: small readings of what people typed. No state. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "250ms", "5s", "2m", "1.5s": milliseconds, more than 0 and at most one day. False when it is
 * none. */
bool text_to_duration(int64_t *out_ms, const char *text);
