/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_file: what one run adds to the ledger: its own files, an observe event for every failure
 * it shows, a verify-fixed event for every open failure it disproves. Decides; ledger_inbox.c
 * writes.
 */
#include "triage/ledger_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/map.h"

struct filing {
	struct ledger *ledger;
	struct run_record *record;
	struct filed *filed;
	struct arena arena;
	struct docs docs;
	struct tree_files files;
	struct ledger_history *histories;
	size_t history_len;
	struct map by_fp;    /* fingerprint -> history */
	struct map observed; /* fingerprint -> finding of this run, licensed ones too */
	struct map executed; /* case -> its struct executed */
	struct map hidden;   /* "case\nbackend": something still differs there */
	struct map related;  /* "ancestor\ndescendant" -> RELATED or UNRELATED, so as to ask once */
	int64_t now_ms;
};

static void filing_done(struct filing *f)
{
	tree_files_done(&f->files);
	map_done(&f->by_fp);
	map_done(&f->observed);
	map_done(&f->executed);
	map_done(&f->hidden);
	map_done(&f->related);
	docs_done(&f->docs);
	arena_done(&f->arena);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static bool is_licensed(const struct finding *finding)
{
	return finding->licence != NULL;
}

/* Does this finding say something about the compiler, rather than about this host or run? */
static bool is_observation(const struct finding *finding)
{
	return !is_licensed(finding) &&
	       strcmp(or_empty(finding->verdict), verdict_name(VERDICT_INCONCLUSIVE)) != 0;
}

/* --- may the record be filed at all? -------------------------------------------------------- */

static int check_strings(const struct run_record *record, struct error *err)
{
	for (size_t i = 0; i < record->findings.len; i++) {
		const struct finding *finding = &record->findings.items[i];
		if (!fingerprint_is_valid(finding->fp.fp) || !finding->case_name ||
		    !finding->kind || !finding->verdict)
			return error_fault(err, "finding %zu of run '%s' is incomplete", i,
					   record->run_id);
	}
	for (size_t i = 0; i < record->evidence.len; i++) {
		const struct evidence *evidence = &record->evidence.items[i];
		if (!fingerprint_is_valid(evidence->fp) ||
		    !ledger_is_evidence_name(or_empty(evidence->name)))
			return error_fault(err, "evidence '%.80s' of run '%s' has a bad name",
					   or_empty(evidence->name), record->run_id);
	}
	return 0;
}

/* Tracked files that differ from HEAD; new ones may be what the run itself wrote. */
static int tracked_changes(bool *out, struct ledger *ledger, struct error *err)
{
	git_status_options options;
	git_status_list *list = NULL;
	(void)git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
	options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	if (git_status_list_new(&list, ledger->repo, &options) < 0)
		return ledger_fault(err, "cannot compare the worktree with HEAD");
	*out = git_status_list_entrycount(list) > 0;
	git_status_list_free(list);
	return 0;
}

static int check_record(struct filing *f, struct error *err)
{
	const struct run_record *record = f->record;
	git_oid id, head;
	CLEANUP(git_commit_freep) git_commit *commit = NULL;
	if (!ledger_is_run_id(record->run_id))
		return error_fault(err, "run id '%.26s' is not a ULID", record->run_id);
	const char *hex = or_empty(record->commit);
	if (!ledger_is_hex(hex, GIT_OID_HEXSZ) || git_oid_fromstr(&id, hex) < 0)
		return error_input(err, "'%s' is not a commit's full id", hex);
	if (git_commit_lookup(&commit, f->ledger->repo, &id) < 0)
		return error_input(err, "commit '%s' is not in the repository '%s'", hex,
				   git_repository_path(f->ledger->repo));
	bool dirty = record->dirty;
	if (!dirty && !git_repository_is_bare(f->ledger->repo) &&
	    git_reference_name_to_id(&head, f->ledger->repo, "HEAD") == 0 &&
	    git_oid_equal(&head, &id)) {
		int r = tracked_changes(&dirty, f->ledger, err);
		if (r < 0)
			return r;
	}
	if (dirty)
		return error_input(
			err,
			"worktree is dirty, so the run is not one of commit '%.12s' and is "
			"not filed; commit or stash the changes",
			hex);
	return check_strings(record, err);
}

/* --- files ------------------------------------------------------------------------------------ */

/* Add a file that a reader will accept: what the compaction would refuse must not be filed. */
static int add_file(struct filing *f, const char *path, struct slice text, struct error *err)
{
	enum ledger_file_kind kind;
	if (!ledger_path_parse(&kind, path))
		return error_fault(err, "path '%s' is not one of the ledger", path);
	int r = ledger_file_check(kind, path, text, path, err);
	return r ? r : tree_files_add(&f->files, f->ledger, path, text, &f->arena, err);
}

/* --- events ----------------------------------------------------------------------------------- */

static json_node *string_list(const char **items, size_t len)
{
	json_node *list = json_array();
	for (size_t i = 0; i < len; i++)
		json_add_string(list, items[i]);
	return list;
}

static void put_scope(struct filing *f, json_node *payload)
{
	json_put_slice(payload, "profile", slice_of(or_empty(f->record->profile)));
	json_put_slice(payload, "env_key", slice_of(or_empty(f->record->env_key)));
	json_put(payload, "backends", string_list(f->record->backends, f->record->backend_len));
}

/* Takes `payload`. The event's canonical text is its file, the hash of that its name. */
static int add_event(struct filing *f, const char *type, const char *fp,
		     const struct ledger_history *history, json_node *payload, struct error *err)
{
	CLEANUP(json_node_freep) json_node *event = json_object();
	struct buf text = {0};
	char id[DIGEST_HEX_SIZE];
	json_put_string(event, "schema", "parity.finding-event/1");
	json_put_string(event, "type", type);
	json_put_string(event, "fp", fp);
	json_put_int(event, "lamport", history ? (int64_t)history->fold.lamport + 1 : 1);
	json_put_string(event, "commit", f->record->commit);
	json_put_string(event, "run", f->record->run_id);
	struct slice actor = slice_of(or_empty(f->record->writer));
	json_put_slice(event, "actor", slice_make(actor.ptr, actor.len > 200 ? 200 : actor.len));
	json_put_int(event, "at_ms", f->now_ms);
	json_put(event, "parents",
		 history ? string_list(history->fold.heads, history->fold.head_len) : json_array());
	json_put(event, "payload", payload);
	json_write_canonical(&text, event);
	digest_hex(id, buf_slice(&text));
	int r = add_file(f, arena_printf(&f->arena, "f/%.2s/%s/%s.json", fp, fp, id),
			 buf_slice(&text), err);
	buf_done(&text);
	return r;
}

enum { RELATED = 1, UNRELATED = 2 };

/* Is `commit` the same as `ancestor` or a descendant? What a shallow clone cannot tell is no. */
static bool descends(struct filing *f, const char *commit, const char *ancestor, bool or_same)
{
	static char answers[3];
	git_oid child, parent;
	if (strcmp(commit, ancestor) == 0)
		return or_same;
	if (git_oid_fromstr(&child, commit) < 0 || git_oid_fromstr(&parent, ancestor) < 0)
		return false;
	const char *key = arena_printf(&f->arena, "%s\n%s", ancestor, commit);
	char *known = map_get(&f->related, key);
	if (!known) {
		bool yes = git_graph_descendant_of(f->ledger->repo, &child, &parent) == 1;
		known = &answers[yes ? RELATED : UNRELATED];
		(void)map_put(&f->related, key, known);
	}
	return known == &answers[RELATED];
}

static json_node *evidence_list(struct filing *f, const char *fp)
{
	json_node *list = json_array();
	for (size_t i = 0; i < f->record->evidence.len; i++) {
		const struct evidence *evidence = &f->record->evidence.items[i];
		if (strcmp(evidence->fp, fp) != 0)
			continue;
		size_t stored = evidence->bytes.len < EVIDENCE_STREAM_MAX ? evidence->bytes.len
									  : EVIDENCE_STREAM_MAX;
		uint64_t total = evidence->total > evidence->bytes.len ? evidence->total
								       : evidence->bytes.len;
		json_node *item = json_object();
		json_put_string(item, "name", evidence->name);
		json_put_int(item, "size", (int64_t)stored);
		json_put_int(item, "total", (int64_t)total);
		json_add(list, item);
	}
	return list;
}

/* Fixed by a commit that this one comes before: the failure is old, not back. */
static bool is_historic(struct filing *f, const struct ledger_history *history)
{
	if (history->fold.state != STATE_VERIFIED_FIXED || history->fold.last_fix == SIZE_MAX)
		return false;
	const char *fixed_at = history->events[history->fold.last_fix].pub.commit;
	return descends(f, fixed_at, f->record->commit, false);
}

static int observe_finding(struct filing *f, const struct finding *finding, struct error *err)
{
	const char *fp = finding->fp.fp;
	struct ledger_history *history = map_get(&f->by_fp, fp);
	json_node *payload = json_object();
	json_put(payload, "finding", finding_to_json(finding));
	put_scope(f, payload);
	json_put(payload, "evidence", evidence_list(f, fp));
	bool blocking;
	if (!history) {
		f->filed->new_findings++;
		blocking = true;
	} else if (is_historic(f, history)) {
		json_put_bool(payload, "historic", true);
		blocking = false;
	} else {
		bool closed = history->fold.state == STATE_VERIFIED_FIXED ||
			      history->fold.state == STATE_INVALID;
		f->filed->reopened += closed;
		blocking = history->fold.state != STATE_WAIVED;
	}
	f->filed->still_open += blocking;
	return add_event(f, "observe", fp, history, payload, err);
}

/* --- what this run disproves --------------------------------------------------------------------
 */

static bool ran_backend(const struct run_record *record, const char *name)
{
	for (size_t i = 0; i < record->backend_len; i++)
		if (strcmp(record->backends[i], name) == 0)
			return true;
	return false;
}

/* Did this case have its run on it? */
static bool ran_case_on(const struct run_record *record, const struct executed *executed,
			const char *name)
{
	for (size_t i = 0; i < executed->left_out_len; i++)
		if (strcmp(executed->left_out[i], name) == 0)
			return false;
	return ran_backend(record, name);
}

static bool is_hidden(struct filing *f, const char *case_name, const char *backend)
{
	return backend &&
	       map_has(&f->hidden, arena_printf(&f->arena, "%s\n%s", case_name, backend));
}

/*
 * Nothing shows where the failure was seen: the case ran to an end that can be compared, on the
 * backends concerned, and no other difference stands in front of the old one.
 */
static bool case_is_clean(struct filing *f, const json_node *payload)
{
	const json_node *finding = json_get(payload, "finding");
	const char *case_name = json_string(json_get(finding, "case"));
	const char *left = json_string(json_get(finding, "left"));
	const char *right = json_string(json_get(finding, "right"));
	const struct executed *executed = case_name ? map_get(&f->executed, case_name) : NULL;
	if (!executed ||
	    (executed->verdict != VERDICT_AGREE && executed->verdict != VERDICT_LICENSED &&
	     executed->verdict != VERDICT_DIVERGE && executed->verdict != VERDICT_WAIVED))
		return false;
	if (!right) { /* a verdict on the whole case: every backend it was passed on */
		json_each (json_get(payload, "backends"), it) {
			const char *name = json_string(it);
			if (!name || !ran_case_on(f->record, executed, name))
				return false;
		}
		return verdict_is_ok(executed->verdict);
	}
	if (left && strcmp(left, "spec") != 0 && !ran_case_on(f->record, executed, left))
		return false;
	if (strcmp(right, "spec") != 0 && !ran_case_on(f->record, executed, right))
		return false;
	return !is_hidden(f, case_name, strcmp(right, "spec") == 0 ? left : right);
}

/* Would a verify-fixed event of this run take the observation `event` out of sight? */
static bool disproves(struct filing *f, const struct ledger_event *event)
{
	const json_node *finding = json_get(event->pub.payload, "finding");
	const char *verdict = json_string(json_get(finding, "verdict"));
	/* a rerun of one commit says nothing about what comes and goes */
	bool or_same = !verdict || strcmp(verdict, verdict_name(VERDICT_FLAKY)) != 0;
	return case_is_clean(f, event->pub.payload) &&
	       descends(f, f->record->commit, event->pub.commit, or_same);
}

/*
 * The last open observation in this run's scope, which decides, if this run disproves it. `rest`
 * tells whether others, of another profile or environment, stay open.
 */
static const struct ledger_event *find_fixed(struct filing *f, const struct ledger_history *history,
					     bool *rest)
{
	const struct ledger_event *last = NULL;
	const char *env_key = or_empty(f->record->env_key);
	*rest = false;
	for (size_t i = 0; i < history->len; i++) {
		if (!history->fold.open[i])
			continue;
		struct fold_scope scope = ledger_event_scope(&history->events[i]);
		if (strcmp(scope.profile, or_empty(f->record->profile)) == 0 &&
		    (!env_key[0] || strcmp(scope.env_key, env_key) == 0))
			last = &history->events[i];
		else
			*rest = true;
	}
	return last && disproves(f, last) ? last : NULL;
}

static int settle(struct filing *f, const struct ledger_history *history, struct error *err)
{
	const struct finding *finding = map_get(&f->observed, history->fp);
	bool blocking = finding_state_is_blocking(history->fold.state);
	bool rest = false;
	if (finding && is_observation(finding))
		return 0; /* it shows, and was counted */
	const struct ledger_event *last = find_fixed(f, history, &rest);
	if (!last) {
		f->filed->still_open += blocking;
		return 0;
	}
	const char *case_name =
		json_string(json_get(json_get(last->pub.payload, "finding"), "case"));
	const struct executed *executed = map_get(&f->executed, case_name);
	json_node *payload = json_object();
	put_scope(f, payload);
	json_put_string(payload, "verdict", verdict_name(executed->verdict));
	if (finding)
		json_put_string(payload, "licence", finding->licence);
	f->filed->verified_fixed += !rest;
	f->filed->still_open += rest && blocking;
	return add_event(f, "verify-fixed", history->fp, history, payload, err);
}

/* --- the run's own files ---------------------------------------------------------------------- */

/* Lines cut into files that the reader's limit allows: STEM.ndjson, STEM-2.ndjson, ... */
static int add_lines(struct filing *f, const char *folder, const char *stem, struct slice text,
		     struct error *err)
{
	int r = 0;
	for (int part = 1; r == 0 && (part == 1 || text.len); part++) {
		char name[64];
		struct slice piece = text;
		if (part > LEDGER_PARTS_MAX)
			return error_fault(err, "run has too much to file in '%s'", stem);
		if (piece.len > LEDGER_PART_MAX) {
			const char *end = memrchr(text.ptr, '\n', LEDGER_PART_MAX);
			if (!end)
				return error_fault(err, "line of '%s' is too long", stem);
			piece.len = (size_t)(end + 1 - text.ptr);
		}
		if (part == 1)
			(void)snprintf(name, sizeof(name), "%s.ndjson", stem);
		else
			(void)snprintf(name, sizeof(name), "%s-%d.ndjson", stem, part);
		r = add_file(f, arena_printf(&f->arena, "%s/%s", folder, name), piece, err);
		text = slice_make(text.ptr + piece.len, text.len - piece.len);
	}
	return r;
}

static int add_run(struct filing *f, struct error *err)
{
	const struct run_record *record = f->record;
	const char *folder = arena_printf(&f->arena, "c/%.2s/%.2s/%s/%s", record->commit,
					  record->commit + 2, record->commit, record->run_id);
	struct buf run = {0}, fail = {.max = (size_t)1 << 30}, cases = {.max = (size_t)1 << 30};
	run_record_write(&run, f->record);
	run_record_write_findings(&fail, record);
	run_record_write_cases(&cases, f->record);
	int r = 0;
	if (run.full || fail.full || cases.full)
		r = error_fault(err, "run '%s' is too big to file", record->run_id);
	r = r ? r : add_file(f, "VERSION", slice_of(LEDGER_VERSION_TEXT), err);
	r = r ? r
	      : add_file(f, arena_printf(&f->arena, "%s/run.json", folder), buf_slice(&run), err);
	r = r ? r : add_lines(f, folder, "fail", buf_slice(&fail), err);
	r = r ? r : add_lines(f, folder, "cases", buf_slice(&cases), err);
	buf_done(&run);
	buf_done(&fail);
	buf_done(&cases);
	return r;
}

static int add_evidence(struct filing *f, struct error *err)
{
	char iso[CLOCK_ISO_SIZE];
	size_t left = EVIDENCE_RUN_MAX;
	clock_format_iso(iso, f->record->started_ms);
	for (size_t i = 0; i < f->record->evidence.len; i++) {
		const struct evidence *evidence = &f->record->evidence.items[i];
		struct slice bytes = evidence->bytes;
		if (bytes.len > EVIDENCE_STREAM_MAX)
			bytes.len = EVIDENCE_STREAM_MAX;
		if (bytes.len > left)
			continue; /* its size and total still stand in the event */
		left -= bytes.len;
		const char *path =
			arena_printf(&f->arena, "e/%.7s/%.2s/%s/%s/%s", iso, evidence->fp,
				     evidence->fp, f->record->run_id, evidence->name);
		int r = add_file(f, path, bytes, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- together --------------------------------------------------------------------------------- */

static void index_record(struct filing *f)
{
	struct run_record *record = f->record;
	vec_each (&record->executed, executed)
		(void)map_put(&f->executed, executed->case_name, executed);
	vec_each (&record->findings, finding) {
		if (is_licensed(finding))
			continue;
		const char *backend = finding->right;
		if (backend && strcmp(backend, "spec") == 0)
			backend = finding->left;
		if (backend)
			(void)map_put(
				&f->hidden,
				arena_printf(&f->arena, "%s\n%s", finding->case_name, backend),
				finding);
	}
	for (size_t i = 0; i < f->history_len; i++)
		(void)map_put(&f->by_fp, f->histories[i].fp, &f->histories[i]);
}

static int add_events(struct filing *f, struct error *err)
{
	struct run_record *record = f->record;
	int r = 0;
	vec_each (&record->findings, finding) {
		struct finding *before = map_get(&f->observed, finding->fp.fp);
		if (before && is_observation(before))
			continue; /* one event a fingerprint and run */
		(void)map_put(&f->observed, finding->fp.fp, finding);
		if (is_observation(finding))
			r = observe_finding(f, finding, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < f->history_len && r == 0; i++)
		r = settle(f, &f->histories[i], err);
	return r;
}

static int prepare(struct filing *f, struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	git_oid tip;
	int r = check_record(f, err);
	r = r ? r : ledger_tip(&root, &tip, f->ledger, err);
	r = r ? r
	      : ledger_histories(&f->histories, &f->history_len, f->ledger, root, &f->docs,
				 &f->arena, err);
	if (r < 0)
		return r;
	r = add_run(f, err);
	index_record(f); /* behind the writing, which sorts what the index points into */
	r = r ? r : add_events(f, err);
	return r ? r : add_evidence(f, err);
}

int ledger_file(struct filed *out, struct ledger *ledger, struct run_record *record,
		struct error *err)
{
	struct filed filed = {0};
	struct filing f = {
		.ledger = ledger,
		.record = record,
		.filed = &filed,
		.now_ms = clock_wall_ms(),
	};
	int r = prepare(&f, err);
	r = r ? r
	      : ledger_inbox_write(filed.run_ref, ledger, record->run_id, record->writer, &f.files,
				   err);
	filing_done(&f);
	if (r < 0)
		return error_wrap(err, r, "run '%s' is not filed", record->run_id);
	/* whatever compaction meets now, the run is filed: it waits in its inbox reference */
	struct error ignored = ERROR_INIT;
	(void)ledger_compact_try(ledger, &ignored);
	filed.compacted = !ledger_has_ref(ledger, filed.run_ref);
	*out = filed;
	return 0;
}

/* --- waivers ---------------------------------------------------------------------------------- */

/* The waiver's file, and an event that says so in the history of its fingerprint. */
static int prepare_waiver(struct filing *f, const char *id, struct slice text, struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	CLEANUP(git_tree_freep) git_tree *folder = NULL;
	const json_node *waiver = NULL;
	struct ledger_history history;
	git_tree_entry *entry = NULL;
	git_oid tip;
	int r = ledger_waiver_parse(&waiver, text, id, "waiver", &f->docs, err);
	r = r ? r : ledger_tip(&root, &tip, f->ledger, err);
	if (r < 0)
		return r;
	const char *path = arena_printf(&f->arena, "w/%s.json", id);
	if (root && git_tree_entry_bypath(&entry, root, path) == 0) {
		git_tree_entry_free(entry);
		return error_input(err, "waiver '%s' exists already; choose another id", id);
	}
	const char *fp = json_string(json_get(waiver, "fp"));
	r = ledger_subtree(&folder, f->ledger, root, arena_printf(&f->arena, "f/%.2s/%s", fp, fp),
			   err);
	if (r == 0 && !folder)
		return error_input(err, "no finding '%s' in the ledger; nothing to waive", fp);
	r = r ? r : ledger_history_read(&history, f->ledger, folder, fp, &f->docs, &f->arena, err);
	r = r ? r : add_file(f, "VERSION", slice_of(LEDGER_VERSION_TEXT), err);
	r = r ? r : add_file(f, path, text, err);
	if (r < 0)
		return r;
	json_node *payload = json_object();
	json_put_string(payload, "waiver", id);
	json_put_string(payload, "until", json_string(json_get(waiver, "until")));
	return add_event(f, "waive", fp, &history, payload, err);
}

int ledger_add_waiver(struct ledger *ledger, const char *id, const json_node *waiver,
		      struct error *err)
{
	struct run_record record = {.commit = ""};
	struct filing f = {.ledger = ledger, .record = &record, .now_ms = clock_wall_ms()};
	struct buf text = {0};
	char ref[128];
	if (!ledger_is_waiver_id(id))
		return error_input(err, "bad waiver id '%s'; use letters, digits and hyphens", id);
	clock_ulid(record.run_id, f.now_ms);
	record.writer = json_string(json_get(waiver, "owner"));
	json_write_canonical(&text, waiver);
	int r = prepare_waiver(&f, id, buf_slice(&text), err);
	r = r ? r : ledger_inbox_write(ref, ledger, record.run_id, record.writer, &f.files, err);
	buf_done(&text);
	filing_done(&f);
	if (r < 0)
		return error_wrap(err, r, "waiver '%s' is not recorded", id);
	struct error why = ERROR_INIT;
	r = ledger_compact(ledger, &why);
	if (r < 0 && ledger_has_ref(ledger, ref))
		return error_fault(err, "waiver '%s' waits in '%s': %s", id, ref, why.message);
	return 0;
}
