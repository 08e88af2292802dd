/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of packages: what a manifest says, which files "dep:" and "root:" mean across packages,
 * what is refused and where. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "frontend_fixture.h"
#include "oracles/reference/manifest.h"

Test(manifest, a_dependency_has_three_spellings)
{
	struct arena arena = ARENA_INIT;
	struct manifest m;
	struct error err = ERROR_INIT;
	uint32_t line = 0;
	struct slice text =
		slice_of("# first\n[package]\nname = \"shop\" # ours\nentry = 'm.fuse'\n"
			 "[build]\nflags = [1, \"a\",\n  { b = true }]\n"
			 "[dependencies]\nA = \"./a\"\nB = { version = \"1\", path = \"b\\\"c\" }\n"
			 "[dependencies.C]\nopt = true\npath = \"../c\"\n");
	cr_assert_eq(manifest_read(&m, &arena, text, "fuse.toml", &line, &err), 0, "%s",
		     err.message);
	cr_expect(slice_is(m.name, "shop"));
	cr_expect(slice_is(m.entry, "m.fuse"));
	cr_assert_eq(m.dependencies.len, 3);
	static const char *const want[][2] = {{"A", "./a"}, {"B", "b\"c"}, {"C", "../c"}};
	for (size_t i = 0; i < 3; i++) {
		cr_expect(slice_is(m.dependencies.items[i].name, want[i][0]));
		cr_expect(slice_is(m.dependencies.items[i].path, want[i][1]));
	}
	cr_expect_eq(m.dependencies.items[2].line, 11);
	manifest_done(&m);
	arena_done(&arena);
}

static const struct {
	const char *text;
	const char *message;
} malformed[] = {
	{"[package\n", "f:1: expected ']' after a section's name"},
	{"[]\n", "f:1: expected a key"},
	{"\nx\n", "f:2: expected '=' after a key"},
	{"x =\n", "f:1: expected a value"},
	{"x = 1 2\n", "f:1: expected the end of the line"},
	{"x = \"a\n", "f:1: string without an end"},
	{"x = [1\n 2]\n", "f:2: expected ',' or ']' in an array"},
	{"x = {a = 1 b = 2}\n", "f:1: expected ',' or '}' in a table"},
	{"x = {a 1}\n", "f:1: expected '=' after a key"},
	{"x = [[[[[[[[[[[[[[[[[[1", "f:1: values are nested too deep"},
	{"[dependencies]\nX = 3\n", "f:2: dependency 'X' needs a path"},
	{"[dependencies]\nX = {version = \"1\"}\n", "f:2: dependency 'X' needs a path"},
	{"[dependencies.X]\nversion = \"1\"\n", "f:1: dependency 'X' needs a path"},
	{"[dependencies]\nX = \"a\"\nX = \"b\"\n", "f:3: dependency 'X' is already declared"},
	{"[dependencies]\nX = \"a\"\n[dependencies.X]\n",
	 "f:3: dependency 'X' is already declared"},
};

Test(manifest, malformed_text_is_refused_with_its_line)
{
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct arena arena = ARENA_INIT;
		struct manifest m;
		struct error err = ERROR_INIT;
		uint32_t line = 0;
		int r = manifest_read(&m, &arena, slice_of(malformed[i].text), "f", &line, &err);
		cr_expect_lt(r, 0, "accepted:\n%s", malformed[i].text);
		cr_expect_str_eq(err.message, malformed[i].message);
		arena_done(&arena);
	}
}

/* --- packages on disk ------------------------------------------------------------------------- */

static char directory[] = "/tmp/parity-packages-XXXXXX";

static void put(const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	char *path = path_join(directory, name), *parent = path_dir(path);
	cr_assert_eq(path_make_dirs(parent, &err), 0, "%s", err.message);
	cr_assert_eq(file_write(path, slice_of(text), false, &err), 0, "%s", err.message);
	free(parent);
	free(path);
}

static void make_packages(void)
{
	cr_assert(mkdtemp(directory));
	put("fuse.toml", "[package]\nname = \"shop\"\n[dependencies]\nAuth = \"./deps/auth\"\n");
	put("deps/auth/fuse.toml", "[dependencies.Db]\npath = \"../db\"\n");
	put("deps/auth/lib/user.fuse",
	    "import D from \"dep:Db/db\"\nimport T from \"root:tags\"\n"
	    "interface Named:\n  fn label() -> String\n"
	    "type User:\n  id: Int\n"
	    "fn load(id: Int) -> String:\n  return T.tag() + D.find(id)\n");
	put("deps/auth/tags.fuse", "fn tag() -> String:\n  return \"#\"\n");
	put("deps/auth/note.md", "note\n");
	put("deps/db/db.fuse", "fn find(id: Int) -> String:\n  return \"row ${id}\"\n");
}

static void drop_packages(void)
{
	struct error err = ERROR_INIT;
	(void)path_remove_tree(directory, &err);
}

static struct loaded load_main(const char *text)
{
	struct loaded loaded = {0};
	struct error err = ERROR_INIT;
	put("src/main.fuse", text);
	char *path = path_join(directory, "src/main.fuse");
	loaded.result = frontend_load(&loaded.program, &loaded.diagnostics, path, &err);
	cr_assert_geq(loaded.result, 0, "%s", err.message);
	free(path);
	return loaded;
}

Test(packages, dependencies_are_found_through_each_other, .init = make_packages,
     .fini = drop_packages)
{
	struct loaded loaded = load_main("import U from \"dep:Auth/lib/user\"\n"
					 "import {find} from \"dep:Db/db.fuse\"\n"
					 "import Note from \"dep:Auth/note.md\"\n" APP(
						 "  print(U.load(1) + find(2) + Note)\n"));
	cr_assert_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	/* the root, user, db, tags: "root:" in a dependency is the dependency's own */
	cr_expect_eq(loaded.program.module_len, 4);
	loaded_done(&loaded);
}

static const struct {
	const char *text;
	const char *code;
	const char *part; /* of the message */
	unsigned line, column;
} refused[] = {
	{"import X from \"dep:Nope/x\"\n", "FUSE_IMPORT_UNKNOWN_DEPENDENCY", "Auth, Db", 1, 15},
	{"import X from \"dep:Auth\"\n", "FUSE_IMPORT_DEP_PATH", "", 1, 15},
	{"import X from \"dep:/x\"\n", "FUSE_IMPORT_DEP_PATH", "", 1, 15},
	{"import X from \"dep:Auth/\"\n", "FUSE_IMPORT_DEP_PATH", "", 1, 15},
	{"import X from \"dep:Auth/../x\"\n", "FUSE_IMPORT_DEP_PATH", "", 1, 15},
	{"import X from \"root:../x\"\n", "FUSE_IMPORT_ROOT_ESCAPE", "", 1, 15},
	{"import X from \"dep:Auth/none\"\n", "FUSE_IMPORT_READ", "deps/auth/none.fuse", 1, 15},
	{"import {User, Named} from \"dep:Auth/lib/user\"\n"
	 "impl Named for User:\n  fn label() -> String:\n    return \"x\"\n",
	 "FUSE_IMPL_ORPHAN", "", 2, 6},
};

Test(packages, wrong_imports_are_refused_at_the_import, .init = make_packages,
     .fini = drop_packages)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct loaded loaded = load_main(refused[i].text);
		cr_expect_eq(loaded.result, FRONTEND_E_REJECTED, "accepted:\n%s", refused[i].text);
		if (loaded.diagnostics.list.len > 0) {
			struct diagnostic *first = &loaded.diagnostics.list.items[0];
			cr_expect_str_eq(first->code, refused[i].code, "for:\n%s", refused[i].text);
			cr_expect(strstr(first->message, refused[i].part), "%s", first->message);
			cr_expect(first->line == refused[i].line &&
					  first->column == refused[i].column,
				  "%u:%u for:\n%s", first->line, first->column, refused[i].text);
		}
		loaded_done(&loaded);
	}
}

static void expect_manifest_error(const char *code, const char *message, unsigned line)
{
	struct loaded loaded = load_main(APP("  print(1)\n"));
	cr_assert_eq(loaded.result, FRONTEND_E_REJECTED);
	struct diagnostic *first = &loaded.diagnostics.list.items[0];
	cr_expect_str_eq(first->code, code);
	cr_expect_str_eq(first->message, message);
	cr_expect_eq(first->line, line);
	struct buf text = {0};
	diagnostics_format_text(&text, &loaded.diagnostics);
	cr_expect(strstr(buf_str(&text), "fuse.toml:"));
	buf_done(&text);
	loaded_done(&loaded);
}

Test(packages, a_cycle_shows_the_way_round, .init = make_packages, .fini = drop_packages)
{
	put("deps/db/fuse.toml", "[dependencies]\nBack = \"../auth\"\n");
	expect_manifest_error("FUSE_DEP_CYCLE",
			      "circular import: Auth \xe2\x86\x92 Db \xe2\x86\x92 Auth", 2);
	put("deps/db/fuse.toml", "[dependencies]\nShop = \"../..\"\n");
	expect_manifest_error(
		"FUSE_DEP_CYCLE",
		"circular import: shop \xe2\x86\x92 Auth \xe2\x86\x92 Db \xe2\x86\x92 shop", 2);
}

Test(packages, a_malformed_manifest_refuses_the_program, .init = make_packages,
     .fini = drop_packages)
{
	put("deps/auth/fuse.toml", "[dependencies]\nDb = 7\n");
	expect_manifest_error("FUSE_MANIFEST", "dependency 'Db' needs a path", 2);
}

Test(packages, the_consumers_own_entry_wins, .init = make_packages, .fini = drop_packages)
{
	put("fuse.toml", "[dependencies]\nAuth = \"./deps/auth\"\nDb = \"./mine\"\n");
	put("mine/db.fuse",
	    "fn find(id: Int) -> String:\n  return \"mine\"\nfn own() -> Int:\n  return 1\n");
	struct loaded loaded =
		load_main("import {own} from \"dep:Db/db\"\n" APP("  print(own())\n"));
	cr_expect_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	loaded_done(&loaded);
}
