/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: why our own run cannot go on. Not for verdicts (data) nor for our bugs (assert).
 *
 * A fallible function takes `struct error *err` last and returns 0, a positive enum of its own
 * header, or a negative value with `err` set once, at the origin. Callers forward negatives, adding
 * context with error_wrap(); nobody matches on the text. Messages: lower case, problem first,
 * subject quoted, next step last, no full stop; where a file is at fault "path:line: problem".
 */
#pragma once

/* Who has to act. Decides the exit code of the command (2 or 3). */
enum error_blame {
	ERROR_NONE,
	ERROR_INPUT, /* what the user gave us is broken: a manifest, rule, profile, argument */
	ERROR_FAULT, /* our own fault, the host's, or a backend that cannot start */
};

struct error {
	enum error_blame blame;
	char message[1024]; /* always terminated; cut with "..." when longer */
};

#define ERROR_INIT                                                                                 \
	{                                                                                          \
		.blame = ERROR_NONE                                                                \
	}

/* Set the message and return -1. `err` may be NULL. */
int error_input(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_fault(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A fault whose message ends in ": " and the text of `errnum`. Returns -1. */
int error_errno(struct error *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "context: " before the message; returns `r` so that it can be forwarded. */
int error_wrap(struct error *err, int r, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
