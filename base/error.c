/* SPDX-License-Identifier: Apache-2.0 */
/* error: builds messages of bounded length; never prints them. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* End `message` with "..." without leaving half a UTF-8 sequence before it. */
static void mark_cut(char *message, size_t size)
{
	size_t at = size - 4;
	while (at > 0 && ((unsigned char)message[at] & 0xc0) == 0x80)
		at--;
	memcpy(message + at, "...", 4);
}

__attribute__((format(printf, 3, 0))) static void format_into(char *message, size_t size,
							      const char *fmt, va_list args)
{
	int len = vsnprintf(message, size, fmt, args);
	if (len < 0)
		message[0] = '\0';
	else if ((size_t)len >= size)
		mark_cut(message, size);
}

__attribute__((format(printf, 3, 0))) static int set(struct error *err, enum error_blame blame,
						     const char *fmt, va_list args)
{
	if (!err)
		return -1;
	/* Through a copy, so that an argument may be the message being replaced. */
	char text[sizeof(err->message)];
	format_into(text, sizeof(text), fmt, args);
	memcpy(err->message, text, sizeof(text));
	err->blame = blame;
	return -1;
}

int error_input(struct error *err, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int r = set(err, ERROR_INPUT, fmt, args);
	va_end(args);
	return r;
}

int error_fault(struct error *err, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int r = set(err, ERROR_FAULT, fmt, args);
	va_end(args);
	return r;
}

int error_errno(struct error *err, int errnum, const char *fmt, ...)
{
	if (!err)
		return -1;
	char text[sizeof(err->message)];
	va_list args;
	va_start(args, fmt);
	/* Leave room for the reason: it matters more than the end of a long path. */
	format_into(text, sizeof(text) - 128, fmt, args);
	va_end(args);
	char reason[128];
	const char *why = strerror_r(errnum, reason, sizeof(reason));
	if ((size_t)snprintf(err->message, sizeof(err->message), "%s: %s", text, why) >=
	    sizeof(err->message))
		mark_cut(err->message, sizeof(err->message));
	err->blame = ERROR_FAULT;
	return -1;
}

int error_wrap(struct error *err, int r, const char *fmt, ...)
{
	if (!err)
		return r;
	char context[sizeof(err->message)];
	va_list args;
	va_start(args, fmt);
	format_into(context, sizeof(context), fmt, args);
	va_end(args);
	char whole[sizeof(err->message)];
	int len = snprintf(whole, sizeof(whole), "%s: ", context);
	if (len > 0 && (size_t)len < sizeof(whole))
		len += snprintf(whole + len, sizeof(whole) - (size_t)len, "%s", err->message);
	if (len < 0 || (size_t)len >= sizeof(whole))
		mark_cut(whole, sizeof(whole));
	memcpy(err->message, whole, sizeof(whole));
	return r;
}
