/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_guest_config: text from outside a guest program: a config file, whose field is then read as
 * a value of each of several types. Nothing may be left on the guest's heap. */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME(text)                                                                                 \
	{                                                                                          \
		.ptr = (text), .len = sizeof(text) - 1                                             \
	}

enum { INT_, TEXT_, MAYBE_, LIST_, MAP_, TREE_, SHAPE_, BYTES_, FLOAT_, EMAIL_, TYPES_ };

static const struct rt_type_field tree_fields[] = {
	{.name = NAME("n"), .type = INT_, .default_function = -1},
	{.name = NAME("t"), .type = MAYBE_, .default_function = -1},
};
static const uint32_t pair[] = {INT_, TREE_};
static const struct rt_type_variant variants[] = {
	{.name = NAME("A")},
	{.name = NAME("B"), .payload = pair, .payload_len = 2},
};
static const struct rt_type types[TYPES_] = {
	[INT_] = {.name = NAME("Int"), .kind = RT_KIND_INT},
	[TEXT_] = {.name = NAME("String"), .kind = RT_KIND_STRING},
	[MAYBE_] = {.name = NAME("Tree?"), .kind = RT_KIND_OPTION, .args = {TREE_}},
	[LIST_] = {.name = NAME("List"), .kind = RT_KIND_LIST, .args = {SHAPE_}},
	[MAP_] = {.name = NAME("Map"), .kind = RT_KIND_MAP, .args = {TEXT_, LIST_}},
	[TREE_] = {.name = NAME("Tree"),
		   .kind = RT_KIND_STRUCT,
		   .fields = tree_fields,
		   .field_len = 2},
	[SHAPE_] = {.name = NAME("Shape"),
		    .kind = RT_KIND_ENUM,
		    .variants = variants,
		    .variant_len = 2},
	[BYTES_] = {.name = NAME("Bytes"), .kind = RT_KIND_BYTES},
	[FLOAT_] = {.name = NAME("Float"), .kind = RT_KIND_FLOAT},
	[EMAIL_] = {.name = NAME("Email"), .kind = RT_KIND_EMAIL},
};
static const struct rt_program program = {.types = types, .type_len = TYPES_};
static const struct rt_const field = {.section = NAME("App"), .field = NAME("x")};

static void forget(struct rt *rt)
{
	rt_drop(rt, rt->error);
	rt->error = rt_null();
	rt->trap = RT_TRAP_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rt rt;
	rt_init(&rt, &program, NULL);
	char *text = strndup((const char *)data, size);
	char *found = rt_config_find(&rt, "config.toml", text, &field);
	forget(&rt);
	for (uint32_t type = 0; type < TYPES_; type++) {
		struct value v;
		bool ok = rt_decode_text(&rt, &v, type, found ? found : text, "App.x");
		if (ok == (rt.trap != RT_TRAP_NONE))
			abort();
		rt_drop(&rt, v);
		forget(&rt);
	}
	free(found);
	free(text);
	rt_done(&rt);
	if (rt.heap_used != 0)
		abort();
	return 0;
}
