/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: a growing byte buffer with a hard maximum, always NUL-terminated behind `len`.
 *
 * An append that would pass `max` appends nothing and sets `full`, which sticks: a chain of appends
 * is checked once at its end. Out of memory aborts.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf {
	char *data; /* NULL until the first append; use buf_str() for a C string */
	size_t len;
	size_t cap;
	size_t max; /* 0 stands for BUF_MAX_DEFAULT */
	bool full;
};

enum { BUF_MAX_DEFAULT = 64 << 20 };

/* A zeroed struct is a valid empty buffer with the default maximum. */
#define BUF_INIT(maximum)                                                                          \
	{                                                                                          \
		.max = (maximum)                                                                   \
	}

void buf_done(struct buf *buf);
void buf_clear(struct buf *buf);                /* keeps the memory, resets `full` */
void buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes past len, up to max */

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_adds(struct buf *buf, const char *text);
void buf_add_slice(struct buf *buf, struct slice s);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *buf, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Printable form of arbitrary bytes: \n \r \t \\ \" and \xNN; valid UTF-8 is kept. */
void buf_add_escaped(struct buf *buf, struct slice bytes);

const char *buf_str(const struct buf *buf); /* never NULL */
struct slice buf_slice(const struct buf *buf);

/* Hand the bytes over (malloc'ed, terminated, never NULL) and leave the buffer empty. */
char *buf_take(struct buf *buf);
