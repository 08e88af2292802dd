/* SPDX-License-Identifier: Apache-2.0 */
/* groups: see groups.h. */
#include "runner/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"

enum { LIMIT_MAX = 512 };

static uint32_t find(const struct groups *groups, struct slice name)
{
	for (size_t i = 0; i < groups->len; i++)
		if (slice_is(name, groups->names[i]))
			return (uint32_t)i;
	return GROUP_NONE;
}

static void find_names(struct groups *groups, const struct suite *suite)
{
	groups->names = mem_zeroed(suite->len + 1, sizeof(*groups->names));
	groups->of_case = mem_zeroed(suite->len + 1, sizeof(*groups->of_case));
	for (size_t i = 0; i < suite->len; i++) {
		const char *name = suite->cases[i].group;
		uint32_t at = name ? find(groups, slice_of(name)) : GROUP_NONE;

		if (name && at == GROUP_NONE) {
			at = (uint32_t)groups->len;
			groups->names[groups->len++] = name;
		}
		groups->of_case[i] = at;
	}
	groups->limits = mem_zeroed(groups->len + 1, sizeof(*groups->limits));
}

static int read_file(struct groups *groups, const char *path, struct error *err)
{
	static const char *const keys[] = {"schema", "groups", NULL};
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	const json_node *list = NULL;
	const char *schema = NULL;
	int r;

	if (!path_exists(path))
		return 0;
	r = json_load(&doc, path, err);
	if (r < 0)
		return r;
	if (!json_is_object(doc->root))
		return json_error(doc, doc->root, err, "expected an object");
	r = json_known_keys(doc, doc->root, keys, err);
	if (r == 0)
		r = json_member_string(&schema, doc, doc->root, "schema", err);
	if (r == 0)
		r = json_opt_object(&list, doc, doc->root, "groups", err);
	if (r < 0)
		return r;
	if (strcmp(schema, "parity.groups/1") != 0)
		return json_error(doc, json_get(doc->root, "schema"), err,
				  "unknown schema '%s', expected 'parity.groups/1'", schema);
	json_each (list, member) {
		uint32_t at = find(groups, slice_of(json_key(member)));
		int64_t limit = 0;

		if (!json_to_int(member, &limit) || limit < 1 || limit > LIMIT_MAX)
			return json_error(doc, member, err, "a limit is a number from 1 to %d",
					  LIMIT_MAX);
		if (at == GROUP_NONE)
			return json_error(doc, member, err, "no case is of the group '%s'",
					  json_key(member));
		groups->limits[at] = (size_t)limit;
	}
	return 0;
}

static int read_wishes(struct groups *groups, const char *wishes, struct error *err)
{
	struct slice rest = slice_of(wishes);
	struct slice wish;

	while (slice_next_field(&rest, ',', &wish)) {
		struct slice name = SLICE_EMPTY;
		CLEANUP(free_p) char *number = NULL;
		char *end;
		uint32_t at;
		long limit;

		(void)slice_next_field(&wish, '=', &name);
		number = mem_strndup(wish.ptr, wish.len);
		limit = strtol(number, &end, 10);
		if (name.len == 0 || wish.len == 0 || *end || limit < 1 || limit > LIMIT_MAX)
			return error_input(err, "bad limit '%.*s=%s' for --group, expected NAME=N",
					   SLICE_ARG(name), number);
		at = find(groups, slice_trim(name));
		if (at == GROUP_NONE)
			return error_input(err, "--group: no case is of the group '%.*s'",
					   SLICE_ARG(name));
		groups->limits[at] = (size_t)limit;
	}
	return 0;
}

int groups_load(struct groups *out, const char *path, const char *wishes, const struct suite *suite,
		struct error *err)
{
	struct groups groups = {0};
	int r;

	find_names(&groups, suite);
	r = read_file(&groups, path, err);
	if (r == 0 && wishes)
		r = read_wishes(&groups, wishes, err);
	for (size_t i = 0; i < suite->len && r == 0; i++)
		if (suite->cases[i].group && groups.limits[groups.of_case[i]] == 0)
			r = error_input(err,
					"%s: the group '%s' has no limit, give it one in '%s' or "
					"with --group %s=N",
					suite->cases[i].path, suite->cases[i].group, path,
					suite->cases[i].group);
	if (r < 0) {
		groups_done(&groups);
		return r;
	}
	*out = groups;
	return 0;
}

void groups_done(struct groups *groups)
{
	free(groups->names);
	free(groups->limits);
	free(groups->of_case);
	*groups = (struct groups){0};
}
