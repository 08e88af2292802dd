/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_pattern: what each name of a pattern means, which depends on the value it looks at: a
 * variant of that value's enum, a struct, Some/None/Ok/Err, else a new variable.
 */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static void bad_pattern(struct sema *s, const struct ast_pattern *pattern, struct ty *ty)
{
	report_error(s->report, pattern->range, "FUSE_PATTERN_TYPE",
		     "pattern '%.*s' cannot match %s", SLICE_ARG(pattern->name.text),
		     SEMA_NAME(s, ty));
}

static void sub_patterns(struct sema *s, struct ast_pattern *pattern, struct ty **types,
			 uint32_t len)
{
	if (pattern->arg_len != len)
		report_error(s->report, pattern->range, "FUSE_PATTERN_ARITY",
			     "pattern '%.*s' expects %u value%s, got %u",
			     SLICE_ARG(pattern->name.text), len, len == 1 ? "" : "s",
			     pattern->arg_len);
	pattern->arg_types = ARENA_ARRAY(s->arena, struct ty *, pattern->arg_len + 1);
	for (uint32_t i = 0; i < pattern->arg_len; i++) {
		pattern->arg_types[i] = i < len ? types[i] : BASIC(s, TY_UNKNOWN);
		sema_pattern(s, pattern->args[i], pattern->arg_types[i]);
	}
}

/* Behind a complaint: what the parts bind is known by name all the same. */
static void unknown_parts(struct sema *s, struct ast_pattern *pattern)
{
	for (uint32_t i = 0; i < pattern->arg_len; i++)
		sema_pattern(s, pattern->args[i], BASIC(s, TY_UNKNOWN));
}

static void bind(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	pattern->role = PATTERN_BINDING;
	if (memchr(pattern->name.text.ptr, '.', pattern->name.text.len))
		report_error(s->report, pattern->range, "FUSE_NAME_UNKNOWN", "unknown name '%.*s'",
			     SLICE_ARG(pattern->name.text));
	pattern->local = sema_declare(s, pattern->name, ty_unboxed(ty), false);
}

static bool names_variant(struct sema *s, struct ast_pattern *pattern, struct symbol *symbol);

/* The error of T!A!B is one of A or B: that which the pattern names, or NULL. */
static struct ty *named_domain(struct sema *s, struct ast_pattern *pattern, struct ty *domain)
{
	if (domain->kind == TY_RESULT) {
		struct ty *first = named_domain(s, pattern, domain->args[0]);
		return first ? first : named_domain(s, pattern, domain->args[1]);
	}
	bool named = domain->kind == TY_ENUM
			     ? names_variant(s, pattern, domain->symbol)
			     : domain->symbol && sema_path(s, pattern->name.text) == domain->symbol;
	return named ? domain : NULL;
}

/* What is known about the error that a pattern inside Err looks at. */
static struct ty *error_of(struct sema *s, struct ast_pattern *pattern, struct ty *domain)
{
	if (domain->kind != TY_RESULT || pattern->arg_len != 1)
		return domain;
	struct ast_pattern *inside = pattern->args[0];
	bool has_name = inside->kind != AST_PATTERN_WILDCARD && inside->kind != AST_PATTERN_LITERAL;
	struct ty *named = has_name ? named_domain(s, inside, domain) : NULL;
	if (named)
		return named;
	bool has_parts = inside->kind == AST_PATTERN_ARGS || inside->kind == AST_PATTERN_FIELDS;
	return has_parts ? domain : BASIC(s, TY_ANY);
}

/* Some, None, Ok and Err are patterns only where the value can be one. */
static bool special_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	static const struct {
		const char *name;
		enum pattern_role role;
		bool args;
	} special[] = {
		{"Some", PATTERN_SOME, true},
		{"None", PATTERN_NONE, false},
		{"Ok", PATTERN_OK, true},
		{"Err", PATTERN_ERR, true},
	};
	struct ty *value = ty_unboxed(ty);
	size_t i = 0;
	while (i < 4 && !slice_is(pattern->name.text, special[i].name))
		i++;
	if (i == 4)
		return false;
	bool result = special[i].role == PATTERN_OK || special[i].role == PATTERN_ERR;
	bool fits = result ? ty_plain(value)->kind == TY_RESULT || ty_is_open(value)
			   : ty_may_be_null(value);
	if (!fits && pattern->kind == AST_PATTERN_NAME)
		return false;
	if (!fits || (pattern->kind != AST_PATTERN_ARGS) == special[i].args) {
		bad_pattern(s, pattern, ty);
		unknown_parts(s, pattern);
		return true;
	}
	struct ty *inner = ty_is_open(value) ? BASIC(s, value->kind) : value;
	if (result && ty_plain(value)->kind == TY_RESULT)
		inner = special[i].role == PATTERN_OK
				? ty_plain(value)->args[0]
				: error_of(s, pattern, ty_plain(value)->args[1]);
	else if (value->kind == TY_OPTION || value->kind == TY_MAYBE)
		inner = value->args[0];
	pattern->role = special[i].role;
	sub_patterns(s, pattern, &inner, special[i].args ? 1 : 0);
	return true;
}

/* "Red", "Color.Red" or "m.Color.Red" as a variant of the enum. */
static bool names_variant(struct sema *s, struct ast_pattern *pattern, struct symbol *symbol)
{
	struct slice name = pattern->name.text;
	const char *dot = memrchr(name.ptr, '.', name.len);
	if (dot) {
		struct slice owner = slice_make(name.ptr, (size_t)(dot - name.ptr));
		name = slice_make(dot + 1, name.len - owner.len - 1);
		if (sema_path(s, owner) != symbol)
			return false;
	}
	int32_t index = symbol_variant(symbol, name);
	if (index < 0)
		return false;
	pattern->role = PATTERN_VARIANT;
	pattern->symbol = symbol;
	pattern->variant = (uint32_t)index;
	return true;
}

static bool variant_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	struct ty *plain = ty_plain(ty);
	struct symbol *symbol = plain->kind == TY_ENUM ? plain->symbol : NULL;
	if (!symbol && ty_is_open(plain)) {
		/* the enum must then be named */
		const char *dot = memrchr(pattern->name.text.ptr, '.', pattern->name.text.len);
		if (dot)
			symbol = sema_path(s, slice_make(pattern->name.text.ptr,
							 (size_t)(dot - pattern->name.text.ptr)));
		if (symbol && symbol->kind != SYMBOL_ENUM)
			symbol = NULL;
	}
	if (!symbol || !names_variant(s, pattern, symbol))
		return false;
	struct variant *variant = &symbol->variants[pattern->variant];
	sub_patterns(s, pattern, variant->payload, variant->payload_len);
	return true;
}

static bool struct_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	struct ty *plain = ty_plain(ty);
	struct symbol *symbol = sema_path(s, pattern->name.text);
	if (!symbol || symbol->kind != SYMBOL_STRUCT)
		return false;
	if (plain->symbol != symbol && !ty_is_open(plain)) {
		if (pattern->kind == AST_PATTERN_NAME)
			return false;
		bad_pattern(s, pattern, ty);
		unknown_parts(s, pattern);
		return true;
	}
	if (pattern->kind == AST_PATTERN_ARGS) {
		report_error(s->report, pattern->range, "FUSE_PATTERN_FIELDS",
			     "the fields of '%.*s' are matched by name: field=pattern",
			     SLICE_ARG(symbol->name));
		unknown_parts(s, pattern);
		return true;
	}
	sema_fields(s, symbol);
	pattern->role = PATTERN_STRUCT;
	pattern->symbol = symbol;
	pattern->arg_types = ARENA_ARRAY(s->arena, struct ty *, pattern->arg_len + 1);
	pattern->field_index = ARENA_ARRAY(s->arena, uint32_t, pattern->arg_len + 1);
	for (uint32_t i = 0; i < pattern->arg_len; i++) {
		int32_t index = symbol_field(symbol, pattern->fields[i].text);
		if (index < 0)
			report_error(s->report, pattern->fields[i].range, "FUSE_PATTERN_FIELD",
				     "unknown field '%.*s' on %.*s",
				     SLICE_ARG(pattern->fields[i].text), SLICE_ARG(symbol->name));
		for (uint32_t k = 0; k < i; k++)
			if (slice_eq(pattern->fields[k].text, pattern->fields[i].text))
				report_error(s->report, pattern->fields[i].range,
					     "FUSE_PATTERN_FIELD", "field '%.*s' is matched twice",
					     SLICE_ARG(pattern->fields[i].text));
		pattern->field_index[i] = index < 0 ? 0 : (uint32_t)index;
		pattern->arg_types[i] = index < 0 ? BASIC(s, TY_UNKNOWN) : symbol->fields[index].ty;
		sema_pattern(s, pattern->args[i], pattern->arg_types[i]);
	}
	return true;
}

static void literal_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	struct ty *literal = sema_expr(s, pattern->literal);
	if (literal->kind == TY_NULL
		    ? ty_may_be_null(ty_unboxed(ty))
		    : ty_assignable(ty, literal) || ty_assignable(ty_plain(ty), literal))
		return;
	report_error(s->report, pattern->range, "FUSE_PATTERN_TYPE",
		     "type mismatch: expected %s, found %s", SEMA_NAME(s, ty),
		     SEMA_NAME(s, literal));
}

static void unknown_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	struct ty *plain = ty_plain(ty);
	if (plain->kind == TY_ENUM)
		report_error(s->report, pattern->range, "FUSE_PATTERN_VARIANT",
			     "unknown variant '%.*s' for %.*s", SLICE_ARG(pattern->name.text),
			     SLICE_ARG(plain->symbol->name));
	else
		bad_pattern(s, pattern, ty);
	unknown_parts(s, pattern);
}

void sema_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty)
{
	pattern->ty = ty;
	switch (pattern->kind) {
	case AST_PATTERN_WILDCARD:
		return;
	case AST_PATTERN_LITERAL:
		literal_pattern(s, pattern, ty);
		return;
	case AST_PATTERN_NAME:
		if (!special_pattern(s, pattern, ty) && !variant_pattern(s, pattern, ty) &&
		    !struct_pattern(s, pattern, ty))
			bind(s, pattern, ty);
		return;
	case AST_PATTERN_ARGS:
		if (!special_pattern(s, pattern, ty) && !variant_pattern(s, pattern, ty) &&
		    !struct_pattern(s, pattern, ty))
			unknown_pattern(s, pattern, ty);
		return;
	case AST_PATTERN_FIELDS:
		if (!struct_pattern(s, pattern, ty))
			unknown_pattern(s, pattern, ty);
		return;
	}
}

static bool always_matches(const struct ast_pattern *pattern)
{
	if (pattern->kind == AST_PATTERN_WILDCARD)
		return true;
	if (pattern->kind == AST_PATTERN_LITERAL)
		return false;
	if (pattern->role == PATTERN_BINDING)
		return true;
	if (pattern->role != PATTERN_STRUCT || pattern->ty->kind != TY_STRUCT ||
	    pattern->symbol->is_error)
		return false;
	for (uint32_t i = 0; i < pattern->arg_len; i++)
		if (!always_matches(pattern->args[i]))
			return false;
	return true;
}

/* Does the pattern take every value that its name allows? */
static bool takes_all(const struct ast_pattern *pattern)
{
	for (uint32_t i = 0; i < pattern->arg_len; i++)
		if (!always_matches(pattern->args[i]))
			return false;
	return true;
}

static bool has_case(const struct ast_stmt *stmt, enum pattern_role role, uint32_t variant)
{
	for (uint32_t i = 0; i < stmt->case_len; i++) {
		const struct ast_pattern *pattern = stmt->cases[i].pattern;
		if (always_matches(pattern))
			return true;
		if (pattern->kind == AST_PATTERN_LITERAL) {
			if (role == PATTERN_NONE && pattern->literal->kind == AST_NULL)
				return true;
			continue;
		}
		if (pattern->role == role && takes_all(pattern) &&
		    (role != PATTERN_VARIANT || pattern->variant == variant))
			return true;
	}
	return false;
}

static bool has_bool(const struct ast_stmt *stmt, bool value)
{
	for (uint32_t i = 0; i < stmt->case_len; i++) {
		const struct ast_pattern *pattern = stmt->cases[i].pattern;
		if (pattern->kind == AST_PATTERN_LITERAL && pattern->literal->kind == AST_BOOL &&
		    pattern->literal->value.b == value)
			return true;
	}
	return false;
}

bool sema_covers(const struct ast_stmt *stmt)
{
	const struct ty *ty = ty_unboxed(stmt->expr->ty);
	if (has_case(stmt, PATTERN_BINDING, 0))
		return true;
	switch (ty->kind) {
	case TY_ENUM:
		for (uint32_t i = 0; i < ty->symbol->variant_len; i++)
			if (!has_case(stmt, PATTERN_VARIANT, i))
				return false;
		return true;
	case TY_OPTION:
		return has_case(stmt, PATTERN_SOME, 0) && has_case(stmt, PATTERN_NONE, 0);
	case TY_RESULT:
		return has_case(stmt, PATTERN_OK, 0) && has_case(stmt, PATTERN_ERR, 0);
	case TY_BOOL:
		return has_bool(stmt, true) && has_bool(stmt, false);
	default:
		return false;
	}
}
