/* SPDX-License-Identifier: Apache-2.0 */
/* lower: numbers functions, lowers their bodies until representations are settled, fills the
 * program. */
#include "oracles/reference/lower_internal.h"

struct span lower_span(const struct lower *l, struct range range)
{
	return source_span(&l->sema->units[range.module]->source, range.start);
}

struct expr *lower_node(struct lower *l, enum expr_kind kind, enum rep rep, struct span span,
			uint32_t args)
{
	struct expr *expr = ARENA_NEW(l->arena, struct expr);
	expr->kind = kind;
	expr->rep = rep;
	expr->span = span;
	expr->arg_len = args;
	expr->args = args ? ARENA_ARRAY(l->arena, struct expr *, args) : NULL;
	return expr;
}

enum rep lower_rep_of_letter(char letter)
{
	switch (letter) {
	case 'i':
		return REP_INT;
	case 'f':
		return REP_FLOAT;
	case 'b':
		return REP_BOOL;
	default:
		return REP_VALUE;
	}
}

struct expr *lower_op(struct lower *l, enum op op, struct span span, struct expr *first,
		      struct expr *second)
{
	const struct op_info *info = &op_table[op];
	struct expr *operands[2] = {first, second};
	uint32_t count = second ? 2 : first ? 1 : 0;
	struct expr *expr = lower_node(l, EXPR_OP, lower_rep_of_letter(info->result), span, count);
	expr->u.op = op;
	for (uint32_t i = 0; i < count; i++) {
		char letter = info->operands[0] == '*' ? 'v' : info->operands[i];
		expr->args[i] = lower_to(l, operands[i], lower_rep_of_letter(letter));
	}
	return expr;
}

struct expr *lower_slot(struct lower *l, uint32_t slot, struct span span)
{
	struct expr *expr = lower_node(l, EXPR_SLOT, l->slots.items[slot].rep, span, 0);
	expr->u.slot = slot;
	return expr;
}

struct expr *lower_text(struct lower *l, struct slice text, struct span span)
{
	struct expr *expr = lower_node(l, EXPR_STRING, REP_VALUE, span, 0);
	expr->u.s = arena_slice(l->arena, text);
	return expr;
}

uint32_t lower_new_slot(struct lower *l, enum rep rep, struct slice name)
{
	struct slot slot = {.rep = rep, .name = arena_slice(l->arena, name)};
	vec_push(&l->slots, slot);
	return (uint32_t)l->slots.len - 1;
}

struct stmt *lower_emit(struct lower *l, enum stmt_kind kind, struct span span)
{
	struct stmt *stmt = ARENA_NEW(l->arena, struct stmt);
	stmt->kind = kind;
	stmt->span = span;
	vec_push(&l->stmts, stmt);
	return stmt;
}

struct expr *lower_to(struct lower *l, struct expr *expr, enum rep rep)
{
	static const enum op to_value[] = {
		[REP_INT] = OP_V_OF_I, [REP_FLOAT] = OP_V_OF_F, [REP_BOOL] = OP_V_OF_B};
	static const enum op from_value[] = {
		[REP_INT] = OP_I_OF_V, [REP_FLOAT] = OP_F_OF_V, [REP_BOOL] = OP_B_OF_V};
	if (expr->rep == rep)
		return expr;
	if (rep == REP_FLOAT && expr->rep == REP_INT)
		return lower_op(l, OP_F_OF_I, expr->span, expr, NULL);
	struct expr *value = expr;
	if (expr->rep != REP_VALUE) {
		value = lower_node(l, EXPR_OP, REP_VALUE, expr->span, 1);
		value->u.op = to_value[expr->rep];
		value->args[0] = expr;
	}
	if (rep == REP_VALUE)
		return value;
	struct expr *out = lower_node(l, EXPR_OP, rep, expr->span, 1);
	out->u.op = from_value[rep];
	out->args[0] = value;
	return out;
}

enum rep lower_rep(const struct ty *ty)
{
	switch (ty->kind) {
	case TY_INT:
		return REP_INT;
	case TY_FLOAT:
		return REP_FLOAT;
	case TY_BOOL:
		return REP_BOOL;
	default:
		return REP_VALUE;
	}
}

struct expr *lower_settle(struct lower *l, struct expr *expr, const struct ty *ty)
{
	enum rep rep = lower_rep(ty);
	return rep == REP_VALUE ? expr : lower_to(l, expr, rep);
}

void lower_loosen(struct lower *l, bool *loose)
{
	if (!*loose)
		l->again = true;
	*loose = true;
}

void lower_function_loosen(struct lower *l, struct symbol *function)
{
	for (uint32_t i = 0; i < function->param_len; i++)
		if (lower_rep(function->params[i]->ty) != REP_VALUE)
			lower_loosen(l, &function->params[i]->loose);
	if (lower_rep(function->result) != REP_VALUE)
		lower_loosen(l, &l->loose_result[function->index]);
}

enum rep lower_param_rep(const struct lower *l, const struct local *param)
{
	return l->all_loose || param->loose ? REP_VALUE : lower_rep(param->ty);
}

enum rep lower_result_rep(const struct lower *l, uint32_t function, const struct ty *ty)
{
	return l->all_loose || l->loose_result[function] ? REP_VALUE : lower_rep(ty);
}

stmt_vec lower_begin(struct lower *l)
{
	stmt_vec outer = l->stmts;
	l->stmts = (stmt_vec){0};
	return outer;
}

struct stmt **lower_end(struct lower *l, stmt_vec outer, uint32_t *len)
{
	struct stmt **body = NULL;
	*len = (uint32_t)l->stmts.len;
	if (l->stmts.len > 0)
		body = arena_dup(l->arena, l->stmts.items, l->stmts.len * sizeof(*body));
	vec_done(&l->stmts);
	l->stmts = outer;
	return body;
}

uint32_t lower_reserve(struct lower *l, const char *name, uint32_t module, struct range range)
{
	struct function function = {
		.name = slice_of(name),
		.module = module,
		.span = lower_span(l, range),
	};
	vec_push(&l->functions, function);
	return (uint32_t)l->functions.len - 1;
}

void lower_begin_function(struct lower *l, uint32_t index, const struct ty *result)
{
	l->index = index;
	l->slots = (__typeof__(l->slots)){0};
	l->wraps = result->kind == TY_RESULT;
	l->result = lower_result_rep(l, index, result);
	(void)lower_begin(l);
}

static void add_params(struct lower *l, struct local **params, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		params[i]->slot = lower_new_slot(l, lower_param_rep(l, params[i]), params[i]->name);
	l->functions.items[l->index].param_len = len;
}

void lower_end_function(struct lower *l)
{
	struct function *function = &l->functions.items[l->index];
	function->body = lower_end(l, (stmt_vec){0}, &function->body_len);
	function->result = l->result;
	function->returns_result = l->wraps;
	function->slot_len = (uint32_t)l->slots.len;
	function->slots = l->slots.len ? arena_dup(l->arena, l->slots.items,
						   l->slots.len * sizeof(*l->slots.items))
				       : NULL;
	vec_done(&l->slots);
}

static void lower_body(struct lower *l, struct ast_block *block)
{
	if (lower_tail_block(l, block))
		return;
	/* off the end: the value is unit */
	if (l->result != REP_VALUE) {
		lower_loosen(l, &l->loose_result[l->index]);
		return;
	}
	struct span span = l->functions.items[l->index].span;
	lower_return(l, NULL, span);
}

/* The block of a spawn is a function of what it captures. Captures arrive as tagged values and take
 * up the form their variable has outside. */
struct expr *lower_spawn(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *out = lower_node(l, EXPR_SPAWN, REP_VALUE, span, expr->capture_len);
	uint32_t *outer_slots = ARENA_ARRAY(l->arena, uint32_t, expr->capture_len + 1);
	enum rep *reps = ARENA_ARRAY(l->arena, enum rep, expr->capture_len + 1);
	struct lower outer = *l;
	for (uint32_t i = 0; i < expr->capture_len; i++) {
		outer_slots[i] = expr->captures[i]->slot;
		reps[i] = l->slots.items[outer_slots[i]].rep;
		out->args[i] = lower_to(l, lower_slot(l, outer_slots[i], span), REP_VALUE);
	}
	if (expr->function == 0)
		expr->function = 1 + lower_reserve(l, arena_printf(l->arena, "spawn@%u", span.line),
						   expr->range.module, expr->range);
	out->u.index = expr->function - 1;
	l->stmts = (stmt_vec){0};
	lower_begin_function(l, out->u.index, ty_basic(&l->sema->types, TY_ANY));
	l->functions.items[l->index].param_len = expr->capture_len;
	for (uint32_t i = 0; i < expr->capture_len; i++)
		expr->captures[i]->slot = lower_new_slot(l, REP_VALUE, expr->captures[i]->name);
	for (uint32_t i = 0; i < expr->capture_len; i++) {
		if (reps[i] == REP_VALUE)
			continue;
		struct expr *value = lower_slot(l, expr->captures[i]->slot, span);
		struct stmt *set = lower_emit(l, STMT_SET, span);
		set->expr = lower_to(l, value, reps[i]);
		set->slot = lower_new_slot(l, reps[i], expr->captures[i]->name);
		expr->captures[i]->slot = set->slot;
	}
	lower_body(l, expr->block);
	lower_end_function(l);
	l->index = outer.index;
	l->wraps = outer.wraps;
	l->result = outer.result;
	l->slots = outer.slots;
	l->stmts = outer.stmts;
	for (uint32_t i = 0; i < expr->capture_len; i++)
		expr->captures[i]->slot = outer_slots[i];
	return out;
}

static void lower_function(struct lower *l, struct symbol *symbol)
{
	lower_begin_function(l, symbol->index, symbol->result);
	add_params(l, symbol->params, symbol->param_len);
	lower_body(l, symbol->decl->block);
	lower_end_function(l);
	for (uint32_t i = 0; i < symbol->param_len; i++) {
		struct ast_expr *value = symbol->decl->params[i].value;
		if (!value)
			continue;
		lower_begin_function(l, symbol->default_functions[i], symbol->params[i]->ty);
		l->wraps = false;
		add_params(l, symbol->params, i);
		lower_return(l, value, lower_span(l, value->range));
		lower_end_function(l);
	}
}

static void lower_defaults(struct lower *l, struct symbol *symbol)
{
	for (uint32_t i = 0; i < symbol->field_len; i++) {
		struct field *field = &symbol->fields[i];
		if (!field->value || field->owner != symbol)
			continue;
		lower_begin_function(l, field->function, ty_basic(&l->sema->types, TY_ANY));
		lower_return(l, field->value, lower_span(l, field->value->range));
		lower_end_function(l);
	}
}

static void number_symbol(struct lower *l, struct symbol *symbol)
{
	int name_len = (int)symbol->name.len;
	const char *name = symbol->name.ptr;
	if (symbol->kind == SYMBOL_FUNCTION) {
		symbol->index = lower_reserve(l, arena_printf(l->arena, "%.*s", name_len, name),
					      symbol->module, symbol->range);
		symbol->default_functions = ARENA_ARRAY(l->arena, uint32_t, symbol->param_len + 1);
		for (uint32_t i = 0; i < symbol->param_len; i++)
			if (symbol->decl->params[i].value)
				symbol->default_functions[i] = lower_reserve(
					l,
					arena_printf(l->arena, "%.*s(%.*s)", name_len, name,
						     SLICE_ARG(symbol->params[i]->name)),
					symbol->module, symbol->decl->params[i].value->range);
	} else if (symbol->kind == SYMBOL_STRUCT || symbol->kind == SYMBOL_CONFIG) {
		for (uint32_t i = 0; i < symbol->field_len; i++) {
			struct field *field = &symbol->fields[i];
			if (field->value && field->owner == symbol)
				field->function = lower_reserve(
					l,
					arena_printf(l->arena, "%.*s.%.*s", name_len, name,
						     SLICE_ARG(field->name.text)),
					symbol->module, field->value->range);
		}
	}
}

static struct entry *number_bodies(struct lower *l, struct body *bodies, size_t len,
				   const char *prefix)
{
	struct entry *entries = len ? ARENA_ARRAY(l->arena, struct entry, len) : NULL;
	for (size_t i = 0; i < len; i++) {
		const struct ast_decl *decl = bodies[i].decl;
		entries[i].name = arena_slice(l->arena, decl->text);
		entries[i].function = lower_reserve(
			l, arena_printf(l->arena, "%s:%.*s", prefix, SLICE_ARG(decl->text)),
			bodies[i].module, decl->range);
	}
	return entries;
}

static void lower_bodies(struct lower *l, const struct body *bodies, const struct entry *entries,
			 uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		lower_begin_function(l, entries[i].function, ty_basic(&l->sema->types, TY_ANY));
		lower_body(l, bodies[i].decl->block);
		lower_end_function(l);
	}
}

static void lower_round(struct lower *l)
{
	struct sema *sema = l->sema;
	l->again = false;
	for (uint32_t i = 0; i < sema->unit_len; i++) {
		vec_each (&sema->units[i]->declared, it) {
			if ((*it)->kind == SYMBOL_FUNCTION)
				lower_function(l, *it);
			else if ((*it)->kind == SYMBOL_STRUCT || (*it)->kind == SYMBOL_CONFIG)
				lower_defaults(l, *it);
		}
	}
	lower_assets(l);
	lower_bodies(l, sema->apps.items, l->program->apps, l->program->app_len);
	lower_bodies(l, sema->tests.items, l->program->tests, l->program->test_len);
}

static void number_all(struct lower *l)
{
	struct sema *sema = l->sema;
	struct program *program = l->program;
	for (uint32_t i = 0; i < sema->unit_len; i++)
		vec_each (&sema->units[i]->declared, it)
			number_symbol(l, *it);
	program->app_len = (uint32_t)sema->apps.len;
	program->apps = number_bodies(l, sema->apps.items, sema->apps.len, "app");
	program->test_len = (uint32_t)sema->tests.len;
	program->tests = number_bodies(l, sema->tests.items, sema->tests.len, "test");
}

static void set_main(struct lower *l)
{
	struct program *program = l->program;
	struct symbol *symbol = l->sema->main;
	program->main_function = -1;
	if (!symbol)
		return;
	program->main_function = (int32_t)symbol->index;
	program->main_types = ARENA_ARRAY(l->arena, uint32_t, symbol->param_len + 1);
	program->main_defaults = ARENA_ARRAY(l->arena, int32_t, symbol->param_len + 1);
	for (uint32_t i = 0; i < symbol->param_len; i++) {
		program->main_types[i] = lower_type(l, symbol->decl->params[i].type, 0);
		program->main_defaults[i] =
			symbol->decl->params[i].value ? (int32_t)symbol->default_functions[i] : -1;
	}
}

void lower(struct program *program, struct sema *sema)
{
	struct lower l = {.program = program, .arena = &program->arena, .sema = sema};
	program->module_len = sema->unit_len;
	program->modules = ARENA_ARRAY(l.arena, struct module, sema->unit_len);
	for (uint32_t i = 0; i < sema->unit_len; i++) {
		program->modules[i].name = arena_slice(l.arena, sema->units[i]->name);
		program->modules[i].path =
			arena_slice(l.arena, slice_of(sema->units[i]->source.path));
	}
	number_all(&l);
	l.loose_result = ARENA_ARRAY(l.arena, bool,
				     l.functions.len + sema->spawn_count + sema->assets.len + 1);
	lower_types(&l);
	lower_consts(&l);
	set_main(&l);
	for (int round = 0; round <= LOWER_ROUNDS; round++) {
		l.all_loose = round == LOWER_ROUNDS;
		lower_round(&l);
		if (!l.again)
			break;
	}
	program->function_len = (uint32_t)l.functions.len;
	if (l.functions.len > 0)
		program->functions = arena_dup(l.arena, l.functions.items,
					       l.functions.len * sizeof(*l.functions.items));
	program->type_len = (uint32_t)l.types.len;
	program->types = arena_dup(l.arena, l.types.items, l.types.len * sizeof(*l.types.items));
	vec_done(&l.functions);
	vec_done(&l.types);
}
