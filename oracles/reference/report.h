/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: how the stages of the front end add diagnostics. Codes are FUSE_<AREA>_<WHAT>; messages
 * are one sentence without a full stop. Past a hundred errors further ones are dropped: they help
 * nobody.
 */
#pragma once

#include <stdarg.h>

#include "oracles/reference/frontend.h"
#include "oracles/reference/source.h"

enum { REPORT_MAX = 100 };

struct report {
	struct diagnostics *diagnostics;
	const struct source *const *sources; /* by module, for lines and columns */
	uint32_t source_len;
};

void report_error(struct report *report, struct range range, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a line of a file that is no module. */
void report_error_at(struct report *report, const char *path, uint32_t line, const char *code,
		     const char *fmt, ...) __attribute__((format(printf, 5, 6)));
