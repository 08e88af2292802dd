/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_diagnostics: any bytes as what a compiler wrote to stderr. */
#include <string.h>

#include "oracles/diagnostics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct diagnostic list[DIAGNOSTICS_MAX];
	struct slice text = slice_make((const char *)data, size);
	size_t len = diagnostics_read(list, 0, text, size % 2 == 0, "/w", &arena);
	for (size_t i = 0; i < len; i++)
		if (!list[i].level || !list[i].message || list[i].line < 0 || list[i].column < 0 ||
		    strlen(list[i].message) > size)
			__builtin_trap();
	arena_done(&arena);
	return 0;
}
