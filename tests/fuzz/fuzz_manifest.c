/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_manifest: any bytes as a fuse.toml. They are read, or refused with a line of theirs. */
#include <stdint.h>

#include "oracles/reference/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct manifest manifest;
	struct error err = ERROR_INIT;
	struct slice text = size ? slice_make((const char *)data, size) : SLICE_EMPTY;
	uint32_t line = 0, lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	int r = manifest_read(&manifest, &arena, text, "fuse.toml", &line, &err);
	if (line == 0 || line > lines)
		__builtin_trap();
	if (r == 0) {
		vec_each (&manifest.dependencies, one)
			if (one->path.len == 0 || one->line == 0)
				__builtin_trap();
		manifest_done(&manifest);
	}
	arena_done(&arena);
	return 0;
}
