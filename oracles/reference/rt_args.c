/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_args: flags to arguments, and what goes wrong on the way as one validation error. Nothing is
 * called before everything is bound. Clause: #cli-binding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt_args.h"

/* One argument as it is understood: --name VALUE, --name=VALUE, --name, --no-name. */
struct flag {
	const char *name;
	size_t len;
	const char *value; /* NULL: a switch */
	bool on;
};

struct binding {
	struct rt *rt;
	const struct rt_main *main;
	struct flag *flags;
	size_t flag_len;
	struct value problems; /* a List */
};

static void add_problem(struct binding *b, const char *path, size_t len, const char *code,
			const char *message)
{
	char *copy = strndup(path, len);
	if (!copy)
		rt_trap(b->rt, "out of memory");
	else
		rt_list_push(b->rt, b->problems, rt_invalid_detail(b->rt, copy, code, message));
	free(copy);
}

/* --- flags ------------------------------------------------------------------------------------ */

static bool is_flag(const char *arg)
{
	return arg && strncmp(arg, "--", 2) == 0;
}

/* The argument that is no flag, or NULL. */
static const char *read_flags(struct binding *b)
{
	char *const *at = b->main->args;
	while (*at) {
		const char *arg = *at++;
		struct flag *flag = &b->flags[b->flag_len];
		if (!is_flag(arg))
			return arg;
		*flag = (struct flag){.name = arg + 2, .len = strcspn(arg + 2, "="), .on = true};
		if (arg[2 + flag->len] == '=') {
			flag->value = arg + 3 + flag->len;
		} else if (strncmp(arg, "--no-", 5) == 0) {
			flag->name += 3;
			flag->len -= 3;
			flag->on = false;
		} else if (*at && !is_flag(*at)) {
			flag->value = *at++;
		}
		b->flag_len++;
	}
	return NULL;
}

static bool names(const struct flag *flag, const struct rt_name *name)
{
	return flag->len == name->len && memcmp(flag->name, name->ptr, flag->len) == 0;
}

static void refuse_unknown(struct binding *b)
{
	for (size_t i = 0; i < b->flag_len; i++) {
		bool known = false;
		for (uint32_t k = 0; k < b->main->param_len && !known; k++)
			known = names(&b->flags[i], &b->main->names[k]);
		if (!known)
			add_problem(b, b->flags[i].name, b->flags[i].len, "unknown_flag",
				    "unknown flag");
	}
}

/* --- parameters ------------------------------------------------------------------------------- */

static int32_t kind_inside(const struct rt *rt, uint32_t type)
{
	while (rt->program->types[type].kind == RT_KIND_OPTION)
		type = rt->program->types[type].args[0];
	return rt->program->types[type].kind;
}

/* The details of the validation error that decoding raised, as problems of ours. */
static void take_problems(struct binding *b)
{
	struct rt *rt = b->rt;
	if (rt->trap != RT_TRAP_RAISE)
		return;
	struct value error = rt->error;
	rt->trap = RT_TRAP_NONE;
	rt->error = rt_null();
	struct value details = rt_invalid_details(error);
	for (uint64_t i = 0; details.tag == RT_LIST && i < details.u.list->len; i++)
		rt_list_push(rt, b->problems, rt_clone(details.u.list->items[i]));
	rt_drop(rt, details);
	rt_drop(rt, error);
}

static void bind_text(struct binding *b, uint32_t param, const char *text, struct value *out)
{
	const struct rt_name *name = &b->main->names[param];
	char path[128];
	(void)snprintf(path, sizeof(path), "%.*s", (int)name->len, name->ptr);
	(void)rt_decode_text(b->rt, out, b->main->types[param], text, path);
	take_problems(b);
}

static void bind_default(struct binding *b, uint32_t param, struct value *values)
{
	struct rt *rt = b->rt;
	const struct rt_name *name = &b->main->names[param];
	if (b->main->defaults[param] < 0) {
		if (rt->program->types[b->main->types[param]].kind != RT_KIND_OPTION)
			add_problem(b, name->ptr, name->len, "missing_field", "missing flag");
		return;
	}
	/* a default may look at parameters that did not bind */
	if (b->problems.u.list->len > 0)
		return;
	struct value *before = calloc(param + 1, sizeof(*before));
	if (!before) {
		rt_trap(rt, "out of memory");
		return;
	}
	for (uint32_t i = 0; i < param; i++)
		before[i] = rt_clone(values[i]);
	values[param] = rt->program->invoke(rt, (uint32_t)b->main->defaults[param], before);
	free(before);
}

static void bind_param(struct binding *b, uint32_t param, struct value *values)
{
	const struct rt_name *name = &b->main->names[param];
	const struct flag *found = NULL;
	size_t count = 0;
	for (size_t i = 0; i < b->flag_len; i++) {
		if (names(&b->flags[i], name)) {
			found = &b->flags[i];
			count++;
		}
	}
	if (!found)
		bind_default(b, param, values);
	else if (count > 1)
		add_problem(b, name->ptr, name->len, "invalid_type",
			    "multiple values not supported");
	else if (found->value)
		bind_text(b, param, found->value, &values[param]);
	else if (kind_inside(b->rt, b->main->types[param]) != RT_KIND_BOOL)
		add_problem(b, name->ptr, name->len, "invalid_type", "expected Bool flag");
	else
		values[param] = rt_v_of_b(b->rt, found->on);
}

static void bind_all(struct binding *b, struct value *values)
{
	const char *stray = read_flags(b);
	if (stray) {
		char message[256];
		(void)snprintf(message, sizeof(message), "unexpected argument: %s", stray);
		add_problem(b, "$", 1, "invalid_args", message);
		return;
	}
	refuse_unknown(b);
	for (uint32_t i = 0; i < b->main->param_len && !b->rt->trap; i++)
		bind_param(b, i, values);
}

/* --- failures of the program itself ----------------------------------------------------------- */

static const struct {
	const char *code;
	const char *text;
	enum { WHOLE, START, PART } match;
} codes[] = {
	{"runtime_null_access", "null access", WHOLE},
	{"runtime_index_bounds", "index out of bounds", WHOLE},
	{"runtime_invalid_index", "list index must be Int", WHOLE},
	{"runtime_invalid_index", "map keys must be strings", WHOLE},
	{"runtime_field_access", "unknown field ", START},
	{"runtime_invalid_index", "index access not supported on this value", WHOLE},
	{"runtime_field_access", "member access not supported on this value", WHOLE},
	{"runtime_invalid_assignment_target", "assignment target must be ", START},
	{"runtime_invalid_assignment_target", "invalid assignment target", WHOLE},
	{"runtime_invalid_assignment_target", "cannot assign through optional access", WHOLE},
	{"runtime_task_expected", "await expects a Task value", WHOLE},
	{"runtime_range_error", "range expects ", START},
	{"runtime_range_error", "range start must be <= end", WHOLE},
	{"runtime_range_error", "invalid range bounds", WHOLE},
	{"runtime_type_error", "unsupported ", START},
	{"runtime_type_error", "cannot iterate over ", START},
	{"runtime_type_error", "unary '-' expects number", WHOLE},
	{"runtime_type_error", "mod not supported for float", WHOLE},
	{"runtime_type_error", "condition must be a Bool", WHOLE},
	{"runtime_type_error", "expected ", START},
	{"runtime_config_decode", "invalid config file: ", START},
	{"runtime_config_decode", "failed to read config file: ", START},
	{"runtime_config_decode", "config file too large: ", START},
	{"runtime_config_decode", "invalid FUSE_ASSET_MAP: ", START},
	{"runtime_config_decode", " (env ", PART},
	{"runtime_invalid_arguments", " expects ", PART},
	{"runtime_invalid_arguments", "too many arguments", WHOLE},
	{"runtime_invalid_arguments", "missing argument", WHOLE},
};

const char *rt_failure_code(const char *message)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const char *hit = strstr(message, codes[i].text);
		if (hit && (codes[i].match == PART || hit == message) &&
		    (codes[i].match != WHOLE || strcmp(message, codes[i].text) == 0))
			return codes[i].code;
	}
	return "runtime_error";
}

/* Whatever ended the program, as an error of the standard kind. */
static void standardize(struct rt *rt)
{
	if (rt->trap == RT_TRAP_NONE ||
	    (rt->trap == RT_TRAP_RAISE && rt_is_standard_error(&rt->error)))
		return;
	struct value error = rt->error;
	struct rt_text text = {0};
	rt->trap = RT_TRAP_NONE;
	rt->error = rt_null();
	rt->heap_limit = UINT64_MAX;
	rt_text_value(rt, &text, &error);
	rt_text_add(rt, &text, "", 1);
	rt_drop(rt, error);
	rt_raise_invalid(rt, "$", rt_failure_code(text.bytes), text.bytes);
	rt_text_done(rt, &text);
}

static void bind_and_call(struct rt *rt, const struct rt_main *main, struct value *values)
{
	size_t count = 0;
	while (main->args[count])
		count++;
	struct binding b = {
		.rt = rt,
		.main = main,
		.flags = calloc(count + 1, sizeof(*b.flags)),
		.problems = rt_list_make(rt, 0),
	};
	if (!b.flags)
		rt_trap(rt, "out of memory");
	if (!rt->trap)
		bind_all(&b, values);
	free(b.flags);
	if (!rt->trap && b.problems.u.list->len > 0)
		rt_raise_details(rt, rt_clone(b.problems));
	rt_drop(rt, b.problems);
	if (rt->trap) {
		for (uint32_t i = 0; i < main->param_len; i++)
			rt_drop(rt, values[i]);
		return;
	}
	struct value result = rt->program->invoke(rt, main->function, values);
	if (!rt->trap && result.tag == RT_ERR)
		rt_raise(rt, rt_clone(result.u.cell->content));
	rt_drop(rt, result);
}

static void start(struct rt *rt, void *payload)
{
	const struct rt_main *main = payload;
	struct value *values = calloc(main->param_len + 1, sizeof(*values));
	if (values && !rt->trap)
		bind_and_call(rt, main, values);
	else if (!values)
		rt_trap(rt, "out of memory");
	free(values);
	standardize(rt);
}

int rt_run_main(struct rt *rt, const struct rt_main *main, char **message)
{
	return rt_run_with(rt, start, (void *)(uintptr_t)main, message);
}
