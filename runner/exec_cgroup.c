/* SPDX-License-Identifier: Apache-2.0 */
/* exec_cgroup: see exec_cgroup.h. */
#include "runner/exec_cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_PREFIX "parity-"

enum {
	LINE_SIZE = 4096,
	MAKE_TRIES = 3, /* another runner may take an empty group away before we are in it */
	KILL_ROUNDS = 200,
	KILL_PAUSE_NS = 500 * 1000,
};

/* What the files are called in each layout, the older one first. */
static const struct {
	const char *controller;
	const char *limit[2];
	const char *events[2];
	const char *refused; /* the line of `events` that counts */
} files[CGROUP_CONTROLLERS] = {
	[CGROUP_PIDS] = {"pids", {"pids.max", "pids.max"}, {"pids.events", "pids.events"}, "max"},
	[CGROUP_MEMORY] = {"memory",
			   {"memory.limit_in_bytes", "memory.max"},
			   {"memory.oom_control", "memory.events"},
			   "oom_kill"},
};

/* Where groups for a controller are made. */
struct place {
	char dir[CGROUP_DIR_SIZE];
	bool is_unified;
};

static void pause_ns(long ns)
{
	const struct timespec pause = {.tv_nsec = ns};

	(void)nanosleep(&pause, NULL);
}

/* --- finding our group -------------------------------------------------------------------------
 */

/* Is `word` one of those between commas? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *at;) {
		size_t here = strcspn(at, ", \n");
		if (here == len && strncmp(at, word, len) == 0)
			return true;
		at += here;
		at += strspn(at, ", \n");
	}
	return false;
}

/* Our path in the hierarchy of `controller`, or in the unified one when it is NULL. */
static bool own_path(char out[static LINE_SIZE], const char *controller)
{
	FILE *in = fopen("/proc/self/cgroup", "re");
	char line[LINE_SIZE];
	bool found = false;

	while (in && !found && fgets(line, sizeof(line), in)) {
		char *list = strchr(line, ':');
		char *path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (controller ? !has_word(list + 1, controller) : list[1] != '\0')
			continue;
		memcpy(out, path, strlen(path) + 1);
		found = true;
	}
	if (in)
		(void)fclose(in);
	return found;
}

/* The folder of our group: mount point and path, less what of the path the mount does not show. */
static bool own_dir(struct place *out, const char *controller)
{
	char path[LINE_SIZE], line[LINE_SIZE], root[LINE_SIZE], point[LINE_SIZE], kind[32];
	FILE *in;
	bool found = false;

	if (!own_path(path, controller))
		return false;
	in = fopen("/proc/self/mountinfo", "re");
	while (in && !found && fgets(line, sizeof(line), in)) {
		const char *more = strstr(line, " - ");
		int at = 0;
		if (!more || sscanf(line, "%*d %*d %*s %4095s %4095s", root, point) != 2 ||
		    sscanf(more, " - %31s %*s %n", kind, &at) != 1 || at == 0)
			continue;
		if (strcmp(kind, controller ? "cgroup" : "cgroup2") != 0 ||
		    (controller && !has_word(more + at, controller)))
			continue;
		size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
		if (strncmp(path, root, skip) != 0)
			skip = 0;
		int n = snprintf(out->dir, sizeof(out->dir), "%s%s", point, path + skip);
		while (n > 1 && n < (int)sizeof(out->dir) && out->dir[n - 1] == '/')
			out->dir[--n] = '\0';
		found = n < (int)sizeof(out->dir) - CGROUP_NAME_SIZE;
	}
	if (in)
		(void)fclose(in);
	return found;
}

/* A file of a group; -1 with errno. */
static int open_in(const char *dir, const char *name, int flags)
{
	char path[CGROUP_DIR_SIZE + 64];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return errno = ENAMETOOLONG, -1;
	return open(path, flags | O_CLOEXEC);
}

static int write_in(const char *dir, const char *name, const char *text)
{
	int fd = open_in(dir, name, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int saved = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

static bool file_has_word(const char *dir, const char *name, const char *word)
{
	char text[LINE_SIZE];
	int fd = open_in(dir, name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	return has_word(text, word);
}

/* Do groups inside `dir` get the controller? Asks for it where that may be allowed. */
static bool hands_down(const char *dir, const char *controller)
{
	char wish[32];

	if (file_has_word(dir, "cgroup.subtree_control", controller))
		return true;
	(void)snprintf(wish, sizeof(wish), "+%s", controller);
	return write_in(dir, "cgroup.subtree_control", wish) == 0;
}

/* 0 or -1 with errno. In the unified layout a group with processes hands nothing down, so that
 * beside our own group is as a rule the place. */
static int find_place(struct place *out, enum cgroup_controller which)
{
	const char *controller = files[which].controller;
	char *slash;

	out->is_unified = false;
	if (own_dir(out, controller))
		return 0;
	out->is_unified = true;
	if (!own_dir(out, NULL) || !file_has_word(out->dir, "cgroup.controllers", controller))
		return errno = ENOENT, -1;
	if (hands_down(out->dir, controller))
		return 0;
	int saved = errno;
	slash = strrchr(out->dir, '/');
	*slash = '\0';
	if (file_has_word(out->dir, "cgroup.subtree_control", controller))
		return 0;
	errno = saved;
	return -1;
}

/* --- a group of our own ------------------------------------------------------------------------
 */

/* 0 or -1 with errno; the group's folder in `dir`. */
static int make_group(char dir[static CGROUP_DIR_SIZE], const struct place *place, const char *name)
{
	if (snprintf(dir, CGROUP_DIR_SIZE, "%s/%s", place->dir, name) >= CGROUP_DIR_SIZE)
		return errno = ENAMETOOLONG, -1;
	for (int i = 0; i < MAKE_TRIES; i++) {
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -1;
		if (write_in(dir, "cgroup.procs", "0") == 0)
			return 0;
		if (errno != ENOENT)
			break;
	}
	int saved = errno;
	(void)rmdir(dir);
	errno = saved;
	return -1;
}

static uint64_t count_of(int fd, const char *key)
{
	char text[1024];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	size_t len = strlen(key);

	text[n > 0 ? n : 0] = '\0';
	for (const char *at = text; *at;) {
		if (strncmp(at, key, len) == 0 && at[len] == ' ')
			return strtoull(at + len, NULL, 10);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return 0;
}

static void open_controller(struct cgroup *cgroup, enum cgroup_controller which)
{
	char dir[CGROUP_DIR_SIZE];
	struct place place;

	cgroup->why[which] = 0;
	if (find_place(&place, which) < 0 || make_group(dir, &place, cgroup->name) < 0) {
		cgroup->why[which] = errno;
		return;
	}
	cgroup->limit_fd[which] = open_in(dir, files[which].limit[place.is_unified], O_WRONLY);
	cgroup->events_fd[which] = open_in(dir, files[which].events[place.is_unified], O_RDONLY);
	if (cgroup->limit_fd[which] < 0 || cgroup->events_fd[which] < 0) {
		cgroup->why[which] = errno;
		if (cgroup->limit_fd[which] >= 0)
			(void)close(cgroup->limit_fd[which]);
		cgroup->limit_fd[which] = -1;
		return;
	}
	/* Swapped out is not freed. In the unified layout swap is a sum of its own. */
	if (which == CGROUP_MEMORY && place.is_unified)
		(void)write_in(dir, "memory.swap.max", "0");
	else if (which == CGROUP_MEMORY)
		cgroup->swap_fd = open_in(dir, "memory.memsw.limit_in_bytes", O_WRONLY);
	if (which == CGROUP_PIDS)
		cgroup->procs_fd = open_in(dir, "cgroup.procs", O_RDONLY);
	cgroup->refused[which] = count_of(cgroup->events_fd[which], files[which].refused);
}

void cgroup_open(struct cgroup *cgroup)
{
	struct timespec now;

	*cgroup = (struct cgroup){.swap_fd = -1, .procs_fd = -1};
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	/* Numbers of processes are given anew, in another PID namespace at once. */
	(void)snprintf(cgroup->name, sizeof(cgroup->name), NAME_PREFIX "%d-%llx", (int)getpid(),
		       (unsigned long long)now.tv_sec * 1000000000 + (unsigned long)now.tv_nsec);
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		cgroup->limit_fd[i] = cgroup->events_fd[i] = -1;
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		open_controller(cgroup, (enum cgroup_controller)i);
	if (!cgroup_has(cgroup, CGROUP_PIDS) && !cgroup_has(cgroup, CGROUP_MEMORY))
		cgroup->name[0] = '\0';
}

bool cgroup_has(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	return cgroup->limit_fd[controller] >= 0;
}

static void write_number(int fd, int64_t limit, const char *none)
{
	char text[32];

	if (limit > 0)
		(void)snprintf(text, sizeof(text), "%lld", (long long)limit);
	else
		(void)snprintf(text, sizeof(text), "%s", none);
	(void)!pwrite(fd, text, strlen(text), 0);
}

void cgroup_limit(struct cgroup *cgroup, enum cgroup_controller controller, int64_t limit)
{
	int fd = cgroup->limit_fd[controller];

	if (fd < 0 || cgroup->limit[controller] == limit)
		return;
	cgroup->limit[controller] = limit;
	write_number(fd, limit, controller == CGROUP_PIDS || cgroup->swap_fd < 0 ? "max" : "-1");
	/* The older layout bounds memory and swap together, never below memory alone: which of them
	 * can be written first depends on what stood there. */
	if (controller == CGROUP_MEMORY && cgroup->swap_fd >= 0) {
		write_number(cgroup->swap_fd, limit, "-1");
		write_number(fd, limit, "-1");
	}
}

bool cgroup_was_met(struct cgroup *cgroup, enum cgroup_controller controller)
{
	uint64_t now;

	if (!cgroup_has(cgroup, controller))
		return false;
	now = count_of(cgroup->events_fd[controller], files[controller].refused);
	if (now == cgroup->refused[controller])
		return false;
	cgroup->refused[controller] = now;
	return true;
}

/* --- killing -----------------------------------------------------------------------------------
 */

/* Kill all that the list names but two; false when that was nobody. */
static bool kill_listed(int fd, int spared)
{
	static char text[64 << 10];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	bool any = false;

	text[n > 0 ? n : 0] = '\0';
	for (char *at = text, *end; *at; at = end) {
		int pid = (int)strtol(at, &end, 10);
		if (end == at)
			break;
		end += *end == '\n';
		if (pid <= 1 || pid == spared || pid == (int)getpid())
			continue;
		any = kill(pid, SIGKILL) == 0 || any;
	}
	return any;
}

void cgroup_kill_others(struct cgroup *cgroup, int spared)
{
	if (cgroup->procs_fd < 0)
		return;
	(void)!pwrite(cgroup->limit_fd[CGROUP_PIDS], "0", 1, 0);
	cgroup->limit[CGROUP_PIDS] = -1;
	for (int i = 0; i < KILL_ROUNDS && kill_listed(cgroup->procs_fd, spared); i++)
		pause_ns(KILL_PAUSE_NS);
}

void cgroup_kill_named(const char *name)
{
	for (int which = 0; *name && which < CGROUP_CONTROLLERS; which++) {
		struct place place;
		char dir[CGROUP_DIR_SIZE];

		if (find_place(&place, (enum cgroup_controller)which) < 0 ||
		    snprintf(dir, sizeof(dir), "%s/%s", place.dir, name) >= (int)sizeof(dir))
			continue;
		if (write_in(dir, "cgroup.kill", "1") == 0)
			continue;
		(void)write_in(dir, "pids.max", "0");
		int fd = open_in(dir, "cgroup.procs", O_RDONLY);
		for (int i = 0; fd >= 0 && i < KILL_ROUNDS && kill_listed(fd, 0); i++)
			pause_ns(KILL_PAUSE_NS);
		if (fd >= 0)
			(void)close(fd);
	}
}

/* --- removing ----------------------------------------------------------------------------------
 */

static void remove_in(const char *dir)
{
	DIR *list = opendir(dir);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		if (entry->d_type == DT_DIR &&
		    strncmp(entry->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) == 0)
			(void)unlinkat(dirfd(list), entry->d_name, AT_REMOVEDIR);
	}
	if (list)
		(void)closedir(list);
}

void cgroup_remove_empty(void)
{
	for (int which = 0; which < CGROUP_CONTROLLERS; which++) {
		struct place place;

		if (find_place(&place, (enum cgroup_controller)which) == 0)
			remove_in(place.dir);
	}
}
