/* SPDX-License-Identifier: Apache-2.0 */
/* tree: the table of operations, and the canonical program as text, one statement a line. */
#include <inttypes.h>

#include "oracles/reference/tree.h"

const struct op_info op_table[OP_COUNT] = {
#define OP(name, result, operands, function, traps)                                                \
	[OP_##name] = {#name, result, operands, #function, traps},
#include "oracles/reference/ops.def"
#undef OP
};

struct printer {
	struct buf *out;
	const struct program *program;
	const struct function *function;
};

static void print_expr(struct printer *p, const struct expr *expr);

static void print_args(struct printer *p, const struct expr *expr, uint32_t from)
{
	for (uint32_t i = from; i < expr->arg_len; i++) {
		buf_addc(p->out, ' ');
		print_expr(p, expr->args[i]);
	}
	buf_addc(p->out, ')');
}

static void print_slot(struct printer *p, uint32_t slot)
{
	struct slice name = p->function->slots[slot].name;
	buf_addf(p->out, "%%%u", slot);
	if (name.len > 0)
		buf_addf(p->out, ".%.*s", SLICE_ARG(name));
}

static void print_quoted(struct printer *p, struct slice text)
{
	buf_addc(p->out, '"');
	buf_add_escaped(p->out, text);
	buf_addc(p->out, '"');
}

static const struct type *type_at(const struct printer *p, uint32_t index)
{
	return &p->program->types[index];
}

static void print_record(struct printer *p, const struct expr *expr)
{
	const struct type *type = type_at(p, expr->u.record.type);
	buf_addf(p->out, "(struct %.*s", SLICE_ARG(type->name));
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		buf_addf(p->out, " %.*s=", SLICE_ARG(type->fields[expr->u.record.fields[i]].name));
		print_expr(p, expr->args[i]);
	}
	buf_addc(p->out, ')');
}

static void print_variant(struct printer *p, const struct expr *expr, const char *word)
{
	const struct type *type = type_at(p, expr->u.record.type);
	buf_addf(p->out, "(%s %.*s.%.*s", word, SLICE_ARG(type->name),
		 SLICE_ARG(type->variants[expr->u.record.fields[0]].name));
	print_args(p, expr, 0);
}

static void print_call(struct printer *p, const struct expr *expr, const char *word)
{
	buf_addf(p->out, "(%s %.*s", word, SLICE_ARG(p->program->functions[expr->u.index].name));
	print_args(p, expr, 0);
}

static void print_word(struct printer *p, const struct expr *expr, const char *word)
{
	buf_addf(p->out, "(%s", word);
	print_args(p, expr, 0);
}

static void print_expr(struct printer *p, const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_INT:
		buf_addf(p->out, "%" PRId64, expr->u.i);
		break;
	case EXPR_FLOAT:
		buf_addf(p->out, "%#.17g", expr->u.f);
		break;
	case EXPR_BOOL:
		buf_adds(p->out, expr->u.b ? "true" : "false");
		break;
	case EXPR_STRING:
		print_quoted(p, expr->u.s);
		break;
	case EXPR_NULL:
		buf_adds(p->out, "null");
		break;
	case EXPR_UNIT:
		buf_adds(p->out, "unit");
		break;
	case EXPR_SLOT:
		print_slot(p, expr->u.slot);
		break;
	case EXPR_CONST:
		buf_addf(p->out, "(const %.*s)", SLICE_ARG(p->program->consts[expr->u.index].name));
		break;
	case EXPR_OP:
		print_word(p, expr, op_table[expr->u.op].name);
		break;
	case EXPR_CALL:
		print_call(p, expr, "call");
		break;
	case EXPR_CALL_VALUE:
		print_word(p, expr, "call-value");
		break;
	case EXPR_FUNCTION:
		print_call(p, expr, "function");
		break;
	case EXPR_LIST:
		print_word(p, expr, "list");
		break;
	case EXPR_MAP:
		print_word(p, expr, "map");
		break;
	case EXPR_STRUCT:
		print_record(p, expr);
		break;
	case EXPR_VARIANT:
		print_variant(p, expr, "variant");
		break;
	case EXPR_FIELD:
		buf_addf(p->out, "(field %.*s:%d", SLICE_ARG(expr->u.field.name),
			 expr->u.field.index);
		print_args(p, expr, 0);
		break;
	case EXPR_IS_TYPE:
		buf_addf(p->out, "(is-type %.*s", SLICE_ARG(type_at(p, expr->u.index)->name));
		print_args(p, expr, 0);
		break;
	case EXPR_IS_VARIANT:
		print_variant(p, expr, "is-variant");
		break;
	case EXPR_PAYLOAD:
		buf_addf(p->out, "(payload %u", expr->u.index);
		print_args(p, expr, 0);
		break;
	case EXPR_COND:
		print_word(p, expr, "cond");
		break;
	case EXPR_LET:
		buf_adds(p->out, "(let ");
		print_slot(p, expr->u.slot);
		print_args(p, expr, 0);
		break;
	case EXPR_RAISE:
		print_word(p, expr, "raise");
		break;
	case EXPR_SPAWN:
		print_call(p, expr, "spawn");
		break;
	}
}

static void print_body(struct printer *p, struct stmt *const *body, uint32_t len, int depth);

static void print_path(struct printer *p, const struct stmt *stmt)
{
	print_slot(p, stmt->slot);
	for (uint32_t i = 0; i < stmt->path_len; i++) {
		const struct path_step *step = &stmt->path[i];
		buf_adds(p->out, step->optional ? "?" : "");
		if (step->index) {
			buf_addc(p->out, '[');
			print_expr(p, step->index);
			buf_addc(p->out, ']');
		} else {
			buf_addf(p->out, ".%.*s:%d", SLICE_ARG(step->name), step->field);
		}
	}
	buf_adds(p->out, " = ");
}

static const char *const stmt_words[] = {
	[STMT_EXPR] = "",          [STMT_SET] = "set ",
	[STMT_SET_PATH] = "set ",  [STMT_SET_BOX] = "set-box ",
	[STMT_RETURN] = "return ", [STMT_IF] = "if ",
	[STMT_WHILE] = "while ",   [STMT_FOR] = "for ",
	[STMT_BREAK] = "break",    [STMT_CONTINUE] = "continue",
	[STMT_BLOCK] = "block",    [STMT_TRANSACTION] = "transaction",
};

static void print_stmt(struct printer *p, const struct stmt *stmt, int depth)
{
	buf_addf(p->out, "%*s%s", depth * 2, "", stmt_words[stmt->kind]);
	if (stmt->kind == STMT_SET || stmt->kind == STMT_SET_PATH || stmt->kind == STMT_SET_BOX)
		print_path(p, stmt);
	if (stmt->kind == STMT_FOR) {
		print_slot(p, stmt->slot);
		buf_adds(p->out, " in ");
	}
	if (stmt->expr)
		print_expr(p, stmt->expr);
	else if (stmt->kind == STMT_RETURN)
		buf_adds(p->out, "unit");
	buf_addc(p->out, '\n');
	print_body(p, stmt->body, stmt->body_len, depth + 1);
	if (stmt->other_len > 0) {
		buf_addf(p->out, "%*selse\n", depth * 2, "");
		print_body(p, stmt->other, stmt->other_len, depth + 1);
	}
}

static void print_body(struct printer *p, struct stmt *const *body, uint32_t len, int depth)
{
	for (uint32_t i = 0; i < len; i++)
		print_stmt(p, body[i], depth);
}

static const char *const rep_names[] = {
	[REP_VALUE] = "value", [REP_INT] = "int", [REP_FLOAT] = "float", [REP_BOOL] = "bool"};

static void print_function(struct printer *p, const struct function *function)
{
	p->function = function;
	buf_addf(p->out, "function %.*s(", SLICE_ARG(function->name));
	for (uint32_t i = 0; i < function->param_len; i++) {
		buf_adds(p->out, i > 0 ? ", " : "");
		print_slot(p, i);
		buf_addf(p->out, ": %s", rep_names[function->slots[i].rep]);
	}
	buf_addf(p->out, ") -> %s%s\n", rep_names[function->result],
		 function->returns_result ? " result" : "");
	for (uint32_t i = function->param_len; i < function->slot_len; i++) {
		buf_adds(p->out, "  slot ");
		print_slot(p, i);
		buf_addf(p->out, ": %s\n", rep_names[function->slots[i].rep]);
	}
	print_body(p, function->body, function->body_len, 1);
}

static void print_type(struct printer *p, const struct type *type)
{
	if (type->kind != TYPE_STRUCT && type->kind != TYPE_ENUM)
		return;
	buf_addf(p->out, "%s %.*s\n", type->kind == TYPE_STRUCT ? "struct" : "enum",
		 SLICE_ARG(type->name));
	for (uint32_t i = 0; i < type->field_len; i++)
		buf_addf(p->out, "  %.*s: %.*s%s\n", SLICE_ARG(type->fields[i].name),
			 SLICE_ARG(type_at(p, type->fields[i].type)->name),
			 type->fields[i].default_function >= 0 ? " = default" : "");
	for (uint32_t i = 0; i < type->variant_len; i++)
		buf_addf(p->out, "  %.*s/%u\n", SLICE_ARG(type->variants[i].name),
			 type->variants[i].payload_len);
}

void tree_print(struct buf *out, const struct program *program)
{
	struct printer p = {.out = out, .program = program};
	for (uint32_t i = 0; i < program->type_len; i++)
		print_type(&p, &program->types[i]);
	for (uint32_t i = 0; i < program->function_len; i++)
		print_function(&p, &program->functions[i]);
}

void program_done(struct program *program)
{
	if (!program)
		return;
	arena_done(&program->arena);
	*program = (struct program){.main_function = -1};
}
