/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_event: the ledger's files as text: events, runs, finding lines and waivers, checked
 * against their schemas. Whoever can push to the repository can write these, so nothing is taken on
 * trust.
 */
#include "triage/ledger_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"

static int bad(struct error *err, const char *where, const char *key, const char *what)
{
	return error_fault(err, "%s: member '%s' %s", where, key, what);
}

static int parse_object(struct json_doc **out, struct slice text, const char *where,
			const char *schema, struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	int r = json_parse(&doc, text, where, 0, err);
	if (r < 0) {
		if (err)
			err->blame = ERROR_FAULT; /* nobody edits these by hand */
		return r;
	}
	if (!json_is_object(doc->root))
		return error_fault(err, "%s: not a JSON object", where);
	const char *found = json_string(json_get(doc->root, "schema"));
	if (!found || strcmp(found, schema) != 0)
		return error_fault(err, "%s: schema '%.40s' where '%s' belongs", where,
				   found ? found : "", schema);
	*out = steal(&doc);
	return 0;
}

/* A string of at most `max` bytes; `optional` ones may be missing, `*out` is then NULL. */
static int take_string(const char **out, const json_node *root, const char *key, size_t max,
		       const char *where, struct error *err)
{
	*out = json_string(json_get(root, key));
	if (!*out)
		return bad(err, where, key, "is missing or not a string");
	if (strlen(*out) > max)
		return bad(err, where, key, "is too long");
	return 0;
}

static int take_optional(const char **out, const json_node *root, const char *key, size_t max,
			 const char *where, struct error *err)
{
	*out = NULL;
	const json_node *node = json_get(root, key);
	if (!node || json_is_null(node))
		return 0;
	return take_string(out, root, key, max, where, err);
}

static int take_int(int64_t *out, const json_node *root, const char *key, int64_t max,
		    const char *where, struct error *err)
{
	if (!json_to_int(json_get(root, key), out) || *out < 0 || *out > max)
		return bad(err, where, key, "is missing or out of range");
	return 0;
}

static bool is_commit(const char *text)
{
	return ledger_is_hex(text, 40) || ledger_is_hex(text, 64);
}

static int check_parents(const json_node *root, const char *where, struct error *err)
{
	const json_node *parents = json_get(root, "parents");
	if (!json_is_array(parents))
		return bad(err, where, "parents", "is missing or not a list");
	json_each (parents, it) {
		const char *id = json_string(it);
		if (!id || !ledger_is_hex(id, 64))
			return bad(err, where, "parents", "holds something that is no event id");
	}
	return 0;
}

/* What the fold reads of the types it knows. */
static int check_payload(const struct finding_event *event, const char *where, struct error *err)
{
	const char *text;
	int r = 0;
	if (!json_is_object(event->payload))
		return bad(err, where, "payload", "is missing or not an object");
	if (strcmp(event->type, "observe") == 0) {
		const json_node *finding = json_get(event->payload, "finding");
		if (!json_is_object(finding))
			return bad(err, where, "finding", "is missing or not an object");
		r = take_string(&text, finding, "case", 4096, where, err);
		r = r ? r : take_string(&text, finding, "kind", 64, where, err);
		r = r ? r : take_string(&text, finding, "verdict", 64, where, err);
		if (r == 0 && !json_is_array(json_get(event->payload, "backends")))
			return bad(err, where, "backends", "is missing or not a list");
	}
	if (r == 0 &&
	    (strcmp(event->type, "observe") == 0 || strcmp(event->type, "verify-fixed") == 0)) {
		r = take_optional(&text, event->payload, "profile", 4096, where, err);
		r = r ? r : take_optional(&text, event->payload, "env_key", 256, where, err);
	}
	if (r == 0 && strcmp(event->type, "waive") == 0) {
		int64_t day;
		r = take_string(&text, event->payload, "until", 10, where, err);
		if (r == 0 && !ledger_parse_day(&day, text))
			return bad(err, where, "until", "is not a date");
	}
	return r;
}

int ledger_event_parse(struct ledger_event *out, struct slice text, const char *fp, const char *id,
		       const char *where, struct docs *docs, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	digest_hex(hex, text);
	if (strcmp(hex, id) != 0)
		return error_fault(err, "%s: content does not hash to its name", where);
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	int r = parse_object(&doc, text, where, "parity.finding-event/1", err);
	if (r < 0)
		return r;
	struct ledger_event event = {.root = doc->root};
	struct finding_event *pub = &event.pub;
	int64_t lamport = 0;
	r = take_string(&event.fp, doc->root, "fp", 64, where, err);
	r = r ? r : take_string(&pub->type, doc->root, "type", 64, where, err);
	r = r ? r : take_string(&pub->run_id, doc->root, "run", 26, where, err);
	r = r ? r : take_string(&pub->commit, doc->root, "commit", 64, where, err);
	r = r ? r : take_string(&pub->actor, doc->root, "actor", 256, where, err);
	r = r ? r : take_int(&lamport, doc->root, "lamport", LEDGER_LAMPORT_MAX, where, err);
	r = r ? r : take_int(&pub->at_ms, doc->root, "at_ms", (int64_t)1 << 50, where, err);
	if (r < 0)
		return r;
	if (strcmp(event.fp, fp) != 0)
		return bad(err, where, "fp", "is not that of its folder");
	if (pub->run_id[0] && !ledger_is_run_id(pub->run_id))
		return bad(err, where, "run", "is not a run's id");
	if (pub->commit[0] && !is_commit(pub->commit))
		return bad(err, where, "commit", "is not a commit's id");
	if (lamport < 1 || !pub->type[0])
		return bad(err, where, lamport < 1 ? "lamport" : "type", "is empty");
	pub->lamport = (uint64_t)lamport;
	pub->payload = json_get(doc->root, "payload");
	r = check_parents(doc->root, where, err);
	r = r ? r : check_payload(pub, where, err);
	if (r < 0)
		return r;
	pub->id = id;
	*out = event;
	vec_push(docs, steal(&doc));
	return 0;
}

int ledger_run_parse(const json_node **out, struct slice text, const char *where, struct docs *docs,
		     struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	int r = parse_object(&doc, text, where, "parity.run/1", err);
	if (r < 0)
		return r;
	const char *string;
	int64_t number;
	r = take_string(&string, doc->root, "run_id", 26, where, err);
	if (r == 0 && !ledger_is_run_id(string))
		return bad(err, where, "run_id", "is not a run's id");
	r = r ? r : take_string(&string, doc->root, "commit", 64, where, err);
	if (r == 0 && !is_commit(string))
		return bad(err, where, "commit", "is not a commit's id");
	r = r ? r : take_int(&number, doc->root, "planned", (int64_t)1 << 40, where, err);
	r = r ? r : take_int(&number, doc->root, "ran", (int64_t)1 << 40, where, err);
	r = r ? r : take_int(&number, doc->root, "started_ms", (int64_t)1 << 50, where, err);
	r = r ? r : take_int(&number, doc->root, "ended_ms", (int64_t)1 << 50, where, err);
	if (r < 0)
		return r;
	if (!json_is_array(json_get(doc->root, "backends")))
		return bad(err, where, "backends", "is missing or not a list");
	json_each (json_get(doc->root, "backends"), it)
		if (!json_string(it))
			return bad(err, where, "backends", "holds something that is no string");
	if (!json_is_object(json_get(doc->root, "counts")))
		return bad(err, where, "counts", "is missing or not an object");
	json_each (json_get(doc->root, "counts"), it)
		if (!json_to_int(it, &number) || number < 0)
			return bad(err, where, "counts", "holds something that is no count");
	static const char *const texts[] = {
		"tree",        "corpus_commit", "profile", "identity", "version",
		"spec_sha256", "rules_sha256",  "writer",  "env_key",  NULL};
	for (size_t i = 0; texts[i]; i++) {
		r = take_optional(&string, doc->root, texts[i], 4096, where, err);
		if (r < 0)
			return r;
	}
	*out = doc->root;
	vec_push(docs, steal(&doc));
	return 0;
}

int ledger_fail_check(struct slice text, const char *where, struct error *err)
{
	struct slice line;
	for (size_t number = 1; slice_next_line(&text, &line); number++) {
		CLEANUP(json_freep) struct json_doc *doc = NULL;
		char place[LEDGER_PATH_MAX + 32];
		const char *string;
		(void)snprintf(place, sizeof(place), "%.*s:%zu", LEDGER_PATH_MAX, where, number);
		int r = parse_object(&doc, line, place, "parity.finding/1", err);
		if (r < 0)
			return r;
		static const char *const hashes[] = {"fp", "fp_cause"};
		for (size_t i = 0; i < 2; i++) {
			r = take_string(&string, doc->root, hashes[i], 64, place, err);
			if (r < 0)
				return r;
			if (!ledger_is_hex(string, 64))
				return bad(err, place, hashes[i], "is not a fingerprint");
		}
		static const char *const texts[] = {"case", "verdict", "kind"};
		for (size_t i = 0; i < 3; i++) {
			r = take_string(&string, doc->root, texts[i], 4096, place, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int ledger_waiver_parse(const json_node **out, struct slice text, const char *id, const char *where,
			struct docs *docs, struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	int r = parse_object(&doc, text, where, "parity.waiver/1", err);
	if (r < 0)
		return r;
	const char *string;
	int64_t day;
	r = take_string(&string, doc->root, "id", 64, where, err);
	if (r == 0 && strcmp(string, id) != 0)
		return bad(err, where, "id", "is not that of its file");
	r = r ? r : take_string(&string, doc->root, "fp", 64, where, err);
	if (r == 0 && !ledger_is_hex(string, 64))
		return bad(err, where, "fp", "is not a fingerprint");
	r = r ? r : take_string(&string, doc->root, "until", 10, where, err);
	if (r == 0 && !ledger_parse_day(&day, string))
		return bad(err, where, "until", "is not a date");
	r = r ? r : take_string(&string, doc->root, "owner", 256, where, err);
	r = r ? r : take_string(&string, doc->root, "reason", 4096, where, err);
	r = r ? r : take_optional(&string, doc->root, "issue", 1024, where, err);
	if (r < 0)
		return r;
	*out = doc->root;
	vec_push(docs, steal(&doc));
	return 0;
}

int ledger_file_check(enum ledger_file_kind kind, const char *path, struct slice text,
		      const char *where, struct error *err)
{
	struct docs docs = {0};
	const json_node *root = NULL;
	struct ledger_event event;
	char name[2][80] = {"", ""}; /* folder and stem */
	int r = 0;
	if (kind == LEDGER_FILE_EVENT)
		(void)sscanf(path, "f/%*2[0-9a-f]/%64[0-9a-f]/%64[0-9a-f]", name[0], name[1]);
	else if (kind == LEDGER_FILE_WAIVER)
		(void)sscanf(path, "w/%64[A-Za-z0-9-]", name[1]);
	switch (kind) {
	case LEDGER_FILE_VERSION:
		if (!slice_is(text, LEDGER_VERSION_TEXT))
			r = error_fault(err, "%s: unknown format of the ledger", where);
		break;
	case LEDGER_FILE_RUN:
		r = ledger_run_parse(&root, text, where, &docs, err);
		break;
	case LEDGER_FILE_FAIL:
		r = ledger_fail_check(text, where, err);
		break;
	case LEDGER_FILE_EVENT:
		r = ledger_event_parse(&event, text, name[0], name[1], where, &docs, err);
		break;
	case LEDGER_FILE_WAIVER:
		r = ledger_waiver_parse(&root, text, name[1], where, &docs, err);
		break;
	case LEDGER_FILE_CASES:
	case LEDGER_FILE_EVIDENCE:
		break;
	}
	if (r == 0 && kind == LEDGER_FILE_RUN) {
		/* c/aa/bb/COMMIT/RUN/run.json must say what its path says */
		const char *commit = json_string(json_get(root, "commit"));
		const char *run = json_string(json_get(root, "run_id"));
		size_t len = strlen(commit);
		if (strncmp(path + 8, commit, len) != 0 || path[8 + len] != '/' ||
		    strncmp(path + 8 + len + 1, run, 26) != 0)
			r = error_fault(err, "%s: commit or run_id is not that of its folder",
					where);
	}
	docs_done(&docs);
	return r;
}

bool ledger_parse_day(int64_t *day, const char *text)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
			return false;
	int year = atoi(text), month = atoi(text + 5), date = atoi(text + 8);
	if (year < 1970 || month < 1 || month > 12 || date < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (date > month_days[month - 1] + (month == 2 && leap))
		return false;
	int64_t past = year - 1;
	int64_t days = past * 365 + past / 4 - past / 100 + past / 400 - 719162;
	for (int i = 0; i < month - 1; i++)
		days += month_days[i] + (i == 1 && leap);
	*day = days + date - 1;
	return true;
}

int64_t ledger_today(int64_t now_ms)
{
	return now_ms / (24 * 3600 * INT64_C(1000));
}

bool ledger_day_in_force(int64_t until, int64_t today)
{
	return until >= today && until - today <= WAIVER_MAX_DAYS;
}
