/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_execute: any bytes as a program that is also run. Where the interpreter comes to an end
 * within its limits, the in-memory compiler must print the same and end with the same message; and
 * nothing crashes or leaks. Programs that ask for the time, for chance or to wait are not run.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "oracles/reference/frontend.h"
#include "oracles/reference/interp.h"
#include "oracles/reference/jit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 20000, HEAP_BYTES = 16 << 20, OUTPUT_MAX = 1 << 20 };

static int output = -1; /* stands for stdout while a program runs */
static int real_stdout = -1;

struct run {
	int result;
	char *message; /* NULL: it ended well */
	char *bytes;
	size_t len;
};

static void start_run(void)
{
	if (output < 0) {
		int nothing = open("/dev/null", O_RDONLY);
		output = memfd_create("stdout", 0);
		real_stdout = dup(STDOUT_FILENO);
		if (nothing < 0 || output < 0 || real_stdout < 0 || dup2(nothing, STDIN_FILENO) < 0)
			abort();
		(void)close(nothing);
	}
	if (ftruncate(output, 0) < 0 || lseek(output, 0, SEEK_SET) != 0 ||
	    dup2(output, STDOUT_FILENO) < 0)
		abort();
}

static void end_run(struct run *run)
{
	off_t len = lseek(output, 0, SEEK_END);
	if (len < 0 || dup2(real_stdout, STDOUT_FILENO) < 0)
		abort();
	run->len = (size_t)len < OUTPUT_MAX ? (size_t)len : OUTPUT_MAX;
	run->bytes = malloc(run->len + 1);
	if (!run->bytes || pread(output, run->bytes, run->len, 0) != (ssize_t)run->len)
		abort();
}

static void run_done(struct run *run)
{
	free(run->message);
	free(run->bytes);
}

/* Whether a run's end says nothing about another execution's: it met a limit of ours. */
static bool is_cut_short(const struct run *run)
{
	return run->message && (strstr(run->message, "step limit exceeded") ||
				strstr(run->message, "out of memory"));
}

static void execute(const struct program *program, uint32_t entry)
{
	struct interp_limits limits = {.steps = STEPS, .heap_bytes = HEAP_BYTES};
	struct error err = ERROR_INIT;
	struct run walked = {0};
	struct run compiled = {0};
	start_run();
	walked.result = interp_run_within(program, entry, &limits, &walked.message);
	end_run(&walked);
	if (!is_cut_short(&walked)) {
		start_run();
		compiled.result = jit_run(program, entry, &compiled.message, &err);
		end_run(&compiled);
		if (walked.result != compiled.result || walked.len != compiled.len ||
		    memcmp(walked.bytes, compiled.bytes, walked.len) != 0 ||
		    strcmp(walked.message ? walked.message : "",
			   compiled.message ? compiled.message : "") != 0)
			abort();
	}
	run_done(&walked);
	run_done(&compiled);
}

/* The output of such programs differs between two runs, or they take long, or fill stderr. */
static bool may_run(struct slice source)
{
	static const char *const words[] = {"time", "crypto", "log"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(source.ptr, source.len, words[i], strlen(words[i])))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program;
	struct diagnostics diagnostics = {0};
	struct error err = ERROR_INIT;
	struct slice source = slice_make((const char *)data, size);
	if (size == 0 || !may_run(source))
		return 0;
	int r = frontend_load_text(&program, &diagnostics, "fuzz.fuse", source, &err);
	if (r == 0 && program.app_len > 0)
		execute(&program, program.apps[0].function);
	if (r >= 0)
		program_done(&program);
	diagnostics_done(&diagnostics);
	return 0;
}
