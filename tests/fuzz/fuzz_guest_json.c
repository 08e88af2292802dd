/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_guest_json: JSON text of guest programs. What is read is written and read again: both texts
 * written must be equal, and nothing may be left on the guest's heap. */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rt_program no_program;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rt rt;
	rt_init(&rt, &no_program, NULL);
	struct value v = rt_json_decode(&rt, rt_string_make(&rt, (const char *)data, size));
	if (!rt.trap) {
		struct value first = rt_json_encode(&rt, v);
		struct value again = rt_json_decode(&rt, rt_clone(first));
		struct value second = rt_json_encode(&rt, again);
		if (rt.trap || first.u.string->len != second.u.string->len ||
		    memcmp(first.u.string->bytes, second.u.string->bytes, first.u.string->len) != 0)
			abort();
		rt_drop(&rt, first);
		rt_drop(&rt, second);
	}
	rt_done(&rt);
	if (rt.heap_used != 0)
		abort();
	return 0;
}
