/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_spawn: starts one planned program with posix_spawn: own process group, default signals,
 * empty mask, the plan's environment and nothing else, and no descriptor of ours but 0, 1 and 2.
 *
 * posix_spawn cannot set limits. A memory limit is put on the child right after its start, by
 * prlimit(2): what it bounds is growth, so the moment before does not matter, and a helper program
 * that sets it first would cost one exec more for each run.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/exec_internal.h"

struct spawner {
	posix_spawnattr_t attr;
	bool has_attr;
	int null_fd;
	bool no_pidfd; /* the kernel has none */
};

struct pipe_pair {
	int in; /* to read from; borrowed */
	int out[2];
	int err[2];
};

int spawner_new(struct spawner **out, struct error *err)
{
	struct spawner *spawner = mem_zeroed(1, sizeof(*spawner));
	spawner->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (spawner->null_fd < 0) {
		int r = error_errno(err, errno, "cannot open '/dev/null'");
		spawner_free(spawner);
		return r;
	}
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	int e = posix_spawnattr_init(&spawner->attr);
	spawner->has_attr = e == 0;
	if (e == 0)
		e = posix_spawnattr_setflags(&spawner->attr, POSIX_SPAWN_SETPGROUP |
								     POSIX_SPAWN_SETSIGDEF |
								     POSIX_SPAWN_SETSIGMASK);
	if (e == 0)
		e = posix_spawnattr_setpgroup(&spawner->attr, 0);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(&spawner->attr, &all);
	if (e == 0)
		e = posix_spawnattr_setsigmask(&spawner->attr, &none);
	if (e != 0) {
		spawner_free(spawner);
		return error_errno(err, e, "cannot prepare to start programs");
	}
	*out = spawner;
	return 0;
}

struct spawner *spawner_free(struct spawner *spawner)
{
	if (!spawner)
		return NULL;
	if (spawner->has_attr)
		posix_spawnattr_destroy(&spawner->attr);
	if (spawner->null_fd >= 0)
		(void)close(spawner->null_fd);
	free(spawner);
	return NULL;
}

static void pipe_pair_close(struct pipe_pair *pipes)
{
	close_p(&pipes->out[0]);
	close_p(&pipes->out[1]);
	close_p(&pipes->err[0]);
	close_p(&pipes->err[1]);
}

/* Only our ends are non-blocking: the flag belongs to the open file, which programs would notice.
 */
static int pipe_pair_open(struct pipe_pair *pipes, struct error *err)
{
	if (pipe2(pipes->out, O_CLOEXEC) < 0 || pipe2(pipes->err, O_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	if (fcntl(pipes->out[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(pipes->err[0], F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, errno, "cannot make a pipe non-blocking");
	return 0;
}

/* A file in memory: a program may read it late, in part or never without anybody waiting for it. */
static int open_stdin(int *out, const struct plan *plan, struct error *err)
{
	CLEANUP(close_p) int fd = memfd_create("stdin", MFD_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot make a file for standard input");
	if (file_write_all(fd, plan->stdin_bytes.ptr, plan->stdin_bytes.len) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot write standard input");
	*out = steal_fd(&fd);
	return 0;
}

static int add_actions(posix_spawn_file_actions_t *actions, const struct pipe_pair *pipes,
		       const struct plan *plan, struct arena *arena)
{
	const char *dir = plan->work_dir;
	if (plan->cwd && strcmp(plan->cwd, ".") != 0)
		dir = arena_printf(arena, "%s/%s", plan->work_dir, plan->cwd);
	int e = posix_spawn_file_actions_adddup2(actions, pipes->in, 0);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(actions, pipes->out[1], 1);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(actions, pipes->err[1], 2);
	if (e == 0)
		e = posix_spawn_file_actions_addchdir_np(actions, dir);
	if (e == 0) /* ours are close-on-exec, but not those that our own parent left open */
		e = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	return e;
}

/* Trouble of ours rather than of the program that was to be started. */
static bool is_shortage(int e)
{
	return e == EAGAIN || e == ENOMEM || e == EMFILE || e == ENFILE;
}

static int spawn_with(struct spawned *out, struct spawner *spawner, const struct plan *plan,
		      struct pipe_pair *pipes, struct arena *arena, struct error *err)
{
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0)
		mem_exhausted();
	pid_t pid = -1;
	int e = add_actions(&actions, pipes, plan, arena);
	if (e == 0)
		e = posix_spawn(&pid, plan->argv[0], &actions, &spawner->attr, plan->argv,
				plan->env);
	posix_spawn_file_actions_destroy(&actions);
	if (e != 0 && is_shortage(e))
		return error_errno(err, e, "cannot start '%s'", plan->argv[0]);
	if (e != 0) {
		out->why = arena_printf(arena, "cannot start '%s': %s", plan->argv[0], strerror(e));
		return SPAWN_E_NOT_STARTED;
	}
	if (plan->limits.memory_bytes > 0) {
		rlim_t bytes = (rlim_t)plan->limits.memory_bytes;
		const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
		/* One that has ended already needs none. */
		(void)prlimit(pid, RLIMIT_AS, &limit, NULL);
	}
	/* The child is ours and not reaped: its number cannot have been given to another. */
	int pidfd = spawner->no_pidfd ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 && errno == ENOSYS)
		spawner->no_pidfd = true;
	if (pidfd < 0 && !spawner->no_pidfd) {
		e = errno;
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return error_errno(err, e, "cannot watch '%s'", plan->argv[0]);
	}
	out->pid = pid;
	out->pidfd = pidfd;
	return 0;
}

int spawner_start(struct spawned *out, struct spawner *spawner, const struct plan *plan,
		  struct arena *arena, struct error *err)
{
	struct pipe_pair pipes = {spawner->null_fd, {-1, -1}, {-1, -1}};
	CLEANUP(close_p) int stdin_fd = -1;
	int r = pipe_pair_open(&pipes, err);
	if (r == 0 && plan->has_stdin) {
		r = open_stdin(&stdin_fd, plan, err);
		pipes.in = stdin_fd;
	}
	if (r == 0)
		r = spawn_with(out, spawner, plan, &pipes, arena, err);
	if (r == 0) {
		out->out = steal_fd(&pipes.out[0]);
		out->err = steal_fd(&pipes.err[0]);
	}
	pipe_pair_close(&pipes);
	return r;
}
