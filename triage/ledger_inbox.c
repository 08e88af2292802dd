/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_inbox: the only file that writes references. A run goes to a reference of its own, made
 * and never moved; compaction takes inbox trees into the ledger by compare-and-swap and deletes an
 * inbox reference, by the value it had, only once a ledger commit holds its files. A process may
 * die between any two steps: what it leaves is taken again, and taking a file twice changes
 * nothing.
 */
#include "triage/ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/path.h"

/* Random, so that writers who met once do not meet again; grows with the round. */
static void wait_a_little(int round)
{
	unsigned char random = 0;
	(void)!getrandom(&random, sizeof(random), 0);
	long us = 200L * (random + 1) * (round < 8 ? 1 + round : 8) / 16;
	struct timespec pause = {.tv_nsec = us * 1000};
	while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
		;
}

/* A lock on our own file that dies with its holder; -1 when it cannot be had. */
static int lock_breaker(struct ledger *ledger)
{
	char *path = path_join(git_repository_commondir(ledger->repo), "parity.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	free(path);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
		close_p(&fd), fd = -1;
	return fd;
}

/*
 * A process killed while it held a reference's lock file leaves it behind, and git never removes
 * it. One that is LEDGER_STALE_LOCK_S old is removed; breakers exclude each other, so none of them
 * can remove a lock that was taken after it looked.
 */
static void break_stale_lock(struct ledger *ledger, const char *ref)
{
	struct buf path = {0};
	struct stat st;
	buf_addf(&path, "%s%s.lock", git_repository_commondir(ledger->repo), ref);
	if (stat(buf_str(&path), &st) == 0 && time(NULL) - st.st_mtime > LEDGER_STALE_LOCK_S) {
		CLEANUP(close_p) int fd = lock_breaker(ledger);
		if (fd >= 0 && stat(buf_str(&path), &st) == 0 &&
		    time(NULL) - st.st_mtime > LEDGER_STALE_LOCK_S)
			(void)unlink(buf_str(&path));
	}
	buf_done(&path);
}

/* core.logAllRefUpdates=always makes the git library log every reference; ours keep no log. */
static void drop_reflog(struct ledger *ledger, const char *ref)
{
	if (git_reference_has_log(ledger->repo, ref) == 1)
		(void)git_reflog_delete(ledger->repo, ref);
}

static int write_commit(git_oid *out, struct ledger *ledger, const git_oid *tree_id,
			const git_oid *parent_id, const char *message, struct error *err)
{
	CLEANUP(git_signature_freep) git_signature *signature = NULL;
	CLEANUP(git_tree_freep) git_tree *tree = NULL;
	CLEANUP(git_commit_freep) git_commit *parent = NULL;
	int r = ledger_signature(&signature, ledger, err);
	if (r < 0)
		return r;
	if (git_tree_lookup(&tree, ledger->repo, tree_id) < 0 ||
	    (parent_id && git_commit_lookup(&parent, ledger->repo, parent_id) < 0) ||
	    git_commit_create_v(out, ledger->repo, NULL, signature, signature, NULL, message, tree,
				parent ? 1 : 0, parent) < 0)
		return ledger_fault(err, "cannot write a commit to '%s'",
				    git_repository_path(ledger->repo));
	return 0;
}

static bool ref_is(struct ledger *ledger, const char *ref, const git_oid *id)
{
	git_oid now;
	return git_reference_name_to_id(&now, ledger->repo, ref) == 0 && git_oid_equal(&now, id);
}

bool ledger_has_ref(struct ledger *ledger, const char *ref)
{
	git_oid now;
	return git_reference_name_to_id(&now, ledger->repo, ref) == 0;
}

static void sanitize(char *out, size_t size, const char *writer)
{
	size_t len = 0;
	for (const char *p = writer; *p && len + 1 < size && len < 48; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			      (*p >= '0' && *p <= '9');
		char c = letter || *p == '_' ? *p : '-';
		if (c != '-' || (len && out[len - 1] != '-'))
			out[len++] = c;
	}
	while (len && out[len - 1] == '-')
		len--;
	out[len] = '\0';
	if (!len)
		(void)snprintf(out, size, "unknown");
}

int ledger_inbox_write(char ref[128], struct ledger *ledger, const char *ulid, const char *writer,
		       struct tree_files *files, struct error *err)
{
	char name[64];
	git_oid tree, commit;
	struct tree_union into = {.ledger = ledger, .ref = LEDGER_INBOX_REFS};
	sanitize(name, sizeof(name), writer ? writer : "");
	(void)snprintf(ref, 128, LEDGER_INBOX_REFS "%s-%s", ulid, name);
	int r = tree_union_write(&tree, &into, NULL, files, err);
	r = r ? r : write_commit(&commit, ledger, &tree, NULL, "parity: one run\n", err);
	if (r < 0)
		return r;
	for (int round = 0;; round++) {
		CLEANUP(git_reference_freep) git_reference *made = NULL;
		r = git_reference_create(&made, ledger->repo, ref, &commit, 0, NULL);
		if (r == 0 || ref_is(ledger, ref, &commit))
			break;
		if (r == GIT_EEXISTS)
			return error_fault(err, "%s: this run was filed before", ref);
		/* a compaction may remove the emptied folder under our feet */
		if (round == LEDGER_CAS_TRIES / 4)
			return ledger_fault(err, "cannot create '%s' in the repository '%s'", ref,
					    git_repository_path(ledger->repo));
		wait_a_little(round);
	}
	drop_reflog(ledger, ref);
	ledger->own = commit;
	return 0;
}

/* Move `ref` from `old` (NULL: must not exist) to `new`. */
static int swap_ref(struct ledger *ledger, const char *ref, const git_oid *old, const git_oid *new,
		    struct error *err)
{
	CLEANUP(git_reference_freep) git_reference *made = NULL;
	int r = old ? git_reference_create_matching(&made, ledger->repo, ref, new, 1, old, NULL)
		    : git_reference_create(&made, ledger->repo, ref, new, 0, NULL);
	if (r == 0) {
		drop_reflog(ledger, ref);
		return 0;
	}
	if (r == GIT_ELOCKED)
		break_stale_lock(ledger, ref);
	if (r == GIT_ELOCKED || r == GIT_EMODIFIED || r == GIT_EEXISTS || r == GIT_ENOTFOUND)
		return LEDGER_RETRY;
	return ledger_fault(err, "cannot update '%s' in the repository '%s'", ref,
			    git_repository_path(ledger->repo));
}

/* An inbox reference met by this compaction. */
struct inbox {
	const char *ref;
	git_oid commit;
	struct tree_files files;
	bool bad;
	bool gone; /* deleted, by us or by another compaction */
};

struct compaction {
	struct ledger *ledger;
	struct arena arena;
	struct inbox *items;
	size_t len;
	size_t cap;
	git_tree *month; /* evidence filed in `month_ref`, or NULL; kept for a round */
	char month_ref[64];
	struct error first; /* of a bad inbox tree; the others are taken all the same */
	bool has_first;
	int unlisted; /* rounds in which the references could not be listed */
};

static void compaction_done(struct compaction *c)
{
	vec_each (c, inbox)
		tree_files_done(&inbox->files);
	git_tree_free(c->month);
	vec_done(c);
	arena_done(&c->arena);
}

/* Every file of an inbox must be what its path says before the ledger holds it for ever. */
static int check_files(struct compaction *c, const struct inbox *inbox, struct error *err)
{
	for (size_t i = 0; i < inbox->files.len; i++) {
		const struct tree_file *file = &inbox->files.items[i];
		enum ledger_file_kind kind;
		struct arena scratch = ARENA_INIT;
		struct slice text;
		const char *where = arena_printf(&scratch, "%s:%s", inbox->ref, file->path);
		int r = ledger_blob(&text, c->ledger, &file->blob, where, &scratch, err);
		if (r == 0 && ledger_path_parse(&kind, file->path))
			r = ledger_file_check(kind, file->path, text, where, err);
		arena_done(&scratch);
		if (r < 0)
			return r;
	}
	return 0;
}

static void reject(struct compaction *c, struct inbox *inbox, const struct error *why)
{
	inbox->bad = true;
	if (!c->has_first)
		c->first = *why;
	c->has_first = true;
}

static struct inbox *find_inbox(struct compaction *c, const char *ref)
{
	vec_each (c, inbox)
		if (strcmp(inbox->ref, ref) == 0)
			return inbox;
	return NULL;
}

/* Look at the inbox references there are now; known ones are not read again. */
static int list_inboxes(struct compaction *c, size_t *waiting, struct error *err)
{
	git_strarray refs = {0};
	*waiting = 0;
	int r = git_reference_list(&refs, c->ledger->repo);
	if (r < 0 && c->unlisted++ < LEDGER_CAS_TRIES / 4)
		return LEDGER_RETRY; /* a folder of references vanished while it was listed */
	if (r < 0)
		return ledger_fault(err, "cannot list the references of '%s'",
				    git_repository_path(c->ledger->repo));
	for (size_t i = 0; i < refs.count; i++) {
		git_oid commit;
		const char *ref = refs.strings[i];
		if (strncmp(ref, LEDGER_INBOX_REFS, strlen(LEDGER_INBOX_REFS)) != 0 ||
		    git_reference_name_to_id(&commit, c->ledger->repo, ref) < 0)
			continue;
		struct inbox *inbox = find_inbox(c, ref);
		if (!inbox || !git_oid_equal(&inbox->commit, &commit)) {
			struct inbox fresh = {.ref = arena_strdup(&c->arena, ref),
					      .commit = commit};
			struct error why = ERROR_INIT;
			r = tree_files_collect(&fresh.files, c->ledger, &commit, fresh.ref,
					       &c->arena, &why);
			/* A commit's id is its content: ours need not be read back. */
			if (r == 0 && !git_oid_equal(&commit, &c->ledger->own))
				r = check_files(c, &fresh, &why);
			if (r < 0)
				reject(c, &fresh, &why);
			if (inbox)
				inbox->gone = true;
			vec_push(c, fresh);
			inbox = vec_last(c);
		}
		*waiting += !inbox->bad && !inbox->gone;
	}
	git_strarray_dispose(&refs);
	return 0;
}

static bool is_evidence(const struct tree_file *file)
{
	return strncmp(file->path, "e/", 2) == 0;
}

/* One month's evidence into its reference: the new commit has no parent, so old ones can be freed.
 */
static int swap_month(struct compaction *c, const char *month, struct tree_files *files,
		      struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *base = NULL;
	char ref[64];
	git_oid old, tree, commit;
	(void)snprintf(ref, sizeof(ref), LEDGER_EVIDENCE_REFS "%.7s", month);
	struct tree_union into = {.ledger = c->ledger, .ref = ref, .skip = strlen("e/yyyy-mm/")};
	int r = ledger_ref_tree(&base, &old, c->ledger, ref, err);
	r = r ? r : tree_union_write(&tree, &into, base, files, err);
	if (r < 0 || (base && git_oid_equal(&tree, git_tree_id(base))))
		return r;
	r = write_commit(&commit, c->ledger, &tree, NULL, "parity: evidence\n", err);
	return r ? r : swap_ref(c->ledger, ref, base ? &old : NULL, &commit, err);
}

static int by_file_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static int swap_evidence(struct compaction *c, struct tree_files *files, struct error *err)
{
	int r = 0;
	if (files->len)
		qsort(files->items, files->len, sizeof(files->items[0]), by_file_path);
	for (size_t i = 0; i < files->len && r == 0;) {
		size_t end = i + 1;
		while (end < files->len &&
		       strncmp(files->items[end].path, files->items[i].path, 9) == 0)
			end++;
		struct tree_files month = {.items = files->items + i, .len = end - i};
		r = swap_month(c, files->items[i].path + 2, &month, err);
		i = end;
	}
	return r;
}

/* The evidence of a month as it is in this round; NULL when there is none. */
static git_tree *filed_month(struct compaction *c, const char *month)
{
	char ref[sizeof(c->month_ref)];
	git_oid commit;
	(void)snprintf(ref, sizeof(ref), LEDGER_EVIDENCE_REFS "%.7s", month);
	if (strcmp(ref, c->month_ref) == 0)
		return c->month;
	git_tree_free(c->month);
	c->month = NULL;
	(void)strcpy(c->month_ref, ref);
	(void)ledger_ref_tree(&c->month, &commit, c->ledger, ref, NULL);
	return c->month;
}

/* The blob the ledger or the evidence of that month holds at a path; NULL when there is none. */
static git_tree_entry *filed_entry(struct compaction *c, git_tree *base,
				   const struct tree_file *file)
{
	git_tree_entry *entry = NULL;
	const char *path = file->path;
	if (is_evidence(file)) {
		base = filed_month(c, path + 2);
		path += strlen("e/yyyy-mm/");
	}
	if (!base || git_tree_entry_bypath(&entry, base, path) < 0)
		return NULL;
	return entry;
}

/* Would this inbox's files contradict the ledger or an inbox taken before it? */
static bool contradicts(struct compaction *c, const struct inbox *inbox, git_tree *base,
			const struct map *taken, struct error *why)
{
	for (size_t i = 0; i < inbox->files.len; i++) {
		const struct tree_file *file = &inbox->files.items[i];
		const git_oid *other = map_get(taken, file->path);
		git_tree_entry *entry = other ? NULL : filed_entry(c, base, file);
		if (entry)
			other = git_tree_entry_id(entry);
		bool differs = other && !git_oid_equal(other, &file->blob);
		git_tree_entry_free(entry);
		if (differs) {
			(void)error_fault(why,
					  "%s:%s: another file was filed under this path before; "
					  "the reference is left alone",
					  inbox->ref, file->path);
			return true;
		}
	}
	return false;
}

/* All files of the inboxes that fit; ledger files to `files`, evidence to `evidence`. */
static void gather(struct compaction *c, git_tree *base, struct tree_files *files,
		   struct tree_files *evidence)
{
	struct map taken = MAP_INIT;
	c->month_ref[0] = '\0'; /* another writer may have moved it since the last round */
	vec_each (c, inbox) {
		struct error why = ERROR_INIT;
		if (inbox->bad || inbox->gone)
			continue;
		if (contradicts(c, inbox, base, &taken, &why)) {
			reject(c, inbox, &why);
			continue;
		}
		for (size_t i = 0; i < inbox->files.len; i++) {
			struct tree_file *file = &inbox->files.items[i];
			if (map_put(&taken, file->path, &file->blob))
				continue;
			if (is_evidence(file))
				vec_push(evidence, *file);
			else
				vec_push(files, *file);
		}
	}
	map_done(&taken);
}

static void delete_inboxes(struct compaction *c)
{
	vec_each (c, inbox) {
		CLEANUP(git_reference_freep) git_reference *ref = NULL;
		if (inbox->bad || inbox->gone)
			continue;
		inbox->gone = true;
		if (git_reference_lookup(&ref, c->ledger->repo, inbox->ref) < 0)
			continue; /* another compaction was quicker */
		const git_oid *now = git_reference_target(ref);
		if (!now || !git_oid_equal(now, &inbox->commit))
			continue;
		/* deletes by the value just compared; one that fails is taken again next time */
		if (git_reference_delete(ref) != GIT_ELOCKED)
			continue;
		break_stale_lock(c->ledger, inbox->ref);
		(void)git_reference_delete(ref);
	}
}

static int compact_round(struct compaction *c, struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *base = NULL;
	CLEANUP(tree_files_done) struct tree_files files = {0};
	CLEANUP(tree_files_done) struct tree_files evidence = {0};
	struct tree_union into = {.ledger = c->ledger, .ref = LEDGER_REF};
	git_oid old, tree, commit;
	size_t waiting;
	int r = list_inboxes(c, &waiting, err);
	if (r != 0 || !waiting)
		return r;
	r = ledger_tip(&base, &old, c->ledger, err);
	if (r < 0)
		return r;
	gather(c, base, &files, &evidence);
	r = swap_evidence(c, &evidence, err);
	if (r == 0 && !base && files.len)
		r = tree_files_add(&files, c->ledger, "VERSION", slice_of(LEDGER_VERSION_TEXT),
				   &c->arena, err);
	r = r ? r : tree_union_write(&tree, &into, base, &files, err);
	if (r != 0)
		return r;
	if (files.len && (!base || !git_oid_equal(&tree, git_tree_id(base)))) {
		r = write_commit(&commit, c->ledger, &tree, base ? &old : NULL,
				 "parity: take runs from the inbox\n", err);
		r = r ? r : swap_ref(c->ledger, LEDGER_REF, base ? &old : NULL, &commit, err);
		if (r != 0)
			return r;
	}
	delete_inboxes(c);
	return 0;
}

int ledger_compact_try(struct ledger *ledger, struct error *err)
{
	struct compaction c = {.ledger = ledger};
	int r = LEDGER_RETRY;
	for (int round = 0; round < LEDGER_CAS_TRIES && r == LEDGER_RETRY; round++) {
		if (round)
			wait_a_little(round);
		r = compact_round(&c, err);
	}
	if (r == 0 && c.has_first) {
		*(err ? err : &c.first) = c.first;
		r = -1;
	}
	compaction_done(&c);
	return r;
}

int ledger_compact(struct ledger *ledger, struct error *err)
{
	int r = ledger_compact_try(ledger, err);
	if (r == LEDGER_RETRY)
		return error_fault(
			err,
			"other writers kept moving or locking '%s'; what was filed waits in "
			"'%s' for the next compaction",
			LEDGER_REF, LEDGER_INBOX_REFS);
	return r;
}
