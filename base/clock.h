/* SPDX-License-Identifier: Apache-2.0 */
/* clock: monotonic time for limits, wall time for records, ULIDs for ids that sort by time. */
#pragma once

#include <stdint.h>

int64_t clock_monotonic_ns(void);
int64_t clock_monotonic_ms(void);
int64_t clock_wall_ms(void); /* Unix epoch; SOURCE_DATE_EPOCH is not honoured */

enum { CLOCK_ISO_SIZE = 32, CLOCK_ULID_SIZE = 27 };

/* "2026-11-23T13:48:37.120Z" */
void clock_format_iso(char out[CLOCK_ISO_SIZE], int64_t wall_ms);

/* 26 characters of Crockford base32: 48 bits of time, 80 of getrandom(2). Lexical order is time
 * order. */
void clock_ulid(char out[CLOCK_ULID_SIZE], int64_t wall_ms);
