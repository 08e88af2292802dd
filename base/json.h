/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: documents read with limits, and canonical text out. A thin layer over cJSON: nodes ARE
 * cJSON nodes, but only this module includes <cjson/cJSON.h>.
 *
 * A document keeps its text so that every complaint about a node names file and line. Limits: 16
 * MiB, depth 64. Duplicate keys, trailing bytes, NUL in strings and invalid UTF-8 are errors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"

struct cJSON;
typedef struct cJSON json_node; /* the one typedef we keep: the library's own name */

enum json_flags {
	/*
	 * Keep every number as its literal text (json_is_number, json_number_text), so that
	 * 9007199254740993 and ...992 stay different and 1.0 is not 1. On such a number json_to_int
	 * answers only for a plain integer literal, as "-12". Without the flag the same treatment
	 * is given to integers beyond 2^53 and numbers beyond a double, and to nothing else.
	 */
	JSON_RAW_NUMBERS = 1 << 0,
};

struct json_doc {
	char *name; /* for messages: the file's path */
	char *text; /* a copy */
	size_t len;
	json_node *root;
};

/*
 * Parse. Input error "name:line:column: problem (byte N)" on bad text.
 * json_try is the quiet form for text that merely might be JSON: true when it was.
 */
int json_parse(struct json_doc **out, struct slice text, const char *name, unsigned flags,
	       struct error *err);
bool json_try(struct json_doc **out, struct slice text, unsigned flags);
int json_load(struct json_doc **out, const char *path, struct error *err);
struct json_doc *json_free(struct json_doc *doc); /* returns NULL */
void json_freep(struct json_doc **doc);

/*
 * Where a node of the document (or its key) stands, 0 for any other node, and an input error there:
 * "name:line: problem".
 */
size_t json_line(const struct json_doc *doc, const json_node *node);
int json_error(const struct json_doc *doc, const json_node *node, struct error *err,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Reading. All take NULL nodes and answer as for a wrong type. */
bool json_is_object(const json_node *node);
bool json_is_array(const json_node *node);
bool json_is_string(const json_node *node);
bool json_is_number(const json_node *node);
bool json_is_bool(const json_node *node);
bool json_is_null(const json_node *node);
const char *json_string(const json_node *node);      /* NULL when not a string */
const char *json_number_text(const json_node *node); /* of a number kept as text, else NULL */
bool json_true(const json_node *node);
bool json_to_int(const json_node *node, int64_t *out);   /* integral and exactly representable */
bool json_to_double(const json_node *node, double *out); /* any finite number */
size_t json_len(const json_node *node);                  /* of an array or object, else 0 */
const json_node *json_at(const json_node *node, size_t i);
const json_node *json_get(const json_node *object, const char *key); /* case-sensitive, or NULL */
const char *json_key(const json_node *member);

#define json_each(node, it) for (const json_node *it = json_first(node); it; it = json_next(it))
const json_node *json_first(const json_node *node);
const json_node *json_next(const json_node *node);

/*
 * Checked members of a manifest. Missing is fine for _opt (`*out` untouched), an error otherwise;
 * a wrong type is always an error with file and line. Strings are borrowed from the document.
 */
int json_member_string(const char **out, const struct json_doc *doc, const json_node *object,
		       const char *key, struct error *err);
int json_opt_string(const char **out, const struct json_doc *doc, const json_node *object,
		    const char *key, struct error *err);
int json_opt_int(int64_t *out, const struct json_doc *doc, const json_node *object, const char *key,
		 int64_t min, int64_t max, struct error *err);
int json_opt_bool(bool *out, const struct json_doc *doc, const json_node *object, const char *key,
		  struct error *err);
int json_opt_array(const json_node **out, const struct json_doc *doc, const json_node *object,
		   const char *key, struct error *err);
int json_opt_object(const json_node **out, const struct json_doc *doc, const json_node *object,
		    const char *key, struct error *err);
/* Every key of `object` must stand in the NULL-terminated list: "unknown key 'x', did you mean
 * 'y'". */
int json_known_keys(const struct json_doc *doc, const json_node *object, const char *const *allowed,
		    struct error *err);

/* The entry of the NULL-terminated list that `word` is likely a slip of, or NULL. */
const char *json_nearest(const char *word, const char *const *allowed);

/*
 * Building; the parent owns its children, the caller owns the root. Put a key once: nothing
 * replaces an earlier member. A NULL child is put as null.
 */
json_node *json_object(void);
json_node *json_array(void);
void json_node_free(json_node *root);
void json_node_freep(json_node **root);
void json_put_string(json_node *object, const char *key, const char *value); /* NULL puts null */
void json_put_slice(json_node *object, const char *key, struct slice value); /* bytes escaped so
						that the text is valid UTF-8: invalid ones and NUL
						become U+FFFD */
void json_put_int(json_node *object, const char *key, int64_t value);        /* exact beyond 2^53 */
void json_put_double(json_node *object, const char *key, double value);      /* NaN, inf: null */
void json_put_bool(json_node *object, const char *key, bool value);
void json_put(json_node *object, const char *key, json_node *child);
void json_add(json_node *array, json_node *child);
void json_add_string(json_node *array, const char *value);
json_node *json_copy(const json_node *node);

/* One line of valid UTF-8 without blanks. Canonical: keys in byte order, for hashing. */
void json_write(struct buf *out, const json_node *node);
void json_write_canonical(struct buf *out, const json_node *node);
/* Just a quoted string. */
void json_write_string(struct buf *out, struct slice text);
