/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_case: what stands on top of a program, and a case.json. Text that begins with '{' is the
 * latter. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runner/suite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = "/nonexistent/parity/case.json";
	struct slice text = slice_make((const char *)data, size);
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct test_case test = {0};
	int r;

	if (size && data[0] == '{')
		r = suite_parse_manifest(&test, text, path, "x", NULL, &arena, &err);
	else
		r = suite_parse_program(&test, text, path, NULL, &arena, &err);
	assert(r == 0 || err.blame == ERROR_INPUT);
	assert(r == 0 || strncmp(err.message, path, strlen(path)) == 0);
	for (size_t i = 0; r == 0 && i < test.env_len; i++)
		assert(strchr(test.env[i], '='));
	arena_done(&arena);
	return 0;
}
