/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe: raw facts get the profile's words. What an exit status means, which left files count and
 * what the frontend complained about is decided here; texts stay as they are.
 */
#include <string.h>

#include "base/path.h"
#include "oracles/diagnostics.h"
#include "oracles/observe.h"

const char *channel_name(enum channel channel)
{
	switch (channel) {
	case CHANNEL_STDOUT:
		return "stdout";
	case CHANNEL_STDERR:
		return "stderr";
	case CHANNEL_EXIT:
		return "exit";
	case CHANNEL_FILES:
		return "files";
	case CHANNEL_HTTP:
		return "http";
	case CHANNEL_DB:
		return "db";
	case CHANNEL_COUNT:
		break;
	}
	return "?";
}

static struct slice join_capture(const struct capture *capture, struct arena *arena)
{
	if (capture->tail.len == 0)
		return capture->head;
	size_t len = capture->head.len + capture->tail.len;
	char *text = arena_alloc(arena, len + 1);
	if (capture->head.len > 0)
		memcpy(text, capture->head.ptr, capture->head.len);
	memcpy(text + capture->head.len, capture->tail.ptr, capture->tail.len);
	return slice_make(text, len);
}

static bool is_ignored(const struct profile *profile, const char *path)
{
	for (size_t i = 0; i < profile->ignore_file_len; i++)
		if (path_matches(profile->ignore_files[i], path))
			return true;
	return false;
}

static void observe_files(struct observation *out, const struct profile *profile,
			  const struct outcome *last, struct arena *arena)
{
	out->files = ARENA_ARRAY(arena, struct left_file, last->file_len);
	for (size_t i = 0; i < last->file_len; i++)
		if (!is_ignored(profile, last->files[i].path))
			out->files[out->file_len++] = last->files[i];
	out->files_cut = last->files_cut;
}

static const struct exit_meaning *find_meaning(const struct exit_meaning *exits, size_t len,
					       int code)
{
	for (size_t i = 0; i < len; i++)
		if (exits[i].code == code)
			return &exits[i];
	return NULL;
}

/* A refusal names a place in the program; a program's own "error: ..." line does not. */
static bool tells_a_refusal(const struct observation *obs)
{
	for (size_t i = 0; i < obs->diagnostic_len; i++)
		if (strcmp(obs->diagnostics[i].level, "error") == 0 && obs->diagnostics[i].line > 0)
			return true;
	return false;
}

static const char *meaning_of(const struct observation *obs, const struct profile *profile,
			      const struct profile_backend *backend)
{
	const struct exit_meaning *found = NULL;
	if (obs->phase == PHASE_BUILD)
		return obs->code == 0 ? "success" : "rejected";
	if (obs->phase == PHASE_CHECK)
		found = find_meaning(profile->check_exits, profile->check_exit_len, obs->code);
	else if (backend)
		found = find_meaning(backend->exits, backend->exit_len, obs->code);
	if (!found)
		return "unknown";
	return found->or_rejected && tells_a_refusal(obs) ? "rejected" : found->meaning;
}

static void observe_diagnostics(struct observation *out, const struct profile *profile,
				const struct outcome *last, struct arena *arena)
{
	bool json = profile->diagnostics && strcmp(profile->diagnostics, "json-lines") == 0;
	out->diagnostics = ARENA_ARRAY(arena, struct diagnostic, DIAGNOSTICS_MAX);
	size_t len = diagnostics_read(out->diagnostics, 0, out->err, json, last->work_dir, arena);
	/* Some frontends report on stdout; a program that ran owns that stream. */
	if (len == 0 && last->phase != PHASE_RUN)
		len = diagnostics_read(out->diagnostics, 0, out->out, json, last->work_dir, arena);
	out->diagnostic_len = len;
}

static bool has_status(const struct observation *obs)
{
	return obs->end == END_EXIT || obs->end == END_LEAK;
}

int observe(struct observation *out, const struct profile *profile,
	    const struct profile_backend *backend, const struct outcome *outcomes, size_t len,
	    int attempt, struct arena *arena, struct error *err)
{
	if (len == 0)
		return error_fault(err, "no outcome to observe");
	const struct outcome *last = &outcomes[len - 1];
	memset(out, 0, sizeof(*out));
	out->backend = backend ? backend->name : "frontend";
	out->role = backend ? backend->role : ROLE_FRONTEND;
	out->alias = backend ? backend->alias : NULL;
	out->attempt = attempt;
	out->phase = last->phase;
	out->end = last->end;
	out->code = last->code;
	out->why = last->why;
	out->work_dir = last->work_dir;
	out->out = join_capture(&last->out, arena);
	out->err = join_capture(&last->err, arena);
	out->truncated = last->out.truncated || last->err.truncated;
	memcpy(out->out_sha256, last->out.sha256, sizeof(out->out_sha256));
	memcpy(out->err_sha256, last->err.sha256, sizeof(out->err_sha256));
	out->out_total = last->out.total;
	out->err_total = last->err.total;
	observe_files(out, profile, last, arena);
	if (has_status(out)) {
		/* Only a refusal is described; a program that ran may print what looks like one. */
		if (out->code != 0)
			observe_diagnostics(out, profile, last, arena);
		out->meaning = meaning_of(out, profile, backend);
		if (!observation_is_rejected(out))
			out->diagnostic_len = 0;
	}
	for (size_t i = 0; i < len; i++) {
		if (outcomes[i].phase == PHASE_BUILD) {
			out->build_ns += outcomes[i].wall_ns;
			out->build_is_kept = outcomes[i].is_kept;
		} else {
			out->run_ns += outcomes[i].wall_ns;
		}
	}
	return 0;
}

bool observation_is_rejected(const struct observation *obs)
{
	return has_status(obs) && obs->meaning && strcmp(obs->meaning, "rejected") == 0;
}

bool observation_is_inconclusive(const struct observation *obs)
{
	return obs->end == END_TIMEOUT || obs->end == END_MEMORY_LIMIT ||
	       obs->end == END_OUTPUT_LIMIT || obs->end == END_NOT_STARTED ||
	       obs->end == END_CPU_LIMIT || obs->end == END_FILE_LIMIT ||
	       obs->end == END_PROCESS_LIMIT || obs->end == END_DISK_LIMIT || obs->end == END_LOST;
}
