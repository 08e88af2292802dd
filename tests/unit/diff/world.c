/* SPDX-License-Identifier: Apache-2.0 */
/* world: see world.h. The rules here have the shapes of real ones, over a specification of a page.
 */
#include "world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/path.h"

const char WORLD_SPEC[] =
	"# Language\n\n"
	"## Printing\n\nA program prints lines.\n\n"
	"## Envelope\n\nThe fatal line has the form\n"
	"`fatal: class=<runtime_fatal|panic> pid=<...> message=<...> mode=<...>`.\n\n"
	"## Logging\n\nThe line `served by <ast|native> in <n> ms` is written for each request.\n\n"
	"## Maps\n\nThe order of entries is free.\n";

const char WORLD_RULES[] =
	"{\"id\": \"envelope\", \"clause\": \"lang#envelope\",\n"
	" \"clause_sha256\": \"@HASH(lang#envelope)@\",\n"
	" \"reason\": \"only executables have it\", \"channel\": \"stderr\", \"backends\": "
	"[\"aot\"],\n"
	" \"template\": \"fatal: class=<runtime_fatal|panic> pid=<...> message=<...> "
	"mode=<...>\",\n"
	" \"record\": \"error\", \"groups\": {\n"
	"  \"class\": {\"use\": \"project\"}, \"pid\": {\"use\": \"volatile\", \"grammar\": "
	"\"digits\"},\n"
	"  \"message\": {\"use\": \"project\", \"unescape\": \"crlf\", \"json\": true},\n"
	"  \"mode\": {\"use\": \"one-of\", \"values\": [\"aot\"]}}},\n"
	"{\"id\": \"run-error\", \"clause\": \"lang#envelope\",\n"
	" \"clause_sha256\": \"@HASH(lang#envelope)@\",\n"
	" \"reason\": \"the others report in their own form\", \"channel\": \"stderr\",\n"
	" \"backends\": [\"canonical\", \"jit\"],\n"
	" \"pattern\": \"^run error: (?<message>[^\\\\n]*(?:\\\\n(?!\\\\z)[^\\\\n]*)*)\",\n"
	" \"record\": \"error\", \"set\": {\"class\": \"runtime_fatal\"},\n"
	" \"groups\": {\"message\": {\"use\": \"project\", \"json\": true}}},\n"
	"{\"id\": \"served\", \"clause\": \"lang#logging\",\n"
	" \"clause_sha256\": \"@HASH(lang#logging)@\",\n"
	" \"reason\": \"the label names the backend\", \"channel\": \"stdout\",\n"
	" \"template\": \"served by <ast|native> in <n> ms\",\n"
	" \"groups\": {\"choice\": {\"use\": \"one-of\", \"values\": [\"ast\", \"native\"]},\n"
	"  \"n\": {\"use\": \"volatile\", \"grammar\": \"digits\"}}},\n"
	"{\"id\": \"map-order\", \"clause\": \"lang#maps\", \"clause_sha256\": "
	"\"@HASH(lang#maps)@\",\n"
	" \"reason\": \"no order is fixed\", \"channel\": \"stdout\",\n"
	" \"pattern\": \"^map\\\\{(?<entries>[^\\\\n]*)\\\\}$\", \"unordered\": true,\n"
	" \"groups\": {\"entries\": {\"use\": \"equal\"}}}\n";

static const char CONTRACT[] =
	"{\"schema\": \"parity.contract/1\",\n"
	" \"licences\": [{\"id\": \"scratch\", \"clause\": \"lang#maps\", \"channel\": \"files\",\n"
	"  \"locus\": \"files/scratch/**\", \"reason\": \"scratch files are free\"},\n"
	"  {\"id\": \"any-stderr-of-witness\", \"clause\": \"lang#maps\", \"channel\": "
	"\"stderr\",\n"
	"  \"backend\": \"witness\", \"reason\": \"the witness words its messages itself\"}],\n"
	" \"attribution\": [{\"channel\": \"exit\", \"clause\": \"lang#envelope\"}],\n"
	" \"choices\": []}\n";

static char *path_in(struct world *world, const char *name)
{
	return arena_printf(&world->arena, "%s/%s", world->dir, name);
}

static void must(const struct world *world, int r, const char *what)
{
	cr_assert_eq(r, 0, "%s: %s", what, world->err.message);
}

void world_write_spec(struct world *world, const char *markdown)
{
	char *path = arena_printf(&world->arena, "%s/lang.md", world->spec_dir);
	must(world, file_write(path, slice_of(markdown), false, &world->err), "write spec");
	world->spec = spec_free(world->spec);
	must(world, spec_load(&world->spec, world->spec_dir, &world->err), "load spec");
	world->judge.spec = world->spec;
}

void world_write_rules(struct world *world, const char *rules)
{
	struct buf text = BUF_INIT(0);
	buf_adds(&text, "{\"schema\": \"parity.rules/1\", \"rules\": [\n");
	for (const char *p = rules; *p;) {
		if (strncmp(p, "@HASH(", 6) != 0) {
			buf_addc(&text, *p++);
			continue;
		}
		const char *end = strchr(p, ')');
		char *id = arena_strndup(&world->arena, p + 6, (size_t)(end - p - 6));
		const struct clause *clause = spec_find(world->spec, id);
		cr_assert_not_null(clause, "no clause %s", id);
		buf_adds(&text, clause->sha256);
		p = end + 2;
	}
	buf_adds(&text, "]}\n");
	must(world, file_write(world->rules_path, buf_slice(&text), false, &world->err),
	     "write rules");
	buf_done(&text);
}

void world_init(struct world *world, const char *rules)
{
	memset(world, 0, sizeof(*world));
	strcpy(world->dir, "/tmp/parity-diff-XXXXXX");
	cr_assert_not_null(mkdtemp(world->dir));
	world->spec_dir = path_in(world, "spec");
	world->rules_path = path_in(world, "rules.json");
	must(world, path_make_dirs(world->spec_dir, &world->err), "make folder");
	world_write_spec(world, WORLD_SPEC);
	world_write_rules(world, rules ? rules : WORLD_RULES);
	must(world, rules_load(&world->rules, world->rules_path, world->spec, false, &world->err),
	     "load rules");
	char *contract = path_in(world, "contract.json");
	must(world, file_write(contract, slice_of(CONTRACT), false, &world->err), "write contract");
	must(world, contract_load(&world->contract, contract, world->spec, &world->err),
	     "load contract");
	world->judge = (struct judge){world->spec, world->contract, world->rules, &world->profile};
}

void world_done(struct world *world)
{
	rules_free(world->rules);
	contract_free(world->contract);
	spec_free(world->spec);
	struct error err = ERROR_INIT;
	cr_assert_eq(path_remove_tree(world->dir, &err), 0, "%s", err.message);
	arena_done(&world->arena);
}

void set_out(struct observation *obs, struct slice bytes)
{
	obs->out = bytes;
	obs->out_total = bytes.len;
	digest_hex(obs->out_sha256, bytes);
}

void set_err(struct observation *obs, struct slice bytes)
{
	obs->err = bytes;
	obs->err_total = bytes.len;
	digest_hex(obs->err_sha256, bytes);
}

struct observation observed(const char *backend, enum role role, const char *out, const char *err,
			    int code)
{
	struct observation obs = {.backend = backend,
				  .role = role,
				  .attempt = 1,
				  .phase = PHASE_RUN,
				  .end = END_EXIT,
				  .code = code};
	obs.meaning = code == 0 ? "success" : code == 1 ? "runtime-failure" : "unknown";
	set_out(&obs, slice_of(out));
	set_err(&obs, slice_of(err));
	return obs;
}

void three_alike(struct observation obs[VOICES], const char *out)
{
	obs[AST] = observed("ast", ROLE_CANONICAL, out, "", 0);
	obs[NATIVE] = observed("native", ROLE_JIT, out, "", 0);
	obs[AOT] = observed("aot", ROLE_AOT, out, "", 0);
}

void three_failed(struct world *world, struct observation obs[VOICES], const char *out,
		  const char *message)
{
	const char *run = arena_printf(&world->arena, "run error: %s\n", message);
	const char *fatal =
		arena_printf(&world->arena,
			     "fatal: class=runtime_fatal pid=4711 message=%s mode=aot\n", message);
	obs[AST] = observed("ast", ROLE_CANONICAL, out, run, 1);
	obs[NATIVE] = observed("native", ROLE_JIT, out, run, 1);
	obs[AOT] = observed("aot", ROLE_AOT, out, fatal, 1);
}

struct test_case case_named(const char *name)
{
	static const char *clauses[] = {"lang#printing"};
	return (struct test_case){
		.name = name, .path = "corpus/case.txt", .clauses = clauses, .clause_len = 1};
}

struct judgement judged(struct world *world, const struct test_case *test,
			const struct observation *obs, size_t len)
{
	struct judgement judgement = {0};
	int r = judge_case(&judgement, &world->judge, test, obs, len, &world->arena, &world->err);
	must(world, r, "judge");
	return judgement;
}
