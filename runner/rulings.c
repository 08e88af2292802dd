/* SPDX-License-Identifier: Apache-2.0 */
/* rulings: see rulings.h. */
#include "runner/rulings.h"

#include <string.h>

#include "base/digest.h"
#include "base/path.h"

const char *ruling_right_name(enum ruling_right right)
{
	static const char *const names[RIGHT_COUNT] = {
		[RIGHT_TOOLCHAIN] = "toolchain",
		[RIGHT_WITNESS] = "witness",
		[RIGHT_SILENT] = "silent",
	};
	return names[right];
}

static int read_right(struct ruling *out, const struct json_doc *doc, const json_node *node,
		      struct error *err)
{
	const char *word = NULL;
	int r = json_member_string(&word, doc, node, "right", err);

	for (int i = 0; i < RIGHT_COUNT && r == 0; i++)
		if (strcmp(word, ruling_right_name((enum ruling_right)i)) == 0) {
			out->right = (enum ruling_right)i;
			return 0;
		}
	return r < 0 ? r
		     : json_error(doc, json_get(node, "right"), err,
				  "'right' must be 'toolchain', 'witness' or 'silent', not '%s'",
				  word);
}

static int read_clause(struct ruling *out, const struct json_doc *doc, const json_node *node,
		       const struct spec *spec, struct error *err)
{
	const struct clause *clause = spec_find(spec, out->clause);
	const char *near = spec_suggest(spec, out->clause);
	size_t len = strlen(out->clause_sha256);

	if (!clause && near)
		return json_error(doc, json_get(node, "clause"), err,
				  "unknown clause '%s', did you mean '%s'", out->clause, near);
	if (!clause)
		return json_error(doc, json_get(node, "clause"), err,
				  "unknown clause '%s', see 'parity clauses'", out->clause);
	if (len != DIGEST_HEX_SIZE - 1 || strspn(out->clause_sha256, "0123456789abcdef") != len)
		return json_error(doc, json_get(node, "clause_sha256"), err,
				  "'clause_sha256' must be 64 lower-case hex digits");
	out->stale = strcmp(clause->sha256, out->clause_sha256) != 0;
	return 0;
}

static int read_agree(struct ruling *out, const struct json_doc *doc, const json_node *node,
		      struct error *err)
{
	int r = json_opt_array(&out->agree, doc, node, "agree", err);

	if (r == 0 && json_len(out->agree) == 0)
		return json_error(doc, node, err,
				  "'agree' must name the backends that were seen to agree");
	json_each (out->agree, name)
		if (r == 0 && !json_string(name))
			r = json_error(doc, name, err, "'agree' must hold names of backends");
	return r;
}

/* All of an entry but its cases. */
static int read_ruling(struct ruling *out, const struct json_doc *doc, const json_node *node,
		       const struct spec *spec, struct error *err)
{
	static const char *const keys[] = {"case",    "clause", "clause_sha256", "at",  "toolchain",
					   "witness", "agree",  "right",         "why", NULL};
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{"clause", &out->clause},   {"clause_sha256", &out->clause_sha256},
		{"at", &out->at},           {"toolchain", &out->toolchain},
		{"witness", &out->witness}, {"why", &out->why},
	};
	int r;

	if (!json_is_object(node))
		return json_error(doc, node, err, "a ruling must be an object");
	r = json_known_keys(doc, node, keys, err);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && r == 0; i++) {
		r = json_member_string(texts[i].to, doc, node, texts[i].key, err);
		if (r == 0 && strspn(*texts[i].to, " \t\r\n") == strlen(*texts[i].to))
			r = json_error(doc, json_get(node, texts[i].key), err, "'%s' is empty",
				       texts[i].key);
	}
	if (r == 0)
		r = read_clause(out, doc, node, spec, err);
	if (r == 0)
		r = read_agree(out, doc, node, err);
	return r == 0 ? read_right(out, doc, node, err) : r;
}

static int add_case(struct rulings *rulings, struct ruling ruling, const json_node *name,
		    const struct suite *suite, struct error *err)
{
	const struct json_doc *doc = rulings->doc;

	ruling.case_name = json_string(name);
	ruling.line = json_line(doc, name);
	if (!ruling.case_name)
		return json_error(doc, name, err, "'case' must be a name or a list of names");
	if (!suite_find(suite, ruling.case_name))
		return json_error(doc, name, err, "unknown case '%s', see 'parity list'",
				  ruling.case_name);
	vec_each (&rulings->items, other)
		if (strcmp(other->case_name, ruling.case_name) == 0)
			return json_error(doc, name, err,
					  "case '%s' has a ruling already, on line %zu",
					  ruling.case_name, other->line);
	vec_push(&rulings->items, ruling);
	return 0;
}

static int add_entry(struct rulings *rulings, const json_node *node, const struct spec *spec,
		     const struct suite *suite, struct error *err)
{
	struct ruling ruling = {0};
	const json_node *names = json_get(node, "case");
	int r = read_ruling(&ruling, rulings->doc, node, spec, err);

	if (r == 0 && (!names || (json_is_array(names) && json_len(names) == 0)))
		return json_error(rulings->doc, node, err, "a ruling must name its 'case'");
	if (r == 0 && !json_is_array(names))
		return add_case(rulings, ruling, names, suite, err);
	json_each (names, name)
		if (r == 0)
			r = add_case(rulings, ruling, name, suite, err);
	return r;
}

static int read_rulings(struct rulings *rulings, const struct spec *spec, const struct suite *suite,
			struct error *err)
{
	static const char *const keys[] = {"schema", "profile", "witness", "rulings", NULL};
	const struct json_doc *doc = rulings->doc;
	const json_node *list = NULL;
	const char *schema = NULL;
	int r;

	if (!json_is_object(doc->root))
		return json_error(doc, doc->root, err, "expected an object");
	r = json_known_keys(doc, doc->root, keys, err);
	if (r == 0)
		r = json_member_string(&schema, doc, doc->root, "schema", err);
	if (r == 0 && strcmp(schema, "parity.rulings/1") != 0)
		return json_error(doc, json_get(doc->root, "schema"), err,
				  "unknown schema '%s', expected 'parity.rulings/1'", schema);
	if (r == 0)
		r = json_member_string(&rulings->profile, doc, doc->root, "profile", err);
	if (r == 0)
		r = json_member_string(&rulings->witness, doc, doc->root, "witness", err);
	if (r == 0)
		r = json_opt_array(&list, doc, doc->root, "rulings", err);
	json_each (list, node)
		if (r == 0)
			r = add_entry(rulings, node, spec, suite, err);
	return r;
}

int rulings_load(struct rulings *out, const char *path, const struct spec *spec,
		 const struct suite *suite, struct error *err)
{
	struct rulings rulings = {0};

	if (path_exists(path) && (json_load(&rulings.doc, path, err) < 0 ||
				  read_rulings(&rulings, spec, suite, err) < 0)) {
		rulings_done(&rulings);
		return -1;
	}
	*out = rulings;
	return 0;
}

void rulings_done(struct rulings *rulings)
{
	vec_done(&rulings->items);
	json_free(rulings->doc);
	*rulings = (struct rulings){0};
}

bool rulings_apply(const struct rulings *rulings, const struct profile *profile,
		   const struct profile *witness)
{
	return rulings->profile && witness && strcmp(rulings->profile, profile->name) == 0 &&
	       strcmp(rulings->witness, witness->name) == 0;
}

/* "rejected (check, exit 1)" is of the class "rejected". */
static bool is_of_class(const char *shown, const char *class)
{
	size_t len = strlen(class);

	return shown && strncmp(shown, class, len) == 0 &&
	       (shown[len] == '\0' || strncmp(shown + len, " (", 2) == 0);
}

static bool shows(const struct judgement *judgement, const struct ruling *ruling)
{
	for (size_t i = 0; i < judgement->divergence_len; i++) {
		const struct difference *diff = &judgement->divergences[i].diff;

		if (diff->kind == DIFF_WITNESS)
			return strcmp(diff->locus, ruling->at) == 0 &&
			       is_of_class(diff->left_class, ruling->toolchain) &&
			       is_of_class(diff->right_class, ruling->witness);
	}
	return false;
}

const struct ruling *rulings_hear(struct rulings *rulings, const char *case_name,
				  const struct judgement *judgement)
{
	if (judgement->witness == WITNESS_NONE || judgement->witness == WITNESS_UNSETTLED)
		return NULL;
	vec_each (&rulings->items, ruling) {
		if (strcmp(ruling->case_name, case_name) != 0)
			continue;
		if (judgement->witness == WITNESS_DIFFERS && shows(judgement, ruling))
			return ruling;
		ruling->outdated = judgement->witness != WITNESS_SIDES;
	}
	return NULL;
}
