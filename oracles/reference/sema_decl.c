/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_decl: declarations in passes over all modules, so that order never matters: names, then
 * signatures, then fields, then bodies.
 */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static bool is_result_domain(const struct ty *ty)
{
	return ty->kind == TY_STRUCT || ty->kind == TY_ENUM || ty_is_open(ty) ||
	       (ty->kind == TY_RESULT && is_result_domain(ty->args[0]) &&
		is_result_domain(ty->args[1]));
}

/* What messages and the runtime call a declaration; programs may call it by another name. */
static struct slice full_name(struct sema *s, const struct unit *unit, struct slice name)
{
	if (!unit->is_std_error)
		return name;
	if (slice_is(name, "Error"))
		return slice_of("std.Error");
	return slice_of(arena_printf(s->arena, "std.Error.%.*s", SLICE_ARG(name)));
}

/* Error is the base type unless a declaration of that name is imported. */
static bool names_base_error(const struct ast_type *type, const struct ty *ty)
{
	if (!type)
		return false;
	if (type->kind == AST_TYPE_NAME && type->arg_len == 0)
		return slice_is(type->name.text, "Error") && ty->kind == TY_ANY;
	return ty->kind == TY_RESULT && type->arg_len == 2 &&
	       (names_base_error(type->args[0], ty->args[0]) ||
		names_base_error(type->args[1], ty->args[1]));
}

/* Every error domain of a result at a boundary must be declared: spec/fls.md#results-t--te. */
void sema_domains(struct sema *s, const struct ast_type *type, struct ty *ty)
{
	if (ty->kind != TY_RESULT || type->arg_len < 2)
		return;
	if (is_result_domain(ty->args[1]) && !names_base_error(type->args[1], ty->args[1]))
		return;
	report_error(s->report, type->range, "FUSE_TYPE_RESULT_DOMAIN",
		     "an error type must be a declared type or enum, found %s",
		     names_base_error(type->args[1], ty->args[1]) ? "Error"
								  : SEMA_NAME(s, ty->args[1]));
}

static struct symbol *declare(struct sema *s, struct ast_decl *decl, enum symbol_kind kind)
{
	struct unit *unit = s->units[s->module];
	struct symbol *known = map_get_slice(&unit->symbols, decl->name.text);
	if (known) {
		report_error(s->report, decl->name.range, "FUSE_NAME_DUPLICATE",
			     "'%.*s' is already declared", SLICE_ARG(decl->name.text));
		return NULL;
	}
	struct symbol *symbol = ARENA_NEW(s->arena, struct symbol);
	*symbol = (struct symbol){
		.kind = kind,
		.name = full_name(s, unit, decl->name.text),
		.range = decl->name.range,
		.module = s->module,
		.decl = decl,
	};
	char *key = arena_strndup(s->arena, decl->name.text.ptr, decl->name.text.len);
	(void)map_put(&unit->symbols, key, symbol);
	vec_push(&unit->declared, symbol);
	if (kind == SYMBOL_STRUCT)
		symbol->ty = ty_nominal(&s->types, TY_STRUCT, symbol);
	else if (kind == SYMBOL_ENUM)
		symbol->ty = ty_nominal(&s->types, TY_ENUM, symbol);
	else if (kind == SYMBOL_FUNCTION)
		symbol->ty = ty_nominal(&s->types, TY_FUNCTION, symbol);
	return symbol;
}

static void declare_titled(struct sema *s, struct ast_decl *decl, bool is_app)
{
	struct body body = {decl, s->module};
	if (!is_app) {
		vec_push(&s->tests, body);
		return;
	}
	vec_each (&s->apps, other)
		if (slice_eq(other->decl->text, decl->text))
			report_error(s->report, decl->text_range, "FUSE_SYMBOL_DUPLICATE",
				     "app '%.*s' is already declared", SLICE_ARG(decl->text));
	vec_push(&s->apps, body);
}

static void declare_function(struct sema *s, struct ast_decl *decl, bool is_component)
{
	if (is_component)
		decl = sema_component(s, decl);
	struct symbol *symbol =
		declare(s, decl, decl->type_param_len > 0 ? SYMBOL_GENERIC : SYMBOL_FUNCTION);
	if (symbol)
		symbol->is_component = is_component;
}

static void declare_name(struct sema *s, struct ast_decl *decl)
{
	switch (decl->kind) {
	case AST_DECL_FN:
	case AST_DECL_COMPONENT:
		declare_function(s, decl, decl->kind == AST_DECL_COMPONENT);
		break;
	case AST_DECL_TYPE:
		(void)declare(s, decl, SYMBOL_STRUCT);
		break;
	case AST_DECL_ENUM:
		(void)declare(s, decl, SYMBOL_ENUM);
		break;
	case AST_DECL_APP:
	case AST_DECL_TEST:
		declare_titled(s, decl, decl->kind == AST_DECL_APP);
		break;
	case AST_DECL_IMPORT:
		break;
	case AST_DECL_SERVICE:
		(void)declare(s, decl, SYMBOL_SERVICE);
		break;
	case AST_DECL_CONFIG:
		(void)declare(s, decl, SYMBOL_CONFIG);
		break;
	case AST_DECL_INTERFACE:
		(void)declare(s, decl, SYMBOL_INTERFACE);
		break;
	case AST_DECL_IMPL:
		break;
	case AST_DECL_MIGRATION:
		vec_push(&s->migrations, ((struct body){decl, s->module}));
		break;
	case AST_DECL_REQUIRES:
		sema_requires(s, decl);
		break;
	}
}

void sema_signature(struct sema *s, struct symbol *symbol)
{
	struct ast_decl *decl = symbol->decl;
	s->module = symbol->module;
	s->bindings = symbol->bindings;
	s->binding_len = symbol->binding_len;
	if (decl->constraint_len > 0 && decl->type_param_len == 0 && !symbol->checked)
		sema_type_params(s, decl);
	symbol->param_len = decl->param_len;
	symbol->params = ARENA_ARRAY(s->arena, struct local *, decl->param_len + 1);
	for (uint32_t i = 0; i < decl->param_len; i++) {
		struct local *param = ARENA_NEW(s->arena, struct local);
		param->name = decl->params[i].name.text;
		param->range = decl->params[i].name.range;
		param->ty = sema_resolve(s, decl->params[i].type);
		symbol->params[i] = param;
		for (uint32_t k = 0; k < i; k++) {
			if (!slice_eq(symbol->params[k]->name, param->name))
				continue;
			report_error(s->report, param->range, "FUSE_NAME_DUPLICATE",
				     "parameter '%.*s' is already declared",
				     SLICE_ARG(param->name));
			break;
		}
	}
	symbol->result = decl->result ? sema_resolve(s, decl->result) : BASIC(s, TY_UNIT);
	if (decl->result)
		sema_domains(s, decl->result, symbol->result);
	s->binding_len = 0;
}

static void resolve_enum(struct sema *s, struct symbol *symbol)
{
	struct ast_decl *decl = symbol->decl;
	symbol->variant_len = decl->variant_len;
	symbol->variants = ARENA_ARRAY(s->arena, struct variant, decl->variant_len + 1);
	for (uint32_t i = 0; i < decl->variant_len; i++) {
		struct ast_variant *source = &decl->variants[i];
		struct variant *variant = &symbol->variants[i];
		variant->name = source->name;
		variant->types = source->payload;
		variant->payload_len = source->payload_len;
		variant->payload = ARENA_ARRAY(s->arena, struct ty *, source->payload_len + 1);
		for (uint32_t k = 0; k < source->payload_len; k++)
			variant->payload[k] = sema_resolve(s, source->payload[k]);
		for (uint32_t k = 0; k < i; k++) {
			if (!slice_eq(symbol->variants[k].name.text, source->name.text))
				continue;
			report_error(s->report, source->name.range, "FUSE_NAME_DUPLICATE",
				     "variant '%.*s' is already declared",
				     SLICE_ARG(source->name.text));
			break;
		}
	}
}

static void own_fields(struct sema *s, struct symbol *symbol)
{
	struct ast_decl *decl = symbol->decl;
	symbol->field_len = decl->field_len;
	symbol->fields = ARENA_ARRAY(s->arena, struct field, decl->field_len + 1);
	for (uint32_t i = 0; i < decl->field_len; i++) {
		symbol->fields[i] = (struct field){
			.name = decl->fields[i].name,
			.ty = sema_resolve(s, decl->fields[i].type),
			.type = decl->fields[i].type,
			.value = decl->fields[i].value,
			.owner = symbol,
			.owner_index = i,
		};
		for (uint32_t k = 0; k < i; k++) {
			if (!slice_eq(symbol->fields[k].name.text, symbol->fields[i].name.text))
				continue;
			report_error(s->report, symbol->fields[i].name.range, "FUSE_NAME_DUPLICATE",
				     "field '%.*s' is already declared",
				     SLICE_ARG(symbol->fields[i].name.text));
			break;
		}
	}
}

/* type X = Base without a, b: spec/fls.md#type-derivations-without */
static void derived_fields(struct sema *s, struct symbol *symbol)
{
	struct ast_decl *decl = symbol->decl;
	struct symbol *base = sema_path(s, decl->base.text);
	if (!base || base->kind != SYMBOL_STRUCT) {
		report_error(s->report, decl->base.range, "FUSE_TYPE_DERIVE_BASE",
			     "unknown base type '%.*s'", SLICE_ARG(decl->base.text));
		symbol->broken = true;
		return;
	}
	sema_fields(s, base);
	if (base->state == FIELDS_BUSY) {
		report_error(s->report, decl->base.range, "FUSE_TYPE_DERIVE_CYCLE",
			     "type '%.*s' is derived from itself", SLICE_ARG(symbol->name));
		symbol->broken = true;
		return;
	}
	if (base->broken) {
		symbol->broken = true;
		return;
	}
	bool *left_out = ARENA_ARRAY(s->arena, bool, base->field_len + 1);
	for (uint32_t i = 0; i < decl->name_len; i++) {
		int32_t index = symbol_field(base, decl->names[i].text);
		if (index < 0)
			report_error(s->report, decl->names[i].range, "FUSE_TYPE_DERIVE_FIELD",
				     "type '%.*s' has no field '%.*s'", SLICE_ARG(base->name),
				     SLICE_ARG(decl->names[i].text));
		else
			left_out[index] = true;
	}
	symbol->fields = ARENA_ARRAY(s->arena, struct field, base->field_len + 1);
	for (uint32_t i = 0; i < base->field_len; i++)
		if (!left_out[i])
			symbol->fields[symbol->field_len++] = base->fields[i];
}

void sema_fields(struct sema *s, struct symbol *symbol)
{
	if (symbol->state != FIELDS_NEW)
		return;
	uint32_t module = s->module, binding_len = s->binding_len;
	s->module = symbol->module;
	s->binding_len = 0;
	symbol->state = FIELDS_BUSY;
	if (symbol->decl->base.text.len > 0)
		derived_fields(s, symbol);
	else
		own_fields(s, symbol);
	symbol->state = FIELDS_DONE;
	s->module = module;
	s->binding_len = binding_len;
}

void sema_begin_body(struct sema *s, uint32_t module, struct ty *result)
{
	s->module = module;
	s->binding_len = 0;
	s->result = result;
	s->scope.len = 0;
	s->depth = 0;
	s->loops = 0;
	s->transactions = 0;
	s->spawn = NULL;
	s->inferred = NULL;
	s->function = ++s->function_count;
}

static void check_function(struct sema *s, struct symbol *symbol)
{
	struct ast_decl *decl = symbol->decl;
	if (symbol->checked)
		return;
	symbol->checked = true;
	sema_begin_body(s, symbol->module, symbol->result);
	s->bindings = symbol->bindings;
	s->binding_len = symbol->binding_len;
	for (uint32_t i = 0; i < symbol->param_len; i++) {
		/* a default sees the parameters before it */
		if (decl->params[i].value)
			sema_expect_boundary(s, decl->params[i].value, symbol->params[i]->ty,
					     "FUSE_TYPE_DEFAULT");
		symbol->params[i]->function = s->function;
		vec_push(&s->scope, symbol->params[i]);
	}
	sema_body(s, decl->block);
}

static void check_defaults(struct sema *s, struct symbol *symbol)
{
	sema_fields(s, symbol);
	sema_begin_body(s, symbol->module, BASIC(s, TY_ANY));
	for (uint32_t i = 0; symbol->kind == SYMBOL_CONFIG && i < symbol->field_len; i++)
		if (!symbol->fields[i].value)
			report_error(s->report, symbol->fields[i].name.range, "FUSE_CONFIG_DEFAULT",
				     "config field '%.*s' needs a default",
				     SLICE_ARG(symbol->fields[i].name.text));
	for (uint32_t i = 0; i < symbol->field_len; i++)
		if (symbol->fields[i].value && symbol->fields[i].owner == symbol)
			sema_expect_boundary(s, symbol->fields[i].value, symbol->fields[i].ty,
					     "FUSE_TYPE_DEFAULT");
}

static void each_symbol(struct sema *s, enum symbol_kind kind,
			void (*visit)(struct sema *s, struct symbol *symbol))
{
	for (uint32_t i = 0; i < s->unit_len; i++) {
		struct unit *unit = s->units[i];
		for (size_t k = 0; k < unit->declared.len; k++) {
			s->module = i;
			if (unit->declared.items[k]->kind == kind)
				visit(s, unit->declared.items[k]);
		}
	}
}

/* Bodies may call for more copies of generic functions. */
static void check_functions(struct sema *s)
{
	uint32_t before;
	do {
		before = s->copy_count;
		each_symbol(s, SYMBOL_FUNCTION, check_function);
	} while (s->copy_count != before);
}

/* Once for all types: what a parameter has no interface for is refused, whoever may call. */
static void check_generic(struct sema *s, struct symbol *generic)
{
	check_function(s, sema_generic_blank(s, generic));
}

static void check_titled(struct sema *s, struct body *body)
{
	sema_begin_body(s, body->module, BASIC(s, TY_ANY));
	sema_body(s, body->decl->block);
}

/* A nominal name stands once in a program: spec/fls.md#imports-and-modules-current. */
static void check_exports(struct sema *s)
{
	struct map seen = MAP_INIT;
	for (uint32_t i = 0; i < s->unit_len; i++) {
		vec_each (&s->units[i]->declared, it) {
			struct symbol *symbol = *it;
			if (symbol->kind != SYMBOL_STRUCT && symbol->kind != SYMBOL_ENUM &&
			    symbol->kind != SYMBOL_CONFIG && symbol->kind != SYMBOL_SERVICE)
				continue;
			char *key = arena_strndup(s->arena, symbol->name.ptr, symbol->name.len);
			if (map_put(&seen, key, symbol))
				report_error(s->report, symbol->range, "FUSE_SYMBOL_DUPLICATE",
					     "'%.*s' is already declared in another module",
					     SLICE_ARG(symbol->name));
		}
	}
	map_done(&seen);
}

void sema_check(struct sema *s)
{
	types_init(&s->types, s->arena);
	sema_http_types(s);
	for (uint32_t i = 0; i < s->unit_len; i++) {
		s->module = i;
		for (uint32_t k = 0; k < s->units[i]->ast->decl_len; k++)
			declare_name(s, s->units[i]->ast->decls[k]);
	}
	check_exports(s);
	sema_imports(s);
	sema_impls(s);
	each_symbol(s, SYMBOL_FUNCTION, sema_signature);
	each_symbol(s, SYMBOL_GENERIC, sema_generic);
	each_symbol(s, SYMBOL_ENUM, resolve_enum);
	each_symbol(s, SYMBOL_STRUCT, sema_fields);
	each_symbol(s, SYMBOL_CONFIG, sema_fields);
	sema_interfaces(s);
	each_symbol(s, SYMBOL_STRUCT, check_defaults);
	each_symbol(s, SYMBOL_CONFIG, check_defaults);
	check_functions(s);
	vec_each (&s->apps, app)
		check_titled(s, app);
	vec_each (&s->tests, test)
		check_titled(s, test);
	vec_each (&s->migrations, migration)
		check_titled(s, migration);
	each_symbol(s, SYMBOL_SERVICE, sema_routes);
	check_functions(s);
	each_symbol(s, SYMBOL_GENERIC, check_generic);
	check_functions(s);
	struct symbol *symbol = map_get(&s->units[0]->symbols, "main");
	if (symbol && symbol->kind == SYMBOL_FUNCTION && symbol->module == 0)
		s->main = symbol;
}

void sema_done(struct sema *s)
{
	vec_done(&s->apps);
	vec_done(&s->tests);
	vec_done(&s->migrations);
	vec_done(&s->missing);
	vec_done(&s->assets);
	vec_done(&s->impls);
	vec_done(&s->blanks);
	vec_done(&s->scope);
}
