/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escapes: escape.c through the executor at one level, on a host with something to reach: a file, a
 * process, sockets, shared memory, a repository with a ledger and a cache. Prints its lines. Exit 1
 * when it got out at L2 or above, or did not try everything.
 *
 *	escapes LEVEL ESCAPE FOLDER
 *
 * FOLDER is ours to write in. Below L2 only for an ordinary user: root's host would be harmed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "runner/exec.h"

enum { WAYS_LEAST = 40, WALL_MS = 30000 };

struct host {
	int port;
	int listens[2];
	int shared;
	char shared_path[64];
	char *secret;
	char *repository;
};

static void die(const char *message)
{
	(void)fprintf(stderr, "escapes: %s\n", message);
	exit(3);
}

static void open_sockets(struct host *host)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(here);

	host->listens[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	host->listens[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(host->listens[0], (struct sockaddr *)&here, len) < 0 ||
	    listen(host->listens[0], 1) < 0 ||
	    getsockname(host->listens[0], (struct sockaddr *)&here, &len) < 0)
		die("cannot listen");
	host->port = ntohs(here.sin_port);
	int n = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "parity-%d", host->port);
	if (bind(host->listens[1], (struct sockaddr *)&name,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) < 0 ||
	    listen(host->listens[1], 1) < 0)
		die("cannot listen on an abstract socket");
}

static void write_file(const char *folder, const char *name)
{
	struct error err = ERROR_INIT;
	char *path = path_join(folder, name);
	char *dir = path_dir(path);

	if (path_make_dirs(dir, &err) < 0 || file_write(path, slice_of("secret"), false, &err) < 0)
		die(err.message);
	free(path);
	free(dir);
}

static void furnish(struct host *host, const char *folder)
{
	open_sockets(host);
	host->shared = shmget(host->port, 4096, IPC_CREAT | 0600);
	(void)snprintf(host->shared_path, sizeof(host->shared_path), "/dev/shm/parity-%d",
		       host->port);
	write_file("/dev/shm", strrchr(host->shared_path, '/') + 1);
	write_file(folder, "secret");
	write_file(folder, "repo/.git/HEAD");
	write_file(folder, "repo/.git/refs/heads/main");
	write_file(folder, "repo/.git/refs/parity/ledger");
	write_file(folder, "cache/segment");
	host->secret = path_join(folder, "secret");
	host->repository = path_join(folder, "repo");
}

static void clear(struct host *host)
{
	(void)shmctl(host->shared, IPC_RMID, NULL);
	(void)unlink(host->shared_path);
	(void)close(host->listens[0]);
	(void)close(host->listens[1]);
	free(host->secret);
	free(host->repository);
}

/* Runs the program; its lines are printed, the number of those that tell a way out returned. */
static size_t try_all(struct exec *exec, const struct host *host, char *program, size_t *tried)
{
	struct error err = ERROR_INIT;
	struct arena arena = {0};
	struct outcome out;
	char *dir = NULL, pid[16], port[16], *env[] = {NULL};
	char *argv[] = {program, host->secret, pid, port, host->repository, NULL};
	size_t outs = 0;
	void *tag = NULL;

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	(void)snprintf(port, sizeof(port), "%d", host->port);
	if (exec_work_dir(&dir, exec, &err) < 0)
		die(err.message);
	const struct plan plan = {.phase = PHASE_RUN,
				  .backend = "test",
				  .work_dir = dir,
				  .cwd = ".",
				  .argv = argv,
				  .env = env,
				  .limits = {.wall_ms = WALL_MS,
					     .keep_head = 64 << 10,
					     .output_max = 1 << 20,
					     .drain_ms = 200,
					     .processes = 64}};
	if (exec_start(exec, &plan, &out, &arena, exec, &err) < 0)
		die(err.message);
	while (!tag)
		if (exec_next(exec, &tag, -1, &err) < 0)
			die(err.message);
	struct slice rest = out.out.head, line;
	for (*tried = 0; slice_next_line(&rest, &line); ++*tried) {
		(void)printf("%.*s\n", SLICE_ARG(slice_trim(line)));
		outs += slice_ends(slice_trim(line), "\tout");
	}
	if (out.end != END_EXIT || out.code != 0)
		(void)fprintf(stderr, "escapes: ended with %s %d\n", end_name(out.end), out.code);
	*tried = out.end == END_EXIT && out.code == 0 ? *tried : 0;
	arena_done(&arena);
	return outs;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	enum exec_isolation level = EXEC_L0;
	struct host host = {0};
	struct exec *exec = NULL;
	size_t tried = 0;

	if (argc != 4)
		return 2;
	while (level < EXEC_AUTO && strcmp(exec_isolation_name(level), argv[1]) != 0)
		level++;
	if (level == EXEC_AUTO || (level < EXEC_L2 && geteuid() == 0))
		return 2;
	char *program = realpath(argv[2], NULL), *folder = realpath(argv[3], NULL);
	const char *paths[] = {program};
	const struct exec_options options = {
		.slots = 1, .isolation = level, .read_paths = paths, .read_len = 1};
	if (!program || !folder)
		return 2;
	furnish(&host, folder);
	if (exec_new(&exec, &options, &err) < 0)
		die(err.message);
	size_t outs = try_all(exec, &host, program, &tried);
	exec = exec_free(exec);
	clear(&host);
	free(program);
	free(folder);
	return tried < WAYS_LEAST || (level >= EXEC_L2 && outs > 0) ? 1 : 0;
}
