/* SPDX-License-Identifier: Apache-2.0 */
/* coverage: see coverage.h. */
#include "runner/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"

/* Shares are compared as people write floors: to a thousandth of what they say. */
static const double SHARE_SLACK = 0.0005;

double coverage_share(const struct coverage *coverage)
{
	return coverage->len ? (double)coverage->covered / (double)coverage->len : 1.0;
}

bool coverage_floor_fell(const struct coverage *coverage)
{
	return coverage->past.known && coverage->floor < coverage->past.floor;
}

bool coverage_holds(const struct coverage *coverage)
{
	return coverage->missing == 0 && !coverage_floor_fell(coverage) &&
	       coverage_share(coverage) + SHARE_SLACK >= coverage->floor;
}

/* A heading whose text is more than the heading itself. */
static bool says_something(const struct clause *clause)
{
	return !clause->parent && strlen(clause->text) > strlen(clause->title);
}

static bool cites(const struct spec *spec, const struct test_case *test, const char *id)
{
	for (size_t i = 0; i < test->clause_len; i++) {
		const struct clause *cited = spec_find(spec, test->clauses[i]);

		if (strcmp(test->clauses[i], id) == 0 ||
		    (cited && cited->parent && strcmp(cited->parent, id) == 0))
			return true;
	}
	return false;
}

static void add_rows(struct coverage *coverage, const struct spec *spec, const struct suite *suite)
{
	coverage->rows = mem_zeroed(spec_len(spec) + 1, sizeof(*coverage->rows));
	for (size_t i = 0; i < spec_len(spec); i++) {
		struct coverage_row *row = &coverage->rows[coverage->len];

		if (!says_something(spec_at(spec, i)))
			continue;
		row->clause = spec_at(spec, i);
		for (size_t j = 0; j < suite->len; j++)
			row->cases += cites(spec, &suite->cases[j], row->clause->id);
		coverage->covered += row->cases > 0;
		coverage->len++;
	}
}

static struct coverage_row *find_row(struct coverage *coverage, const char *id)
{
	for (size_t i = 0; i < coverage->len; i++)
		if (strcmp(coverage->rows[i].clause->id, id) == 0)
			return &coverage->rows[i];
	return NULL;
}

/* Why `id` cannot be a gap although no row has it. */
static int no_row(const struct coverage *coverage, const struct spec *spec, const json_node *node,
		  struct error *err)
{
	const char *id = json_string(node);
	const struct clause *clause = spec_find(spec, id);
	const char *near = spec_suggest(spec, id);

	if (clause && clause->parent)
		return json_error(coverage->doc, node, err,
				  "'%s' is a label, which counts for '%s', name that", id,
				  clause->parent);
	if (clause)
		return json_error(coverage->doc, node, err,
				  "'%s' has no text of its own and needs no case, remove the gap",
				  id);
	if (near)
		return json_error(coverage->doc, node, err,
				  "unknown clause '%s', did you mean '%s'", id, near);
	return json_error(coverage->doc, node, err, "unknown clause '%s', see 'parity clauses'",
			  id);
}

static int add_gap(struct coverage *coverage, const struct spec *spec, const json_node *gap,
		   struct error *err)
{
	static const char *const keys[] = {"clause", "reason", NULL};
	const struct json_doc *doc = coverage->doc;
	const char *id = NULL;
	const char *reason = NULL;
	struct coverage_row *row;
	int r;

	if (!json_is_object(gap))
		return json_error(doc, gap, err, "a gap must be an object");
	r = json_known_keys(doc, gap, keys, err);
	if (r == 0)
		r = json_member_string(&id, doc, gap, "clause", err);
	if (r == 0)
		r = json_member_string(&reason, doc, gap, "reason", err);
	if (r < 0)
		return r;
	row = find_row(coverage, id);
	if (!row)
		return no_row(coverage, spec, json_get(gap, "clause"), err);
	if (strspn(reason, " \t\r\n") == strlen(reason))
		return json_error(doc, gap, err, "gap '%s' has an empty reason", id);
	if (row->reason)
		return json_error(doc, gap, err, "gap '%s' stands twice", id);
	if (row->cases)
		return json_error(doc, gap, err,
				  "gap '%s' has %zu case%s now, remove it and raise the floor", id,
				  row->cases, row->cases == 1 ? "" : "s");
	row->reason = reason;
	coverage->gaps++;
	return 0;
}

static int read_gaps(struct coverage *coverage, const struct spec *spec, const char *path,
		     struct error *err)
{
	static const char *const keys[] = {"schema", "floor", "gaps", NULL};
	const json_node *gaps = NULL;
	const char *schema = NULL;
	const json_node *root;
	int r = json_load(&coverage->doc, path, err);

	if (r < 0)
		return r;
	root = coverage->doc->root;
	if (!json_is_object(root))
		return json_error(coverage->doc, root, err, "expected an object");
	r = json_known_keys(coverage->doc, root, keys, err);
	if (r == 0)
		r = json_member_string(&schema, coverage->doc, root, "schema", err);
	if (r == 0)
		r = json_opt_array(&gaps, coverage->doc, root, "gaps", err);
	if (r < 0)
		return r;
	if (strcmp(schema, "parity.gaps/1") != 0)
		return json_error(coverage->doc, json_get(root, "schema"), err,
				  "unknown schema '%s', expected 'parity.gaps/1'", schema);
	if (!json_to_double(json_get(root, "floor"), &coverage->floor) || coverage->floor < 0 ||
	    coverage->floor > 1)
		return json_error(coverage->doc,
				  json_get(root, "floor") ? json_get(root, "floor") : root, err,
				  "'floor' must be a number from 0 to 1");
	json_each (gaps, gap) {
		r = add_gap(coverage, spec, gap, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int coverage_load(struct coverage *out, const struct spec *spec, const struct suite *suite,
		  const char *path, const char *base, struct error *err)
{
	struct coverage coverage = {0};

	add_rows(&coverage, spec, suite);
	if ((path_exists(path) && read_gaps(&coverage, spec, path, err) < 0) ||
	    floor_past(&coverage.past, path, base, err) < 0) {
		coverage_done(&coverage);
		return -1;
	}
	coverage.missing = coverage.len - coverage.covered - coverage.gaps;
	*out = coverage;
	return 0;
}

void coverage_done(struct coverage *coverage)
{
	free(coverage->rows);
	json_free(coverage->doc);
	*coverage = (struct coverage){0};
}
