/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_state: the life of a running program: its state, its faults, the large stack it runs on, its
 * end. The stack is reserved, not used: pages become real only as deep as the program goes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "oracles/reference/rt.h"

enum {
	STACK_MAX_MIB = 1024,
	STACK_MIN_MIB = 8,
	STACK_MARGIN = 1 << 20, /* for the runtime's own frames above the watched line */
};

/* --- faults ----------------------------------------------------------------------------------- */

static char out_of_memory_text[] = "out of memory";
static struct rt_string out_of_memory = {
	.head = {.refs = RT_IMMORTAL, .tag = RT_STRING},
	.len = sizeof(out_of_memory_text) - 1,
	.bytes = out_of_memory_text,
};

void rt_trap_string(struct rt *rt, struct value message)
{
	if (rt->trap) {
		rt_drop(rt, message);
		return;
	}
	rt->trap = RT_TRAP_FATAL;
	rt->error = message;
}

static void trap_text(struct rt *rt, const char *text, size_t len)
{
	if (rt->trap)
		return;
	/* A message may be the one thing that no longer fits. */
	uint64_t limit = rt->heap_limit;
	rt->heap_limit = UINT64_MAX;
	struct value message = rt_null();
	if (strcmp(text, out_of_memory_text) != 0)
		message = rt_string_make(rt, text, len);
	rt->heap_limit = limit;
	if (message.tag != RT_STRING)
		message = (struct value){.tag = RT_STRING, .u.string = &out_of_memory};
	rt->trap = RT_TRAP_NONE;
	rt_trap_string(rt, rt_clone(message));
	rt_drop(rt, message);
}

void rt_trap(struct rt *rt, const char *message)
{
	trap_text(rt, message, strlen(message));
}

void rt_trapf(struct rt *rt, const char *fmt, ...)
{
	char text[480];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	rt_trap(rt, text);
}

void rt_trap_overflow(struct rt *rt)
{
	rt_trap(rt, "integer overflow");
}

void rt_trap_zero(struct rt *rt)
{
	rt_trap(rt, "division by zero");
}

void rt_trap_depth(struct rt *rt)
{
	rt_trap(rt, "call depth limit exceeded");
}

void rt_raise(struct rt *rt, struct value error)
{
	if (rt->trap) {
		rt_drop(rt, error);
		return;
	}
	rt->trap = RT_TRAP_RAISE;
	rt->error = error;
}

struct value rt_catch(struct rt *rt)
{
	struct value error = rt->error;
	rt->trap = RT_TRAP_NONE;
	rt->error = rt_null();
	return rt_cell_make(rt, RT_ERR, error);
}

/* --- life ------------------------------------------------------------------------------------- */

void rt_init(struct rt *rt, const struct rt_program *program, void *context)
{
	*rt = (struct rt){
		.program = program,
		.context = context,
		.heap_limit = (uint64_t)RT_HEAP_LIMIT_MIB << 20,
	};
}

void rt_done(struct rt *rt)
{
	rt_flush(rt);
	for (uint32_t i = 0; rt->consts && i < rt->program->const_len; i++)
		rt_drop(rt, rt->consts[i]);
	free(rt->consts);
	rt->consts = NULL;
	if (rt->program->regex)
		rt->program->regex->done(rt);
	rt_drop(rt, rt->error);
	rt->error = rt_null();
	if (rt->out)
		rt_release(rt, rt->out, RT_OUT_SIZE);
	rt->out = NULL;
}

struct job {
	struct rt *rt;
	void (*start)(struct rt *rt, void *payload);
	void *payload;
	size_t stack_size;
};

static void *run_job(void *payload)
{
	struct job *job = payload;
	struct rt *rt = job->rt;
	const char *top = __builtin_frame_address(0);
	rt->stack_low = top - job->stack_size + STACK_MARGIN;
	if (rt->program->const_len) {
		rt->consts = calloc(rt->program->const_len, sizeof(*rt->consts));
		if (rt->consts)
			rt_constants(rt);
		else
			rt_trap(rt, "out of memory");
	}
	job->start(rt, job->payload);
	return NULL;
}

/* A thread with the largest stack that the host grants. False when it grants none. */
static bool run_on_large_stack(struct job *job)
{
	for (size_t mib = STACK_MAX_MIB; mib >= STACK_MIN_MIB; mib /= 2) {
		size_t size = mib << 20;
		void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
		if (stack == MAP_FAILED)
			continue;
		pthread_attr_t attr;
		pthread_t thread;
		job->stack_size = size;
		(void)pthread_attr_init(&attr);
		bool started = pthread_attr_setstack(&attr, stack, size) == 0 &&
			       pthread_create(&thread, &attr, run_job, job) == 0;
		(void)pthread_attr_destroy(&attr);
		if (started)
			(void)pthread_join(thread, NULL);
		(void)munmap(stack, size);
		if (started)
			return true;
	}
	return false;
}

static char *failure_text(struct rt *rt)
{
	struct rt_text text = {0};
	struct value error = rt->error;
	int32_t trap = rt->trap;
	rt->error = rt_null();
	rt->trap = RT_TRAP_NONE;
	rt->heap_limit = UINT64_MAX;
	if (trap == RT_TRAP_RAISE)
		rt_text_error(rt, &text, &error);
	else
		rt_text_value(rt, &text, &error);
	char *copy = malloc(text.len + 1);
	if (copy) {
		if (text.len)
			memcpy(copy, text.bytes, text.len);
		copy[text.len] = '\0';
	}
	rt_text_done(rt, &text);
	rt_drop(rt, error);
	return copy;
}

int rt_run_with(struct rt *rt, void (*start)(struct rt *rt, void *payload), void *payload,
		char **message)
{
	/* A reader that went away is a failed write with a message, not a death by signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	struct job job = {.rt = rt, .start = start, .payload = payload};
	if (!run_on_large_stack(&job))
		rt_trap(rt, "out of memory");
	rt_flush(rt);
	if (!rt->trap)
		return 0;
	*message = failure_text(rt);
	return 1;
}

static void call_function(struct rt *rt, void *payload)
{
	if (!rt->trap)
		rt_drop(rt, rt->program->invoke(rt, *(uint32_t *)payload, NULL));
}

int rt_run(struct rt *rt, uint32_t function, char **message)
{
	return rt_run_with(rt, call_function, &function, message);
}
