/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_merge: an event stream, merged alone and with itself. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runner/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int add(struct merge *merge, const uint8_t *data, size_t size, struct error *err)
{
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	int r;

	if (!file)
		return -1;
	r = merge_add_stream(merge, file, "stream", err);
	(void)fclose(file);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int times = 1; size > 0 && times <= 2; times++) {
		struct merge merge = {0};
		struct error err = ERROR_INIT;
		struct buf out = BUF_INIT(0);
		int r = 0;

		for (int i = 0; i < times && r == 0; i++)
			r = add(&merge, data, size, &err);
		if (r == 0)
			r = merge_finish(&merge, &err);
		assert(r == 0 || err.blame != ERROR_NONE);
		if (r == 0)
			merge_write(&out, &merge);
		buf_done(&out);
		merge_done(&merge);
	}
	return 0;
}
