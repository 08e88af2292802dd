/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuse-ref: the command line of the embedded FUSE. Reads options, calls the front end and one way
 * of execution, prints. With the word `fuse` in front a verb works on a package and tells its steps
 * (command.h). Exit codes: 0 well, 1 rejected or failed program or failed build, 2 usage or program
 * arguments that do not bind, 3 our own fault.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "oracles/reference/aot.h"
#include "oracles/reference/command.h"
#include "oracles/reference/emit_c.h"
#include "oracles/reference/fault.h"
#include "oracles/reference/frontend.h"
#include "oracles/reference/interp.h"
#include "oracles/reference/jit.h"
#include "oracles/reference/lock.h"
#include "oracles/reference/rt_args.h"

#ifndef FUSE_REF_VERSION
#define FUSE_REF_VERSION "0.1.0"
#endif

enum { EXIT_WELL, EXIT_FAILED, EXIT_USAGE, EXIT_FAULT };

struct options {
	const char *verb;
	const char *file;
	const char *app;
	const char *filter;   /* of test: part of a name */
	const char *manifest; /* of the package: a folder or its fuse.toml */
	bool package;         /* the verb works on a package and tells its steps */
	bool json;
	bool frozen; /* fuse.lock must be up to date */
	bool strict; /* --strict-architecture */
	bool backend_chosen;
	bool interpret;
	bool release;
	bool aot;
	char *const *args; /* of the program, after --; NULL without any */
};

struct verb {
	const char *name;
	const char *usage;
	const char *allowed; /* options it takes, each between blanks */
	int (*run)(const struct options *options);
};

static const char usage_text[] =
	"usage: fuse-ref check [--diagnostics json|text] FILE\n"
	"       fuse-ref run [--backend ast|native] [--app NAME] [--diagnostics json|text] FILE "
	"[-- ARG...]\n"
	"       fuse-ref build --release|--aot [--app NAME] [--diagnostics json|text] FILE\n"
	"       fuse-ref test [--filter TEXT] [--diagnostics json|text] FILE\n"
	"       fuse-ref fuse check|run|build|test [--manifest-path PATH] [--frozen] [OPTION...] "
	"[FILE|FOLDER] "
	"[-- ARG...]\n"
	"                               the same for a package: its entry, app and backend from "
	"fuse.toml,\n"
	"                               variables from .env, and each step on stderr\n"
	"       fuse-ref fuse deps lock [--check] [--manifest-path PATH]\n"
	"                               write fuse.lock, which --frozen of the others asks for\n"
	"       check, run, build and test take --strict-architecture: capabilities are used, "
	"layers "
	"make\n"
	"       no cycle, a module's signatures name error domains of one module\n"
	"       fuse-ref tree FILE      the canonical program\n"
	"       fuse-ref emit FILE      the C text that both compilers get\n"
	"       fuse-ref faults         miscompilations this build can plant "
	"(FUSE_REF_FAULT=NAME)\n"
	"       fuse-ref --version | --help\n";

static void buf_done_p(struct buf *buf)
{
	buf_done(buf);
}

static int complain(const char *prefix, const char *message, int code)
{
	(void)fprintf(stderr, "%s%s\n", prefix, message);
	return code;
}

static struct command command_of(const struct options *options)
{
	return (struct command){.name = options->verb, .json = options->json};
}

/* What is wrong with the command line or the files it names; `code` is its name in JSON or NULL. */
static int refuse(const struct options *options, const char *code, const char *message, int exit)
{
	if (!options->package)
		return complain("error: ", message, exit);
	struct command command = command_of(options);
	command_error(&command, code, message);
	return exit;
}

static int refuse_error(const struct options *options, const char *code, const struct error *err)
{
	return refuse(options, code, err->message,
		      err->blame == ERROR_INPUT ? EXIT_FAILED : EXIT_FAULT);
}

/* A failure of the program. With JSON asked of the package command it has the form of a validation
 * error and a code for its field; errors that are JSON already stay as they are. */
static int program_failed(const struct options *options, const char *message)
{
	if (!options->package || !options->json)
		return complain("run error: ", message, EXIT_FAILED);
	if (strncmp(message, "{\"error\":", 9) == 0)
		return complain("", message, EXIT_FAILED);
	CLEANUP(buf_done_p) struct buf line = BUF_INIT(0);
	buf_addf(&line,
		 "{\"error\":{\"code\":\"validation_error\",\"fields\":[{\"code\":\"%s\","
		 "\"message\":",
		 rt_failure_code(message));
	json_write_string(&line, slice_of(message));
	buf_adds(&line, ",\"path\":\"$\"}],\"message\":\"validation failed\"}}");
	return complain("", buf_str(&line), EXIT_FAILED);
}

static int print_buf(const struct buf *text)
{
	if (file_write_all(STDOUT_FILENO, buf_str(text), text->len) == 0)
		return EXIT_WELL;
	(void)fprintf(stderr, "error: cannot write to stdout: %s\n", strerror(errno));
	return EXIT_FAILED;
}

static void print_diagnostics(struct diagnostics *diagnostics, bool json)
{
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	if (json)
		diagnostics_format_json(&text, diagnostics);
	else
		diagnostics_format_text(&text, diagnostics);
	(void)file_write_all(STDERR_FILENO, buf_str(&text), text.len);
	diagnostics_done(diagnostics);
}

/* Diagnostics go to stderr whatever becomes of the program, which is only checked when it is NULL.
 * EXIT_WELL, or the code to end with. */
static int load(struct program *program, const struct options *options)
{
	struct error err = ERROR_INIT;
	struct diagnostics diagnostics = {0};
	struct program checked = {0};
	struct frontend_options how = {.only_check = !program, .strict = options->strict};
	int r = frontend_open(program ? program : &checked, &diagnostics, options->file, &how,
			      &err);
	if (r == 0 && !program)
		program_done(&checked);
	print_diagnostics(&diagnostics, options->json);
	if (r < 0)
		return refuse_error(options, "wrapper_file_read", &err);
	return r == 0 ? EXIT_WELL : EXIT_FAILED;
}

/* The function to run: the named app, or the first. Negative after a complaint. */
static int64_t find_app(const struct program *program, const struct options *options)
{
	for (uint32_t i = 0; i < program->app_len; i++)
		if (!options->app || slice_is(program->apps[i].name, options->app))
			return program->apps[i].function;
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	if (options->app)
		buf_addf(&text, "app not found: %s", options->app);
	else
		buf_addf(&text, "no app found in '%s'", options->file);
	(void)refuse(options, "wrapper_run_error", buf_str(&text), EXIT_FAILED);
	return -1;
}

/* --- verbs ------------------------------------------------------------------------------------ */

static int verb_check(const struct options *options)
{
	return load(NULL, options);
}

static int execute(const struct program *program, const struct options *options)
{
	int64_t entry = find_app(program, options);
	if (entry < 0)
		return EXIT_FAILED;
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *message = NULL;
	int r = options->interpret ? interp_run(program, (uint32_t)entry, &message)
				   : jit_run(program, (uint32_t)entry, &message, &err);
	if (r == 0)
		return EXIT_WELL;
	return program_failed(options, r < 0 ? err.message : message ? message : "out of memory");
}

/* Program arguments belong to fn main; the app plays no part then. */
static int execute_main(const struct program *program, const struct options *options)
{
	if (program->main_function < 0)
		return refuse(options, "wrapper_run_error", "no root fn main found for CLI binding",
			      EXIT_FAILED);
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *message = NULL;
	int r = options->interpret ? interp_run_main(program, options->args, &message)
				   : jit_run_main(program, options->args, &message, &err);
	if (r < 0)
		return complain("run error: ", err.message, EXIT_FAILED);
	return r > 0 ? complain("", message ? message : "out of memory", EXIT_USAGE) : EXIT_WELL;
}

static int verb_run(const struct options *options)
{
	struct program program = {0};
	int code = load(&program, options);
	if (code != EXIT_WELL)
		return code;
	code = options->args ? execute_main(&program, options) : execute(&program, options);
	program_done(&program);
	return code;
}

/* The stages of a build, as JSON when the package command was asked for that. */
static void print_stage(int number, const char *text)
{
	(void)fprintf(stderr, "[build] aot [%d/6] %s\n", number, text);
}

static void print_stage_json(int number, const char *text)
{
	char message[128];
	(void)snprintf(message, sizeof(message), "aot [%d/6] %s", number, text);
	command_step(&(struct command){.name = "build", .json = true}, message);
}

static void (*stage_printer(const struct options *options))(int number, const char *text)
{
	return options->package && options->json ? print_stage_json : print_stage;
}

static int build(const struct program *program, const struct options *options)
{
	int64_t entry = find_app(program, options);
	if (entry < 0)
		return EXIT_FAILED;
	struct error err = ERROR_INIT;
	int r = aot_build(program,
			  &(struct aot_options){
				  .entry = (uint32_t)entry,
				  .profile = options->release ? "release" : "debug",
				  .version = FUSE_REF_VERSION,
				  .stage = stage_printer(options),
			  },
			  &err);
	return r < 0 ? refuse(options, NULL, err.message, EXIT_FAILED) : EXIT_WELL;
}

static int verb_build(const struct options *options)
{
	if (!options->release && !options->aot)
		return refuse(options, NULL, "build needs --release or --aot", EXIT_USAGE);
	stage_printer(options)(1, "check program");
	struct program program = {0};
	int code = load(&program, options);
	if (code == EXIT_WELL) {
		code = build(&program, options);
		program_done(&program);
	}
	if (!options->package)
		(void)fputs(code == EXIT_WELL ? "[build] ok\n" : "[build] failed\n", stderr);
	return code;
}

static int by_name(const void *a, const void *b)
{
	struct slice x = ((const struct entry *)a)->name, y = ((const struct entry *)b)->name;
	int order = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
	return order ? order : (x.len > y.len) - (x.len < y.len);
}

static bool passes_filter(struct slice name, const char *filter)
{
	return !filter || memmem(name.ptr, name.len, filter, strlen(filter));
}

/* Every test starts afresh; its own output stays in front of its line. */
static int run_tests(const struct program *program, const char *filter)
{
	uint32_t count = 0, failed = 0;
	for (uint32_t i = 0; i < program->test_len; i++) {
		const struct entry *test = &program->tests[i];
		if (!passes_filter(test->name, filter))
			continue;
		CLEANUP(free_p) char *message = NULL;
		int r = interp_run(program, test->function, &message);
		count++;
		failed += r != 0;
		if (r == 0)
			(void)printf("ok %.*s\n", SLICE_ARG(test->name));
		else
			(void)printf("FAILED %.*s: %s\n", SLICE_ARG(test->name),
				     message ? message : "out of memory");
		(void)fflush(stdout);
	}
	if (count == 0)
		(void)puts("0 tests");
	else if (failed == 0)
		(void)printf("ok (%u tests)\n", count);
	else
		(void)printf("FAILED (%u failed of %u tests)\n", failed, count);
	return fflush(stdout) == 0 && failed == 0 ? EXIT_WELL : EXIT_FAILED;
}

static int verb_test(const struct options *options)
{
	struct program program = {0};
	int code = load(&program, options);
	if (code != EXIT_WELL)
		return code;
	if (program.test_len > 0)
		qsort(program.tests, program.test_len, sizeof(*program.tests), by_name);
	code = run_tests(&program, options->filter);
	program_done(&program);
	return code;
}

static int verb_tree(const struct options *options)
{
	struct program program = {0};
	int code = load(&program, options);
	if (code != EXIT_WELL)
		return code;
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	tree_print(&text, &program);
	program_done(&program);
	return print_buf(&text);
}

static int verb_emit(const struct options *options)
{
	struct program program = {0};
	int code = load(&program, options);
	if (code != EXIT_WELL)
		return code;
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	emit_c(&text, &program, &(struct emit_options){.where = FAULT_IN_JIT});
	program_done(&program);
	return print_buf(&text);
}

/* --- command line ----------------------------------------------------------------------------- */

static const struct verb verbs[] = {
	{"check", "fuse-ref check [--diagnostics json|text] FILE",
	 " --diagnostics --strict-architecture ", verb_check},
	{"run", "fuse-ref run [--backend ast|native] [--app NAME] FILE [-- ARG...]",
	 " --diagnostics --strict-architecture --backend --app ", verb_run},
	{"build", "fuse-ref build --release|--aot [--app NAME] FILE",
	 " --diagnostics --strict-architecture --app --release --aot ", verb_build},
	{"test", "fuse-ref test [--filter TEXT] FILE",
	 " --diagnostics --strict-architecture --filter ", verb_test},
	{"tree", "fuse-ref tree FILE", " --diagnostics ", verb_tree},
	{"emit", "fuse-ref emit FILE", " --diagnostics ", verb_emit},
};

static int usage_error(const struct options *options, const char *code, const char *problem,
		       const char *subject)
{
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	buf_addf(&text, "%s '%s', try 'fuse-ref --help'", problem, subject);
	return refuse(options, code, buf_str(&text), EXIT_USAGE);
}

static bool is_allowed(const struct verb *verb, const char *name)
{
	const char *hit = strstr(verb->allowed, name);
	return hit && hit[-1] == ' ' && hit[strlen(name)] == ' ';
}

/* Where an option without a value is noted; NULL for one that has a value. */
static bool *find_switch(struct options *options, const char *name)
{
	const struct {
		const char *name;
		bool *is_set;
	} switches[] = {
		{"--aot", &options->aot},
		{"--frozen", &options->frozen},
		{"--release", &options->release},
		{"--strict-architecture", &options->strict},
	};
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strcmp(name, switches[i].name) == 0)
			return switches[i].is_set;
	return NULL;
}

static int set_option(struct options *options, const char *name, const char *value)
{
	if (strcmp(name, "--app") == 0) {
		options->app = value;
	} else if (strcmp(name, "--filter") == 0) {
		options->filter = value;
	} else if (strcmp(name, "--manifest-path") == 0) {
		options->manifest = value;
	} else if (strcmp(name, "--backend") == 0) {
		options->backend_chosen = true;
		options->interpret = strcmp(value, "ast") == 0;
		if (!options->interpret && strcmp(value, "native") != 0)
			return usage_error(options, "wrapper_unknown_backend", "unknown backend",
					   value);
	} else {
		options->json = strcmp(value, "json") == 0;
		if (!options->json && strcmp(value, "text") != 0)
			return usage_error(options, NULL, "unknown diagnostics format", value);
	}
	return EXIT_WELL;
}

/* One argument, or two: *at is moved over what was used. */
static int take_argument(struct options *options, const struct verb *verb, char **argv, int *at)
{
	const char *arg = argv[(*at)++];
	if (arg[0] != '-' || arg[1] == '\0') {
		if (options->file)
			return usage_error(options, NULL, "more than one file:", arg);
		options->file = arg;
		return EXIT_WELL;
	}
	if (strcmp(arg, "--") == 0 && strcmp(verb->name, "run") == 0) {
		options->args = argv[*at] ? argv + *at : NULL;
		while (argv[*at])
			++*at;
		return EXIT_WELL;
	}
	CLEANUP(free_p) char *name = strdup(arg);
	if (!name)
		return complain("error: ", "out of memory", EXIT_FAULT);
	char *equals = strchr(name, '=');
	if (equals)
		*equals = '\0';
	bool of_packages = strcmp(name, "--manifest-path") == 0 || strcmp(name, "--frozen") == 0;
	if (!is_allowed(verb, name) && !(options->package && of_packages))
		return usage_error(options, NULL, "unknown option", name);
	bool *is_set = find_switch(options, name);
	if (is_set) {
		if (equals)
			return usage_error(options, NULL, "option takes no value:", name);
		*is_set = true;
		return EXIT_WELL;
	}
	const char *value = equals ? strchr(arg, '=') + 1 : argv[*at];
	if (!value)
		return usage_error(options, NULL, "option needs a value:", name);
	if (!equals)
		++*at;
	return set_option(options, name, value);
}

static int choose_backend(struct options *options, const char *name)
{
	options->interpret = strcmp(name, "ast") == 0;
	if (options->interpret || strcmp(name, "native") == 0)
		return EXIT_WELL;
	return refuse(options, "wrapper_unknown_backend", "unknown backend in fuse.toml",
		      EXIT_FAILED);
}

/* EXIT_WELL when fuse.lock is up to date; `write` makes it so. */
static int lock_package(const struct options *options, const char *dir, const char *code,
			bool write)
{
	struct error err = ERROR_INIT;
	struct diagnostics diagnostics = {0};
	int r = write ? lock_write(dir, &diagnostics, &err) : lock_check(dir, &diagnostics, &err);
	print_diagnostics(&diagnostics, options->json);
	if (r < 0)
		return refuse_error(options, "wrapper_file_write", &err);
	if (r == LOCK_E_DIFFERS)
		return refuse(options, code,
			      "fuse.lock is not what the dependencies resolve to, "
			      "run 'fuse-ref fuse deps lock'",
			      EXIT_FAILED);
	return r == 0 ? EXIT_WELL : EXIT_FAILED;
}

/* The verb on the package of the command line, between its first and its last step. */
static int run_on_package(const struct verb *verb, struct options *options, struct arena *arena)
{
	struct error err = ERROR_INIT;
	struct command command = command_of(options);
	struct command_package package;
	const char *code = NULL;
	int r = command_find(&package, arena, options->manifest, options->file, &code, &err);
	if (r >= 0)
		r = command_environment(&package, &err);
	if (r < 0)
		return refuse_error(options, code ? code : "wrapper_file_read", &err);
	if (package.entry)
		options->file = package.entry;
	if (!options->app)
		options->app = package.app;
	int exit = EXIT_WELL;
	if (package.backend && !options->backend_chosen)
		exit = choose_backend(options, package.backend);
	if (exit != EXIT_WELL)
		return exit;
	command_step(&command, "start");
	if (options->frozen)
		exit = lock_package(options, package.dir, "FUSE_LOCK_FROZEN", false);
	if (exit == EXIT_WELL)
		exit = verb->run(options);
	command_step(&command, exit == EXIT_WELL                     ? "ok"
			       : exit == EXIT_USAGE && options->args ? "validation failed"
								     : "failed");
	return exit;
}

/* Was JSON asked for, before anything else of the command line is understood? */
static bool wants_json(char *const *argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--diagnostics=json") == 0 ||
		    (strcmp(*argv, "--diagnostics") == 0 && argv[1] &&
		     strcmp(argv[1], "json") == 0))
			return true;
	return false;
}

static int run_verb(const struct verb *verb, char **argv, bool package)
{
	struct options options = {
		.verb = verb->name,
		.package = package,
		.json = package && wants_json(argv),
	};
	for (int at = 0; argv[at];) {
		int code = take_argument(&options, verb, argv, &at);
		if (code != EXIT_WELL)
			return code;
	}
	if (package) {
		struct arena arena = ARENA_INIT;
		int code = run_on_package(verb, &options, &arena);
		arena_done(&arena);
		return code;
	}
	if (!options.file)
		return complain("error: file missing, usage: ", verb->usage, EXIT_USAGE);
	return verb->run(&options);
}

/* fuse deps lock [--check] [--manifest-path PATH] */
static int run_deps(char **argv)
{
	struct options options = {.verb = "deps", .package = true, .json = wants_json(argv)};
	static const struct verb lock = {"deps", "", " --diagnostics --manifest-path ", NULL};
	struct command_package package;
	struct error err = ERROR_INIT;
	const char *code = NULL;
	bool check = false;
	if (!*argv || strcmp(*argv, "lock") != 0)
		return *argv ? usage_error(&options, "wrapper_unknown_subcommand",
					   "unknown command of 'deps':", *argv)
			     : refuse(&options, "wrapper_missing_subcommand",
				      "'deps' needs a command, there is: lock", EXIT_USAGE);
	for (int at = 1; argv[at];) {
		int exit = EXIT_WELL;
		if (strcmp(argv[at], "--check") == 0) {
			check = true;
			at++;
		} else {
			exit = take_argument(&options, &lock, argv, &at);
		}
		if (exit != EXIT_WELL)
			return exit;
	}
	struct arena arena = ARENA_INIT;
	int r = command_find(&package, &arena, options.manifest, options.file, &code, &err);
	int exit = r < 0 ? refuse_error(&options, code, &err)
			 : lock_package(&options, package.dir, "FUSE_LOCK_OUT_OF_DATE", !check);
	arena_done(&arena);
	return exit;
}

static int print_faults(void)
{
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	fault_list(&text);
	if (text.len == 0)
		(void)fputs("this build plants no faults, configure with -Dplanted_faults=true\n",
			    stderr);
	return print_buf(&text);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

static int no_such_command(char *const *argv, bool package)
{
	const char *name = *argv ? *argv : "";
	const struct options options = {.package = package, .json = package && wants_json(argv)};
	if (strcmp(name, "migrate") == 0)
		return refuse(&options, NULL,
			      "migrations need a database, which this toolchain does not carry out",
			      EXIT_USAGE);
	if (!*name)
		return refuse(&options, "wrapper_missing_subcommand",
			      "command missing, try 'fuse-ref --help'", EXIT_USAGE);
	return usage_error(&options, "wrapper_unknown_command", "unknown command", name);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--version") == 0)
		return puts("fuse-ref " FUSE_REF_VERSION) < 0 ? EXIT_FAILED : EXIT_WELL;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return fputs(usage_text, stdout) < 0 ? EXIT_FAILED : EXIT_WELL;
	struct error err = ERROR_INIT;
	if (fault_choose(getenv("FUSE_REF_FAULT"), &err) < 0)
		return complain("error: ", err.message, EXIT_USAGE);
	if (strcmp(name, "faults") == 0)
		return print_faults();
	bool package = strcmp(name, "fuse") == 0;
	char **rest = argv + (argc > 1 ? 1 : argc) + package;
	if (package && *rest && strcmp(*rest, "deps") == 0)
		return run_deps(rest + 1);
	const struct verb *verb = *rest ? find_verb(*rest) : NULL;
	return verb ? run_verb(verb, rest + 1, package) : no_such_command(rest, package);
}
