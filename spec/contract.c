/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading spec/contract.json. Everything is checked here, so that the lookups cannot fail. A
 * licence that is misspelt must not load: it would be silent about never matching.
 */
#include "spec/contract.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"

static const char SCHEMA[] = "parity.contract/1";

static bool is_channel(const char *name)
{
	static const char *const channels[] = {"stdout", "stderr", "exit", "files", "http", "db"};
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		if (!strcmp(name, channels[i]))
			return true;
	}
	return false;
}

/* Where an entry of one of the three lists is read from. */
struct reader {
	const struct json_doc *doc;
	const struct spec *spec;
	struct map *ids; /* met so far in this list */
};

static int read_clause(const char **out, const struct reader *in, const json_node *entry,
		       struct error *err)
{
	const char *id = NULL;
	int r = json_member_string(&id, in->doc, entry, "clause", err);
	if (r < 0)
		return r;
	if (!spec_find(in->spec, id)) {
		const char *near = spec_suggest(in->spec, id);
		return json_error(in->doc, json_get(entry, "clause"), err,
				  "unknown clause '%s'%s%s%s", id, near ? ", did you mean '" : "",
				  near ? near : "", near ? "'" : "");
	}
	*out = id;
	return 0;
}

static int read_channel(const char **out, const struct reader *in, const json_node *entry,
			struct error *err)
{
	int r = json_member_string(out, in->doc, entry, "channel", err);
	if (r < 0)
		return r;
	if (!is_channel(*out))
		return json_error(
			in->doc, json_get(entry, "channel"), err,
			"unknown channel '%s', use stdout, stderr, exit, files, http or db", *out);
	return 0;
}

static int read_id(const char **out, const struct reader *in, const json_node *entry,
		   struct error *err)
{
	int r = json_member_string(out, in->doc, entry, "id", err);
	if (r < 0)
		return r;
	if (map_has(in->ids, *out))
		return json_error(in->doc, json_get(entry, "id"), err, "id '%s' stands twice",
				  *out);
	map_put(in->ids, *out, in->ids); /* only its presence matters */
	return 0;
}

static int read_licence(struct licence *out, const struct reader *in, const json_node *entry,
			struct error *err)
{
	static const char *const keys[] = {"id",    "clause",  "channel", "kind",
					   "locus", "backend", "reason",  NULL};
	int r = json_known_keys(in->doc, entry, keys, err);
	if (r == 0)
		r = read_id(&out->id, in, entry, err);
	if (r == 0)
		r = read_clause(&out->clause, in, entry, err);
	if (r == 0)
		r = read_channel(&out->channel, in, entry, err);
	if (r == 0)
		r = json_opt_string(&out->kind, in->doc, entry, "kind", err);
	if (r == 0)
		r = json_opt_string(&out->locus, in->doc, entry, "locus", err);
	if (r == 0)
		r = json_opt_string(&out->backend, in->doc, entry, "backend", err);
	if (r == 0)
		r = json_member_string(&out->reason, in->doc, entry, "reason", err);
	return r;
}

static int read_attribution(struct attribution *out, const struct reader *in,
			    const json_node *entry, struct error *err)
{
	static const char *const keys[] = {"channel", "kind", "locus", "clause", NULL};
	int r = json_known_keys(in->doc, entry, keys, err);
	if (r == 0)
		r = read_channel(&out->channel, in, entry, err);
	if (r == 0)
		r = json_opt_string(&out->kind, in->doc, entry, "kind", err);
	if (r == 0)
		r = json_opt_string(&out->locus, in->doc, entry, "locus", err);
	if (r == 0)
		r = read_clause(&out->clause, in, entry, err);
	return r;
}

static int read_choice(struct choice *out, const struct reader *in, const json_node *entry,
		       struct error *err)
{
	static const char *const keys[] = {"id", "clause", "choice", "why", NULL};
	int r = json_known_keys(in->doc, entry, keys, err);
	if (r == 0)
		r = read_id(&out->id, in, entry, err);
	if (r == 0)
		r = read_clause(&out->clause, in, entry, err);
	if (r == 0)
		r = json_member_string(&out->text, in->doc, entry, "choice", err);
	if (r == 0)
		r = json_member_string(&out->why, in->doc, entry, "why", err);
	return r;
}

/* Room for every entry of the list `key`, which may be missing. */
static int list_open(void **items, size_t item_size, const json_node **list, const char *key,
		     const struct json_doc *doc, struct error *err)
{
	int r = json_opt_array(list, doc, doc->root, key, err);
	if (r < 0)
		return r;
	json_each (*list, entry) {
		if (!json_is_object(entry))
			return json_error(doc, entry, err, "'%s' must hold objects", key);
	}
	*items = mem_zeroed(json_len(*list) + 1, item_size);
	return 0;
}

static int read_licences(struct contract *contract, struct reader *in, struct error *err)
{
	const json_node *list = NULL;
	int r = list_open((void **)&contract->licences, sizeof(struct licence), &list, "licences",
			  contract->doc, err);
	json_each (list, entry) {
		if (r < 0)
			break;
		r = read_licence(&contract->licences[contract->licence_len++], in, entry, err);
	}
	return r;
}

static int read_attributions(struct contract *contract, struct reader *in, struct error *err)
{
	const json_node *list = NULL;
	int r = list_open((void **)&contract->attributions, sizeof(struct attribution), &list,
			  "attribution", contract->doc, err);
	json_each (list, entry) {
		if (r < 0)
			break;
		r = read_attribution(&contract->attributions[contract->attribution_len++], in,
				     entry, err);
	}
	return r;
}

static int read_choices(struct contract *contract, struct reader *in, struct error *err)
{
	const json_node *list = NULL;
	int r = list_open((void **)&contract->choices, sizeof(struct choice), &list, "choices",
			  contract->doc, err);
	json_each (list, entry) {
		if (r < 0)
			break;
		r = read_choice(&contract->choices[contract->choice_len++], in, entry, err);
	}
	return r;
}

static int read_all(struct contract *contract, const struct spec *spec, struct error *err)
{
	static const char *const keys[] = {"schema", "licences", "attribution", "choices", NULL};
	CLEANUP(map_done) struct map licence_ids = MAP_INIT;
	CLEANUP(map_done) struct map choice_ids = MAP_INIT;
	struct reader in = {.doc = contract->doc, .spec = spec, .ids = &licence_ids};
	const char *schema = NULL;

	if (!json_is_object(in.doc->root))
		return json_error(in.doc, in.doc->root, err, "a contract must be an object");
	int r = json_known_keys(in.doc, in.doc->root, keys, err);
	if (r == 0)
		r = json_member_string(&schema, in.doc, in.doc->root, "schema", err);
	if (r == 0 && strcmp(schema, SCHEMA) != 0)
		r = json_error(in.doc, json_get(in.doc->root, "schema"), err,
			       "unknown schema '%s', this program reads '%s'", schema, SCHEMA);
	if (r == 0)
		r = read_licences(contract, &in, err);
	if (r == 0)
		r = read_attributions(contract, &in, err);
	in.ids = &choice_ids;
	if (r == 0)
		r = read_choices(contract, &in, err);
	return r;
}

int contract_load(struct contract **out, const char *path, const struct spec *spec,
		  struct error *err)
{
	CLEANUP(contract_freep) struct contract *contract = mem_zeroed(1, sizeof(*contract));
	int r = json_load(&contract->doc, path, err);
	if (r == 0)
		r = read_all(contract, spec, err);
	if (r < 0)
		return r;
	*out = steal(&contract);
	return 0;
}

struct contract *contract_free(struct contract *contract)
{
	if (!contract)
		return NULL;
	free(contract->licences);
	free(contract->attributions);
	free(contract->choices);
	json_free(contract->doc);
	free(contract);
	return NULL;
}

void contract_freep(struct contract **contract)
{
	*contract = contract_free(*contract);
}

static bool is_same_or_any(const char *wanted, const char *got)
{
	return !wanted || (got && !strcmp(wanted, got));
}

/* path_matches() takes "[3]" for a set; a pointer's brackets stand for themselves, so take any
 * byte. */
static bool is_locus(const char *pattern, const char *locus)
{
	if (!pattern)
		return true;
	if (!locus)
		return false;
	CLEANUP(buf_done) struct buf plain = {0};
	for (const char *p = pattern; *p; p++)
		buf_addc(&plain, *p == '[' || *p == ']' ? '?' : *p);
	return path_matches(buf_str(&plain), locus);
}

const struct licence *contract_licence(const struct contract *contract, const char *channel,
				       const char *kind, const char *locus, const char *backend)
{
	for (size_t i = 0; i < contract->licence_len; i++) {
		const struct licence *at = &contract->licences[i];
		if (!strcmp(at->channel, channel) && is_same_or_any(at->kind, kind) &&
		    is_locus(at->locus, locus) && is_same_or_any(at->backend, backend))
			return at;
	}
	return NULL;
}

const char *contract_attribute(const struct contract *contract, const char *channel,
			       const char *kind, const char *locus)
{
	for (size_t i = 0; i < contract->attribution_len; i++) {
		const struct attribution *at = &contract->attributions[i];
		if (!strcmp(at->channel, channel) && is_same_or_any(at->kind, kind) &&
		    is_locus(at->locus, locus))
			return at->clause;
	}
	return NULL;
}
