/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of imports: which file an import means, what it brings into a module, what is refused. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "frontend_fixture.h"

static char directory[] = "/tmp/parity-modules-XXXXXX";

static void put(const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	char *path = path_join(directory, name), *parent = path_dir(path);
	cr_assert_eq(path_make_dirs(parent, &err), 0, "%s", err.message);
	cr_assert_eq(file_write(path, slice_of(text), false, &err), 0, "%s", err.message);
	free(parent);
	free(path);
}

static void make_package(void)
{
	cr_assert(mkdtemp(directory));
	put("fuse.toml", "[package]\n");
	put("src/lib.fuse", "import main\n"
			    "type User:\n  name: String\n  tag: String = prefix(\"t\")\n"
			    "enum Kind:\n  A\n  B(Int)\n"
			    "config Limits:\n  most: Int = 9\n"
			    "fn prefix(s: String) -> String:\n  return \"p\" + s\n"
			    "fn helper() -> Int:\n  return 2\n");
	put("src/needs.fuse", "requires time\nfn late() -> Int:\n  return 1\n");
	put("shared/deep.fuse", "import {helper} from \"root:src/lib\"\n"
				"fn two(n: Int) -> Int:\n  return n * helper()\n");
	put("src/note.md", "# note\n");
	put("src/data.json", "{\"n\": 4, \"f\": 2.50, \"l\": [1, true, null, \"s\"]}");
	put("src/bad.json", "{\"n\": ");
	put("src/bytes.md", "\xff\xfe");
}

static struct loaded load_main(const char *text)
{
	struct loaded loaded = {0};
	struct error err = ERROR_INIT;
	put("src/main.fuse", text);
	char *path = path_join(directory, "src/./main.fuse");
	loaded.result = frontend_load(&loaded.program, &loaded.diagnostics, path, &err);
	cr_assert_geq(loaded.result, 0, "%s", err.message);
	free(path);
	return loaded;
}

static void drop_package(void)
{
	struct error err = ERROR_INIT;
	(void)path_remove_tree(directory, &err);
}

static void put_special(void)
{
	make_package();
	char *link = path_join(directory, "src/again"),
	     *pipe = path_join(directory, "src/pipe.fuse");
	char *asset = path_join(directory, "src/pipe.md");
	cr_assert_eq(symlink(".", link), 0);
	cr_assert_eq(mkfifo(pipe, 0600), 0);
	cr_assert_eq(mkfifo(asset, 0600), 0);
	free(link);
	free(pipe);
	free(asset);
}

Test(modules, a_link_that_leads_in_a_circle_loads_each_file_once, .init = put_special,
     .fini = drop_package)
{
	struct loaded loaded =
		load_main("import L from \"./again/again/lib\"\n"
			  "import M from \"./again/main\"\n"
			  "import lib\n" APP("  print(L.helper() + lib.helper())\n"));
	cr_assert_eq(loaded.result, 0);
	cr_expect_eq(loaded.program.module_len, 2);
	loaded_done(&loaded);
}

Test(modules, what_is_no_regular_file_is_not_waited_for, .init = put_special, .fini = drop_package)
{
	struct loaded loaded = load_main("import P from \"./pipe\"\n"
					 "import Q from \"./pipe.md\"\n" APP("  print(1)\n"));
	cr_assert_geq(loaded.diagnostics.list.len, 2);
	cr_expect_str_eq(loaded.diagnostics.list.items[0].code, "FUSE_IMPORT_READ");
	cr_expect_str_eq(loaded.diagnostics.list.items[1].code, "FUSE_ASSET_READ");
	cr_expect_eq(loaded.diagnostics.list.items[1].line, 2);
	loaded_done(&loaded);
}

Test(modules, names_come_by_alias_by_list_and_as_assets, .init = make_package, .fini = drop_package)
{
	struct loaded loaded =
		load_main("import lib\n"
			  "import {helper, Kind} from \"./lib\"\n"
			  "import Deep as D from \"../shared/deep.fuse\"\n"
			  "import Docs from \"./note.md\"\n"
			  "import Data from \"root:src/data.json\"\n"
			  "fn prefix() -> Int:\n  return helper() + D.two(3)\n"
			  "fn kind(k: lib.Kind) -> Int:\n  match k:\n    A -> 0\n    lib.Kind.B(n) "
			  "-> n\n" APP("  let u: lib.User = lib.User(name=\"x\")\n"
				       "  print(u.tag + Docs)\n"
				       "  print(kind(Kind.B(prefix())) + lib.Limits.most)\n"
				       "  print(Data[\"n\"] ?? 1)\n"));
	cr_assert_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	/* the root, imported back by lib, is the same module */
	cr_expect_eq(loaded.program.module_len, 3);
	cr_expect_eq(loaded.program.app_len, 1);
	cr_expect_eq(loaded.program.const_len, 3);
	struct buf text = {0};
	tree_print(&text, &loaded.program);
	cr_expect(strstr(buf_str(&text), "return (map \"n\" (V_OF_I 4) \"f\" (V_OF_F 2.5"));
	cr_expect(strstr(buf_str(&text), "(list (V_OF_I 1) (V_OF_B true) null \"s\")"));
	buf_done(&text);
	loaded_done(&loaded);
}

static const struct {
	const char *text;
	const char *code;
	unsigned line, column;
} refused[] = {
	{"import {Nope} from \"./lib\"\n", "FUSE_IMPORT_UNKNOWN", 1, 9},
	{"import lib\nimport lib from \"./lib\"\n", "FUSE_IMPORT_DUPLICATE", 2, 8},
	{"import {helper} from \"./lib\"\nfn helper():\n  print(1)\n", "FUSE_IMPORT_DUPLICATE", 1,
	 9},
	{"import Other from \"../shared/deep\"\n" APP("  print(Other.helper())\n"),
	 "FUSE_NAME_UNKNOWN", 3, 15},
	{"import lib\n" APP("  print(lib.nope())\n"), "FUSE_NAME_UNKNOWN", 3, 13},
	{"import lib\n" APP("  print(lib)\n"), "FUSE_NAME_MODULE_AS_VALUE", 3, 9},
	{"import lib\n" APP("  lib()\n"), "FUSE_CALL_TARGET", 3, 3},
	{"import {lib} from \"./nowhere\"\n", "FUSE_IMPORT_READ", 1, 19},
	{"import {Kind} from \"./lib\"\n" APP("  print(prefix(\"a\"))\n"), "FUSE_NAME_UNKNOWN", 3,
	 9},
	{"import lib\ntype Kind:\n  x: Int\n", "FUSE_SYMBOL_DUPLICATE", 5, 6},
	{"import needs\n" APP("  print(needs.late())\n"), "FUSE_CAPABILITY_MISSING", 3, 9},
	{"import Docs from \"./none.md\"\n", "FUSE_ASSET_MISSING", 1, 18},
	{"import Docs from \"./bytes.md\"\n", "FUSE_ASSET_UTF8", 1, 18},
	{"import Data from \"./bad.json\"\n", "FUSE_ASSET_JSON_INVALID", 1, 18},
	{"import {Docs} from \"./note.md\"\n", "FUSE_IMPORT_ASSET_FORM", 1, 20},
	{"import X from \"root:/lib\"\n", "FUSE_IMPORT_ROOT_PATH", 1, 15},
};

Test(modules, wrong_imports_are_refused_at_the_import, .init = make_package, .fini = drop_package)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct loaded loaded = load_main(refused[i].text);
		cr_expect_eq(loaded.result, FRONTEND_E_REJECTED, "accepted:\n%s", refused[i].text);
		if (loaded.diagnostics.list.len > 0) {
			struct diagnostic *first = &loaded.diagnostics.list.items[0];
			cr_expect_str_eq(first->code, refused[i].code, "%s for:\n%s",
					 first->message, refused[i].text);
			cr_expect(first->line == refused[i].line &&
					  first->column == refused[i].column,
				  "at %u:%u for:\n%s", first->line, first->column, refused[i].text);
		}
		loaded_done(&loaded);
	}
}

Test(modules, an_unreadable_root_is_an_error_of_the_caller)
{
	struct loaded loaded = {0};
	struct error err = ERROR_INIT;
	cr_expect_lt(frontend_load(&loaded.program, &loaded.diagnostics, "/nowhere/x.fuse", &err),
		     0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	loaded_done(&loaded);
}
