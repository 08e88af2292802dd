/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diagnostic: collects what is wrong with a program and prints it in the two forms that tools read:
 * text with a caret, and one JSON object a line with sorted keys.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "oracles/reference/report.h"

enum { EXCERPT_MAX = 200 };

void diagnostics_done(struct diagnostics *diagnostics)
{
	if (!diagnostics)
		return;
	vec_done(&diagnostics->list);
	arena_done(&diagnostics->arena);
	diagnostics->errors = 0;
}

/* A line that is no line of prose is shown only around its column; `cut` bytes go first. */
static struct slice excerpt(struct slice line, uint32_t column, uint32_t *cut)
{
	if (line.len <= EXCERPT_MAX)
		return line;
	size_t start = column > EXCERPT_MAX / 2 ? column - EXCERPT_MAX / 2 : 0;
	if (start > line.len - EXCERPT_MAX)
		start = line.len - EXCERPT_MAX;
	while (start > 0 && ((unsigned char)line.ptr[start] & 0xc0) == 0x80)
		start--;
	size_t end = start + EXCERPT_MAX < line.len ? start + EXCERPT_MAX : line.len;
	while (end > start && end < line.len && ((unsigned char)line.ptr[end] & 0xc0) == 0x80)
		end--;
	*cut = (uint32_t)start;
	return slice_make(line.ptr + start, end - start);
}

void report_error(struct report *report, struct range range, const char *code, const char *fmt, ...)
{
	struct diagnostics *out = report->diagnostics;
	out->errors++;
	if (out->list.len >= REPORT_MAX || range.module >= report->source_len)
		return;
	const struct source *source = report->sources[range.module];
	struct span span = source_span(source, range.start);
	vec_each (&out->list, seen) {
		/* one complaint a place: what follows from an error is usually noise */
		if (seen->span_start == range.start && strcmp(seen->path, source->path) == 0)
			return;
	}
	char message[512];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	uint32_t cut = 0;
	struct slice line = excerpt(source_line(source, span.line), span.column, &cut);
	struct diagnostic entry = {
		.is_error = true,
		.code = code,
		.message = arena_strdup(&out->arena, message),
		.path = arena_strdup(&out->arena, source->path),
		.line = span.line,
		.column = span.column,
		.span_start = range.start,
		.span_end = range.end > range.start ? range.end : range.start,
		.source_line = arena_strndup(&out->arena, line.ptr, line.len),
		.caret = span.column - cut,
	};
	vec_push(&out->list, entry);
}

void report_error_at(struct report *report, const char *path, uint32_t line, const char *code,
		     const char *fmt, ...)
{
	struct diagnostics *out = report->diagnostics;
	char message[512];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	out->errors++;
	struct diagnostic entry = {
		.is_error = true,
		.code = code,
		.message = arena_strdup(&out->arena, message),
		.path = arena_strdup(&out->arena, path),
		.line = line,
		.column = 1,
	};
	vec_push(&out->list, entry);
}

void diagnostics_format_text(struct buf *out, const struct diagnostics *diagnostics)
{
	vec_each (&diagnostics->list, d) {
		buf_addf(out, "%s: %s (%s:%u:%u)\n", d->is_error ? "error" : "warning", d->message,
			 d->path, d->line, d->column);
		if (!d->source_line)
			continue;
		buf_addf(out, "  %s\n  ", d->source_line);
		/* tabs keep their width, so that the caret stands under its character */
		for (uint32_t i = 0; i + 1 < d->caret && d->source_line[i]; i++)
			buf_addc(out, d->source_line[i] == '\t' ? '\t' : ' ');
		buf_adds(out, "^\n");
	}
}

void diagnostics_format_json(struct buf *out, const struct diagnostics *diagnostics)
{
	vec_each (&diagnostics->list, d) {
		buf_adds(out, "{\"code\":");
		json_write_string(out, slice_of(d->code));
		buf_addf(out, ",\"column\":%u,\"kind\":\"diagnostic\",\"level\":\"%s\",\"line\":%u",
			 d->column, d->is_error ? "error" : "warning", d->line);
		buf_adds(out, ",\"message\":");
		json_write_string(out, slice_of(d->message));
		buf_adds(out, ",\"path\":");
		json_write_string(out, slice_of(d->path));
		buf_addf(out, ",\"span_end\":%u,\"span_start\":%u}\n", d->span_end, d->span_start);
	}
}
