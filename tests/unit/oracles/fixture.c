/* SPDX-License-Identifier: Apache-2.0 */
/* fixture: see fixture.h. */
#include "tests/unit/oracles/fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"

const char FIXTURE_PROFILE[] =
	"{\n"
	"  \"schema\": \"parity.profile/1\",\n"
	"  \"name\": \"toy\", \"language\": \"toy\", \"rules\": \"toy-rules\",\n"
	"  \"toolchain\": {\"env\": \"TOY_HOME\", \"search\": [\"${toolchain}\", "
	"\"${toolchain}/bin\"]},\n"
	"  \"version\": [\"${toolchain}/toyc\", \"--version\"],\n"
	"  \"identity_files\": [\"${toolchain}/toyc\", \"?${toolchain}/extra\"],\n"
	"  \"check\": {\"argv\": [\"${toolchain}/toyc\", \"check\", \"${file}\"],\n"
	"            \"exits\": {\"0\": \"success\", \"1\": \"rejected\"},\n"
	"            \"diagnostics\": \"json-lines\", \"env\": {\"ONLY\": \"check\"}},\n"
	"  \"backends\": [\n"
	"    {\"name\": \"fast\", \"role\": \"aot\", \"checks\": true,\n"
	"     \"build\": {\"argv\": [\"${toolchain}/toyc\", \"build\", \"${dir}\"], \"timeout\": "
	"7,\n"
	"               \"env\": {\"ONLY\": \"build\"}},\n"
	"     \"run\": {\"argv\": [\"${artifact}\", {\"if\": \"args\", \"words\": "
	"[\"${args}\"]}]},\n"
	"     \"artifact\": \"out/prog\", \"exits\": {\"0\": \"success\"}, \"env\": {\"B\": "
	"\"fast\"}},\n"
	"    {\"name\": \"slow\", \"role\": \"canonical\",\n"
	"     \"run\": {\"argv\": [\"${toolchain}/toyi\", {\"if\": \"app\", \"words\": [\"--app\", "
	"\"${app}\"]},\n"
	"                      \"${file}\", {\"if\": \"args\", \"words\": [\"--\", \"${args}\"]}, "
	"\"end\"]},\n"
	"     \"exits\": {\"0\": \"success\", \"1\": \"failure|rejected\", \"2\": \"usage\"}}\n"
	"  ],\n"
	"  \"env\": {\"A\": \"$${x} ${backend}\", \"TZ\": \"Mars\"},\n"
	"  \"env_pass\": [\"TOY_PASSED\", \"TOY_UNSET\"],\n"
	"  \"files\": [{\"path\": \"toy.toml\", \"lines\": [\"entry ${name}\", {\"if\": \"app\", "
	"\"words\": [\"app ${app}\"]}]}],\n"
	"  \"ignore_files\": [\"cache/**\"],\n"
	"  \"features\": [\"http\"],\n"
	"  \"paths\": {\"read\": [\"${toolchain}\"], \"write\": [\"${root}\"]}\n"
	"}\n";

void fixture_init(struct fixture *f)
{
	struct error err = ERROR_INIT;
	memset(f, 0, sizeof(*f));
	f->dir = arena_strdup(&f->arena, "/tmp/parity-oracles-XXXXXX");
	cr_assert_not_null(mkdtemp(f->dir));
	CLEANUP(free_p) char *bin = path_join(f->dir, "bin");
	cr_assert_eq(path_make_dirs(bin, &err), 0, "%s", err.message);
}

void fixture_done(struct fixture *f)
{
	f->profile = profile_free(f->profile);
	(void)path_remove_tree(f->dir, NULL);
	arena_done(&f->arena);
}

void fixture_file(struct fixture *f, const char *name, const char *text, bool executable)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(f->dir, name);
	cr_assert_eq(file_write(path, slice_of(text), executable, &err), 0, "%s", err.message);
}

int fixture_load(struct fixture *f, const char *text, struct error *err)
{
	const struct profile_options options = {.toolchain = f->dir, .self_dir = f->dir};
	fixture_file(f, "profile.json", text, false);
	f->path = arena_printf(&f->arena, "%s/profile.json", f->dir);
	f->profile = profile_free(f->profile);
	return profile_load(&f->profile, f->path, &options, err);
}

void fixture_open(struct fixture *f)
{
	struct error err = ERROR_INIT;
	fixture_init(f);
	fixture_file(f, "bin/toyc", "compiler", true);
	fixture_file(f, "bin/toyi", "interpreter", true);
	cr_assert_eq(fixture_load(f, FIXTURE_PROFILE, &err), 0, "%s", err.message);
}

char *fixture_text(struct fixture *f, const char *from, const char *to)
{
	const char *at = strstr(FIXTURE_PROFILE, from);
	cr_assert_not_null(at, "'%s' is not in the fixture", from);
	return arena_printf(&f->arena, "%.*s%s%s", (int)(at - FIXTURE_PROFILE), FIXTURE_PROFILE, to,
			    at + strlen(from));
}
