/* SPDX-License-Identifier: Apache-2.0 */
/* sema_builtin: names the language gives every module, spec/runtime.md#builtins-current. Those this
 * toolchain does not carry out are known too, so that their use is refused by name. */
#include <string.h>

#include "oracles/reference/sema_internal.h"

static const struct builtin builtins[] = {
	{"print", 0, 1, BUILTIN_PRINT},
	{"assert", 1, 2, BUILTIN_ASSERT},
};

static const char *const namespaces[] = {"json", "time",    "crypto",   "db", "http",
					 "html", "request", "response", "svg"};

static const struct builtin_operation operations[] = {
	/* surroundings and JSON */
	{{"env", 1, 1, BUILTIN_OP}, OP_ENV, "s", "s?", true},
	{{"env_int", 1, 1, BUILTIN_OP}, OP_ENV_INT, "s", "i?", true},
	{{"env_float", 1, 1, BUILTIN_OP}, OP_ENV_FLOAT, "s", "f?", true},
	{{"env_bool", 1, 1, BUILTIN_OP}, OP_ENV_BOOL, "s", "b?", true},
	{{"input", 0, 1, BUILTIN_OP}, OP_INPUT, "s", "s", true},
	{{"log", 1, 99, BUILTIN_OP}, OP_LOG, "", "u", true},
	{{"asset", 1, 1, BUILTIN_OP}, OP_ASSET, "s", "s", true},
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
	/* database, network and markup: checked, not carried out */
	{{"db.exec", 1, 2, BUILTIN_OUTSIDE}, 0, "sl", "u", true},
	{{"db.query", 1, 2, BUILTIN_OUTSIDE}, 0, "sl", "M", true},
	{{"db.one", 1, 2, BUILTIN_OUTSIDE}, 0, "sl", "O?", true},
	{{"db.from", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "q", true},
	{{"serve", 1, 1, BUILTIN_OUTSIDE}, 0, "v", "u", true},
	{{"http.request", 2, 5, BUILTIN_OUTSIDE}, 0, "sssmi", "R", false},
	{{"http.get", 1, 3, BUILTIN_OUTSIDE}, 0, "smi", "R", false},
	{{"http.post", 2, 4, BUILTIN_OUTSIDE}, 0, "ssmi", "R", false},
	{{"request.header", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "s?", false},
	{{"request.cookie", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "s?", false},
	{{"response.header", 2, 2, BUILTIN_OUTSIDE}, 0, "ss", "u", false},
	{{"response.cookie", 2, 2, BUILTIN_OUTSIDE}, 0, "ss", "u", false},
	{{"response.delete_cookie", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "u", false},
	{{"svg.inline", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "h", true},
	{{"html.text", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "h", false},
	{{"html.raw", 1, 1, BUILTIN_OUTSIDE}, 0, "s", "h", false},
	{{"html.node", 1, 3, BUILTIN_OUTSIDE}, 0, "smH", "h", false},
	{{"html.render", 1, 1, BUILTIN_OUTSIDE}, 0, "h", "s", false},
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

bool builtin_is_namespace(struct slice name)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (slice_is(name, namespaces[i]))
			return true;
	return false;
}

/* A struct that the runtime makes, "name:letters" a field, '?' behind optional ones. */
static struct ty *known_struct(struct sema *s, const char *name, const char *const *fields,
			       uint32_t len)
{
	struct symbol *symbol = ARENA_NEW(s->arena, struct symbol);
	*symbol = (struct symbol){
		.kind = SYMBOL_STRUCT,
		.name = slice_of(name),
		.state = FIELDS_DONE,
		.fields = ARENA_ARRAY(s->arena, struct field, len),
		.field_len = len,
	};
	for (uint32_t i = 0; i < len; i++) {
		const char *colon = strchr(fields[i], ':');
		struct ty *ty = sema_type_of_letter(s, colon[1]);
		symbol->fields[i].name.text = slice_make(fields[i], (size_t)(colon - fields[i]));
		symbol->fields[i].ty = colon[2] ? ty_of(&s->types, TY_OPTION, ty, NULL) : ty;
	}
	symbol->ty = ty_nominal(&s->types, TY_STRUCT, symbol);
	return symbol->ty;
}

void sema_http_types(struct sema *s)
{
	static const char *const response[] = {"method:s", "url:s", "status:i", "headers:m",
					       "body:s"};
	static const char *const error[] = {"code:s",    "message:s", "method:s", "url:s",
					    "status:i?", "headers:m", "body:s?"};
	s->http_response = known_struct(s, "http.response", response, 5);
	s->http_error = known_struct(s, "http.error", error, 7);
}

struct ty *sema_type_of_letter(struct sema *s, char letter)
{
	static const char letters[] = "sifbyuhq";
	static const enum ty_kind kinds[] = {TY_STRING, TY_INT,  TY_FLOAT, TY_BOOL,
					     TY_BYTES,  TY_UNIT, TY_HTML,  TY_QUERY};
	const char *hit = strchr(letters, letter);
	struct ty *text = ty_basic(&s->types, TY_STRING), *any = ty_basic(&s->types, TY_ANY);
	if (hit)
		return ty_basic(&s->types, kinds[hit - letters]);
	switch (letter) {
	case 'c':
		return ty_of(&s->types, TY_LIST, text, NULL);
	case 'l':
		return ty_of(&s->types, TY_LIST, any, NULL);
	case 'm':
		return ty_of(&s->types, TY_MAP, text, text);
	case 'O':
		return ty_of(&s->types, TY_MAP, text, any);
	case 'M':
		return ty_of(&s->types, TY_LIST, sema_type_of_letter(s, 'O'), NULL);
	case 'H':
		return ty_of(&s->types, TY_LIST, ty_basic(&s->types, TY_HTML), NULL);
	case 'R':
		return ty_of(&s->types, TY_RESULT, s->http_response, s->http_error);
	default:
		return any;
	}
}

static struct ty *operation_call(struct sema *s, struct ast_expr *expr,
				 const struct builtin_operation *operation)
{
	size_t known = strlen(operation->params);
	for (uint32_t i = 0; i < expr->arg_len && i < known; i++)
		if (operation->params[i] != 'v')
			sema_fits(s, expr->args[i].value,
				  sema_type_of_letter(s, operation->params[i]),
				  "FUSE_CALL_ARGUMENT");
	struct ty *result = sema_type_of_letter(s, operation->result[0]);
	if (operation->result[1] == '!')
		return ty_of(&s->types, TY_RESULT, result, ty_basic(&s->types, TY_ANY));
	return operation->result[1] == '?' ? ty_of(&s->types, TY_OPTION, result, NULL) : result;
}

static bool has_effect(const struct builtin *builtin)
{
	if (builtin->id == BUILTIN_OP || builtin->id == BUILTIN_OUTSIDE)
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
	if (builtin->id == BUILTIN_OUTSIDE)
		sema_unsupported(s, expr->range, builtin->name);
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
	if (builtin->id == BUILTIN_OP || builtin->id == BUILTIN_OUTSIDE)
		return operation_call(s, expr, (const struct builtin_operation *)builtin);
	return ty_basic(&s->types, TY_UNIT);
}
