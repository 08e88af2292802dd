/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interp: walks the canonical tree. Every expression evaluates to an owned struct value whose tag
 * follows its representation, so that the conversions between representations only change what they
 * must. Slots of a call lie in one array; the host recursion follows the guest's and is bounded by
 * rt_enter.
 *
 * It knows no operation by itself: ops.def gives the runtime function of each, with its signature.
 */
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/interp.h"
#include "oracles/reference/lifetime.h"
#include "oracles/reference/rt.h"
#include "oracles/reference/rt_meta.h"

/* --- operations ------------------------------------------------------------------------------- */

typedef void (*op_function)(void);

static const op_function op_functions[OP_COUNT] = {
#define OP(name, result, operands, function, traps) (op_function) function,
#include "oracles/reference/ops.def"
#undef OP
};

/* A signature as a number: result, first and second operand. */
#define SIGNATURE(result, first, second)                                                           \
	((uint32_t)(result) << 16 | (uint32_t)(first) << 8 | (second))

struct literal {
	const struct expr *expr;
	struct rt_string *string;
};

struct interp {
	const struct program *program;
	struct rt *rt;
	struct arena arena;
	uint32_t signatures[OP_COUNT];
	struct literal *literals; /* open addressing by the expression's address */
	size_t literal_cap;
	size_t literal_len;
	uint64_t steps_left;
};

enum { ARGS_INLINE = 8, SLOTS_INLINE = 24 };

enum flow {
	FLOW_NEXT,
	FLOW_BREAK,
	FLOW_CONTINUE,
	FLOW_RETURN, /* also on a trap: the call ends */
};

struct frame {
	const struct function *function;
	struct value *slots;
	struct value result;
	const struct expr *moved; /* the one read that empties its slot; see lifetime.h */
};

static struct value eval(struct interp *in, struct frame *frame, const struct expr *e);

static struct value of_int(int64_t i)
{
	return (struct value){.tag = RT_INT, .u.i = i};
}

static struct value of_float(double f)
{
	return (struct value){.tag = RT_FLOAT, .u.f = f};
}

static struct value of_bool(int b)
{
	return (struct value){.tag = RT_BOOL, .u.i = b};
}

#define CALL1(result, a_type, a)            ((result(*)(struct rt *, a_type))f)(rt, a)
#define CALL2(result, a_type, a, b_type, b) ((result(*)(struct rt *, a_type, b_type))f)(rt, a, b)

static struct value apply(struct rt *rt, op_function f, uint32_t signature, struct value a,
			  struct value b)
{
	switch (signature) {
	case SIGNATURE('i', 'i', 'i'):
		return of_int(CALL2(int64_t, int64_t, a.u.i, int64_t, b.u.i));
	case SIGNATURE('b', 'i', 'i'):
		return of_bool(CALL2(int, int64_t, a.u.i, int64_t, b.u.i));
	case SIGNATURE('f', 'f', 'f'):
		return of_float(CALL2(double, double, a.u.f, double, b.u.f));
	case SIGNATURE('b', 'f', 'f'):
		return of_bool(CALL2(int, double, a.u.f, double, b.u.f));
	case SIGNATURE('b', 'b', 'b'):
		return of_bool(CALL2(int, int, (int)a.u.i, int, (int)b.u.i));
	case SIGNATURE('v', 'v', 'v'):
		return CALL2(struct value, struct value, a, struct value, b);
	case SIGNATURE('b', 'v', 'v'):
		return of_bool(CALL2(int, struct value, a, struct value, b));
	case SIGNATURE('v', 'b', 'v'):
		return CALL2(struct value, int, (int)a.u.i, struct value, b);
	case SIGNATURE('i', 'i', 0):
		return of_int(CALL1(int64_t, int64_t, a.u.i));
	case SIGNATURE('f', 'i', 0):
		return of_float(CALL1(double, int64_t, a.u.i));
	case SIGNATURE('f', 'f', 0):
		return of_float(CALL1(double, double, a.u.f));
	case SIGNATURE('b', 'b', 0):
		return of_bool(CALL1(int, int, (int)a.u.i));
	case SIGNATURE('v', 'i', 0):
		return CALL1(struct value, int64_t, a.u.i);
	case SIGNATURE('v', 'f', 0):
		return CALL1(struct value, double, a.u.f);
	case SIGNATURE('v', 'b', 0):
		return CALL1(struct value, int, (int)a.u.i);
	case SIGNATURE('i', 'v', 0):
		return of_int(CALL1(int64_t, struct value, a));
	case SIGNATURE('f', 'v', 0):
		return of_float(CALL1(double, struct value, a));
	case SIGNATURE('b', 'v', 0):
		return of_bool(CALL1(int, struct value, a));
	case SIGNATURE('v', 'v', 0):
		return CALL1(struct value, struct value, a);
	default: /* interp_knows_op() says no to such an operation, and a test asks it about all */
		rt_drop(rt, a);
		rt_drop(rt, b);
		rt_trap(rt, "operation with an unknown signature");
		return rt_null();
	}
}

static uint32_t signature_of(enum op op)
{
	const struct op_info *info = &op_table[op];
	uint32_t first = (unsigned char)info->operands[0];
	uint32_t second = first ? (unsigned char)info->operands[1] : 0;
	return SIGNATURE((unsigned char)info->result, first, second);
}

bool interp_knows_op(enum op op)
{
	static const char *const known[] = {"iii", "bii", "fff", "bff", "bbb", "vvv", "bvv",
					    "vbv", "ii",  "fi",  "ff",  "bb",  "vi",  "vf",
					    "vb",  "iv",  "fv",  "bv",  "vv",  "v*"};
	char text[8] = {op_table[op].result};
	strncpy(text + 1, op_table[op].operands, sizeof(text) - 2);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], text) == 0)
			return true;
	return false;
}

/* --- arguments -------------------------------------------------------------------------------- */

/* Evaluates args from `first` on, left to right. On a trap nothing is owned and false returned. */
static bool eval_args(struct interp *in, struct frame *frame, const struct expr *e, uint32_t first,
		      struct value *out)
{
	for (uint32_t i = first; i < e->arg_len; i++) {
		out[i - first] = eval(in, frame, e->args[i]);
		if (in->rt->trap) {
			for (uint32_t k = first; k < i; k++)
				rt_drop(in->rt, out[k - first]);
			return false;
		}
	}
	return true;
}

static struct value build(struct interp *in, const struct expr *e, struct value *args)
{
	struct rt *rt = in->rt;
	switch (e->kind) {
	case EXPR_OP: { /* those with any number of operands */
		typedef struct value (*variadic)(struct rt *, uint32_t, struct value *);
		return ((variadic)op_functions[e->u.op])(rt, e->arg_len, args);
	}
	case EXPR_LIST:
		return rt_list(rt, e->arg_len, args);
	case EXPR_MAP:
		return rt_map(rt, e->arg_len, args);
	case EXPR_STRUCT:
		return rt_struct(rt, e->u.record.type, e->arg_len, e->u.record.fields, args);
	case EXPR_VARIANT:
		return rt_variant(rt, e->u.record.type, e->u.record.fields[0], e->arg_len, args);
	case EXPR_SPAWN:
		return rt_spawn(rt, e->u.index, e->arg_len, args);
	default:
		return rt_call_value(rt, e->arg_len, args);
	}
}

static struct value eval_many(struct interp *in, struct frame *frame, const struct expr *e)
{
	struct value room[ARGS_INLINE];
	struct value *args = room;
	if (e->arg_len > ARGS_INLINE) {
		args = malloc(e->arg_len * sizeof(*args));
		if (!args) {
			rt_trap(in->rt, "out of memory");
			return rt_null();
		}
	}
	struct value result = rt_null();
	if (eval_args(in, frame, e, 0, args))
		result = build(in, e, args);
	if (args != room)
		free(args);
	return result;
}

static struct value eval_op(struct interp *in, struct frame *frame, const struct expr *e)
{
	uint32_t signature = in->signatures[e->u.op];
	if ((signature >> 8 & 0xff) == '*')
		return eval_many(in, frame, e);
	struct value a = eval(in, frame, e->args[0]);
	if (in->rt->trap)
		return rt_null();
	struct value b = rt_null();
	if (e->arg_len > 1) {
		b = eval(in, frame, e->args[1]);
		if (in->rt->trap) {
			rt_drop(in->rt, a);
			return rt_null();
		}
	}
	return apply(in->rt, op_functions[e->u.op], signature, a, b);
}

/* --- calls ------------------------------------------------------------------------------------ */

static enum flow exec_all(struct interp *in, struct frame *frame, struct stmt **body, uint32_t len);

static struct value zero_of(enum rep rep)
{
	switch (rep) {
	case REP_INT:
		return of_int(0);
	case REP_FLOAT:
		return of_float(0);
	case REP_BOOL:
		return of_bool(0);
	default:
		return rt_unit();
	}
}

/* One more call or round of a loop. False: a trap is pending, now or since before. */
static bool step(struct interp *in)
{
	if (in->steps_left-- == 0)
		rt_trap(in->rt, "step limit exceeded");
	return !in->rt->trap;
}

/* Runs a body whose parameters stand in the first slots. Consumes the slots. */
static struct value run_body(struct interp *in, const struct function *f, struct value *slots)
{
	struct rt *rt = in->rt;
	struct frame frame = {.function = f, .slots = slots, .result = zero_of(f->result)};
	for (uint32_t i = f->param_len; i < f->slot_len; i++)
		slots[i] = rt_null();
	if (!rt_enter(rt) && step(in))
		(void)exec_all(in, &frame, f->body, f->body_len);
	rt->depth--;
	for (uint32_t i = 0; i < f->slot_len; i++)
		rt_drop(rt, slots[i]);
	if (rt->trap == RT_TRAP_RAISE && f->returns_result)
		return rt_catch(rt);
	return frame.result;
}

static struct value call(struct interp *in, struct frame *frame, const struct function *f,
			 const struct expr *e, struct value *args)
{
	struct value room[SLOTS_INLINE];
	struct value *slots = room;
	if (f->slot_len > SLOTS_INLINE) {
		slots = malloc(f->slot_len * sizeof(*slots));
		if (!slots) {
			rt_trap(in->rt, "out of memory");
			return rt_null();
		}
	}
	struct value result = rt_null();
	bool ready = true;
	if (e)
		ready = eval_args(in, frame, e, 0, slots);
	else if (f->param_len)
		memcpy(slots, args, f->param_len * sizeof(*slots));
	if (ready)
		result = run_body(in, f, slots);
	if (slots != room)
		free(slots);
	return result;
}

static struct value slot_form(struct rt *rt, enum rep rep, struct value v)
{
	switch (rep) {
	case REP_INT:
		return of_int(rt_i_of_v(rt, v));
	case REP_FLOAT:
		return of_float(rt_f_of_v(rt, v));
	case REP_BOOL:
		return of_bool(rt_b_of_v(rt, v));
	default:
		return v;
	}
}

/* How the runtime calls back: arguments and result are tagged as values are, so nothing converts.
 */
static struct value invoke(struct rt *rt, uint32_t function, struct value *args)
{
	struct interp *in = rt->context;
	const struct function *f = &in->program->functions[function];
	for (uint32_t i = 0; i < f->param_len; i++)
		args[i] = slot_form(rt, f->slots[i].rep, args[i]);
	if (rt->trap) {
		for (uint32_t i = 0; i < f->param_len; i++)
			rt_drop(rt, args[i]);
		return rt_null();
	}
	return call(in, NULL, f, NULL, args);
}

/* --- expressions ------------------------------------------------------------------------------ */

static size_t literal_place(const struct literal *literals, size_t cap, const struct expr *e)
{
	size_t at = ((uintptr_t)e >> 4) * 0x9e3779b97f4a7c15u >> 20 & (cap - 1);
	while (literals[at].expr && literals[at].expr != e)
		at = (at + 1) & (cap - 1);
	return at;
}

static void literals_grow(struct interp *in)
{
	size_t cap = in->literal_cap ? in->literal_cap * 2 : 64;
	struct literal *literals = ARENA_ARRAY(&in->arena, struct literal, cap);
	for (size_t i = 0; i < in->literal_cap; i++)
		if (in->literals[i].expr)
			literals[literal_place(literals, cap, in->literals[i].expr)] =
				in->literals[i];
	in->literals = literals;
	in->literal_cap = cap;
}

/* A literal is one immortal object, made the first time it is met. */
static struct value eval_string(struct interp *in, const struct expr *e)
{
	if (in->literal_len * 2 >= in->literal_cap)
		literals_grow(in);
	struct literal *literal = &in->literals[literal_place(in->literals, in->literal_cap, e)];
	if (!literal->expr) {
		struct rt_string *string = ARENA_NEW(&in->arena, struct rt_string);
		*string = (struct rt_string){
			.head = {.refs = RT_IMMORTAL, .tag = RT_STRING},
			.len = e->u.s.len,
			.bytes = (char *)(uintptr_t)e->u.s.ptr,
		};
		*literal = (struct literal){.expr = e, .string = string};
		in->literal_len++;
	}
	return rt_clone((struct value){.tag = RT_STRING, .u.string = literal->string});
}

static struct value eval_field(struct interp *in, struct frame *frame, const struct expr *e)
{
	struct value base = eval(in, frame, e->args[0]);
	if (in->rt->trap)
		return rt_null();
	if (e->u.field.index >= 0)
		return rt_field(in->rt, base, (uint32_t)e->u.field.index);
	return rt_field_named(in->rt, base, e->u.field.name.ptr, e->u.field.name.len);
}

static void set_slot(struct interp *in, struct frame *frame, uint32_t slot, struct value v)
{
	struct value old = frame->slots[slot];
	frame->slots[slot] = v;
	rt_drop(in->rt, old);
}

static struct value move_slot(struct frame *frame, const struct expr *e)
{
	struct value v = frame->slots[e->u.slot];
	frame->slots[e->u.slot] = rt_null();
	return v;
}

/* Expressions over one evaluated operand. */
static struct value eval_unary(struct interp *in, struct frame *frame, const struct expr *e)
{
	struct rt *rt = in->rt;
	struct value v = eval(in, frame, e->args[0]);
	if (rt->trap)
		return rt_null();
	switch (e->kind) {
	case EXPR_IS_TYPE:
		return of_bool(rt_is_type(rt, v, e->u.index));
	case EXPR_IS_VARIANT:
		return of_bool(rt_is_variant(rt, v, e->u.record.type, e->u.record.fields[0]));
	case EXPR_PAYLOAD:
		return rt_payload(rt, v, e->u.index);
	default: /* EXPR_RAISE */
		rt_raise(rt, v);
		return rt_null();
	}
}

static struct value eval(struct interp *in, struct frame *frame, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_INT:
		return of_int(e->u.i);
	case EXPR_FLOAT:
		return of_float(e->u.f);
	case EXPR_BOOL:
		return of_bool(e->u.b);
	case EXPR_STRING:
		return eval_string(in, e);
	case EXPR_NULL:
		return rt_null();
	case EXPR_UNIT:
		return rt_unit();
	case EXPR_SLOT:
		if (e == frame->moved)
			return move_slot(frame, e);
		return rt_clone(frame->slots[e->u.slot]);
	case EXPR_CONST:
		return rt_clone(in->rt->consts[e->u.index]);
	case EXPR_OP:
		return eval_op(in, frame, e);
	case EXPR_CALL:
		return call(in, frame, &in->program->functions[e->u.index], e, NULL);
	case EXPR_FUNCTION:
		return rt_function(e->u.index);
	case EXPR_CALL_VALUE:
	case EXPR_LIST:
	case EXPR_MAP:
	case EXPR_STRUCT:
	case EXPR_VARIANT:
	case EXPR_SPAWN:
		return eval_many(in, frame, e);
	case EXPR_FIELD:
		return eval_field(in, frame, e);
	case EXPR_IS_TYPE:
	case EXPR_IS_VARIANT:
	case EXPR_PAYLOAD:
	case EXPR_RAISE:
		return eval_unary(in, frame, e);
	case EXPR_COND: {
		struct value condition = eval(in, frame, e->args[0]);
		if (in->rt->trap)
			return rt_null();
		return eval(in, frame, e->args[condition.u.i ? 1 : 2]);
	}
	case EXPR_LET: {
		struct value v = eval(in, frame, e->args[0]);
		if (in->rt->trap)
			return rt_null();
		set_slot(in, frame, e->u.slot, v);
		return eval(in, frame, e->args[1]);
	}
	}
	return rt_null();
}

/* --- statements ------------------------------------------------------------------------------- */

static struct rt_step step_of(const struct path_step *step)
{
	return (struct rt_step){
		.is_index = step->index != NULL,
		.optional = step->optional,
		.field = step->field,
		.name = {.ptr = step->name.ptr, .len = step->name.len},
	};
}

static void write_path(struct interp *in, struct frame *frame, const struct stmt *s,
		       struct rt_step *steps, struct value *keys)
{
	struct rt *rt = in->rt;
	struct value v = eval(in, frame, s->expr);
	if (rt->trap)
		return;
	uint32_t key_len = 0;
	for (uint32_t i = 0; i < s->path_len && !rt->trap; i++) {
		steps[i] = step_of(&s->path[i]);
		if (s->path[i].index)
			keys[key_len++] = eval(in, frame, s->path[i].index);
	}
	if (rt->trap) {
		rt_drop(rt, v);
		while (key_len)
			rt_drop(rt, keys[--key_len]);
	} else if (s->kind == STMT_SET_BOX) {
		rt_set_box(rt, &frame->slots[s->slot], s->path_len, steps, keys, v);
	} else {
		rt_set_path(rt, &frame->slots[s->slot], s->path_len, steps, keys, v);
	}
}

static void exec_path(struct interp *in, struct frame *frame, const struct stmt *s)
{
	struct rt_step steps[ARGS_INLINE];
	struct value keys[ARGS_INLINE];
	if (s->path_len <= ARGS_INLINE) {
		write_path(in, frame, s, steps, keys);
		return;
	}
	struct rt_step *many = malloc(s->path_len * (sizeof(*many) + sizeof(*keys)));
	if (many)
		write_path(in, frame, s, many, (struct value *)(many + s->path_len));
	else
		rt_trap(in->rt, "out of memory");
	free(many);
}

static void exec_set(struct interp *in, struct frame *frame, const struct stmt *s)
{
	frame->moved = stmt_moved_read(s);
	struct value v = eval(in, frame, s->expr);
	if (!in->rt->trap)
		set_slot(in, frame, s->slot, v);
}

static enum flow exec_for(struct interp *in, struct frame *frame, const struct stmt *s)
{
	struct rt *rt = in->rt;
	struct value sequence = eval(in, frame, s->expr);
	if (rt->trap)
		return FLOW_RETURN;
	enum flow flow = FLOW_NEXT;
	enum rep rep = frame->function->slots[s->slot].rep;
	int64_t len = rt_iter_len(rt, &sequence);
	for (int64_t i = 0; i < len && step(in); i++) {
		struct value item = slot_form(rt, rep, rt_iter_at(&sequence, i));
		if (rt->trap)
			break;
		set_slot(in, frame, s->slot, item);
		flow = exec_all(in, frame, s->body, s->body_len);
		if (flow == FLOW_BREAK || flow == FLOW_RETURN)
			break;
	}
	rt_drop(rt, sequence);
	return rt->trap || flow == FLOW_RETURN ? FLOW_RETURN : FLOW_NEXT;
}

static enum flow exec_while(struct interp *in, struct frame *frame, const struct stmt *s)
{
	for (;;) {
		struct value condition = eval(in, frame, s->expr);
		if (!step(in))
			return FLOW_RETURN;
		if (!condition.u.i)
			return FLOW_NEXT;
		enum flow flow = exec_all(in, frame, s->body, s->body_len);
		if (flow == FLOW_BREAK)
			return FLOW_NEXT;
		if (flow == FLOW_RETURN)
			return flow;
	}
}

static enum flow exec_if(struct interp *in, struct frame *frame, const struct stmt *s)
{
	struct value condition = eval(in, frame, s->expr);
	if (in->rt->trap)
		return FLOW_RETURN;
	if (condition.u.i)
		return exec_all(in, frame, s->body, s->body_len);
	return exec_all(in, frame, s->other, s->other_len);
}

static enum flow exec(struct interp *in, struct frame *frame, const struct stmt *s)
{
	struct rt *rt = in->rt;
	switch (s->kind) {
	case STMT_EXPR:
		rt_drop(rt, eval(in, frame, s->expr));
		break;
	case STMT_SET:
		exec_set(in, frame, s);
		break;
	case STMT_SET_PATH:
	case STMT_SET_BOX:
		exec_path(in, frame, s);
		break;
	case STMT_RETURN: {
		struct value v = s->expr ? eval(in, frame, s->expr) : rt_unit();
		if (!rt->trap)
			frame->result = v;
		return FLOW_RETURN;
	}
	case STMT_IF:
		return exec_if(in, frame, s);
	case STMT_WHILE:
		return exec_while(in, frame, s);
	case STMT_FOR:
		return exec_for(in, frame, s);
	case STMT_BREAK:
		return FLOW_BREAK;
	case STMT_CONTINUE:
		return FLOW_CONTINUE;
	case STMT_BLOCK:
		return exec_all(in, frame, s->body, s->body_len);
	case STMT_TRANSACTION:
		rt_trap(rt, "db url not configured (set FUSE_DB_URL or App.dbUrl)");
		break;
	}
	return rt->trap ? FLOW_RETURN : FLOW_NEXT;
}

static enum flow exec_all(struct interp *in, struct frame *frame, struct stmt **body, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		enum flow flow = exec(in, frame, body[i]);
		if (flow != FLOW_NEXT)
			return flow;
	}
	return FLOW_NEXT;
}

/* --- entrance --------------------------------------------------------------------------------- */

static int run(const struct program *program, uint32_t entry, char *const *args,
	       const struct interp_limits *limits, char **message)
{
	struct interp in = {.program = program, .steps_left = UINT64_MAX};
	struct rt_program meta;
	struct rt_main main;
	rt_meta_build(&meta, &in.arena, program);
	meta.invoke = invoke;
	for (uint32_t op = 0; op < OP_COUNT; op++)
		in.signatures[op] = signature_of((enum op)op);
	struct rt rt;
	rt_init(&rt, &meta, &in);
	in.rt = &rt;
	if (limits) {
		in.steps_left = limits->steps;
		rt.heap_limit = limits->heap_bytes;
	}
	if (args)
		rt_meta_main(&main, &in.arena, program, args);
	int r = args ? rt_run_main(&rt, &main, message) : rt_run(&rt, entry, message);
	rt_done(&rt);
	arena_done(&in.arena);
	return r;
}

int interp_run(const struct program *program, uint32_t entry, char **message)
{
	return run(program, entry, NULL, NULL, message);
}

int interp_run_within(const struct program *program, uint32_t entry,
		      const struct interp_limits *limits, char **message)
{
	return run(program, entry, NULL, limits, message);
}

int interp_run_main(const struct program *program, char *const *args, char **message)
{
	return run(program, 0, args, NULL, message);
}
