/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_env: what a program asks of its surroundings: environment variables and lines of stdin, and
 * the forms that text from outside has for the scalar types. Clause: #builtins-current.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "oracles/reference/rt.h"

/* --- scalars in text -------------------------------------------------------------------------- */

static bool parse_int(const char *text, int64_t *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	errno = 0;
	*out = strtoll(text, NULL, 10);
	return errno == 0;
}

/* A decimal, or inf, infinity or nan in any case: no hexadecimal, no blanks. */
static bool parse_float(const char *text, double *out)
{
	const char *rest = text + (*text == '-' || *text == '+');
	bool word = strcasecmp(rest, "inf") == 0 || strcasecmp(rest, "infinity") == 0 ||
		    strcasecmp(rest, "nan") == 0;
	if (!word && (!*rest || rest[strspn(rest, "0123456789.eE+-")]))
		return false;
	char *end;
	*out = strtod(text, &end);
	return end != text && *end == '\0';
}

bool rt_parse_scalar(struct rt *rt, struct value *out, int32_t kind, const char *text)
{
	int64_t i;
	double f;
	switch (kind) {
	case RT_KIND_INT:
		if (!parse_int(text, &i))
			return false;
		*out = rt_v_of_i(rt, i);
		return true;
	case RT_KIND_FLOAT:
		if (!parse_float(text, &f))
			return false;
		*out = rt_v_of_f(rt, f);
		return true;
	case RT_KIND_BOOL:
		if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0)
			return false;
		*out = rt_v_of_b(rt, (*text | 0x20) == 't');
		return true;
	default:
		*out = rt_string_make(rt, text, strlen(text));
		return true;
	}
}

char *rt_trimmed(struct rt *rt, const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	char *copy = strndup(text, len);
	if (!copy)
		rt_trap(rt, "out of memory");
	return copy;
}

/* --- environment ------------------------------------------------------------------------------ */

/* The variable that the String `name` names, or NULL: unset, or a trap that names the builtin.
 * Consumes `name`. */
static const char *find_variable(struct rt *rt, struct value name, const char *builtin, char **copy)
{
	const char *found = NULL;
	*copy = NULL;
	if (name.tag != RT_STRING) {
		rt_trapf(rt, "%s expects a string argument", builtin);
	} else if (!memchr(name.u.string->bytes, '\0', name.u.string->len)) {
		*copy = strndup(name.u.string->bytes, name.u.string->len);
		if (*copy)
			found = getenv(*copy);
		else
			rt_trap(rt, "out of memory");
	}
	rt_drop(rt, name);
	return found;
}

struct value rt_env(struct rt *rt, struct value name)
{
	char *copy;
	const char *found = find_variable(rt, name, "env", &copy);
	struct value v = found ? rt_string_make(rt, found, strlen(found)) : rt_null();
	free(copy);
	return v;
}

static struct value env_scalar(struct rt *rt, struct value name, int32_t kind, const char *type,
			       const char *builtin)
{
	char *copy;
	struct value v = rt_null();
	const char *found = find_variable(rt, name, builtin, &copy);
	char *text = found ? rt_trimmed(rt, found) : NULL;
	if (text && !rt_parse_scalar(rt, &v, kind, text))
		rt_trapf(rt, "invalid %s: %s (env %s)", type, text, copy);
	free(text);
	free(copy);
	return v;
}

struct value rt_env_int(struct rt *rt, struct value name)
{
	return env_scalar(rt, name, RT_KIND_INT, "Int", "env_int");
}

struct value rt_env_float(struct rt *rt, struct value name)
{
	return env_scalar(rt, name, RT_KIND_FLOAT, "Float", "env_float");
}

struct value rt_env_bool(struct rt *rt, struct value name)
{
	return env_scalar(rt, name, RT_KIND_BOOL, "Bool", "env_bool");
}

/* --- stdin ------------------------------------------------------------------------------------ */

/* A line without its end; false when there was nothing to read. */
static bool read_line(struct rt *rt, struct rt_text *line)
{
	char chunk[256] = {0};
	uint32_t len = 0;
	bool any = false;
	int c;
	while (!rt->trap && (c = getc(stdin)) != EOF) {
		any = true;
		if (c == '\n')
			break;
		chunk[len++] = (char)c;
		if (len == sizeof(chunk)) {
			rt_text_add(rt, line, chunk, len);
			len = 0;
		}
	}
	bool ended = any && c == '\n';
	rt_text_add(rt, line, chunk, len);
	if (ended && line->len && line->bytes[line->len - 1] == '\r')
		line->len--;
	return any;
}

struct value rt_input(struct rt *rt, struct value prompt)
{
	struct rt_text text = {0};
	if (prompt.tag == RT_STRING)
		rt_write(rt, prompt.u.string->bytes, prompt.u.string->len);
	else
		rt_trap(rt, "input expects a string prompt");
	rt_drop(rt, prompt);
	rt_flush(rt);
	if (!rt->trap && !read_line(rt, &text) && !rt->trap)
		rt_trap(rt, isatty(STDIN_FILENO)
				    ? "input aborted: end of file"
				    : "input requires stdin data in non-interactive mode");
	if (!rt->trap && !rt_is_utf8(text.bytes, text.len))
		rt_trap(rt, "input read failed: invalid UTF-8");
	return rt_text_take(rt, &text);
}
