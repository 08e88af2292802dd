/* SPDX-License-Identifier: Apache-2.0 */
/* sema_builtin: names the language gives every module, spec/runtime.md#builtins-current. Those this
 * toolchain does not carry out are known too, so that their use is refused by name. */
#include "oracles/reference/sema_internal.h"

static const struct builtin builtins[] = {
	{"print", 0, 1, BUILTIN_PRINT},          {"assert", 1, 2, BUILTIN_ASSERT},
	{"input", 0, 1, BUILTIN_UNSUPPORTED},    {"log", 1, 99, BUILTIN_UNSUPPORTED},
	{"db", 0, 0, BUILTIN_UNSUPPORTED},       {"env", 1, 1, BUILTIN_UNSUPPORTED},
	{"env_int", 1, 1, BUILTIN_UNSUPPORTED},  {"env_float", 1, 1, BUILTIN_UNSUPPORTED},
	{"env_bool", 1, 1, BUILTIN_UNSUPPORTED}, {"asset", 1, 1, BUILTIN_UNSUPPORTED},
	{"serve", 1, 1, BUILTIN_UNSUPPORTED},    {"request", 0, 0, BUILTIN_UNSUPPORTED},
	{"response", 0, 0, BUILTIN_UNSUPPORTED}, {"http", 0, 0, BUILTIN_UNSUPPORTED},
	{"html", 0, 2, BUILTIN_UNSUPPORTED},     {"svg", 0, 0, BUILTIN_UNSUPPORTED},
	{"json", 0, 0, BUILTIN_UNSUPPORTED},     {"time", 0, 0, BUILTIN_UNSUPPORTED},
	{"crypto", 0, 0, BUILTIN_UNSUPPORTED},
};

const struct builtin *builtin_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (slice_is(name, builtins[i].name))
			return &builtins[i];
	return NULL;
}

struct ty *sema_builtin_call(struct sema *s, struct ast_expr *expr)
{
	const struct builtin *builtin = expr->builtin;
	if (s->spawn && builtin->id == BUILTIN_PRINT)
		report_error(s->report, expr->range, "FUSE_SPAWN_SIDE_EFFECT",
			     "a spawn block cannot call '%s'", builtin->name);
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		(void)sema_expr(s, expr->args[i].value);
		if (expr->args[i].name.text.len > 0)
			report_error(s->report, expr->args[i].name.range, "FUSE_CALL_NAMED",
				     "'%s' takes its arguments by position", builtin->name);
	}
	if (expr->arg_len < builtin->min_args || expr->arg_len > builtin->max_args)
		report_error(s->report, expr->range, "FUSE_CALL_ARITY",
			     "'%s' expects %u to %u arguments, got %u", builtin->name,
			     builtin->min_args, builtin->max_args, expr->arg_len);
	else if (builtin->id == BUILTIN_ASSERT)
		sema_fits(s, expr->args[0].value, ty_basic(&s->types, TY_BOOL),
			  "FUSE_CALL_ARGUMENT");
	return ty_basic(&s->types, TY_UNIT);
}
