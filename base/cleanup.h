/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanup: locals that release themselves.
 *
 *	CLEANUP(free_p) char *text = NULL;       calls free_p(&text) at scope end
 *	*out = steal(&text);                     hand-over: text is NULL afterwards
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void *steal_ptr(void *pp)
{
	void **slot = pp;
	void *value = *slot;
	*slot = NULL;
	return value;
}
#define steal(pp) ((__typeof__(*(pp)))steal_ptr(pp))

static inline int steal_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

static inline void free_p(void *pp)
{
	free(*(void **)pp);
}

static inline void close_p(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void fclose_p(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static inline void closedir_p(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}
