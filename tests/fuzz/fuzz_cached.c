/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cached: the body of a cache entry; what is read is written again and read as the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/cached.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile_backend backends[] = {{.name = "a", .role = ROLE_CANONICAL},
					     {.name = "b", .role = ROLE_AOT}};
	struct profile profile = {.backends = backends, .backend_len = 2};
	struct rule two[2] = {{.id = "one"}, {.id = "two"}};
	struct rules rules = {.rules = two, .len = 2};
	const struct context context = {.profile = &profile, .rules = &rules};
	struct arena arena = ARENA_INIT;
	struct cached_result first;
	struct cached_result second;
	struct buf again = BUF_INIT(0);
	struct buf third = BUF_INIT(0);

	if (cached_entry_read(&first, &context, slice_make((const char *)data, size), &arena)) {
		cached_entry_write(&again, &context, &first.judgement, first.obs, first.obs_len);
		assert(cached_entry_read(&second, &context, buf_slice(&again), &arena));
		cached_entry_write(&third, &context, &second.judgement, second.obs, second.obs_len);
		assert(slice_eq(buf_slice(&again), buf_slice(&third)));
	}
	buf_done(&again);
	buf_done(&third);
	arena_done(&arena);
	return 0;
}
