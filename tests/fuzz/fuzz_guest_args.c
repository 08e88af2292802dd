/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_guest_args: program arguments, one a line, bound to the parameters of a main. Either it is
 * called with one value of its type for each, or one line of JSON says why not. */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt_args.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME(text)                                                                                 \
	{                                                                                          \
		.ptr = (text), .len = sizeof(text) - 1                                             \
	}

enum { INT_, TEXT_, BOOL_, MAYBE_, LIST_, PARAMS_, ARGS_MAX = 64 };

static const struct rt_type types[PARAMS_] = {
	[INT_] = {.name = NAME("Int"), .kind = RT_KIND_INT},
	[TEXT_] = {.name = NAME("String"), .kind = RT_KIND_STRING},
	[BOOL_] = {.name = NAME("Bool"), .kind = RT_KIND_BOOL},
	[MAYBE_] = {.name = NAME("Bool?"), .kind = RT_KIND_OPTION, .args = {BOOL_}},
	[LIST_] = {.name = NAME("List<Int>"), .kind = RT_KIND_LIST, .args = {INT_}},
};
static const struct rt_name names[PARAMS_] = {NAME("n"), NAME("text"), NAME("on"), NAME("maybe"),
					      NAME("list")};

/* Function 0 is main, function 1 the default of its first parameter. */
static struct value invoke(struct rt *rt, uint32_t function, struct value *args)
{
	static const int64_t tags[PARAMS_] = {RT_INT, RT_STRING, RT_BOOL, RT_BOOL, RT_LIST};
	if (function == 1)
		return rt_v_of_i(rt, 7);
	for (uint32_t i = 0; i < PARAMS_; i++) {
		if (args[i].tag != tags[i] && (i != MAYBE_ || args[i].tag != RT_NULL))
			abort();
		rt_drop(rt, args[i]);
	}
	return rt_unit();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t param_types[PARAMS_] = {INT_, TEXT_, BOOL_, MAYBE_, LIST_};
	static const int32_t defaults[PARAMS_] = {1, -1, -1, -1, -1};
	const struct rt_program program = {.types = types, .type_len = PARAMS_, .invoke = invoke};
	char *text = strndup((const char *)data, size);
	char *args[ARGS_MAX + 1] = {NULL};
	size_t count = 0;
	for (char *at = text; at && count < ARGS_MAX;)
		args[count++] = strsep(&at, "\n");
	const struct rt_main main = {
		.param_len = PARAMS_,
		.names = names,
		.types = param_types,
		.defaults = defaults,
		.args = args,
	};
	struct rt rt;
	char *message = NULL;
	rt_init(&rt, &program, NULL);
	int failed = rt_run_main(&rt, &main, &message);
	rt_done(&rt);
	if (failed && (!message || strncmp(message, "{\"error\":{", 10) != 0))
		abort();
	if (rt.heap_used != 0)
		abort();
	free(message);
	free(text);
	return 0;
}
