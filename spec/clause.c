/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting documents into clauses. One pass over the top-level blocks of each document: a heading
 * opens a clause, a label opens one inside it, any other block adds its text to both. Ids are
 * settled after the pass, since whether a label names a clause depends on the whole document.
 */
#include "spec/clause.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmark-gfm.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/utf8.h"
#include "base/vec.h"

enum { DOCUMENT_MAX = 16 << 20, SUGGEST_MAX = 160 };

struct spec {
	struct arena arena;
	VEC(struct clause) clauses;
	struct map by_id; /* to entries of `clauses`, built last */
	char sha256[DIGEST_HEX_SIZE];
};

/* A clause under construction; text is gathered raw and folded when it closes. */
struct draft {
	struct clause clause;
	struct buf raw;
	char *slug;     /* arena */
	size_t heading; /* of a label: index of its heading among the drafts */
};

struct drafts {
	struct draft *items;
	size_t len;
	size_t cap;
};

static const size_t NO_DRAFT = SIZE_MAX;

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int check_utf8(struct slice text, const char *path, struct error *err)
{
	size_t line = 1;
	for (size_t i = 0; i < text.len;) {
		size_t step = utf8_length(text.ptr + i, text.len - i);
		if (step == 0)
			return error_input(
				err, "%s:%zu: invalid UTF-8 at byte %zu, save the file as UTF-8",
				path, line, i);
		line += text.ptr[i] == '\n';
		i += step;
	}
	return 0;
}

/* Literal text of a node and all below it; blocks and breaks are parted by a blank. */
static void node_text(struct buf *out, cmark_node *node)
{
	cmark_iter *iter = cmark_iter_new(node);
	for (;;) {
		cmark_event_type event = cmark_iter_next(iter);
		if (event == CMARK_EVENT_DONE)
			break;
		cmark_node *at = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(at);
		if (event != CMARK_EVENT_ENTER)
			continue;
		bool is_block = (type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK;
		if (is_block || type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			buf_addc(out, ' ');
		const char *literal = cmark_node_get_literal(at);
		if (literal)
			buf_adds(out, literal);
	}
	cmark_iter_free(iter);
}

/* White space at both ends dropped, runs folded to one blank. */
static char *fold(struct arena *arena, struct slice raw)
{
	char *text = arena_alloc(arena, raw.len + 1);
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		if (!is_blank((unsigned char)raw.ptr[i]))
			text[len++] = raw.ptr[i];
		else if (len > 0 && text[len - 1] != ' ')
			text[len++] = ' ';
	}
	if (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

/* GitHub's slug: lower case, blanks to '-', ASCII punctuation but '-' and '_' dropped. */
static char *slug_of(struct arena *arena, const char *title)
{
	char *slug = arena_alloc(arena, strlen(title) + 1);
	size_t len = 0;
	for (const char *p = title; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c >= 'A' && c <= 'Z')
			slug[len++] = (char)(c - 'A' + 'a');
		else if (c == ' ')
			slug[len++] = '-';
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
			 c >= 0x80)
			slug[len++] = (char)c;
	}
	slug[len] = '\0';
	return slug;
}

static char *title_of(struct arena *arena, cmark_node *node)
{
	struct buf raw = {0};
	node_text(&raw, node);
	char *title = fold(arena, buf_slice(&raw));
	buf_done(&raw);
	return title;
}

static bool is_label(cmark_node *node)
{
	cmark_node *next = cmark_node_next(node);
	if (cmark_node_get_type(node) != CMARK_NODE_PARAGRAPH || !next ||
	    cmark_node_get_type(next) != CMARK_NODE_LIST ||
	    cmark_node_get_start_line(node) != cmark_node_get_end_line(node))
		return false;
	cmark_node *last = cmark_node_last_child(node);
	const char *literal = last ? cmark_node_get_literal(last) : NULL;
	return cmark_node_get_type(last) == CMARK_NODE_TEXT && literal &&
	       slice_ends(slice_of(literal), ":");
}

static size_t draft_open(struct drafts *drafts, struct spec *spec, cmark_node *node, size_t heading)
{
	struct draft draft = {.heading = heading};
	char *title = title_of(&spec->arena, node);
	draft.clause.level = CLAUSE_LEVEL_LABEL;
	if (heading == NO_DRAFT)
		draft.clause.level = cmark_node_get_heading_level(node);
	else
		title[strlen(title) - 1] = '\0';
	draft.clause.title = title;
	draft.clause.line = (size_t)cmark_node_get_start_line(node);
	draft.slug = slug_of(&spec->arena, title);
	vec_push(drafts, draft);
	return drafts->len - 1;
}

static void drafts_gather(struct drafts *drafts, struct spec *spec, cmark_node *root)
{
	size_t heading = NO_DRAFT, label = NO_DRAFT;
	for (cmark_node *node = cmark_node_first_child(root); node; node = cmark_node_next(node)) {
		if (cmark_node_get_type(node) == CMARK_NODE_HEADING) {
			heading = draft_open(drafts, spec, node, NO_DRAFT);
			label = NO_DRAFT;
		} else if (heading != NO_DRAFT && is_label(node)) {
			label = draft_open(drafts, spec, node, heading);
		}
		if (heading != NO_DRAFT)
			node_text(&drafts->items[heading].raw, node);
		if (label != NO_DRAFT)
			node_text(&drafts->items[label].raw, node);
	}
}

/*
 * Headings first: they take their slug, or the next free "-1", "-2", whatever labels there are. The
 * value of a slug in `taken` is the last number given to it, so that many repeats stay linear.
 */
static void drafts_number_headings(struct drafts *drafts, struct arena *arena, struct map *taken)
{
	for (size_t i = 0; i < drafts->len; i++) {
		struct draft *draft = &drafts->items[i];
		if (draft->heading != NO_DRAFT)
			continue;
		char *base = draft->slug;
		uintptr_t n = (uintptr_t)map_get(taken, base);
		while (map_has(taken, draft->slug))
			draft->slug = arena_printf(arena, "%s-%zu", base, (size_t)++n);
		map_put(taken, base, (void *)n);
		if (draft->slug != base)
			map_put(taken, draft->slug, NULL);
	}
}

/* Labels that stand once and whose slug is free keep it; the others lose theirs. */
static void drafts_settle_labels(struct drafts *drafts, const struct map *taken)
{
	CLEANUP(map_done) struct map seen = MAP_INIT;
	for (size_t i = 0; i < drafts->len; i++) {
		struct draft *draft = &drafts->items[i];
		if (draft->heading == NO_DRAFT)
			continue;
		struct draft *first = map_get(&seen, draft->slug);
		if (!first)
			map_put(&seen, draft->slug, draft);
		if (first || draft->slug[0] == '\0' || map_has(taken, draft->slug))
			draft->clause.level = 0;
		if (first)
			first->clause.level = 0;
	}
}

static void drafts_finish(struct drafts *drafts, struct spec *spec, const char *document,
			  const char *path)
{
	for (size_t i = 0; i < drafts->len; i++) {
		struct draft *draft = &drafts->items[i];
		struct clause *clause = &draft->clause;
		if (clause->level > 0) {
			clause->document = document;
			clause->path = path;
			clause->id = arena_printf(&spec->arena, "%s#%s", document, draft->slug);
			if (draft->heading != NO_DRAFT)
				clause->parent = drafts->items[draft->heading].clause.id;
			clause->text = fold(&spec->arena, buf_slice(&draft->raw));
			digest_hex(clause->sha256, slice_of(clause->text));
			vec_push(&spec->clauses, *clause);
		}
		buf_done(&draft->raw);
	}
	vec_done(drafts);
}

static int spec_add(struct spec *spec, const char *path, struct slice text, struct error *err)
{
	int r = check_utf8(text, path, err);
	if (r < 0)
		return r;
	const char *base = path_base(path);
	size_t stem = strlen(base);
	if (slice_ends(slice_of(base), ".md"))
		stem -= 3;
	const char *document = arena_strndup(&spec->arena, base, stem);
	cmark_node *root = cmark_parse_document(text.ptr, text.len, CMARK_OPT_DEFAULT);
	struct drafts drafts = {0};
	CLEANUP(map_done) struct map taken = MAP_INIT;
	drafts_gather(&drafts, spec, root);
	cmark_node_free(root);
	drafts_number_headings(&drafts, &spec->arena, &taken);
	drafts_settle_labels(&drafts, &taken);
	drafts_finish(&drafts, spec, document, arena_strdup(&spec->arena, path));
	return 0;
}

static void spec_index(struct spec *spec)
{
	struct digest *digest = digest_new();
	vec_each (&spec->clauses, clause) {
		map_put(&spec->by_id, clause->id, clause);
		digest_add(digest, clause->id, strlen(clause->id) + 1);
		digest_add(digest, clause->sha256, sizeof(clause->sha256));
	}
	digest_finish(digest, spec->sha256);
	digest_free(digest);
}

static int is_document(const struct dirent *entry)
{
	return slice_ends(slice_of(entry->d_name), ".md") && entry->d_name[0] != '.' &&
	       strcmp(entry->d_name, "README.md") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int spec_add_file(struct spec *spec, const char *dir, const char *name, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(dir, name);
	CLEANUP(buf_done) struct buf text = BUF_INIT(DOCUMENT_MAX);
	int r = file_read(&text, path, DOCUMENT_MAX, err);
	if (r < 0)
		return error_wrap(err, r, "cannot read the specification");
	return spec_add(spec, path, buf_slice(&text), err);
}

int spec_load(struct spec **out, const char *dir, struct error *err)
{
	struct dirent **names = NULL;
	int len = scandir(dir, &names, is_document, by_name);
	if (len < 0)
		return error_input(err, "cannot open specification folder '%s': %s", dir,
				   strerror(errno));
	CLEANUP(spec_freep) struct spec *spec = mem_zeroed(1, sizeof(*spec));
	int r = 0;
	for (int i = 0; i < len; i++) {
		if (r == 0)
			r = spec_add_file(spec, dir, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	if (r < 0)
		return r;
	if (len == 0)
		return error_input(err, "no document (*.md) in specification folder '%s'", dir);
	spec_index(spec);
	*out = steal(&spec);
	return 0;
}

int spec_parse(struct spec **out, const char *path, struct slice text, struct error *err)
{
	CLEANUP(spec_freep) struct spec *spec = mem_zeroed(1, sizeof(*spec));
	int r = spec_add(spec, path, text, err);
	if (r < 0)
		return r;
	spec_index(spec);
	*out = steal(&spec);
	return 0;
}

struct spec *spec_free(struct spec *spec)
{
	if (!spec)
		return NULL;
	vec_done(&spec->clauses);
	map_done(&spec->by_id);
	arena_done(&spec->arena);
	free(spec);
	return NULL;
}

void spec_freep(struct spec **spec)
{
	*spec = spec_free(*spec);
}

size_t spec_len(const struct spec *spec)
{
	return spec->clauses.len;
}

const struct clause *spec_at(const struct spec *spec, size_t i)
{
	return &spec->clauses.items[i];
}

const struct clause *spec_find(const struct spec *spec, const char *id)
{
	return map_get(&spec->by_id, id);
}

const char *spec_sha256(const struct spec *spec)
{
	return spec->sha256;
}

/* Levenshtein distance; SUGGEST_MAX for texts too long to be worth it. */
static size_t distance(const char *a, const char *b)
{
	size_t row[SUGGEST_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len >= SUGGEST_MAX || b_len >= SUGGEST_MAX)
		return SUGGEST_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *spec_suggest(const struct spec *spec, const char *id)
{
	bool has_document = strchr(id, '#') != NULL;
	const char *best = NULL;
	size_t best_distance = strlen(id) / 3 + 1;
	for (size_t i = 0; i < spec->clauses.len; i++) {
		const struct clause *clause = spec_at(spec, i);
		const char *slug = strchr(clause->id, '#') + 1;
		size_t d = distance(id, has_document ? clause->id : slug);
		if (d < best_distance) {
			best_distance = d;
			best = clause->id;
		}
	}
	/* The slug may be right and only the document wrong or misspelt. */
	for (size_t i = 0; !best && i < spec->clauses.len; i++) {
		const struct clause *clause = spec_at(spec, i);
		if (has_document && !strcmp(strchr(clause->id, '#'), strchr(id, '#')))
			best = clause->id;
	}
	return best;
}
