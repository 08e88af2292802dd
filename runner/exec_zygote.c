/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_zygote: the runner's side of a zygote. Starts the helper with its memory file and socket,
 * writes plans, passes descriptors and reads answers. What an answer means is exec.c's business.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/exec_internal.h"

#define HELPER_NAME "parity-zygote"

enum {
	FD_LOW = 10,      /* descriptors meant for the helper stay above those it gets */
	SETUP_MS = 20000, /* for a helper to be ready */
};

int zygote_find(char **out, struct error *err)
{
	CLEANUP(free_p) char *self = NULL;
	CLEANUP(free_p) char *dir = NULL;
	const char *named = getenv("PARITY_ZYGOTE");

	if (named && *named)
		return path_absolute(out, named, err);
	if (path_self(&self, err) < 0)
		return -1;
	dir = path_dir(self);
	*out = path_join(dir, HELPER_NAME);
	if (path_is_executable(*out))
		return 0;
	(void)error_fault(
		err,
		"cannot start programs: no '%s' beside the command, build or install it, or "
		"name it in PARITY_ZYGOTE",
		*out);
	free(*out);
	*out = NULL;
	return -1;
}

/* --- start of a helper ------------------------------------------------------------------------ */

static void text_add(struct buf *text, const char *word)
{
	buf_add(text, word, strlen(word) + 1);
}

static int write_setup(char *share, const struct zygote_config *config, int level,
		       struct error *err)
{
	struct buf text = BUF_INIT(0);
	struct zygote_setup *setup = (struct zygote_setup *)share;
	int r = 0;

	text_add(&text, config->scratch);
	for (size_t i = 0; i < config->read_len; i++)
		text_add(&text, config->read_paths[i]);
	for (size_t i = 0; i < config->write_len; i++)
		text_add(&text, config->write_paths[i]);
	if (text.len + sizeof(*setup) > ZYGOTE_PLAN_AT)
		r = error_fault(err, "the profile's paths are too long together");
	if (r == 0) {
		*setup = (struct zygote_setup){.level = (uint32_t)level,
					       .read_len = (uint32_t)config->read_len,
					       .write_len = (uint32_t)config->write_len,
					       .text_size = (uint32_t)text.len};
		memcpy(setup->text, text.data, text.len);
	}
	buf_done(&text);
	return r;
}

/* Descriptors 3 and 4 when `fds` holds two; standard output when it holds one. */
static int spawn_helper(pid_t *pid, const char *helper, char *flag, const int *fds, size_t fd_len)
{
	char *argv[] = {(char *)helper, flag, NULL};
	char *env[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attr) != 0)
		mem_exhausted();
	int e = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
							POSIX_SPAWN_SETSIGMASK);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(&attr, &all);
	if (e == 0)
		e = posix_spawnattr_setsigmask(&attr, &none);
	for (int fd = 0; e == 0 && fd < 3; fd++)
		e = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	for (size_t i = 0; e == 0 && i < fd_len; i++)
		e = posix_spawn_file_actions_adddup2(&actions, fds[i],
						     fd_len == 1 ? 1 : ZYGOTE_SOCKET_FD + (int)i);
	if (e == 0) /* ours are close-on-exec, but not those that our own parent left open */
		e = posix_spawn_file_actions_addclosefrom_np(&actions, ZYGOTE_SHARE_FD + 1);
	if (e == 0)
		e = posix_spawn(pid, helper, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return e;
}

/* The same open file under a number that the helper's own do not overwrite. */
static int lift_fd(int fd)
{
	int lifted = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD_LOW);

	close_p(&fd);
	return lifted;
}

int zygote_open(struct zygote_link *link, const struct zygote_config *config, int level,
		struct error *err)
{
	int pair[2] = {-1, -1};
	CLEANUP(close_p) int share_fd = lift_fd(memfd_create("parity", MFD_CLOEXEC));

	if (share_fd < 0 || ftruncate(share_fd, ZYGOTE_SHARE_SIZE) < 0)
		return error_errno(err, errno, "cannot make memory to share");
	char *share =
		mmap(NULL, ZYGOTE_SHARE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, share_fd, 0);
	if (share == MAP_FAILED)
		return error_errno(err, errno, "cannot map memory to share");
	int r = write_setup(share, config, level, err);
	if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		r = error_errno(err, errno, "cannot make a socket pair");
	CLEANUP(close_p) int ours = pair[0];
	CLEANUP(close_p) int theirs = r == 0 ? lift_fd(pair[1]) : -1;
	if (r == 0 && theirs < 0)
		r = error_errno(err, errno, "cannot make a socket pair");
	const int fds[2] = {theirs, share_fd};
	int e = r == 0 ? spawn_helper(&link->pid, config->helper, NULL, fds, 2) : 0;
	if (e != 0)
		r = error_errno(err, e, "cannot start '%s'", config->helper);
	if (r < 0) {
		(void)munmap(share, ZYGOTE_SHARE_SIZE);
		return r;
	}
	link->share = share;
	link->fd = steal_fd(&ours);
	link->is_ready = false;
	return 0;
}

void zygote_close(struct zygote_link *link, bool kill_it)
{
	if (link->pid > 0 && kill_it)
		(void)kill(link->pid, SIGKILL);
	if (link->fd >= 0)
		(void)close(link->fd); /* without it the helper ends whatever it runs, and itself */
	while (link->pid > 0 && waitpid(link->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (link->share)
		(void)munmap(link->share, ZYGOTE_SHARE_SIZE);
	*link = (struct zygote_link){.fd = -1};
}

/* --- messages --------------------------------------------------------------------------------- */

int zygote_receive(struct zygote_answer *answer, struct zygote_link *link)
{
	ssize_t n;

	do
		n = recv(link->fd, answer, sizeof(*answer), MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return ZYGOTE_E_NOTHING;
	return n == (ssize_t)sizeof(*answer) ? 0 : ZYGOTE_E_GONE;
}

int zygote_wait(struct zygote_answer *answer, struct zygote_link *link)
{
	struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
	int r = ZYGOTE_E_NOTHING;

	for (int64_t until = clock_monotonic_ms() + SETUP_MS;
	     r == ZYGOTE_E_NOTHING && clock_monotonic_ms() < until;) {
		(void)poll(&poll_fd, 1, (int)(until - clock_monotonic_ms()));
		r = zygote_receive(answer, link);
	}
	return r == 0 ? 0 : ZYGOTE_E_GONE;
}

void zygote_command(struct zygote_link *link, enum zygote_command command)
{
	const uint32_t word = command;

	/* One that is gone shows at the next answer. */
	while (link->fd >= 0 && send(link->fd, &word, sizeof(word), MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		;
}

static bool put(char **at, const char *end, const char *text)
{
	size_t size = strlen(text) + 1;

	if (size > (size_t)(end - *at))
		return false;
	memcpy(*at, text, size);
	*at += size;
	return true;
}

/* The plan's text into the shared memory; false when it does not fit. */
static bool write_plan(struct zygote_link *link, const struct plan *plan, const char *work_name,
		       const char *dir)
{
	struct zygote_plan *out = (struct zygote_plan *)(link->share + ZYGOTE_PLAN_AT);
	const char *end = link->share + ZYGOTE_RESULT_AT;
	char *at = out->text;

	*out = (struct zygote_plan){.memory_bytes = plan->limits.memory_bytes,
				    .cpu_seconds = (plan->limits.cpu_ms + 999) / 1000,
				    .file_bytes = plan->limits.file_bytes,
				    .open_files = plan->limits.open_files,
				    .processes = plan->limits.processes,
				    .disk_bytes = plan->limits.disk_bytes};
	bool fits = put(&at, end, dir) && put(&at, end, work_name);
	for (; fits && plan->argv[out->argc]; out->argc++)
		fits = put(&at, end, plan->argv[out->argc]);
	for (; fits && plan->env[out->envc]; out->envc++)
		fits = put(&at, end, plan->env[out->envc]);
	out->text_size = (uint32_t)(at - out->text);
	return fits && out->argc + out->envc + 2 < ZYGOTE_STRINGS_MAX;
}

int zygote_start(struct zygote_link *link, const struct plan *plan, const char *work_name,
		 const char *dir, const int fds[3])
{
	uint32_t command = ZYGOTE_START;
	char control[CMSG_SPACE(3 * sizeof(int))] __attribute__((aligned(8))) = {0};
	struct iovec bytes = {&command, sizeof(command)};
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (link->fd < 0)
		return ZYGOTE_E_GONE;
	if (!write_plan(link, plan, work_name, dir))
		return ZYGOTE_E_TOO_LONG;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(3 * sizeof(int));
	memcpy(CMSG_DATA(header), fds, 3 * sizeof(int));
	while (sendmsg(link->fd, &message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return ZYGOTE_E_GONE;
	return 0;
}

/* --- readiness -------------------------------------------------------------------------------- */

void zygote_is_ready(struct zygote_link *link, const struct zygote_answer *answer)
{
	link->is_ready = true;
	memcpy(link->group, answer->step, sizeof(link->group));
	link->group[sizeof(link->group) - 1] = '\0';
}

int zygote_ready(struct zygote_link *link, struct error *err)
{
	struct zygote_answer answer = {0};

	if (link->is_ready)
		return 0;
	if (zygote_wait(&answer, link) != 0)
		return error_fault(err, "the starter process ended while it was set up");
	if (answer.kind == ZYGOTE_FAILED)
		return error_fault(err, "%.*s: %s", ZYGOTE_STEP_SIZE, answer.step,
				   strerror(answer.error));
	zygote_is_ready(link, &answer);
	return 0;
}

/* A run like any other, of the helper itself: what works for it works for programs. */
int zygote_probe(struct zygote_link *link, const struct zygote_config *config, struct error *err)
{
	char program[] = "/proc/self/exe", flag[] = "--probe";
	char *argv[] = {program, flag, NULL};
	char *env[] = {NULL};
	const struct plan plan = {.argv = argv, .env = env};
	struct zygote_answer answer = {0};
	CLEANUP(free_p) char *dir = path_join(config->scratch, WORK_PROBE_NAME);
	CLEANUP(close_p) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int fds[3] = {null_fd, null_fd, null_fd};

	if (zygote_ready(link, err) < 0)
		return -1;
	if (null_fd < 0)
		return error_errno(err, errno, "cannot open '/dev/null'");
	if (zygote_start(link, &plan, WORK_PROBE_NAME, dir, fds) != 0 ||
	    zygote_wait(&answer, link) != 0)
		return error_fault(err, "the starter process ended");
	if (answer.kind == ZYGOTE_NOT_STARTED)
		return error_fault(err, "a program cannot start: %s", strerror(answer.error));
	if (answer.kind != ZYGOTE_ENDED || !WIFEXITED(answer.status) ||
	    WEXITSTATUS(answer.status) != ZYGOTE_PROBE_EXIT)
		return error_fault(err, "a program does not run as it should");
	return 0;
}

/* --- what the host offers --------------------------------------------------------------------- */

FILE *zygote_mechanisms(const char *helper)
{
	char flag[] = "--mechanisms";
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	CLEANUP(close_p) int theirs = lift_fd(fds[1]);
	int e = theirs < 0 ? EMFILE : spawn_helper(&pid, helper, flag, &theirs, 1);
	FILE *out = e == 0 ? fdopen(fds[0], "r") : NULL;
	if (!out)
		(void)close(fds[0]);
	if (e != 0)
		errno = e;
	return out;
}

void zygote_mechanisms_end(FILE *out)
{
	(void)fclose(out);
	(void)waitpid(-1, NULL, 0);
}
