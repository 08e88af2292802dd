/* SPDX-License-Identifier: Apache-2.0 */
/* buf: growth by half again, never past the maximum; the NUL behind `len` is outside of both. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { FIRST_CAP = 64 };

static size_t limit(const struct buf *buf)
{
	size_t max = buf->max ? buf->max : BUF_MAX_DEFAULT;
	return max < SIZE_MAX / 2 ? max : SIZE_MAX / 2;
}

/* Room for `more` bytes, or `full`. */
static bool make_room(struct buf *buf, size_t more)
{
	size_t max = limit(buf);
	if (buf->full || buf->len > max || more > max - buf->len) {
		buf->full = true;
		return false;
	}
	size_t need = buf->len + more + 1;
	if (need <= buf->cap)
		return true;
	size_t cap = buf->cap < FIRST_CAP ? FIRST_CAP : buf->cap + buf->cap / 2;
	if (cap < need)
		cap = need;
	if (cap > max + 1)
		cap = max + 1;
	buf->data = mem_resize(buf->data, cap);
	buf->cap = cap;
	buf->data[buf->len] = '\0';
	return true;
}

void buf_done(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->cap = 0;
	buf->full = false;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->full = false;
	if (buf->data)
		buf->data[0] = '\0';
}

void buf_reserve(struct buf *buf, size_t more)
{
	size_t max = limit(buf);
	size_t left = buf->len < max ? max - buf->len : 0;
	if (!buf->full)
		(void)make_room(buf, more < left ? more : left);
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!make_room(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_slice(struct buf *buf, struct slice s)
{
	buf_add(buf, s.ptr, s.len);
}

void buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	buf_vaddf(buf, fmt, args);
	va_end(args);
}

void buf_vaddf(struct buf *buf, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	char small[256];
	int len = vsnprintf(small, sizeof(small), fmt, args);
	if (len < 0) {
		buf->full = true;
	} else if ((size_t)len < sizeof(small)) {
		buf_add(buf, small, (size_t)len);
	} else if (make_room(buf, (size_t)len)) {
		(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

static const char *short_escape(char c)
{
	switch (c) {
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '\\':
		return "\\\\";
	case '"':
		return "\\\"";
	default:
		return NULL;
	}
}

void buf_add_escaped(struct buf *buf, struct slice bytes)
{
	for (size_t at = 0; at < bytes.len;) {
		const char *p = bytes.ptr + at;
		const char *escape = short_escape(*p);
		size_t step = utf8_length(p, bytes.len - at);
		if (escape)
			buf_adds(buf, escape);
		else if (step == 0 || (unsigned char)*p < 0x20 || *p == 0x7f)
			buf_addf(buf, "\\x%02x", (unsigned char)*p);
		else
			buf_add(buf, p, step);
		at += step ? step : 1;
	}
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

struct slice buf_slice(const struct buf *buf)
{
	return slice_make(buf_str(buf), buf->len);
}

char *buf_take(struct buf *buf)
{
	char *bytes = buf->data ? buf->data : mem_strdup("");
	buf->data = NULL;
	buf->len = buf->cap = 0;
	buf->full = false;
	return bytes;
}
