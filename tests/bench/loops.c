/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loops: four loops of a program (integers, a growing string, a walk over a list, a recursive call)
 * under the embedded toolchain: its AOT binary over the same loop in C at -O1, and its interpreter
 * over the interpreter of a real FUSE toolchain, where one is found in DIR or $FUSE_HOME. Both
 * sides run in turn and must print the same; processor time counts, start included; the median of
 * the rounds' ratios is the figure.
 *
 * usage: loops FUSE_REF [DIR]; prints "aot-over-c-LOOP RATIO 3.00 ok|short" and
 * "interp-over-ast-LOOP RATIO 1.00 ok|short", or "... skipped (REASON)" where the other side is
 * missing. Exit 0, or 1 when one is short.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "tests/bench/figure.h"

enum { ROUNDS = 9, OUTPUT_SIZE = 256 };

struct loop {
	const char *name;
	const char *fuse; /* @N is the size of the work */
	const char *c;    /* its "work" for the frame below; checked against nothing, like C is */
	long compiled;    /* size for the binaries */
	long interpreted; /* size for the interpreters */
};

/* clang-format off */
static const struct loop loops[] = {
	{
		.name = "integers", .compiled = 30000000, .interpreted = 300000,
		.fuse = "fn work(n: Int) -> Int:\n"
			"  var i = 0\n"
			"  var sum = 0\n"
			"  while i < n:\n"
			"    sum = (sum + i * 3) % 1000003\n"
			"    i = i + 1\n"
			"  return sum\n",
		.c = "static int64_t work(int64_t n)\n{\n"
		     "int64_t i = 0, sum = 0;\n"
		     "while (i < n) {\nsum = (sum + i * 3) % 1000003;\ni = i + 1;\n}\n"
		     "return sum;\n}\n",
	},
	{
		.name = "string", .compiled = 20000000, .interpreted = 20000,
		.fuse = "fn work(n: Int) -> Int:\n"
			"  var text = \"\"\n"
			"  for i in 1..100:\n"
			"    text = \"\"\n"
			"    var k = 0\n"
			"    while k < n / 100:\n"
			"      text = text + \"abc\"\n"
			"      k = k + 1\n"
			"  if text == \"abc\":\n"
			"    return 0\n"
			"  return n\n",
		.c = "struct text { char *bytes; size_t len, cap; };\n"
		     "static void add(struct text *t, const char *bytes, size_t len)\n{\n"
		     "if (t->len + len > t->cap) {\n"
		     "t->cap = (t->len + len) * 2;\nt->bytes = realloc(t->bytes, t->cap);\n}\n"
		     "memcpy(t->bytes + t->len, bytes, len);\nt->len += len;\n}\n"
		     "static int64_t work(int64_t n)\n{\n"
		     "struct text t = {0};\n"
		     "for (int i = 1; i <= 100; i++) {\n"
		     "free(t.bytes);\nt = (struct text){0};\n"
		     "for (int64_t k = 0; k < n / 100; k++)\nadd(&t, \"abc\", 3);\n}\n"
		     "int64_t r = t.len == 3 && memcmp(t.bytes, \"abc\", 3) == 0 ? 0 : n;\n"
		     "free(t.bytes);\nreturn r;\n}\n",
	},
	{
		.name = "list", .compiled = 30000000, .interpreted = 300000,
		.fuse = "fn walk(items: List<Int>, rounds: Int) -> Int:\n"
			"  var sum = 0\n"
			"  for k in 1..rounds:\n"
			"    for x in items:\n"
			"      sum = (sum + x) % 1000003\n"
			"  return sum\n"
			"fn work(n: Int) -> Int:\n"
			"  return walk(1..1000, n / 1000)\n",
		.c = "static int64_t walk(const int64_t *items, size_t len, int64_t rounds)\n{\n"
		     "int64_t sum = 0;\n"
		     "for (int64_t k = 1; k <= rounds; k++)\n"
		     "for (size_t i = 0; i < len; i++)\nsum = (sum + items[i]) % 1000003;\n"
		     "return sum;\n}\n"
		     "static int64_t work(int64_t n)\n{\n"
		     "int64_t *items = malloc(1000 * sizeof(*items));\n"
		     "for (int i = 0; i < 1000; i++)\nitems[i] = i + 1;\n"
		     "int64_t sum = walk(items, 1000, n / 1000);\nfree(items);\nreturn sum;\n}\n",
	},
	{
		.name = "call", .compiled = 35, .interpreted = 24,
		.fuse = "fn work(n: Int) -> Int:\n"
			"  if n < 2:\n"
			"    return n\n"
			"  return work(n - 1) + work(n - 2)\n",
		.c = "static int64_t work(int64_t n)\n{\n"
		     "if (n < 2)\nreturn n;\n"
		     "return work(n - 1) + work(n - 2);\n}\n",
	},
};
/* clang-format on */

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "loops: %s\n", what);
	exit(3);
}

/* Runs a program in the current folder; its processor time in seconds, and what it printed. */
static double run(char *const argv[], char output[OUTPUT_SIZE])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;
	struct rusage used;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		die("cannot start a program");
	if (wait4(pid, &status, 0, &used) < 0 || status != 0)
		die("a program failed that should run");
	posix_spawn_file_actions_destroy(&actions);
	FILE *file = fopen("out", "r");
	if (!file)
		die("a program's output is lost");
	output[fread(output, 1, OUTPUT_SIZE - 1, file)] = '\0';
	(void)fclose(file);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* The median of `ours` over `theirs`, run in turn, the first one by turns. */
static double ratio(char *const ours[], char *const theirs[])
{
	double ratios[ROUNDS];
	for (size_t i = 0; i < ROUNDS; i++) {
		char output[2][OUTPUT_SIZE];
		double seconds[2];
		for (size_t k = 0; k < 2; k++) {
			size_t side = (i + k) % 2;
			seconds[side] = run(side ? theirs : ours, output[side]);
		}
		if (strcmp(output[0], output[1]) != 0)
			die("the two sides print different results");
		ratios[i] = seconds[0] / seconds[1];
	}
	return figure_median(ratios, ROUNDS);
}

static bool report(const char *what, const struct loop *loop, double value, double target)
{
	char name[64];
	(void)snprintf(name, sizeof(name), "%s-%s", what, loop->name);
	return figure_report(name, value, target);
}

static void write_text(const char *name, struct buf *text)
{
	struct error err = ERROR_INIT;
	if (file_write(name, buf_slice(text), false, &err) < 0)
		die(err.message);
	buf_done(text);
}

static void write_fuse(const char *name, const struct loop *loop, long n)
{
	struct buf text = BUF_INIT(0);
	buf_addf(&text, "%s\napp \"loop\":\n  print(work(%ld))\n", loop->fuse, n);
	write_text(name, &text);
}

static bool against_c(char *ref, const struct loop *loop)
{
	const char *cc = getenv("CC");
	char *build[] = {ref, (char *)"build", (char *)"--release", (char *)"loop.fuse", NULL};
	char *compile[] = {(char *)(cc && *cc ? cc : "cc"),
			   (char *)"-O1",
			   (char *)"-o",
			   (char *)"./loop",
			   (char *)"loop.c",
			   NULL};
	char *ours[] = {(char *)".fuse/build/program.aot", NULL};
	char *theirs[] = {(char *)"./loop", NULL};
	char output[OUTPUT_SIZE];
	struct buf text = BUF_INIT(0);
	write_fuse("loop.fuse", loop, loop->compiled);
	buf_addf(&text,
		 "#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
		 "#include <string.h>\n%s"
		 "int main(int argc, char **argv)\n{\n"
		 "printf(\"%%ld\\n\", (long)work(%ld + (argc - 1)));\nreturn 0;\n}\n",
		 loop->c, loop->compiled);
	write_text("loop.c", &text);
	(void)run(build, output);
	(void)run(compile, output);
	return report("aot-over-c", loop, ratio(ours, theirs), 3);
}

static bool against_fuse(char *ref, char *fusec, const struct loop *loop)
{
	char *ours[] = {ref,           (char *)"run",       (char *)"--backend",
			(char *)"ast", (char *)"loop.fuse", NULL};
	char *theirs[] = {fusec,         (char *)"--run",     (char *)"--backend",
			  (char *)"ast", (char *)"loop.fuse", NULL};
	if (!fusec) {
		printf("interp-over-ast-%s - 1.00 skipped (no fusec in a folder given or in "
		       "FUSE_HOME)\n",
		       loop->name);
		return true;
	}
	write_fuse("loop.fuse", loop, loop->interpreted);
	return report("interp-over-ast", loop, ratio(ours, theirs), 1);
}

/* The compiler of a real toolchain, where the profile of it would look too; NULL: none. */
static char *find_fusec(const char *home)
{
	static const char *const places[] = {"fusec", "bin/fusec", "target/release/fusec",
					     "tmp/fuse-target/release/fusec"};
	for (size_t i = 0; home && *home && i < sizeof(places) / sizeof(places[0]); i++) {
		CLEANUP(free_p) char *path = path_join(home, places[i]);
		if (access(path, X_OK) == 0)
			return realpath(path, NULL);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/parity-bench-XXXXXX";
	bool ok = true;
	if (argc < 2 || argc > 3) {
		(void)fprintf(stderr, "usage: loops FUSE_REF [DIR]\n");
		return 2;
	}
	CLEANUP(free_p) char *ref = realpath(argv[1], NULL);
	CLEANUP(free_p) char *fusec = find_fusec(argc > 2 ? argv[2] : getenv("FUSE_HOME"));
	if (argc > 2 && !fusec)
		die("no 'fusec' in the folder given");
	if (!ref || !mkdtemp(dir) || chdir(dir) < 0)
		die("no toolchain, or no folder for it to work in");
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++)
		ok = against_c(ref, &loops[i]) && ok;
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++)
		ok = against_fuse(ref, fusec, &loops[i]) && ok;
	if (chdir("/") < 0 || path_remove_tree(dir, &err) < 0)
		die("cannot remove the folder");
	return ok ? 0 : 1;
}
