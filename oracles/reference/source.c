/* SPDX-License-Identifier: Apache-2.0 */
/* source: line table by one pass, look-up by bisection. */
#include "oracles/reference/source.h"

void source_init(struct source *source, struct arena *arena, uint32_t module, const char *path,
		 struct slice text)
{
	uint32_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	*source = (struct source){
		.module = module,
		.path = path,
		.text = text,
		.begin = slice_starts(text, "\xef\xbb\xbf") ? 3 : 0,
		.lines = ARENA_ARRAY(arena, uint32_t, count),
		.line_len = count,
	};
	uint32_t line = 1;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n')
			source->lines[line++] = (uint32_t)i + 1;
}

struct span source_span(const struct source *source, uint32_t offset)
{
	uint32_t low = 0, high = source->line_len;
	if (offset > source->text.len)
		offset = (uint32_t)source->text.len;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (struct span){
		.module = source->module,
		.line = low + 1,
		.column = offset - source->lines[low] + 1,
	};
}

struct slice source_line(const struct source *source, uint32_t line)
{
	if (line == 0 || line > source->line_len)
		return SLICE_EMPTY;
	uint32_t start = source->lines[line - 1];
	uint32_t end =
		line < source->line_len ? source->lines[line] - 1 : (uint32_t)source->text.len;
	if (end > start && source->text.ptr[end - 1] == '\r')
		end--;
	return slice_make(source->text.ptr + start, end - start);
}
