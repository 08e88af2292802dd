/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: the channels in their order, and what all of them share: the list with its cap, the
 * excerpts and the words for an end. Streams are compared in compare_stream.c.
 */
#include "diff/compare.h"

#include <string.h>

#include "base/buf.h"
#include "diff/compare_internal.h"

enum { EXCERPT_MAX = 512, EXCERPT_LEAD = 160 };

const char *diff_kind_name(enum diff_kind kind)
{
	static const char *const names[] = {
		[DIFF_MISSING] = "missing",
		[DIFF_EXTRA] = "extra",
		[DIFF_VALUE] = "value",
		[DIFF_ORDER] = "order",
		[DIFF_TYPE] = "type",
		[DIFF_CLASS] = "class",
		[DIFF_NATIVE_UNSUPPORTED] = "native-unsupported",
		[DIFF_EXPECTATION] = "expectation",
		[DIFF_WITNESS] = "witness",
	};
	return names[kind];
}

void diff_add(struct diff_list *list, struct difference difference)
{
	if (list->items.len < DIFFERENCE_MAX)
		vec_push(&list->items, difference);
	else
		list->dropped++;
}

struct slice excerpt(struct slice text, size_t at, struct arena *arena)
{
	if (text.len <= EXCERPT_MAX)
		return arena_slice(arena, text);
	if (at > text.len)
		at = text.len;
	size_t start = at > EXCERPT_LEAD ? at - EXCERPT_LEAD : 0;
	size_t len = text.len - start < EXCERPT_MAX ? text.len - start : EXCERPT_MAX;
	bool tail = start + len < text.len;
	struct buf out = BUF_INIT(0);
	buf_adds(&out, start ? "..." : "");
	buf_add(&out, text.ptr + start, len);
	buf_adds(&out, tail ? "..." : "");
	struct slice copy = arena_slice(arena, buf_slice(&out));
	buf_done(&out);
	return copy;
}

size_t first_difference(struct slice a, struct slice b)
{
	size_t i = 0;
	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

void excerpt_pair(struct difference *difference, struct slice left, struct slice right,
		  struct arena *arena)
{
	size_t at = first_difference(left, right);
	difference->left = excerpt(left, at, arena);
	difference->right = excerpt(right, at, arena);
}

const char *observation_class(const struct observation *obs, struct arena *arena)
{
	bool ran = obs->phase == PHASE_RUN;
	const char *meaning = obs->meaning ? obs->meaning : "unknown";

	switch (obs->end) {
	case END_EXIT:
		if (ran && strcmp(meaning, "success") == 0)
			return "success";
		if (ran)
			return arena_printf(arena, "%s (exit %d)", meaning, obs->code);
		if (obs->code == 0)
			return arena_printf(arena, "%s accepted", phase_name(obs->phase));
		return arena_printf(arena, "rejected (%s, exit %d)", phase_name(obs->phase),
				    obs->code);
	case END_SIGNAL:
		return ran ? arena_printf(arena, "signal %d", obs->code)
			   : arena_printf(arena, "signal %d (%s)", obs->code,
					  phase_name(obs->phase));
	default:
		return ran ? end_name(obs->end)
			   : arena_printf(arena, "%s (%s)", end_name(obs->end),
					  phase_name(obs->phase));
	}
}

static bool same_meaning(const struct observation *a, const struct observation *b)
{
	const char *x = a->meaning ? a->meaning : "";
	const char *y = b->meaning ? b->meaning : "";
	return strcmp(x, y) == 0;
}

static void compare_exit(struct diff_list *list, const struct observation *left,
			 const struct observation *right)
{
	bool coded = left->end == END_EXIT || left->end == END_SIGNAL || left->end == END_LEAK;
	bool same_code = !coded || left->code == right->code;

	if (left->end == right->end && left->phase == right->phase && same_code &&
	    same_meaning(left, right))
		return;
	struct difference difference = {
		.channel = CHANNEL_EXIT, .kind = DIFF_CLASS, .locus = "exit"};
	/* Two codes that mean the same still differ: the exact code is what a script sees. */
	if (left->end == right->end && left->phase == right->phase && same_meaning(left, right))
		difference.kind = DIFF_VALUE;
	difference.left_class = observation_class(left, list->arena);
	difference.right_class = observation_class(right, list->arena);
	difference.left = slice_of(difference.left_class);
	difference.right = slice_of(difference.right_class);
	diff_add(list, difference);
}

static const char *file_type(char type)
{
	return type == 'f' ? "file" : type == 'd' ? "directory" : type == 'l' ? "link" : "other";
}

static struct slice describe_file(const struct left_file *file, struct arena *arena)
{
	if (!file)
		return SLICE_EMPTY;
	if (file->type == 'd')
		return slice_of("directory");
	if (file->type == '-')
		return slice_of("removed by the program");
	return slice_of(arena_printf(arena, "%s of %llu bytes, sha256 %.16s", file_type(file->type),
				     (unsigned long long)file->size, file->sha256));
}

static void add_file(struct diff_list *list, enum diff_kind kind, const struct left_file *left,
		     const struct left_file *right)
{
	const char *path = left ? left->path : right->path;
	diff_add(list, (struct difference){
			       .channel = CHANNEL_FILES,
			       .kind = kind,
			       .locus = arena_printf(list->arena, "files/%s", path),
			       .left = describe_file(left, list->arena),
			       .right = describe_file(right, list->arena),
		       });
}

static void compare_file(struct diff_list *list, const struct left_file *left,
			 const struct left_file *right)
{
	if (left->type != right->type)
		add_file(list, DIFF_TYPE, left, right);
	else if (left->type != 'd' && left->type != '-' &&
		 (left->size != right->size || strcmp(left->sha256, right->sha256) != 0))
		add_file(list, DIFF_VALUE, left, right);
}

/* Both lists are in byte order of their paths. */
static void compare_files(struct diff_list *list, const struct observation *left,
			  const struct observation *right)
{
	size_t i = 0;
	size_t k = 0;
	while (i < left->file_len || k < right->file_len) {
		int order = i == left->file_len ? 1
			    : k == right->file_len
				    ? -1
				    : strcmp(left->files[i].path, right->files[k].path);
		if (order < 0)
			add_file(list, DIFF_MISSING, &left->files[i++], NULL);
		else if (order > 0)
			add_file(list, DIFF_EXTRA, NULL, &right->files[k++]);
		else
			compare_file(list, &left->files[i++], &right->files[k++]);
	}
}

static void close_list(struct diff_list *list)
{
	if (list->dropped == 0)
		return;
	struct difference *last = vec_last(&list->items);
	struct slice more =
		slice_of(arena_printf(list->arena, "%zu more differences", list->dropped + 1));
	*last = (struct difference){.channel = last->channel,
				    .kind = DIFF_VALUE,
				    .locus = "more",
				    .left = more,
				    .right = more};
}

int compare(struct difference **out, size_t *len, const struct normal *left,
	    const struct normal *right, struct arena *arena, struct error *err)
{
	struct diff_list list = {.arena = arena};

	compare_exit(&list, left->obs, right->obs);
	compare_stream(&list, left, right, CHANNEL_STDOUT);
	compare_stream(&list, left, right, CHANNEL_STDERR);
	compare_files(&list, left->obs, right->obs);
	close_list(&list);
	*out = arena_dup(arena, list.items.items, list.items.len * sizeof(**out));
	*len = list.items.len;
	vec_done(&list.items);
	return 0;
}

const struct difference *compare_first(const struct normal *left, const struct normal *right,
				       enum channel channel, struct arena *arena)
{
	struct diff_list list = {.arena = arena};
	struct difference *first = NULL;

	compare_stream(&list, left, right, channel);
	if (list.items.len > 0)
		first = arena_dup(arena, &list.items.items[0], sizeof(*first));
	vec_done(&list.items);
	return first;
}
