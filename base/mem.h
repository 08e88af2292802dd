/* SPDX-License-Identifier: Apache-2.0 */
/* mem: allocation that cannot fail. Out of memory writes one line to stderr and aborts. */
#pragma once

#include <stddef.h>

/* malloc'ed; free() them. A size of 0 yields a valid pointer. */
void *mem_alloc(size_t size);
void *mem_zeroed(size_t count, size_t size); /* aborts when count * size overflows */
void *mem_resize(void *block, size_t size);
char *mem_strdup(const char *text);
char *mem_strndup(const char *bytes, size_t len); /* exactly len bytes and a NUL */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

_Noreturn void mem_exhausted(void);
