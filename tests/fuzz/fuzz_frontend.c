/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_frontend: any bytes as a program. They are rejected with diagnostics, or become a canonical
 * program that can be printed; nothing crashes, hangs or leaks. */
#include <stdint.h>

#include "oracles/reference/frontend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program;
	struct diagnostics diagnostics = {0};
	struct error err = ERROR_INIT;
	struct buf text = {0};
	struct slice source = size ? slice_make((const char *)data, size) : SLICE_EMPTY;
	int r = frontend_load_text(&program, &diagnostics, "fuzz.fuse", source, &err);
	if (r == 0)
		tree_print(&text, &program);
	diagnostics_format_text(&text, &diagnostics);
	diagnostics_format_json(&text, &diagnostics);
	if ((r == FRONTEND_E_REJECTED) != (diagnostics.errors > 0))
		__builtin_trap();
	if (r >= 0)
		program_done(&program);
	diagnostics_done(&diagnostics);
	buf_done(&text);
	return 0;
}
