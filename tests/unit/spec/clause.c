/* SPDX-License-Identifier: Apache-2.0 */
/* clause: ids, hashes and lines that rules, cases and messages rely on. */
#include "spec/clause.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"

static struct spec *parse(const char *text)
{
	struct error err = ERROR_INIT;
	struct spec *spec = NULL;
	cr_assert_eq(spec_parse(&spec, "lang/doc.md", slice_of(text), &err), 0, "%s", err.message);
	return spec;
}

static void assert_ids(const char *text, const char *const *ids)
{
	CLEANUP(spec_freep) struct spec *spec = parse(text);
	size_t len = 0;
	for (; ids[len]; len++) {
		cr_assert(len < spec_len(spec), "'%s' is missing in:\n%s", ids[len], text);
		cr_assert_str_eq(spec_at(spec, len)->id, ids[len]);
		cr_assert_eq(spec_find(spec, ids[len]), spec_at(spec, len));
	}
	cr_assert_eq(spec_len(spec), len, "too many clauses in:\n%s", text);
}

Test(clause, ids_are_the_slugs_of_github)
{
	static const struct {
		const char *text;
		const char *ids[6];
	} cases[] = {
		{"# Map Printing\n", {"doc#map-printing"}},
		{"# Results (`T!` / `T!E`)\n", {"doc#results-t--te"}},
		{"### AOT runtime contract (`v0.7.0` baseline)\n",
		 {"doc#aot-runtime-contract-v070-baseline"}},
		{"# Two\n# Two\n# Two\n", {"doc#two", "doc#two-1", "doc#two-2"}},
		{"# a\n# a-1\n# a\n", {"doc#a", "doc#a-1", "doc#a-2"}},
		{"Setext\n===\n\ntext\n", {"doc#setext"}},
		{"# snake_case *and* **bold**\n", {"doc#snake_case-and-bold"}},
		{"# Ärger\n", {"doc#Ärger"}},
		{"text before\n\n# one\n", {"doc#one"}},
		{"```text\n# no heading\n```\n\n# one\n\n    # nor this\n", {"doc#one"}},
		{"<!-- # hidden -->\n\n# one\n", {"doc#one"}},
		{"no heading at all\n", {NULL}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_ids(cases[i].text, cases[i].ids);
}

Test(clause, a_label_over_a_list_is_a_clause_unless_its_name_is_taken)
{
	static const struct {
		const char *text;
		const char *ids[6];
	} cases[] = {
		{"# A\n\nExit codes:\n\n- `0`\n\nNext thing:\n\n1. x\n",
		 {"doc#a", "doc#exit-codes", "doc#next-thing"}},
		{"# A\n\nRules:\n\n- x\n\n# B\n\nRules:\n\n- y\n", {"doc#a", "doc#b"}},
		{"# A\n\nB:\n\n- x\n\n# B\n", {"doc#a", "doc#b"}},
		{"# A\n\nNo list:\n\ntext\n", {"doc#a"}},
		{"# A\n\nNo colon\n\n- x\n", {"doc#a"}},
		{"# A\n\ntwo\nlines:\n\n- x\n", {"doc#a"}},
		{"Before:\n\n- x\n\n# A\n", {"doc#a"}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_ids(cases[i].text, cases[i].ids);
}

Test(clause, a_label_lies_inside_its_heading)
{
	CLEANUP(spec_freep)
	struct spec *spec =
		parse("# A\n\nfront\n\nExit codes:\n\n- `0`\n\nOther:\n\n- y\n\n# B\n\nback\n");
	const struct clause *heading = spec_find(spec, "doc#a");
	const struct clause *label = spec_find(spec, "doc#exit-codes");

	cr_assert_str_eq(heading->text, "A front Exit codes: 0 Other: y");
	cr_assert_str_eq(label->text, "Exit codes: 0");
	cr_assert_str_eq(label->title, "Exit codes");
	cr_assert_str_eq(label->parent, "doc#a");
	cr_assert_eq(label->level, CLAUSE_LEVEL_LABEL);
	cr_assert_eq(label->line, 5);
	cr_assert_null(heading->parent);
}

Test(clause, a_heading_owns_its_text_up_to_the_next_heading)
{
	CLEANUP(spec_freep)
	struct spec *spec = parse(
		"# Top\n\none `two <x>`\n[three](a.md)\n\n## Sub\n\n```fuse\nprint(1)\n```\n");
	const struct clause *top = spec_find(spec, "doc#top");
	const struct clause *sub = spec_find(spec, "doc#sub");

	cr_assert_str_eq(top->text, "Top one two <x> three");
	cr_assert_str_eq(sub->text, "Sub print(1)");
	cr_assert_str_eq(top->document, "doc");
	cr_assert_str_eq(top->path, "lang/doc.md");
	cr_assert_str_eq(sub->title, "Sub");
	cr_assert_eq(top->line, 1);
	cr_assert_eq(sub->line, 6);
	cr_assert_eq(sub->level, 2);
}

Test(clause, the_hash_follows_the_words_and_not_the_layout)
{
	static const char base[] = "# A\n\nprints `fatal: class=<a|b>` once\n\n- one\n- two\n";
	static const struct {
		const char *text;
		bool same;
	} cases[] = {
		{"# A\n\nprints\n`fatal:   class=<a|b>`\nonce\n\n- one\n\n- two\n", true},
		{"A\n=\n\nprints `fatal: class=<a|b>` once\n\n* one\n* two\n", true},
		{"# A\n\nprints `fatal: class=<a|b>` twice\n\n- one\n- two\n", false},
		{"# A\n\nprints `fatal: class=<a|c>` once\n\n- one\n- two\n", false},
		{"# B\n\nprints `fatal: class=<a|b>` once\n\n- one\n- two\n", false},
	};
	CLEANUP(spec_freep) struct spec *first = parse(base);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(spec_freep) struct spec *spec = parse(cases[i].text);
		bool same = !strcmp(spec_at(first, 0)->sha256, spec_at(spec, 0)->sha256);
		cr_assert_eq(same, cases[i].same, "%s", cases[i].text);
		cr_assert_eq(!strcmp(spec_sha256(first), spec_sha256(spec)), cases[i].same);
	}
}

Test(clause, a_changed_clause_leaves_its_neighbours_alone)
{
	CLEANUP(spec_freep) struct spec *a = parse("# A\n\none\n\n# B\n\ntwo\n");
	CLEANUP(spec_freep) struct spec *b = parse("# A\n\none more\n\n# B\n\ntwo\n");
	cr_assert_str_neq(spec_find(a, "doc#a")->sha256, spec_find(b, "doc#a")->sha256);
	cr_assert_str_eq(spec_find(a, "doc#b")->sha256, spec_find(b, "doc#b")->sha256);
}

Test(clause, a_misspelt_id_gets_the_nearest_one)
{
	CLEANUP(spec_freep)
	struct spec *spec = parse("# Indexing\n\n# Ranges\n\n# Fatal envelope invariants\n");
	static const struct {
		const char *id;
		const char *near;
	} cases[] = {
		{"doc#indexes", "doc#indexing"},
		{"doc#range", "doc#ranges"},
		{"indexing", "doc#indexing"},
		{"elsewhere#fatal-envelope-invariants", "doc#fatal-envelope-invariants"},
		{"doc#fatal-envelop-invariant", "doc#fatal-envelope-invariants"},
		{"doc#something-quite-different", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *near = spec_suggest(spec, cases[i].id);
		cr_assert_eq(!near, !cases[i].near, "'%s' gives '%s'", cases[i].id, near);
		if (near)
			cr_assert_str_eq(near, cases[i].near);
	}
}

static void put(const char *dir, const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(dir, name);
	cr_assert_eq(file_write(path, slice_of(text), false, &err), 0, "%s", err.message);
}

static void remove_tree(char **dir)
{
	(void)path_remove_tree(*dir, NULL);
	free(*dir);
}

static char *make_dir(void)
{
	char *dir = strdup("/tmp/parity-clause-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	return dir;
}

Test(clause, a_folder_is_read_in_name_order_without_its_readme)
{
	CLEANUP(remove_tree) char *dir = make_dir();
	put(dir, "b.md", "# Two\n");
	put(dir, "a.md", "# One\n");
	put(dir, "README.md", "# Folder\n");
	put(dir, "notes.txt", "# Notes\n");
	put(dir, ".c.md", "# Backup\n");

	struct error err = ERROR_INIT;
	CLEANUP(spec_freep) struct spec *spec = NULL;
	cr_assert_eq(spec_load(&spec, dir, &err), 0, "%s", err.message);
	cr_assert_eq(spec_len(spec), 2);
	cr_assert_str_eq(spec_at(spec, 0)->id, "a#one");
	cr_assert_str_eq(spec_at(spec, 1)->id, "b#two");
}

static void assert_load_fails(const char *dir, const char *message)
{
	struct error err = ERROR_INIT;
	struct spec *spec = NULL;
	cr_assert_lt(spec_load(&spec, dir, &err), 0);
	cr_assert_eq(err.blame, ERROR_INPUT);
	cr_assert_not_null(strstr(err.message, message), "got: %s", err.message);
	cr_assert_null(spec);
}

Test(clause, a_broken_folder_is_the_users_error_and_names_it)
{
	CLEANUP(remove_tree) char *dir = make_dir();
	assert_load_fails("/nonexistent/spec", "'/nonexistent/spec'");
	assert_load_fails(dir, dir);
	put(dir, "bad.md", "# Fine\n\nnot \xc3( fine\n");
	assert_load_fails(dir, "/bad.md:3: invalid UTF-8 at byte 12");
}

Test(clause, the_language_documents_hold_the_formats_that_rules_are_made_of)
{
	static const struct {
		const char *id;
		const char *format;
	} cases[] = {
		{"runtime#fatal-envelope-invariants",
		 "fatal: class=<runtime_fatal|panic> pid=<...> message=<...> mode=<...> "
		 "profile=<...> "
		 "target=<...> rustc=<...> cli=<...> runtime_cache=<...> contract=<...>"},
		{"runtime#aot-runtime-contract-v070-baseline", "startup: pid=<pid> mode=<...>"},
		{"runtime#shutdown-and-exit-code-contract", "run error: <...>"},
		{"runtime#signal-handling-semantics",
		 "shutdown: runtime=<ast|native> signal=<SIGINT|SIGTERM|unknown> "
		 "handled_requests=<n>"},
		{"runtime#logging", "[LEVEL] message"},
		{"fls#tokens", "[A-Za-z_][A-Za-z0-9_]*"},
	};
	struct error err = ERROR_INIT;
	CLEANUP(spec_freep) struct spec *spec = NULL;
	cr_assert_eq(spec_load(&spec, SOURCE_ROOT "/spec", &err), 0, "%s", err.message);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct clause *clause = spec_find(spec, cases[i].id);
		cr_assert_not_null(clause, "%s", cases[i].id);
		cr_assert_not_null(strstr(clause->text, cases[i].format), "%s", cases[i].id);
	}
}
