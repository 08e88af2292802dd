/* SPDX-License-Identifier: Apache-2.0 */
/* contract: what is licensed, where differences go, and that no misspelling loads. */
#include "spec/contract.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static struct spec *small_spec(void)
{
	struct error err = ERROR_INIT;
	struct spec *spec = NULL;
	cr_assert_eq(spec_parse(&spec, "doc.md", slice_of("# Exit codes\n\n# Logging\n"), &err), 0);
	return spec;
}

/* Load `text` as a contract over small_spec(); the file is gone when this returns. */
static int load(struct contract **out, const char *text, struct error *err)
{
	char path[] = "/tmp/parity-contract-XXXXXX";
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	(void)close(fd);
	cr_assert_eq(file_write(path, slice_of(text), false, err), 0, "%s", err->message);
	CLEANUP(spec_freep) struct spec *spec = small_spec();
	int r = contract_load(out, path, spec, err);
	(void)unlink(path);
	return r;
}

static struct contract *load_ok(const char *text)
{
	struct error err = ERROR_INIT;
	struct contract *contract = NULL;
	cr_assert_eq(load(&contract, text, &err), 0, "%s", err.message);
	return contract;
}

static const char full[] =
	"{\"schema\": \"parity.contract/1\",\n"
	" \"licences\": [\n"
	"  {\"id\": \"trace\", \"clause\": \"doc#logging\", \"channel\": \"stderr\",\n"
	"   \"kind\": \"extra\", \"locus\": \"stderr[*]/startup\", \"backend\": \"aot\",\n"
	"   \"reason\": \"r\"},\n"
	"  {\"id\": \"db\", \"clause\": \"doc#logging\", \"channel\": \"db\", \"reason\": "
	"\"r\"}],\n"
	" \"attribution\": [\n"
	"  {\"channel\": \"exit\", \"kind\": \"class\", \"clause\": \"doc#exit-codes\"},\n"
	"  {\"channel\": \"stderr\", \"locus\": \"stderr[*]/error/**\", \"clause\": "
	"\"doc#exit-codes\"},\n"
	"  {\"channel\": \"stderr\", \"clause\": \"doc#logging\"}],\n"
	" \"choices\": [{\"id\": \"c\", \"clause\": \"doc#logging\", \"choice\": \"x\", \"why\": "
	"\"y\"}]}";

Test(contract, a_licence_covers_its_channel_kind_place_and_backend_only)
{
	CLEANUP(contract_freep) struct contract *contract = load_ok(full);
	static const struct {
		const char *channel, *kind, *locus, *backend;
		const char *id;
	} cases[] = {
		{"stderr", "extra", "stderr[0]/startup", "aot", "trace"},
		{"stderr", "extra", "stderr[17]/startup", "aot", "trace"},
		{"stderr", "missing", "stderr[0]/startup", "aot", NULL},
		{"stderr", "extra", "stderr[0]", "aot", NULL},
		{"stderr", "extra", "stderr[0]/startup/pid", "aot", NULL},
		{"stderr", "extra", "stderr[0]/startup", "jit", NULL},
		{"stdout", "extra", "stderr[0]/startup", "aot", NULL},
		{"stderr", "extra", NULL, "aot", NULL},
		{"db", "value", "db[0]", "jit", "db"},
		{"db", NULL, NULL, NULL, "db"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct licence *licence =
			contract_licence(contract, cases[i].channel, cases[i].kind, cases[i].locus,
					 cases[i].backend);
		cr_assert_eq(!licence, !cases[i].id, "case %zu", i);
		if (licence)
			cr_assert_str_eq(licence->id, cases[i].id);
	}
}

Test(contract, the_first_attribution_that_fits_names_the_clause)
{
	CLEANUP(contract_freep) struct contract *contract = load_ok(full);
	static const struct {
		const char *channel, *kind, *locus;
		const char *clause;
	} cases[] = {
		{"exit", "class", "exit", "doc#exit-codes"},
		{"exit", "expectation", "exit", NULL},
		{"stderr", "value", "stderr[3]/error/message", "doc#exit-codes"},
		{"stderr", "value", "stderr[3]/error/fields/0/code", "doc#exit-codes"},
		{"stderr", "value", "stderr[3]", "doc#logging"},
		{"stdout", "value", "stdout[0]", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *clause = contract_attribute(contract, cases[i].channel, cases[i].kind,
							cases[i].locus);
		cr_assert_eq(!clause, !cases[i].clause, "case %zu", i);
		if (clause)
			cr_assert_str_eq(clause, cases[i].clause);
	}
}

Test(contract, every_part_may_be_missing_but_the_schema)
{
	CLEANUP(contract_freep)
	struct contract *contract = load_ok("{\"schema\": \"parity.contract/1\"}");
	cr_assert_eq(contract->licence_len + contract->attribution_len + contract->choice_len, 0);
	cr_assert_null(contract_licence(contract, "stdout", "value", "stdout[0]", "aot"));
}

#define CONTRACT(body) "{\"schema\": \"parity.contract/1\",\n" body "}"
#define LICENCE(body)  CONTRACT("\"licences\": [{\"reason\": \"r\", " body "}]")

Test(contract, a_misspelling_is_the_users_error_with_its_line)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"{\"schema\": \"parity.contract/2\"}", ":1: unknown schema 'parity.contract/2'"},
		{"{}", "schema"},
		{"[]", "must be an object"},
		{"{", ":1:"},
		{CONTRACT("\"licenses\": []"), "licenses"},
		{CONTRACT("\"licences\": [1]"), ":2: 'licences' must hold objects"},
		{CONTRACT("\"licences\": {}"), "licences"},
		{LICENCE("\"id\": \"a\", \"clause\": \"doc#loging\", \"channel\": \"stdout\""),
		 ":2: unknown clause 'doc#loging', did you mean 'doc#logging'"},
		{LICENCE("\"id\": \"a\", \"clause\": \"doc#logging\", \"channel\": \"stdoot\""),
		 ":2: unknown channel 'stdoot'"},
		{LICENCE("\"id\": \"a\", \"clause\": \"doc#logging\", \"channel\": \"stdout\", "
			 "\"locos\": \"x\""),
		 "locos"},
		{LICENCE("\"clause\": \"doc#logging\", \"channel\": \"stdout\""), "id"},
		{CONTRACT("\"attribution\": [{\"channel\": \"exit\"}]"), "clause"},
		{CONTRACT("\"choices\": [\n"
			  "{\"id\": \"c\", \"clause\": \"doc#logging\", \"choice\": \"\", \"why\": "
			  "\"\"},\n"
			  "{\"id\": \"c\", \"clause\": \"doc#logging\", \"choice\": \"\", \"why\": "
			  "\"\"}]"),
		 ":4: id 'c' stands twice"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;
		struct contract *contract = NULL;
		cr_assert_lt(load(&contract, cases[i].text, &err), 0, "%s", cases[i].text);
		cr_assert_eq(err.blame, ERROR_INPUT, "%s", err.message);
		cr_assert_not_null(strstr(err.message, cases[i].message), "got: %s", err.message);
		cr_assert_null(contract);
	}
}

Test(contract, every_recorded_choice_stands_in_the_clause_it_names)
{
	struct error err = ERROR_INIT;
	CLEANUP(spec_freep) struct spec *spec = NULL;
	CLEANUP(contract_freep) struct contract *contract = NULL;
	cr_assert_eq(spec_load(&spec, SOURCE_ROOT "/spec", &err), 0, "%s", err.message);
	cr_assert_eq(contract_load(&contract, SOURCE_ROOT "/spec/contract.json", spec, &err), 0,
		     "%s", err.message);
	cr_assert_gt(contract->choice_len, 0);
	for (size_t i = 0; i < contract->choice_len; i++) {
		const struct choice *choice = &contract->choices[i];
		cr_assert_not_null(strstr(spec_find(spec, choice->clause)->text, choice->id),
				   "choice '%s' is not mentioned in %s", choice->id,
				   choice->clause);
	}
	for (size_t i = 0; i < contract->licence_len; i++)
		cr_assert_str_neq(contract->licences[i].channel, "stdout",
				  "what a program prints is never licensed to differ");
}
