/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_c: statements, functions, the file. The program's order of evaluation is the order of the
 * emitted statements; every place that may trap names the label that drops exactly what is owned
 * there.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "oracles/reference/emit_internal.h"
#include "oracles/reference/lifetime.h"
#include "oracles/reference/rt_headers.h"

static bool planted(const struct emit *em, enum fault fault)
{
	return fault_is(em->options->where, fault);
}

/* --- statements ------------------------------------------------------------------------------- */

/*
 * "x = x + y" on texts, where x may move: y is added in place while it fits, which is what a text
 * built piece by piece does at nearly every step. The runtime does the same out of line.
 */
static bool emit_append(struct emit *em, const struct stmt *s, uint32_t live)
{
	const struct expr *e = s->expr;
	if (!stmt_moved_read(s) || e->u.op != OP_CONCAT || e->arg_len != 2 ||
	    planted(em, FAULT_STRING_CONCAT_SWAPPED))
		return false;
	const struct expr *piece = e->args[1];
	if (piece->kind == EXPR_STRING) {
		buf_addf(em->out, "if (RT_HAS_ROOM(s%u, %zuUL)) {\nRT_APPEND(s%u, ", s->slot,
			 piece->u.s.len, s->slot);
		emit_quoted(em->out, piece->u.s);
		buf_addf(em->out, ", %zuUL);\n} else {\n", piece->u.s.len);
		emit_value(em, piece, live);
	} else {
		emit_value(em, piece, live);
		buf_addf(em->out,
			 "if (t%u.tag == RT_STRING && RT_HAS_ROOM(s%u, t%u.u.string->len)) {\n"
			 "RT_APPEND(s%u, t%u.u.string->bytes, t%u.u.string->len);\n"
			 "RT_DROP(t%u);\n} else {\n",
			 live, s->slot, live, s->slot, live, live, live);
	}
	buf_addf(em->out,
		 "struct value a[2] = {s%u, t%u};\ns%u.tag = RT_NULL;\n"
		 "t%u = rt_concat(rt, 2, a);\nRT_CHECK(u%u);\nRT_STORE(s%u, t%u);\n}\n",
		 s->slot, live, s->slot, live, live, s->slot, live);
	return true;
}

static void emit_set(struct emit *em, const struct stmt *s, uint32_t live)
{
	if (em->function->slots[s->slot].rep != REP_VALUE) {
		struct operand x = emit_scalar(em, s->expr, live);
		buf_addf(em->out, "s%u = %s;\n", s->slot, x.text);
		return;
	}
	if (emit_append(em, s, live))
		return;
	em->moved = stmt_moved_read(s);
	emit_value(em, s->expr, live);
	buf_addf(em->out, "RT_STORE(s%u, t%u);\n", s->slot, live);
}

static void emit_steps(struct emit *em, const struct stmt *s)
{
	buf_addf(em->out, "static const struct rt_step steps[%u] = {",
		 s->path_len ? s->path_len : 1);
	for (uint32_t i = 0; i < s->path_len; i++) {
		const struct path_step *step = &s->path[i];
		buf_addf(em->out, "{%d, %d, %d, {", step->index != NULL, step->optional,
			 step->field);
		emit_quoted(em->out, step->name);
		buf_addf(em->out, ", %zu}}, ", step->name.len);
	}
	buf_adds(em->out, s->path_len ? "};\n" : "{0}};\n");
}

static void emit_path(struct emit *em, const struct stmt *s, uint32_t live)
{
	emit_value(em, s->expr, live);
	CLEANUP(free_p) struct expr **keys = calloc(s->path_len + 1, sizeof(*keys));
	if (!keys)
		abort();
	uint32_t key_len = 0;
	for (uint32_t i = 0; i < s->path_len; i++)
		if (s->path[i].index)
			keys[key_len++] = s->path[i].index;
	bool aliases = s->kind == STMT_SET_PATH && planted(em, FAULT_ASSIGN_ALIASES);
	buf_adds(em->out, "{\n");
	emit_array(em, keys, key_len, live + 1);
	emit_steps(em, s);
	if (aliases)
		buf_addf(em->out,
			 "struct value alias = s%u;\nint64_t refs = 0;\n"
			 "if (alias.tag >= RT_HEAP) { refs = alias.u.object->refs; "
			 "alias.u.object->refs = 1; }\n",
			 s->slot);
	buf_addf(em->out, "%s(rt, &s%u, %u, steps, a, t%u);\n",
		 s->kind == STMT_SET_BOX ? "rt_set_box" : "rt_set_path", s->slot, s->path_len,
		 live);
	if (aliases)
		buf_adds(em->out, "if (alias.tag >= RT_HEAP) alias.u.object->refs = refs;\n");
	buf_addf(em->out, "}\nRT_CHECK(u%u);\n", live);
}

static void emit_return(struct emit *em, const struct stmt *s, uint32_t live)
{
	enum rep rep = em->function->result;
	if (s->expr && rep != REP_VALUE) {
		struct operand x = emit_scalar(em, s->expr, live);
		buf_addf(em->out, "r = %s;\n", x.text);
	} else if (s->expr) {
		emit_value(em, s->expr, live);
		buf_addf(em->out, "r = t%u;\n", live);
	}
	buf_addf(em->out, "goto u%u;\n", live);
}

static void emit_if(struct emit *em, const struct stmt *s, uint32_t live)
{
	buf_adds(em->out, "{\n");
	struct operand condition = emit_scalar(em, s->expr, live);
	buf_addf(em->out, "if (%s) {\n", condition.text);
	emit_body(em, s->body, s->body_len, live);
	if (s->other_len) {
		buf_adds(em->out, "} else {\n");
		emit_body(em, s->other, s->other_len, live);
	}
	buf_adds(em->out, "}\n}\n");
}

static void emit_while(struct emit *em, const struct stmt *s, uint32_t live)
{
	bool invert = !em->while_seen && planted(em, FAULT_WHILE_CONDITION_INVERTED_ONCE);
	em->while_seen = true;
	buf_adds(em->out, invert ? "int first = 1;\nfor (;;) {\n" : "for (;;) {\n");
	struct operand condition = emit_scalar(em, s->expr, live);
	if (invert)
		buf_addf(em->out, "if (first ? !!%s : !%s) break;\nfirst = 0;\n", condition.text,
			 condition.text);
	else
		buf_addf(em->out, "if (!%s) break;\n", condition.text);
	emit_body(em, s->body, s->body_len, live);
	buf_adds(em->out, "}\n");
}

static void emit_for(struct emit *em, const struct stmt *s, uint32_t live)
{
	static const char *const convert[] = {
		[REP_INT] = "rt_i_of_v", [REP_FLOAT] = "rt_f_of_v", [REP_BOOL] = "rt_b_of_v"};
	enum rep rep = em->function->slots[s->slot].rep;
	emit_value(em, s->expr, live);
	buf_addf(em->out, "{\nint64_t len = rt_iter_len(rt, &t%u);\nRT_CHECK(u%u);\n", live,
		 live + 1);
	if (planted(em, FAULT_FOR_SKIPS_LAST))
		buf_adds(em->out, "if (len) len--;\n");
	uint32_t i = ++em->fresh;
	buf_addf(em->out, "for (int64_t i%u = 0; i%u < len; i%u++) {\n", i, i, i);
	emit_need(em, live + 1);
	buf_addf(em->out, "t%u = rt_iter_at(&t%u, i%u);\n", live + 1, live, i);
	if (rep == REP_VALUE)
		buf_addf(em->out, "RT_STORE(s%u, t%u);\n", s->slot, live + 1);
	else
		buf_addf(em->out, "s%u = %s(rt, t%u);\nRT_CHECK(u%u);\n", s->slot, convert[rep],
			 live + 1, live + 1);
	emit_body(em, s->body, s->body_len, live + 1);
	buf_addf(em->out, "}\nRT_DROP(t%u);\n}\n", live);
}

static void emit_statement(struct emit *em, const struct stmt *s, uint32_t live)
{
	switch (s->kind) {
	case STMT_EXPR:
		if (s->expr->rep != REP_VALUE) {
			(void)emit_scalar(em, s->expr, live);
			break;
		}
		emit_value(em, s->expr, live);
		if (s->expr->kind != EXPR_RAISE)
			buf_addf(em->out, "RT_DROP(t%u);\n", live);
		break;
	case STMT_SET:
		emit_set(em, s, live);
		break;
	case STMT_SET_PATH:
	case STMT_SET_BOX:
		emit_path(em, s, live);
		break;
	case STMT_RETURN:
		emit_return(em, s, live);
		break;
	case STMT_IF:
		emit_if(em, s, live);
		break;
	case STMT_WHILE:
		emit_while(em, s, live);
		break;
	case STMT_FOR:
		emit_for(em, s, live);
		break;
	case STMT_BREAK:
		buf_adds(em->out, "break;\n");
		break;
	case STMT_CONTINUE:
		buf_adds(em->out, "continue;\n");
		break;
	case STMT_BLOCK:
		emit_body(em, s->body, s->body_len, live);
		break;
	case STMT_TRANSACTION:
		buf_addf(em->out,
			 "rt_trap(rt, \"db url not configured (set FUSE_DB_URL or "
			 "App.dbUrl)\");\ngoto u%u;\n",
			 live);
		break;
	}
}

void emit_body(struct emit *em, struct stmt **body, uint32_t len, uint32_t live)
{
	for (uint32_t i = 0; i < len; i++) {
		buf_adds(em->out, "{\n");
		emit_statement(em, body[i], live);
		buf_adds(em->out, "}\n");
	}
}

/* --- functions -------------------------------------------------------------------------------- */

static void mark_lets(bool *slots, const struct expr *e)
{
	if (e->kind == EXPR_LET)
		slots[e->u.slot] = true;
	for (uint32_t i = 0; i < e->arg_len; i++)
		mark_lets(slots, e->args[i]);
}

static void mark_lets_in(bool *slots, struct stmt **body, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		const struct stmt *s = body[i];
		if (s->expr)
			mark_lets(slots, s->expr);
		for (uint32_t k = 0; k < s->path_len; k++)
			if (s->path[k].index)
				mark_lets(slots, s->path[k].index);
		mark_lets_in(slots, s->body, s->body_len);
		mark_lets_in(slots, s->other, s->other_len);
	}
}

static void add_prototype(struct buf *out, const struct function *f, uint32_t index)
{
	buf_addf(out, "static %s f%u(struct rt *rt", emit_type(f->result), index);
	for (uint32_t i = 0; i < f->param_len; i++)
		buf_addf(out, ", %s s%u", emit_type(f->slots[i].rep), i);
	buf_adds(out, ")");
}

/* The name as a comment, without anything that could end the comment. */
static void add_remark(struct buf *out, struct slice name)
{
	buf_adds(out, "/* ");
	for (size_t i = 0; i < name.len; i++)
		buf_addc(out, isalnum((unsigned char)name.ptr[i]) ? name.ptr[i] : '_');
	buf_adds(out, " */\n");
}

static void add_function(struct emit *em, struct buf *out, uint32_t index)
{
	const struct function *f = &em->program->functions[index];
	struct buf body = BUF_INIT(0);
	CLEANUP(free_p) bool *let_slots = calloc(f->slot_len + 1, sizeof(*let_slots));
	if (!let_slots)
		abort();
	mark_lets_in(let_slots, f->body, f->body_len);
	em->function = f;
	em->out = &body;
	em->fresh = 0;
	em->max_live = 0;
	em->let_slots = let_slots;
	em->while_seen = false;
	emit_body(em, f->body, f->body_len, 0);

	add_remark(out, f->name);
	add_prototype(out, f, index);
	buf_addf(out, "\n{\n%s r = %s;\n", emit_type(f->result),
		 f->result == REP_VALUE ? "{RT_UNIT}" : "0");
	for (uint32_t i = f->param_len; i < f->slot_len; i++)
		buf_addf(out, "%s s%u = %s;\n", emit_type(f->slots[i].rep), i,
			 f->slots[i].rep == REP_VALUE ? "{0}" : "0");
	for (uint32_t i = 0; i < em->max_live; i++)
		buf_addf(out, "struct value t%u;\n", i);
	buf_adds(out, "RT_ENTER(u0);\n");
	buf_add_slice(out, buf_slice(&body));
	buf_adds(out, "goto u0;\n");
	for (uint32_t i = em->max_live; i > 0; i--)
		buf_addf(out, "u%u: RT_DROP(t%u);\n", i, i - 1);
	buf_adds(out, "u0:;\n");
	for (uint32_t i = 0; i < f->slot_len; i++)
		if (f->slots[i].rep == REP_VALUE)
			buf_addf(out, "RT_DROP(s%u);\n", i);
	buf_adds(out, "rt->depth--;\n");
	if (f->returns_result && f->result == REP_VALUE)
		buf_adds(out, "if (rt->trap == RT_TRAP_RAISE) return rt_catch(rt);\n");
	buf_adds(out, "return r;\n}\n");
	buf_done(&body);
}

static void add_main(struct emit *em, struct buf *out)
{
	/* The C compiler puts its own version where the information asks for it. */
	const char *info = em->options->build_info;
	const char *hole = strstr(info, EMIT_COMPILER_VERSION);
	buf_adds(out, "int main(void)\n{\nstatic const struct rt_build build = {");
	if (hole) {
		emit_quoted(out, slice_make(info, (size_t)(hole - info)));
		buf_adds(out, " __VERSION__ ");
		info = hole + strlen(EMIT_COMPILER_VERSION);
	}
	emit_quoted(out, slice_of(info));
	buf_addf(out, ", %u};\n", em->options->entry);
	buf_adds(out, planted(em, FAULT_EXIT_CODE_LOST)
			      ? "(void)rt_aot_main(&fuse_program, &build);\nreturn 0;\n}\n"
			      : "return rt_aot_main(&fuse_program, &build);\n}\n");
}

void emit_c(struct buf *out, const struct program *program, const struct emit_options *options)
{
	struct buf data = BUF_INIT(0);
	struct buf functions = BUF_INIT(0);
	CLEANUP(free_p) bool *invoked = calloc(program->function_len + 1, sizeof(*invoked));
	if (!invoked)
		abort();
	emit_mark_invoked(invoked, program);
	invoked[options->entry] = true;
	struct emit em = {
		.data = &data,
		.program = program,
		.options = options,
		.invoked = invoked,
	};
	buf_adds(out, "#define RT_EMITTED 1\n");
	buf_add_slice(out, rt_headers);
	emit_meta(out, program);
	for (uint32_t i = 0; i < program->function_len; i++) {
		add_prototype(out, &program->functions[i], i);
		buf_adds(out, ";\n");
		add_function(&em, &functions, i);
	}
	buf_add_slice(out, buf_slice(&data));
	buf_add_slice(out, buf_slice(&functions));
	emit_invoke(out, program, invoked);
	if (options->where == FAULT_IN_AOT)
		add_main(&em, out);
	buf_done(&data);
	buf_done(&functions);
}
