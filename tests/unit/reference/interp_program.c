/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical programs built by hand, run by the interpreter and by the in-memory compiler alike. */
#include <criterion/criterion.h>
#include <stdarg.h>

#include "base/arena.h"
#include "oracles/reference/emit_c.h"
#include "oracles/reference/interp.h"
#include "oracles/reference/jit.h"

static struct arena arena;

static struct expr *make(enum expr_kind kind, enum rep rep, uint32_t len, ...)
{
	struct expr *e = ARENA_NEW(&arena, struct expr);
	e->kind = kind;
	e->rep = rep;
	e->arg_len = len;
	e->args = ARENA_ARRAY(&arena, struct expr *, len + 1);
	va_list args;
	va_start(args, len);
	for (uint32_t i = 0; i < len; i++)
		e->args[i] = va_arg(args, struct expr *);
	va_end(args);
	return e;
}

static struct expr *integer(int64_t i)
{
	struct expr *e = make(EXPR_INT, REP_INT, 0);
	e->u.i = i;
	return e;
}

static struct expr *text(const char *s)
{
	struct expr *e = make(EXPR_STRING, REP_VALUE, 0);
	e->u.s = slice_of(s);
	return e;
}

static struct expr *slot(uint32_t index, enum rep rep)
{
	struct expr *e = make(EXPR_SLOT, rep, 0);
	e->u.slot = index;
	return e;
}

static struct expr *op(enum op code, struct expr *a, struct expr *b)
{
	char letter = op_table[code].result;
	enum rep rep = letter == 'i'   ? REP_INT
		       : letter == 'f' ? REP_FLOAT
		       : letter == 'b' ? REP_BOOL
				       : REP_VALUE;
	struct expr *e = b ? make(EXPR_OP, rep, 2, a, b) : make(EXPR_OP, rep, 1, a);
	e->u.op = code;
	return e;
}

static struct stmt *statement(enum stmt_kind kind, struct expr *e)
{
	struct stmt *s = ARENA_NEW(&arena, struct stmt);
	s->kind = kind;
	s->expr = e;
	return s;
}

static struct stmt **body_of(struct stmt *a, struct stmt *b)
{
	struct stmt **body = ARENA_ARRAY(&arena, struct stmt *, 2);
	body[0] = a;
	body[1] = b;
	return body;
}

/* Runs function 0 both ways; both must end with that message, or well when it is NULL. */
static void expect_end(const struct program *program, const char *want)
{
	for (int native = 0; native < 2; native++) {
		struct error err = ERROR_INIT;
		char *message = NULL;
		int r = native ? jit_run(program, 0, &message, &err)
			       : interp_run(program, 0, &message);
		cr_assert_geq(r, 0, "%s", err.message);
		cr_expect_eq(r, want ? 1 : 0, "native %d: %s", native, message ? message : "well");
		if (want && message)
			cr_expect_str_eq(message, want, "native %d", native);
		free(message);
	}
	arena_done(&arena);
}

Test(interp_program, every_operation_has_a_signature_it_can_call)
{
	for (int i = 0; i < OP_COUNT; i++)
		cr_expect(interp_knows_op((enum op)i), "%s", op_table[i].name);
}

/* f1(n) = n == 0 ? 0 : 1 + f1(n - 1); the app asserts f1(depth) == depth with the calls' own depth.
 */
static void recurse(int64_t depth, const char *want)
{
	struct slot slots[1] = {{.rep = REP_INT, .name = slice_of("n")}};
	struct stmt *base = statement(STMT_IF, op(OP_I_EQ, slot(0, REP_INT), integer(0)));
	base->body = body_of(statement(STMT_RETURN, integer(0)), NULL);
	base->body_len = 1;
	struct expr *call = make(EXPR_CALL, REP_INT, 1, op(OP_I_SUB, slot(0, REP_INT), integer(1)));
	call->u.index = 1;
	struct expr *outer = make(EXPR_CALL, REP_INT, 1, integer(depth));
	outer->u.index = 1;
	struct expr *check = op(OP_ASSERT, op(OP_I_EQ, outer, integer(depth)), text("wrong sum"));
	struct function functions[2] = {
		{.name = slice_of("app:x"),
		 .body = body_of(statement(STMT_EXPR, check), NULL),
		 .body_len = 1},
		{.name = slice_of("f"),
		 .param_len = 1,
		 .slots = slots,
		 .slot_len = 1,
		 .result = REP_INT,
		 .body = body_of(base, statement(STMT_RETURN, op(OP_I_ADD, integer(1), call))),
		 .body_len = 2},
	};
	struct program program = {.functions = functions, .function_len = 2};
	expect_end(&program, want);
}

Test(interp_program, recursion_works_to_the_limit_and_fails_cleanly_behind_it)
{
	recurse(49998, NULL);
	recurse(49999, "call depth limit exceeded");
	recurse(1000000, "call depth limit exceeded");
}

Test(interp_program, faults_free_what_is_under_way)
{
	/* ["kept", 1 / 0] in an argument list: the list's first element is owned when the trap
	 * comes. */
	struct expr *division = op(OP_V_OF_I, op(OP_I_DIV, integer(1), integer(0)), NULL);
	struct expr *list =
		make(EXPR_LIST, REP_VALUE, 2, op(OP_V_ADD, text("ke"), text("pt")), division);
	struct function functions[1] = {
		{.name = slice_of("app:x"),
		 .body = body_of(statement(STMT_EXPR, list), NULL),
		 .body_len = 1},
	};
	struct program program = {.functions = functions, .function_len = 1};
	expect_end(&program, "division by zero");
}

Test(interp_program, a_raise_ends_the_app_with_the_error_as_text)
{
	struct function functions[1] = {
		{.name = slice_of("app:x"),
		 .body = body_of(statement(STMT_EXPR,
					   make(EXPR_RAISE, REP_VALUE, 1, text("no?? \"x\"\n\1"))),
				 NULL),
		 .body_len = 1},
	};
	struct program program = {.functions = functions, .function_len = 1};
	expect_end(&program, "no?? \"x\"\n\1");
}

Test(emit_text, only_compiled_programs_have_a_main)
{
	struct program program = {0};
	struct buf jit = BUF_INIT(0);
	struct buf aot = BUF_INIT(0);
	emit_c(&jit, &program, &(struct emit_options){.where = FAULT_IN_JIT});
	emit_c(&aot, &program,
	       &(struct emit_options){.where = FAULT_IN_AOT,
				      .build_info = "mode=aot rustc=" EMIT_COMPILER_VERSION " x"});
	cr_expect_null(strstr(buf_str(&jit), "int main"));
	cr_expect_not_null(strstr(buf_str(&aot), "int main"));
	cr_expect_not_null(strstr(buf_str(&aot), "\"mode=aot rustc=\" __VERSION__ \" x\""));
	buf_done(&jit);
	buf_done(&aot);
}

Test(emit_text, an_unknown_fault_is_the_users_error)
{
	struct error err = ERROR_INIT;
	cr_expect_eq(fault_choose(NULL, &err), 0);
	cr_expect_eq(fault_choose("", &err), 0);
	cr_expect_lt(fault_choose("no-such-fault", &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
}
