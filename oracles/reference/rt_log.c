/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_log: the log builtin: levels, the filter FUSE_LOG, text and JSON lines on stderr, colour.
 * Clause: #logging.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "oracles/reference/rt.h"

static const struct level {
	const char *name;
	const char *label;
	const char *painted;
} levels[] = {
	{"trace", "TRACE", "\033[90mTRACE\033[0m"},   {"debug", "DEBUG", "\033[36mDEBUG\033[0m"},
	{"info", "INFO", "\033[32mINFO\033[0m"},      {"warn", "WARN", "\033[33;1mWARN\033[0m"},
	{"error", "ERROR", "\033[31;1mERROR\033[0m"},
};
enum { LEVEL_COUNT = sizeof(levels) / sizeof(levels[0]), LEVEL_INFO = 2 };

/* Number of the level called so, or -1. */
static int find_level(const char *name, uint64_t len)
{
	for (int i = 0; i < LEVEL_COUNT; i++)
		if (strlen(levels[i].name) == len && strncasecmp(levels[i].name, name, len) == 0)
			return i;
	return -1;
}

static int lowest_level(struct rt *rt)
{
	const char *raw = getenv("FUSE_LOG");
	char *name = raw ? rt_trimmed(rt, raw) : NULL;
	int level = name ? find_level(name, strlen(name)) : LEVEL_INFO;
	free(name);
	return level < 0 ? LEVEL_INFO : level;
}

static bool is_coloured(void)
{
	const char *choice = getenv("FUSE_COLOR");
	if (choice && strcasecmp(choice, "always") == 0)
		return true;
	if (choice && strcasecmp(choice, "never") == 0)
		return false;
	const char *forced = getenv("FUSE_COLOR_FORCE_TTY");
	if (getenv("NO_COLOR"))
		return false;
	return forced ? strcmp(forced, "1") == 0 : isatty(STDERR_FILENO);
}

static void add(struct rt *rt, struct rt_text *text, const char *s)
{
	rt_text_add(rt, text, s, strlen(s));
}

static void add_text_line(struct rt *rt, struct rt_text *text, int level,
			  const struct value *message)
{
	add(rt, text, "[");
	add(rt, text, is_coloured() ? levels[level].painted : levels[level].label);
	add(rt, text, "] ");
	rt_text_value(rt, text, message);
}

/* Keys in byte order, as all JSON of the runtime. */
static void add_json_line(struct rt *rt, struct rt_text *text, int level,
			  const struct value *message, const struct value *data, uint32_t len)
{
	struct rt_text printed = {0};
	add(rt, text, len == 1 ? "{\"data\":" : "{\"data\":[");
	for (uint32_t i = 0; i < len; i++) {
		if (i)
			add(rt, text, ",");
		rt_text_json(rt, text, &data[i]);
	}
	add(rt, text, len == 1 ? ",\"level\":\"" : "],\"level\":\"");
	add(rt, text, levels[level].name);
	add(rt, text, "\",\"message\":");
	rt_text_value(rt, &printed, message);
	rt_text_json_string(rt, text, printed.bytes, printed.len);
	rt_text_done(rt, &printed);
	add(rt, text, "}");
}

/* A failing stderr is nobody's concern: there is nowhere left to say so. */
static void write_line(const struct rt_text *text)
{
	const char *bytes = text->bytes;
	uint64_t len = text->len;
	while (len) {
		ssize_t n = write(STDERR_FILENO, bytes, len);
		if (n < 0 && errno != EINTR)
			return;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (uint64_t)n : 0;
	}
}

struct value rt_log(struct rt *rt, uint32_t len, struct value *values)
{
	uint32_t at = 0;
	int level = LEVEL_INFO;
	if (len > 1 && values[0].tag == RT_STRING) {
		int named = find_level(values[0].u.string->bytes, values[0].u.string->len);
		at = named >= 0;
		level = named >= 0 ? named : level;
	}
	if (level >= lowest_level(rt) && at < len) {
		struct rt_text text = {0};
		if (len - at == 1)
			add_text_line(rt, &text, level, &values[at]);
		else
			add_json_line(rt, &text, level, &values[at], values + at + 1, len - at - 1);
		add(rt, &text, "\n");
		if (!rt->trap)
			write_line(&text);
		rt_text_done(rt, &text);
	}
	for (uint32_t i = 0; i < len; i++)
		rt_drop(rt, values[i]);
	return rt_unit();
}
