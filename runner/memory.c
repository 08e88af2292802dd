/* SPDX-License-Identifier: Apache-2.0 */
/* memory: see memory.h. */
#include "runner/memory.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/path.h"

enum { NAME_DIGITS = 24 }; /* of the hash: enough to tell corpora apart */

void memory_init(struct memory *memory, const char *dir, const char *kind, const char *what)
{
	char hex[DIGEST_HEX_SIZE];

	*memory = (struct memory){0};
	if (!dir)
		return;
	digest_hex(hex, slice_of(what));
	hex[NAME_DIGITS] = '\0';
	memory->dir = path_join(dir, kind);
	memory->path = path_join(memory->dir, hex);
}

void memory_done(struct memory *memory)
{
	free(memory->dir);
	free(memory->path);
	*memory = (struct memory){0};
}

bool memory_read(struct buf *out, const struct memory *memory, size_t max)
{
	return memory->path && file_read(out, memory->path, max, NULL) == 0;
}

void memory_write(const struct memory *memory, struct slice text)
{
	if (memory->path && path_make_dirs(memory->dir, NULL) == 0)
		(void)file_replace(memory->path, text, NULL);
}
