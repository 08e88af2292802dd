/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aot: from the emitter's text to a static executable. fuse_rt.o, the runtime with libc already
 * linked into it, is looked for beside the running executable (fuse_rt_regex.o, the same with
 * PCRE2, for a program whose types have patterns), so that no source tree is needed and linking
 * costs a tenth of searching libc anew. $CC names another compiler than cc.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "oracles/reference/aot.h"
#include "oracles/reference/emit_c.h"

extern char **environ;

#define BUILD_DIR  ".fuse/build"
#define SOURCE     BUILD_DIR "/program.c"
#define OBJECT     BUILD_DIR "/program.o"
#define UNFINISHED BUILD_DIR "/program.aot.tmp"

#ifdef __x86_64__
#define TARGET "x86_64-unknown-linux-gnu"
#elif defined(__aarch64__)
#define TARGET "aarch64-unknown-linux-gnu"
#else
#define TARGET "unknown-linux"
#endif

static void buf_done_p(struct buf *buf)
{
	buf_done(buf);
}

static void report(const struct aot_options *options, int number, const char *text)
{
	if (options->stage)
		options->stage(number, text);
}

/* Runs a tool to its end; its stderr is ours. */
static int run_tool(const char *const *argv, struct error *err)
{
	pid_t pid;
	int status;
	int e = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);
	if (e)
		return error_errno(err, e, "cannot start '%s'", argv[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "cannot wait for '%s'", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_fault(err, "'%s' failed on the emitted program", argv[0]);
	return 0;
}

static int find_runtime(char **out, bool regex, struct error *err)
{
	CLEANUP(free_p) char *self = NULL;
	int r = path_self(&self, err);
	if (r < 0)
		return r;
	CLEANUP(free_p) char *dir = path_dir(self);
	CLEANUP(free_p) char *library = path_join(dir, regex ? "fuse_rt_regex.o" : "fuse_rt.o");
	if (!path_exists(library))
		return error_fault(err, "runtime missing: '%s'", library);
	*out = steal(&library);
	return 0;
}

static int compile(const struct aot_options *options, const char *cc, const char *library,
		   struct error *err)
{
	/* -Og makes loops over numbers as fast as -O1 does, in two thirds of the compile time. */
	const char *optimize = strcmp(options->profile, "release") == 0 ? "-Og" : "-O0";
	const char *compile_argv[] = {cc,
				      "-std=gnu17",
				      optimize,
				      "-w",
				      "-fno-pie",
				      "-fno-asynchronous-unwind-tables",
				      "-fno-strict-aliasing",
				      "-c",
				      "-o",
				      OBJECT,
				      SOURCE,
				      NULL};
	report(options, 4, "compile");
	int r = run_tool(compile_argv, err);
	if (r < 0)
		return r;
	const char *link_argv[] = {cc,   "-static",  "-nostdlib", "-no-pie", "-s",
				   "-o", UNFINISHED, library,     OBJECT,    NULL};
	report(options, 5, "link");
	return run_tool(link_argv, err);
}

int aot_build(const struct program *program, const struct aot_options *options, struct error *err)
{
	(void)unlink(AOT_OUTPUT);
	CLEANUP(free_p) char *library = NULL;
	int r = find_runtime(&library, emit_uses_regex(program), err);
	if (r < 0)
		return r;
	report(options, 2, "emit C");
	CLEANUP(buf_done_p) struct buf text = BUF_INIT(0);
	CLEANUP(buf_done_p) struct buf info = BUF_INIT(0);
	buf_addf(&info,
		 "mode=aot profile=%s target=" TARGET " rustc=cc " EMIT_COMPILER_VERSION " cli=%s "
		 "runtime_cache=1 contract=aot-v1",
		 options->profile, options->version);
	emit_c(&text, program,
	       &(struct emit_options){
		       .where = FAULT_IN_AOT,
		       .entry = options->entry,
		       .build_info = buf_str(&info),
	       });
	report(options, 3, "write source");
	r = path_make_dirs(BUILD_DIR, err);
	if (r == 0)
		r = file_write(SOURCE, buf_slice(&text), false, err);
	if (r < 0)
		return r;
	const char *cc = getenv("CC");
	r = compile(options, cc && *cc ? cc : "cc", library, err);
	if (r < 0)
		return r;
	report(options, 6, "finish");
	if (rename(UNFINISHED, AOT_OUTPUT) < 0)
		return error_errno(err, errno, "cannot rename '%s'", UNFINISHED);
	return 0;
}
