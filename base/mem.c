/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem: the one place that meets an allocation failure. A run that cannot get memory has no verdict
 * worth giving, so it aborts instead of making every caller carry a path that is never tested.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void mem_exhausted(void)
{
	static const char text[] = "out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)ignored;
	abort();
}

void *mem_alloc(size_t size)
{
	void *block = malloc(size ? size : 1);
	if (!block)
		mem_exhausted();
	return block;
}

void *mem_zeroed(size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		mem_exhausted();
	void *block = calloc(1, total ? total : 1);
	if (!block)
		mem_exhausted();
	return block;
}

void *mem_resize(void *block, size_t size)
{
	void *larger = realloc(block, size ? size : 1);
	if (!larger)
		mem_exhausted();
	return larger;
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *bytes, size_t len)
{
	if (len == SIZE_MAX)
		mem_exhausted();
	char *copy = mem_alloc(len + 1);
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	va_list args;
	char *text;
	va_start(args, fmt);
	int len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		mem_exhausted();
	return text;
}
