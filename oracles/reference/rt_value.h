/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_value: what a FUSE value is, and the state of one running program. Shared by the interpreter,
 * by emitted code and by the runtime; emitted code sees this very text (with RT_EMITTED defined and
 * no system header), so it must stay self-contained.
 *
 * Ownership, stated once: every runtime function consumes the values it is given and returns an
 * owned value. `rt_clone` makes another owner, `rt_drop` ends one. Arguments passed by pointer with
 * a count are consumed too; a `const struct value *` is only looked at. Heap objects are counted
 * and copied on write: a mutation works in place only on an object with one owner.
 *
 * A guest fault is a value too: a function that cannot go on sets rt->trap and returns a null or
 * zero. Its caller looks at rt->trap, drops what it owns and returns. Nothing ever jumps or exits.
 */
#pragma once

#ifdef RT_EMITTED
typedef signed int int32_t;
typedef unsigned int uint32_t;
typedef signed long int64_t;
typedef unsigned long uint64_t;
typedef unsigned long size_t;
#define NULL ((void *)0)
#else
#include <stddef.h>
#include <stdint.h>
#endif

#define RT_UNLIKELY(x) __builtin_expect(!!(x), 0)

enum rt_tag {
	RT_NULL,
	RT_UNIT,
	RT_BOOL,     /* u.i is 0 or 1 */
	RT_INT,      /* u.i */
	RT_FLOAT,    /* u.f */
	RT_FUNCTION, /* u.i: index into the program's functions */
	RT_HEAP,     /* tags from here on point to an object */
	RT_STRING = RT_HEAP,
	RT_BYTES, /* a struct rt_string that prints as base64 */
	RT_LIST,
	RT_MAP,
	RT_STRUCT,
	RT_ENUM,
	RT_OK,
	RT_ERR,
	RT_BOX,
	RT_TASK,
	RT_HTML,
};

/* 16 bytes of class INTEGER: passed in two registers by every C compiler we use. */
struct value {
	int64_t tag;
	union {
		int64_t i;
		double f;
		struct rt_object *object;
		struct rt_string *string;
		struct rt_list *list;
		struct rt_map *map;
		struct rt_record *record;
		struct rt_cell *cell;
	} u;
};

struct rt_object {
	int64_t refs; /* owners; a dying object waits in rt->dying linked through this field */
	int64_t tag;
};

/* Objects in static memory start here and are never freed nor mutated. */
#define RT_IMMORTAL ((int64_t)1 << 60)

struct rt_string {
	struct rt_object head;
	uint64_t len;
	uint64_t cap; /* bytes behind `bytes` that appending may use; 0 for static ones */
	char *bytes;  /* not terminated; any byte */
};

struct rt_list {
	struct rt_object head;
	uint64_t len;
	uint64_t cap;
	struct value *items;
};

struct rt_map_entry {
	struct value key; /* RT_STRING */
	struct value value;
	uint64_t hash;
};

/* Insertion order is kept: our recorded choice where the language fixes none. */
struct rt_map {
	struct rt_object head;
	uint64_t len;
	uint64_t cap;
	struct rt_map_entry *entries;
	uint32_t *index; /* open addressing, entry number + 1; NULL while the map is small */
	uint64_t index_cap;
};

/* A struct (items are fields) or an enum value (items are the payload). */
struct rt_record {
	struct rt_object head;
	const struct rt_type *type;
	uint32_t variant;
	uint32_t len;
	struct value items[];
};

/* Ok, Err, box and task: one content. */
struct rt_cell {
	struct rt_object head;
	int64_t trap; /* of a task whose body failed: content is its error */
	struct value content;
};

/* --- what is known about the program -------------------------------------------------------------
 */

struct rt_name {
	const char *ptr;
	uint64_t len;
};

/* Same members in the same order as enum type_kind of tree.h; rt_meta.c asserts it. */
enum rt_kind {
	RT_KIND_ANY,
	RT_KIND_UNIT,
	RT_KIND_INT,
	RT_KIND_FLOAT,
	RT_KIND_BOOL,
	RT_KIND_STRING,
	RT_KIND_BYTES,
	RT_KIND_HTML,
	RT_KIND_ID,
	RT_KIND_EMAIL,
	RT_KIND_LIST,
	RT_KIND_MAP,
	RT_KIND_OPTION,
	RT_KIND_RESULT,
	RT_KIND_STRUCT,
	RT_KIND_ENUM,
	RT_KIND_TASK,
	RT_KIND_FUNCTION,
};

enum rt_refine {
	RT_REFINE_INT_RANGE,
	RT_REFINE_FLOAT_RANGE,
	RT_REFINE_LENGTH,
	RT_REFINE_REGEX,
	RT_REFINE_PREDICATE,
};

struct rt_type_field {
	struct rt_name name;
	uint32_t type;
	int32_t default_function; /* or -1 */
};

struct rt_type_variant {
	struct rt_name name;
	const uint32_t *payload; /* types */
	uint32_t payload_len;
};

struct rt_refinement {
	int32_t kind;
	uint32_t function;
	int64_t i_min, i_max;
	double f_min, f_max;
	struct rt_name pattern;
};

struct rt_type {
	struct rt_name name;
	int32_t kind;
	uint32_t args[2];
	uint32_t field_len;
	uint32_t variant_len;
	uint32_t refinement_len;
	const struct rt_type_field *fields;
	const struct rt_type_variant *variants;
	const struct rt_refinement *refinements;
};

struct rt_function {
	struct rt_name name;
	uint32_t module;
	uint32_t param_len;
};

struct rt_const {
	struct rt_name name; /* "App.port" */
	struct rt_name section;
	struct rt_name field;
	uint32_t type;
	uint32_t function;
	int32_t is_config;
};

struct rt;

/* Patterns of refined types. Only a program that has any refers to it, so that the others need not
 * carry it. */
struct rt_regex_engine {
	int (*matches)(struct rt *rt, const struct rt_name *pattern, const struct rt_string *text);
	void (*done)(struct rt *rt);
};
extern const struct rt_regex_engine rt_regex_engine;

struct rt_program {
	const struct rt_type *types;
	const struct rt_function *functions;
	const struct rt_const *consts;
	uint32_t type_len;
	uint32_t function_len;
	uint32_t const_len;
	/* Calls a function by number; consumes as many arguments as it has parameters. */
	struct value (*invoke)(struct rt *rt, uint32_t function, struct value *args);
	const struct rt_regex_engine *regex; /* NULL when no type has a pattern */
};

/* --- a running program ------------------------------------------------------------------------ */

enum rt_trap {
	RT_TRAP_NONE,
	RT_TRAP_FATAL, /* rt->error is the message, a String */
	RT_TRAP_RAISE, /* rt->error is the error value; becomes Err at a function declared T!E */
};

/* The same on every backend, so that deep recursion ends alike everywhere. */
#define RT_DEPTH_LIMIT 50000

struct rt {
	int32_t trap;
	uint32_t depth;        /* guest calls under way */
	const char *stack_low; /* host stack must stay above it */
	struct value *consts;
	struct value error;
	const struct rt_program *program;
	void *context; /* the interpreter's */
	struct rt_object *dying;
	uint64_t heap_used;
	uint64_t heap_limit;
	int32_t draining;
	int32_t out_is_terminal;
	int32_t out_failed; /* errno of the first failed write, then output is dropped */
	uint32_t out_len;
	char *out;
	void *regexes; /* of the engine */
};

void rt_drop_object(struct rt *rt, struct value v);
/* rt_drop of a heap value, out of line: emitted code has one at every way out of every function. */
void rt_drop_shared(struct rt *rt, struct value v);

static inline struct value rt_clone(struct value v)
{
	if (v.tag >= RT_HEAP)
		v.u.object->refs++;
	return v;
}

static inline void rt_drop(struct rt *rt, struct value v)
{
	if (v.tag >= RT_HEAP && --v.u.object->refs == 0)
		rt_drop_object(rt, v);
}

static inline struct value rt_null(void)
{
	struct value v;
	v.tag = RT_NULL;
	v.u.i = 0;
	return v;
}

static inline struct value rt_unit(void)
{
	struct value v;
	v.tag = RT_UNIT;
	v.u.i = 0;
	return v;
}

static inline struct value rt_function(uint32_t index)
{
	struct value v;
	v.tag = RT_FUNCTION;
	v.u.i = index;
	return v;
}
