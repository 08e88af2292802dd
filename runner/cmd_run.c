/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_run: 'parity run'. Options and sinks; the run itself is run.c's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/cmd.h"
#include "runner/run.h"

/* A sanitizer reserves address space by the terabyte: no limit fits programs built with one. */
#if defined(__SANITIZE_ADDRESS__)
enum { MEMORY_MIB = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { MEMORY_MIB = 0 };
#else
enum { MEMORY_MIB = 4096 };
#endif
#else
enum { MEMORY_MIB = 4096 };
#endif

enum { FILE_MIB = 1024, OPEN_FILES = 1024, PROCESSES = 512, DISK_MIB = 2048 };

struct options {
	struct context_options inputs;
	struct opt_args patterns;
	const char *backends;
	const char *filter;
	const char *shard;
	const char *json;
	const char *color;
	const char *repo;
	const char *scratch;
	const char *cache;
	const char *cache_dir;
	int64_t cache_check;
	int64_t cache_mib;
	int64_t artifact_mib;
	const char *rerun;
	int64_t seed;
	const char *aot;
	int64_t budget_ms;
	int64_t global_timeout_ms;
	int64_t jobs;
	int64_t timeout_ms;
	int64_t memory_mib;
	int64_t cpu_ms;
	int64_t file_mib;
	int64_t open_files;
	int64_t processes;
	int64_t disk_mib;
	const char *isolation;
	const char *min_isolation;
	int64_t repeat;
	bool no_file;
	bool keep;
	int64_t fail_fast;
	const char *group;
	bool quiet;
	bool verbose;
};

static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const reruns[] = {"failed", NULL};
static const char *const cache_modes[] = {"off", "read", "write", NULL};
static const char *const levels[] = {"auto", "L0", "L1", "L2", "L3", NULL};
static const char *const least[] = {"L0", "L1", "L2", "L3", NULL};
static const struct opt opts[] = {
	OPT(OPT_ARGS, 0, "PATTERN", NULL, "cases by name, glob or path (default: all)",
	    struct options, patterns),
	OPT_CORPUS(struct options),
	OPT_PROFILE(struct options),
	OPT_TOOLCHAIN(struct options),
	OPT_SPEC(struct options),
	OPT_RULES(struct options),
	OPT(OPT_TEXT, 'b', "backends", "A,B",
	    "backends to compare with the canonical one (default: all)", struct options, backends),
	OPT(OPT_TEXT, 0, "witness", "NAME|FILE",
	    "profile whose canonical backend joins as an extra voice", struct options,
	    inputs.witness),
	OPT(OPT_TEXT, 'f', "filter", "EXPR",
	    "only cases that match, as in: clause:fls#* and not name:loops", struct options,
	    filter),
	OPT(OPT_TEXT, 0, "shard", "K/N",
	    "only the K-th of N parts of the selection, see 'parity merge'", struct options, shard),
	OPT(OPT_INT, 'j', "jobs", "N", "programs at once (default: one per processor)",
	    struct options, jobs, .min = 1, .max = 512),
	OPT(OPT_DURATION, 't', "timeout", "TIME", "wall time of one program (default: 10s)",
	    struct options, timeout_ms),
	OPT(OPT_INT, 0, "memory", "MIB", "address space of one program, 0 for no limit",
	    struct options, memory_mib, .min = 0, .max = 1 << 24),
	OPT(OPT_DURATION, 0, "cpu", "TIME", "processor time of one program (default: no limit)",
	    struct options, cpu_ms),
	OPT(OPT_INT, 0, "file-size", "MIB", "size of one file it writes, 0 for no limit",
	    struct options, file_mib, .min = 0, .max = 1 << 24),
	OPT(OPT_INT, 0, "open-files", "N", "descriptors of one process, 0 for no limit",
	    struct options, open_files, .min = 0, .max = 1 << 20),
	OPT(OPT_INT, 0, "processes", "N", "processes alive at once, 0 for no limit", struct options,
	    processes, .min = 0, .max = 1 << 20),
	OPT(OPT_INT, 0, "disk", "MIB", "all that it writes in its folders, 0 for no limit",
	    struct options, disk_mib, .min = 0, .max = 1 << 24),
	OPT(OPT_CHOICE, 0, "isolation", "LEVEL",
	    "L0 to L3; auto is L2 or what works below it (default: auto)", struct options,
	    isolation, .choices = levels),
	OPT(OPT_CHOICE, 0, "min-isolation", "LEVEL", "give up below this level (default: L0)",
	    struct options, min_isolation, .choices = least),
	OPT(OPT_INT, 0, "repeat", "N",
	    "run every backend N times; one that disagrees with itself is flaky", struct options,
	    repeat, .min = 1, .max = 100),
	OPT(OPT_CHOICE, 0, "cache", "MODE",
	    "off, read or write: results and builds of earlier runs (default: off)", struct options,
	    cache, .choices = cache_modes),
	OPT(OPT_TEXT, 0, "cache-dir", "DIR", "where it is kept (default: the user's cache folder)",
	    struct options, cache_dir),
	OPT(OPT_INT, 0, "cache-check", "PERCENT", "of what is found, run again (default: 2)",
	    struct options, cache_check, .min = 0, .max = 100),
	OPT(OPT_INT, 0, "cache-size", "MIB", "bound of the results kept (default: 256)",
	    struct options, cache_mib, .min = 1, .max = 1 << 20),
	OPT(OPT_INT, 0, "artifact-size", "MIB",
	    "bound of the builds kept, 0 for none (default: 2048)", struct options, artifact_mib,
	    .min = 0, .max = 1 << 24),
	OPT(OPT_TEXT, 0, "aot", "all|cover|sample:K",
	    "which cases are built ahead of time (default: all)", struct options, aot),
	OPT(OPT_DURATION, 0, "budget", "TIME", "begin no case with an AOT build after this",
	    struct options, budget_ms),
	OPT(OPT_CHOICE, 0, "rerun", "WHAT", "failed: only cases that failed last time",
	    struct options, rerun, .choices = reruns),
	OPT(OPT_INT, 0, "shuffle", "SEED", "a random order (default: failed first, then long ones)",
	    struct options, seed, .min = 0, .max = INT64_MAX),
	OPT(OPT_DURATION, 0, "global-timeout", "TIME",
	    "stop the run then; what has ended is reported, exit 5", struct options,
	    global_timeout_ms),
	OPT(OPT_FLAG, 0, "no-file", NULL, "file nothing in the repository", struct options,
	    no_file),
	OPT(OPT_INT, 0, "fail-fast", "N", "start no further case after N that block (default: 1)",
	    struct options, fail_fast, .min = 1, .max = 1000000, .bare = 1),
	OPT(OPT_TEXT, 0, "group", "NAME=N,...",
	    "programs of a group of cases at once (default: as in groups.json)", struct options,
	    group),
	OPT(OPT_FLAG, 0, "keep", NULL, "leave the work directories of the programs behind",
	    struct options, keep),
	OPT(OPT_TEXT, 0, "scratch", "DIR",
	    "where work directories are made (default: TMPDIR or /tmp)", struct options, scratch),
	OPT_REPO(struct options),
	OPT(OPT_TEXT, 0, "json", "FILE|-", "also write the event stream, one JSON object a line",
	    struct options, json),
	OPT(OPT_CHOICE, 0, "color", "WHEN", "auto, always or never", struct options, color,
	    .choices = colors),
	OPT(OPT_FLAG, 'q', "quiet", NULL, "no progress and no details, only the closing screen",
	    struct options, quiet),
	OPT(OPT_FLAG, 'v', "verbose", NULL, "a line for every case", struct options, verbose),
	OPT_END,
};

static bool wants_color(const char *when, int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static struct sink *open_text(const struct options *o)
{
	bool prose_only = o->json && strcmp(o->json, "-") == 0;
	const char *term = getenv("TERM");
	struct sink_text_options text = {
		.results_fd = prose_only ? STDERR_FILENO : STDOUT_FILENO,
		.progress_fd = STDERR_FILENO,
		.quiet = o->quiet,
		.verbose = o->verbose,
		.profile_flag = o->inputs.profile,
	};

	text.color = wants_color(o->color, text.results_fd);
	text.live = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
	return sink_text_new(&text);
}

static int open_json(struct sink **out, const char *target, struct error *err)
{
	int fd = STDOUT_FILENO;

	if (strcmp(target, "-") != 0) {
		fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			return error_input(err, "cannot write '%s': %s", target, strerror(errno));
	}
	*out = sink_json_new(fd, fd != STDOUT_FILENO);
	return 0;
}

/* Whoever reads the stream gets an end even when the run never started. */
static void tell_failure(struct sink *json, const struct error *err, int exit)
{
	struct event event = {.kind = EVENT_ERROR, .error = {.error = err}};

	if (!json)
		return;
	json->emit(json, &event);
	event = (struct event){.kind = EVENT_SUMMARY,
			       .summary = {.errors = 1, .not_filed = "no run", .exit = exit}};
	json->emit(json, &event);
}

static enum exec_isolation level_of(const char *name)
{
	enum exec_isolation level = EXEC_L0;

	while (level < EXEC_AUTO && strcmp(exec_isolation_name(level), name) != 0)
		level++;
	return level;
}

static struct run_options run_options_of(const struct options *o)
{
	return (struct run_options){
		.inputs = o->inputs,
		.backends = o->backends,
		.filter = o->filter,
		.patterns = o->patterns.items,
		.pattern_len = o->patterns.len,
		.cache = o->cache,
		.cache_dir = o->cache_dir,
		.cache_check = o->cache_check,
		.cache_mib = o->cache_mib,
		.artifact_mib = o->artifact_mib,
		.rerun_failed = o->rerun != NULL,
		.shuffle = o->seed >= 0,
		.seed = o->seed,
		.aot_text = o->aot,
		.aot = {.budget_ms = o->budget_ms},
		.global_timeout_ms = o->global_timeout_ms,
		.jobs = o->jobs,
		.timeout_ms = o->timeout_ms,
		.memory_mib = o->memory_mib,
		.cpu_ms = o->cpu_ms,
		.file_mib = o->file_mib,
		.open_files = o->open_files,
		.processes = o->processes,
		.disk_mib = o->disk_mib,
		.isolation = level_of(o->isolation),
		.min_isolation = level_of(o->min_isolation),
		.repeat = o->repeat,
		.no_file = o->no_file,
		.keep = o->keep,
		.fail_fast = o->fail_fast,
		.groups = o->group,
		.repo = o->repo,
		.scratch = o->scratch,
	};
}

static int run_with(const struct options *o, struct sink *text, struct sink *json)
{
	struct sink *sinks[2] = {text, json};
	struct error err = ERROR_INIT;
	struct run_options run = run_options_of(o);
	int exit = RUN_EXIT_OK;
	int r = 0;

	r = aot_parse(&run.aot, o->aot, &err);
	if (r == 0 && o->shard)
		r = shard_parse(&run.shard, o->shard, &err);
	if (r == 0)
		r = run_corpus(&exit, &run, sinks, json ? 2 : 1, &err);

	if (r != 0) {
		exit = r == RUN_E_NOTHING ? RUN_EXIT_NOTHING : run_exit_of(&err);
		(void)cmd_fail(&err);
		tell_failure(json, &err, exit);
	}
	for (size_t i = 0; i < 2; i++) {
		if (!sinks[i] || sinks[i]->write_errno == 0)
			continue;
		(void)fprintf(stderr, "parity: cannot write %s: %s\n",
			      sinks[i] == json ? "the event stream" : "the results",
			      strerror(sinks[i]->write_errno));
		exit = exit > RUN_EXIT_SIGNAL ? exit : RUN_EXIT_FAULT;
	}
	return exit;
}

int cmd_run(int argc, char **argv)
{
	struct options o = {.color = "auto",
			    .cache = "off",
			    .cache_check = 2,
			    .cache_mib = 256,
			    .artifact_mib = 2048,
			    .seed = -1,
			    .aot = "all",
			    .timeout_ms = 10000,
			    .memory_mib = MEMORY_MIB,
			    .repeat = 1,
			    .file_mib = FILE_MIB,
			    .open_files = OPEN_FILES,
			    .processes = PROCESSES,
			    .disk_mib = DISK_MIB,
			    .isolation = "auto",
			    .min_isolation = "L0"};
	struct error err = ERROR_INIT;
	struct sink *json = NULL;
	struct sink *text;
	int r = cmd_options("run",
			    "Runs cases under every backend of a profile, compares what they did, "
			    "and files the verdicts\nunder the commit that is checked out.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	if (o.json && open_json(&json, o.json, &err) < 0)
		return cmd_fail(&err);
	text = open_text(&o);
	r = run_with(&o, text, json);
	text->free(text);
	if (json)
		json->free(json);
	return r;
}
