/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_select: filter expressions, parsed and tried on a case. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "runner/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *clauses[] = {"runtime#loops"};
	const struct test_case test = {.name = "loops/for", .clauses = clauses, .clause_len = 1};
	char *text = mem_strndup((const char *)data, size);
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct filter *filter = NULL;
	int r = filter_parse(&filter, text, &arena, &err);

	assert(r == 0 ? filter != NULL : err.blame == ERROR_INPUT);
	if (r == 0)
		(void)filter_matches(filter, &test);
	arena_done(&arena);
	free(text);
	return 0;
}
