/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_call: calling through values, and tasks. A spawned body runs at once, on the spawning thread:
 * the language forbids it every effect by which the difference could be seen. Its failure waits for
 * await. Clause: #concurrency.
 */
#include "oracles/reference/rt.h"

static void drop_all(struct rt *rt, uint32_t len, struct value *values)
{
	for (uint32_t i = 0; i < len; i++)
		rt_drop(rt, values[i]);
}

struct value rt_call_value(struct rt *rt, uint32_t len, struct value *args)
{
	if (args[0].tag == RT_BOX)
		args[0] = rt_unbox(rt, args[0]);
	if (args[0].tag != RT_FUNCTION) {
		drop_all(rt, len, args);
		rt_trap(rt, "call target is not callable");
		return rt_null();
	}
	uint32_t function = (uint32_t)args[0].u.i;
	uint32_t wanted = rt->program->functions[function].param_len;
	if (len - 1 != wanted) {
		drop_all(rt, len, args);
		rt_trap(rt, len - 1 > wanted ? "too many arguments" : "missing argument");
		return rt_null();
	}
	return rt->program->invoke(rt, function, args + 1);
}

struct value rt_spawn(struct rt *rt, uint32_t function, uint32_t len, struct value *captures)
{
	struct value task = rt_cell_make(rt, RT_TASK, rt_null());
	if (task.tag != RT_TASK) {
		drop_all(rt, len, captures);
		return task;
	}
	struct value result = rt->program->invoke(rt, function, captures);
	task.u.cell->trap = rt->trap;
	task.u.cell->content = rt->trap ? rt->error : result;
	if (rt->trap) {
		rt->trap = RT_TRAP_NONE;
		rt->error = rt_null();
	}
	return task;
}

struct value rt_await(struct rt *rt, struct value v)
{
	if (v.tag != RT_TASK) {
		rt_drop(rt, v);
		rt_trap(rt, "await expects a Task value");
		return rt_null();
	}
	struct value content = rt_clone(v.u.cell->content);
	int64_t trap = v.u.cell->trap;
	rt_drop(rt, v);
	if (trap == RT_TRAP_NONE)
		return content;
	if (trap == RT_TRAP_RAISE)
		rt_raise(rt, content);
	else
		rt_trap_string(rt, content);
	return rt_null();
}
