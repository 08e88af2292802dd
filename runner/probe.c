/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: see probe.h. Mechanisms are tried by the helper, which is who uses them; levels by
 * starting an executor at each.
 */
#include "runner/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/slice.h"
#include "base/vec.h"
#include "runner/exec_internal.h"

static int read_mechanisms(struct probe *out, struct arena *arena, struct error *err)
{
	CLEANUP(free_p) char *helper = NULL;
	char line[256];
	VEC(struct probe_mechanism) found = {0};

	if (zygote_find(&helper, err) < 0)
		return -1;
	FILE *said = zygote_mechanisms(helper);
	if (!said)
		return error_errno(err, errno, "cannot start '%s'", helper);
	while (fgets(line, sizeof(line), said)) {
		struct slice rest = slice_trim(slice_of(line));
		struct slice name;
		if (!slice_next_field(&rest, '\t', &name))
			continue;
		bool works = slice_is(rest, "ok");
		vec_push(&found, (struct probe_mechanism){
					 .name = arena_slice(arena, name).ptr,
					 .works = works,
					 .why = works ? "" : arena_slice(arena, rest).ptr});
	}
	zygote_mechanisms_end(said);
	out->mechanism_len = found.len;
	out->mechanisms = ARENA_ARRAY(arena, struct probe_mechanism, found.len + 1);
	for (size_t i = 0; i < found.len; i++)
		out->mechanisms[i] = found.items[i];
	vec_done(&found);
	return 0;
}

int probe_host(struct probe *out, struct arena *arena, struct error *err)
{
	if (read_mechanisms(out, arena, err) < 0)
		return -1;
	out->has_chosen = false;
	for (enum exec_isolation level = EXEC_L0; level < EXEC_AUTO; level++) {
		const struct exec_options options = {.slots = 1, .isolation = level};
		struct error problem = ERROR_INIT;
		CLEANUP(exec_freep) struct exec *exec = NULL;
		bool works = exec_new(&exec, &options, &problem) == 0;

		out->levels[level] = (struct probe_mechanism){
			.name = exec_isolation_name(level),
			.works = works,
			.why = works ? "" : arena_strdup(arena, problem.message)};
		if (works && level <= EXEC_L2) {
			out->chosen = level;
			out->has_chosen = true;
		}
	}
	return 0;
}
