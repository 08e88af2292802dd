/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jit: hands the emitter's text to libtcc. The text includes nothing and links nothing but the
 * runtime inside this executable, so no header, library or file of the compiler is looked for.
 */
#include <libtcc.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "oracles/reference/emit_c.h"
#include "oracles/reference/jit.h"
#include "oracles/reference/rt_meta.h"

struct symbol {
	const char *name;
	void (*address)(void);
};

#define SYMBOL(function)                                                                           \
	{                                                                                          \
#function, (void (*)(void))function                                                \
	}

static const struct symbol symbols[] = {
#define OP(name, result, operands, function, traps) SYMBOL(function),
#include "oracles/reference/ops.def"
#undef OP
	SYMBOL(rt_trap),
	SYMBOL(rt_trap_overflow),
	SYMBOL(rt_trap_zero),
	SYMBOL(rt_trap_depth),
	SYMBOL(rt_catch),
	SYMBOL(rt_drop_object),
	SYMBOL(rt_drop_shared),
	SYMBOL(rt_mul_overflows),
	SYMBOL(rt_list),
	SYMBOL(rt_map),
	SYMBOL(rt_list_add),
	SYMBOL(rt_map_add),
	SYMBOL(rt_struct),
	SYMBOL(rt_variant),
	SYMBOL(rt_field),
	SYMBOL(rt_field_named),
	SYMBOL(rt_is_type),
	SYMBOL(rt_is_variant),
	SYMBOL(rt_payload),
	SYMBOL(rt_raise),
	SYMBOL(rt_call_value),
	SYMBOL(rt_spawn),
	SYMBOL(rt_set_path),
	SYMBOL(rt_set_box),
	SYMBOL(rt_iter_len),
	SYMBOL(rt_iter_at),
	/* what the compiler itself calls to copy structs */
	SYMBOL(memcpy),
	SYMBOL(memmove),
	SYMBOL(memset),
};

static void delete_p(TCCState **state)
{
	if (*state)
		tcc_delete(*state);
}

static void buf_done_p(struct buf *buf)
{
	buf_done(buf);
}

static void keep_message(void *payload, const char *message)
{
	struct buf *out = payload;
	if (out->len == 0)
		buf_adds(out, message);
}

/* The compiled program's tables, alive as long as *state. */
static int compile(const struct rt_program **out, TCCState *state, const struct program *program,
		   uint32_t entry, struct error *err)
{
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	CLEANUP(buf_done_p) struct buf complaint = BUF_INIT(0);
	tcc_set_error_func(state, &complaint, keep_message);
	tcc_set_options(state, "-nostdlib -nostdinc -w");
	(void)tcc_set_output_type(state, TCC_OUTPUT_MEMORY);
	emit_c(&text, program, &(struct emit_options){.where = FAULT_IN_JIT, .entry = entry});
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		(void)tcc_add_symbol(state, symbols[i].name, (const void *)symbols[i].address);
	(void)tcc_add_symbol(state, "rt_regex_engine", &rt_regex_engine);
	if (tcc_compile_string(state, buf_str(&text)) < 0 ||
	    tcc_relocate(state, TCC_RELOCATE_AUTO) < 0)
		return error_fault(err, "native compile failed: %s", buf_str(&complaint));
	*out = tcc_get_symbol(state, "fuse_program");
	if (!*out)
		return error_fault(err, "native compile failed: no program in the output");
	return 0;
}

static int run(const struct program *program, uint32_t entry, char *const *args, char **message,
	       struct error *err)
{
	CLEANUP(delete_p) TCCState *state = tcc_new();
	if (!state)
		return error_fault(err, "cannot start the in-memory compiler");
	const struct rt_program *compiled = NULL;
	int r = compile(&compiled, state, program, entry, err);
	if (r < 0)
		return r;
	struct arena arena = {0};
	struct rt_main main;
	struct rt rt;
	rt_init(&rt, compiled, NULL);
	if (args)
		rt_meta_main(&main, &arena, program, args);
	r = args ? rt_run_main(&rt, &main, message) : rt_run(&rt, entry, message);
	rt_done(&rt);
	arena_done(&arena);
	return r;
}

int jit_run(const struct program *program, uint32_t entry, char **message, struct error *err)
{
	return run(program, entry, NULL, message, err);
}

int jit_run_main(const struct program *program, char *const *args, char **message,
		 struct error *err)
{
	return run(program, 0, args, message, err);
}
