/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt: the runtime's own services, for the runtime's files, the interpreter and the drivers; emitted
 * code does not see them. The runtime uses libc, libmd and, for patterns alone, PCRE2, all linked
 * statically, so that a compiled program needs nothing else.
 */
#pragma once

#include <stdbool.h>

#include "oracles/reference/rt_ops.h"

/* --- rt_state.c: life of a program ------------------------------------------------------------ */

void rt_init(struct rt *rt, const struct rt_program *program, void *context);
/* Flushes stdout and frees what is left. */
void rt_done(struct rt *rt);

/*
 * Evaluates the constants and calls `function` on a large stack of its own. 0, or 1 when it failed:
 * then *message is malloc'ed text for people. stdout is flushed in both cases.
 */
int rt_run(struct rt *rt, uint32_t function, char **message);

/* The same for another start than a call: `start` runs on the large stack after the constants, also
 * when one of them failed. */
int rt_run_with(struct rt *rt, void (*start)(struct rt *rt, void *payload), void *payload,
		char **message);

/* rt_config.c: all constants in order, from environment, config file or their functions. */
void rt_constants(struct rt *rt);
/* What a config file's text gives a field, malloc'ed: the last one counts. NULL: nothing, or a trap
 * that names `path` and a line which is neither a section nor a key with its value. */
char *rt_config_find(struct rt *rt, const char *path, const char *text,
		     const struct rt_const *constant);

/* Traps whose text is made on the spot; the message is cut at 480 bytes when formatted. */
void rt_trapf(struct rt *rt, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Fatal trap with a String value as its text. Consumes it. */
void rt_trap_string(struct rt *rt, struct value message);

/* For emitted code under a compiler without the builtin; see rt_emit.h. */
int rt_mul_overflows(int64_t a, int64_t b, int64_t *r);

/* --- rt_heap.c: objects ----------------------------------------------------------------------- */

enum { RT_HEAP_LIMIT_MIB = 512 };

/* NULL and a trap "out of memory" past the limit. Sizes are given back to rt_release. */
void *rt_alloc(struct rt *rt, uint64_t size);
void *rt_resize(struct rt *rt, void *old, uint64_t old_size, uint64_t size);
void rt_release(struct rt *rt, void *memory, uint64_t size);

struct value rt_string_make(struct rt *rt, const char *bytes, uint64_t len);
/* A String of `len` bytes for the caller to fill; null on trap. */
struct value rt_string_space(struct rt *rt, uint64_t len);
/* Append in place when `a` has one owner, else make a new one. Consumes both. */
struct value rt_string_append(struct rt *rt, struct value a, struct value b);
/* An empty list with room for `cap`; null on trap. */
struct value rt_list_make(struct rt *rt, uint64_t cap);
/* Consumes item. */
void rt_list_push(struct rt *rt, struct value list, struct value item);
struct value rt_list_join(struct rt *rt, struct value a, struct value b);
struct value rt_record_make(struct rt *rt, int64_t tag, const struct rt_type *type, uint32_t len);
struct value rt_cell_make(struct rt *rt, int64_t tag, struct value content);

/* Make *v the only owner of its object, copying one level when it is shared. False on trap. */
bool rt_own(struct rt *rt, struct value *v);

/* --- rt_map.c --------------------------------------------------------------------------------- */

struct value rt_map_make(struct rt *rt);
/* Borrowed pointer to the entry's value, or NULL. */
struct value *rt_map_find(const struct rt_map *map, const char *key, uint64_t len);
/* Insert or overwrite in a map with one owner. Consumes key (a String) and v. */
void rt_map_put(struct rt *rt, struct rt_map *map, struct value key, struct value v);
struct value rt_map_copy(struct rt *rt, const struct rt_map *map);
void rt_map_free(struct rt *rt, struct rt_map *map); /* memory only; contents were dropped */

/* --- rt_print.c: the printed form of values --------------------------------------------------- */

enum { RT_NUMBER_SIZE = 360, RT_NESTING_LIMIT = 1000 };

struct value rt_to_string(struct rt *rt, struct value v); /* consumes v */

/* Growing text on the guest heap. */
struct rt_text {
	char *bytes;
	uint64_t len;
	uint64_t cap;
};
void rt_text_add(struct rt *rt, struct rt_text *text, const char *bytes, uint64_t len);
void rt_text_done(struct rt *rt, struct rt_text *text);
/* A String that takes the text over; null on trap. *text is empty afterwards. */
struct value rt_text_take(struct rt *rt, struct rt_text *text);
/* Printed form appended; traps when nested deeper than RT_NESTING_LIMIT. */
void rt_text_value(struct rt *rt, struct rt_text *text, const struct value *v);

/* Shortest decimal that reads back as the same double, never an exponent. Returns the length. */
uint32_t rt_format_float(char out[RT_NUMBER_SIZE], double f);
uint32_t rt_format_int(char out[RT_NUMBER_SIZE], int64_t i);
/* "Int", "List", "User": as messages name it. */
struct rt_name rt_type_of(const struct value *v);

/* --- rt_error.c: error values ----------------------------------------------------------------- */

/* Raise std.Error.Validation with one field entry. */
void rt_raise_invalid(struct rt *rt, const char *path, const char *code, const char *message);
struct value rt_err(struct rt *rt, struct value error); /* Err(error), which is consumed */
/* std.Error with that message, which is consumed: what the runtime's own functions fail with. */
struct value rt_error_make(struct rt *rt, struct value message);
/* One entry of its fields, a struct; and the raise of a List of them. Consumes details. */
struct value rt_invalid_detail(struct rt *rt, const char *path, const char *code,
			       const char *message);
void rt_raise_details(struct rt *rt, struct value details);
/* The List of a validation error's entries, or null. Borrows error. */
struct value rt_invalid_details(struct value error);
bool rt_is_standard_error(const struct value *error);
/* What people read when `error` ends the program: JSON for the standard errors, else its printed
 * form. */
void rt_text_error(struct rt *rt, struct rt_text *text, const struct value *error);

/* --- rt_type.c: checking values against declared types ---------------------------------------- */

/* Raises a validation error that names `path` when v is none of `type`. Borrows v. */
bool rt_check(struct rt *rt, uint32_t type, const struct value *v, const char *path);

/* --- rt_env.c: text from outside -------------------------------------------------------------- */

/* *out from text without blanks around it; false when it is no value of that scalar kind. Anything
 * but Int, Float and Bool is the text itself. */
bool rt_parse_scalar(struct rt *rt, struct value *out, int32_t kind, const char *text);
/* Without blanks around it, malloc'ed; NULL on trap. */
char *rt_trimmed(struct rt *rt, const char *text);

/* --- rt_json.c: JSON text --------------------------------------------------------------------- */

struct rt_json_problem {
	const char *text; /* "unterminated string"; NULL when rt->trap tells what is wrong */
	uint64_t line;    /* from 1 */
	uint64_t column;  /* from 1, bytes */
};

/* The value that strict JSON text stands for: objects are maps in the order of the text. False: no
 * value, and *problem is filled or a trap is pending. Nested at most RT_NESTING_LIMIT deep. */
bool rt_json_read(struct rt *rt, struct value *out, const char *bytes, uint64_t len,
		  struct rt_json_problem *problem);
/* JSON appended, keys in byte order; traps when nested deeper than RT_NESTING_LIMIT. */
void rt_text_json(struct rt *rt, struct rt_text *text, const struct value *v);
void rt_text_json_string(struct rt *rt, struct rt_text *text, const char *bytes, uint64_t len);
bool rt_is_utf8(const char *bytes, uint64_t len);

/* --- rt_decode.c: values of a declared type --------------------------------------------------- */

/* *out of what json.decode read, validated; false: null and a raise that names the path, or a trap.
 */
bool rt_decode(struct rt *rt, struct value *out, uint32_t type, const struct value *json,
	       const char *path);
/* The same of a variable's, a config file's or a flag's text: scalars as they are, others as JSON.
 */
bool rt_decode_text(struct rt *rt, struct value *out, uint32_t type, const char *text,
		    const char *path);

/* --- rt_output.c: stdout ---------------------------------------------------------------------- */

enum { RT_OUT_SIZE = 32 << 10 };

void rt_write(struct rt *rt, const char *bytes, uint64_t len);
void rt_flush(struct rt *rt);
