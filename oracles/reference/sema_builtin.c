/* SPDX-License-Identifier: Apache-2.0 */
/* sema_builtin: names the language gives every module, spec/runtime.md#builtins-current. Those this
 * toolchain does not carry out are known too, so that their use is refused by name. */
#include <string.h>

#include "oracles/reference/sema_internal.h"

static const struct builtin builtins[] = {
	{"print", 0, 1, BUILTIN_PRINT},         {"assert", 1, 2, BUILTIN_ASSERT},
	{"db", 0, 0, BUILTIN_UNSUPPORTED},      {"serve", 1, 1, BUILTIN_UNSUPPORTED},
	{"request", 0, 0, BUILTIN_UNSUPPORTED}, {"response", 0, 0, BUILTIN_UNSUPPORTED},
	{"http", 0, 0, BUILTIN_UNSUPPORTED},    {"html", 0, 2, BUILTIN_UNSUPPORTED},
	{"svg", 0, 0, BUILTIN_UNSUPPORTED},     {"json", 0, 0, BUILTIN_UNSUPPORTED},
	{"time", 0, 0, BUILTIN_UNSUPPORTED},    {"crypto", 0, 0, BUILTIN_UNSUPPORTED},
};

static const struct builtin_operation operations[] = {
	/* surroundings and JSON */
	{{"env", 1, 1, BUILTIN_OP}, OP_ENV, "s", "s?", true},
	{{"env_int", 1, 1, BUILTIN_OP}, OP_ENV_INT, "s", "i?", true},
	{{"env_float", 1, 1, BUILTIN_OP}, OP_ENV_FLOAT, "s", "f?", true},
	{{"env_bool", 1, 1, BUILTIN_OP}, OP_ENV_BOOL, "s", "b?", true},
	{{"input", 0, 1, BUILTIN_OP}, OP_INPUT, "s", "s", true},
	{{"log", 1, 99, BUILTIN_OP}, OP_LOG, "", "u", true},
	{{"asset", 1, 1, BUILTIN_OP}, OP_ASSET, "s", "s", false},
	{{"json.encode", 1, 1, BUILTIN_OP}, OP_JSON_ENCODE, "v", "s", false},
	{{"json.decode", 1, 1, BUILTIN_OP}, OP_JSON_DECODE, "s", "v", false},
	/* time and secrets */
	{{"time.now", 0, 0, BUILTIN_OP}, OP_TIME_NOW, "", "i", false},
	{{"time.sleep", 1, 1, BUILTIN_OP}, OP_TIME_SLEEP, "i", "u", false},
	{{"time.format", 2, 2, BUILTIN_OP}, OP_TIME_FORMAT, "is", "s", false},
	{{"time.parse", 2, 2, BUILTIN_OP}, OP_TIME_PARSE, "ss", "i!", false},
	{{"crypto.hash", 2, 2, BUILTIN_OP}, OP_CRYPTO_HASH, "sy", "y", false},
	{{"crypto.hmac", 3, 3, BUILTIN_OP}, OP_CRYPTO_HMAC, "syy", "y", false},
	{{"crypto.random_bytes", 1, 1, BUILTIN_OP}, OP_CRYPTO_RANDOM, "i", "y", false},
	{{"crypto.constant_time_eq", 2, 2, BUILTIN_OP}, OP_CRYPTO_EQUAL, "yy", "b", false},
};

const struct builtin *builtin_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (slice_is(name, builtins[i].name))
			return &builtins[i];
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (slice_is(name, operations[i].builtin.name))
			return &operations[i].builtin;
	return NULL;
}

static struct ty *type_of_letter(struct sema *s, char letter)
{
	static const char letters[] = "sifbyu";
	static const enum ty_kind kinds[] = {TY_STRING, TY_INT,   TY_FLOAT,
					     TY_BOOL,   TY_BYTES, TY_UNIT};
	const char *hit = strchr(letters, letter);
	return ty_basic(&s->types, hit ? kinds[hit - letters] : TY_ANY);
}

static struct ty *operation_call(struct sema *s, struct ast_expr *expr,
				 const struct builtin_operation *operation)
{
	size_t known = strlen(operation->params);
	for (uint32_t i = 0; i < expr->arg_len && i < known; i++)
		if (operation->params[i] != 'v')
			sema_fits(s, expr->args[i].value, type_of_letter(s, operation->params[i]),
				  "FUSE_CALL_ARGUMENT");
	struct ty *result = type_of_letter(s, operation->result[0]);
	if (operation->result[1] == '!')
		return ty_of(&s->types, TY_RESULT, result, ty_basic(&s->types, TY_ANY));
	return operation->result[1] == '?' ? ty_of(&s->types, TY_OPTION, result, NULL) : result;
}

static bool has_effect(const struct builtin *builtin)
{
	if (builtin->id == BUILTIN_OP)
		return ((const struct builtin_operation *)builtin)->effect;
	return builtin->id == BUILTIN_PRINT;
}

struct ty *sema_builtin_call(struct sema *s, struct ast_expr *expr)
{
	const struct builtin *builtin = expr->builtin;
	if (s->spawn && has_effect(builtin))
		report_error(s->report, expr->range, "FUSE_SPAWN_SIDE_EFFECT",
			     "a spawn block cannot call '%s'", builtin->name);
	sema_capability_of(s, expr->range, builtin->name);
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
	if (builtin->id == BUILTIN_OP)
		return operation_call(s, expr, (const struct builtin_operation *)builtin);
	return ty_basic(&s->types, TY_UNIT);
}
