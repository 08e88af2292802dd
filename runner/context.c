/* SPDX-License-Identifier: Apache-2.0 */
/* context: see context.h. */
#include "runner/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/data.h"

static int typed_or_data(char **out, const char *typed, const char *relative, struct error *err)
{
	if (!typed)
		return data_find(out, relative, err);
	*out = mem_strdup(typed);
	return 0;
}

/* The language's own documents bring no contract; ours then applies to them. */
static int load_contract(struct context *context, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(context->spec_dir, "contract.json");

	if (!path_exists(path)) {
		free(path);
		path = NULL;
		if (data_find(&path, "spec/contract.json", err) < 0)
			return -1;
	}
	return contract_load(&context->contract, path, context->spec, err);
}

static int load_profile(struct context *context, const struct context_options *options,
			struct error *err)
{
	CLEANUP(free_p) char *self = NULL;
	CLEANUP(free_p) char *self_dir = NULL;
	struct profile_options profile_options = {.toolchain = options->toolchain};
	int r = path_self(&self, err);

	if (r < 0)
		return r;
	self_dir = path_dir(self);
	profile_options.self_dir = self_dir;
	return profile_load(&context->profile, context->profile_path, &profile_options, err);
}

/* Its toolchain is found without --toolchain, which names that of the profile under test. */
static int load_witness(struct context *context, const struct context_options *options,
			struct error *err)
{
	CLEANUP(free_p) char *path = NULL;
	CLEANUP(free_p) char *self = NULL;
	CLEANUP(free_p) char *self_dir = NULL;
	struct profile_options profile_options = {0};
	int r = path_self(&self, err);

	if (r == 0)
		r = data_find_named(&path, options->witness, "oracles/profiles", "profile", err);
	if (r < 0)
		return r;
	self_dir = path_dir(self);
	profile_options.self_dir = self_dir;
	r = profile_load(&context->witness, path, &profile_options, err);
	if (r < 0)
		return error_wrap(err, r, "witness '%s'", options->witness);
	if (strcmp(context->witness->language, context->profile->language) != 0)
		return error_input(err,
				   "witness '%s' runs programs in '%s', profile '%s' runs '%s'",
				   context->witness->name, context->witness->language,
				   context->profile->name, context->profile->language);
	return 0;
}

/*
 * A word of the profile that is needed even where its toolchain is absent, so that cases and rules
 * can be read everywhere. malloc'ed.
 */
static int profile_word(char **out, const struct context *context, const char *key,
			struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	const char *word = NULL;
	int r = json_load(&doc, context->profile_path, err);

	if (r == 0)
		r = json_member_string(&word, doc, doc->root, key, err);
	if (r == 0)
		*out = mem_strdup(word);
	return r;
}

static int load_rules(struct context *context, const struct context_options *options,
		      struct error *err)
{
	CLEANUP(free_p) char *name = NULL;
	int r = 0;

	if (!options->rules)
		r = profile_word(&name, context, "rules", err);
	if (r == 0)
		r = data_find_named(&context->rules_path, options->rules ? options->rules : name,
				    "diff/rules", "rule set", err);
	if (r < 0)
		return r;
	return rules_load(&context->rules, context->rules_path, context->spec, options->allow_stale,
			  err);
}

static int load_suite(struct context *context, const struct context_options *options,
		      struct error *err)
{
	CLEANUP(free_p) char *language = NULL;
	int r = profile_word(&language, context, "language", err);

	if (r == 0)
		r = typed_or_data(&context->corpus_dir, options->corpus, "corpus", err);
	if (r < 0)
		return r;
	return suite_load(&context->suite, context->corpus_dir, language, context->spec, err);
}

int context_load(struct context *context, const struct context_options *options, unsigned parts,
		 struct error *err)
{
	int r = typed_or_data(&context->spec_dir, options->spec, "spec", err);

	if (r == 0 && (parts & (CONTEXT_SPEC | CONTEXT_RULES | CONTEXT_SUITE | CONTEXT_CONTRACT)))
		r = spec_load(&context->spec, context->spec_dir, err);
	if (r == 0 && (parts & CONTEXT_CONTRACT))
		r = load_contract(context, err);
	if (r == 0 && (parts & (CONTEXT_PROFILE | CONTEXT_SUITE | CONTEXT_RULES)))
		r = data_find_named(&context->profile_path,
				    options->profile ? options->profile : "reference",
				    "oracles/profiles", "profile", err);
	if (r == 0 && (parts & CONTEXT_PROFILE))
		r = load_profile(context, options, err);
	if (r == 0 && (parts & CONTEXT_PROFILE) && options->witness)
		r = load_witness(context, options, err);
	if (r == 0 && (parts & CONTEXT_RULES))
		r = load_rules(context, options, err);
	if (r == 0 && (parts & CONTEXT_SUITE))
		r = load_suite(context, options, err);
	return r;
}

void context_done(struct context *context)
{
	context->suite = suite_free(context->suite);
	context->rules = rules_free(context->rules);
	context->profile = profile_free(context->profile);
	context->witness = profile_free(context->witness);
	context->contract = contract_free(context->contract);
	context->spec = spec_free(context->spec);
	free(context->spec_dir);
	free(context->profile_path);
	free(context->rules_path);
	free(context->corpus_dir);
	*context = (struct context){0};
}
