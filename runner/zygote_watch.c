/* SPDX-License-Identifier: Apache-2.0 */
/* zygote_watch: see zygote_watch.h. */
#include "runner/zygote_watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FIRST_NS = 20 * 1000 * 1000, /* until the first look, and at least between two */
	SHARE = 10,                  /* a look may take one part in so many of the time */
	QUEUE_MAX = 16384,           /* processes looked at; more than any limit that is meant */
	INODES_MAX = 1024,           /* open files without a name told apart */
	DEPTH_MAX = 200,             /* of folders; deeper ones are taken for an attempt to hide */
	ENTRY_BYTES = 4096,          /* that a name costs, however small the file */
	OWN_BYTES = 16 << 20,        /* the same in memory, amply */
	PATH_SIZE = 64 + ZYGOTE_PATH_SIZE,
};

/* What one look found. */
struct tally {
	const struct watch *watch;
	int64_t tasks;
	int64_t resident; /* bytes, what is shared counted for each */
	int64_t proportional;
	int64_t disk;
	size_t inode_len;
	ino_t inodes[INODES_MAX];
	size_t queue_len;
	pid_t queue[QUEUE_MAX];
};

static struct tally tally;

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void watch_open(struct watch *watch, int level)
{
	watch->proc = level >= LEVEL_L2 ? SANDBOX_PROC : "/proc";
	watch->has_tmp = level >= LEVEL_L2;
}

void watch_start(struct watch *watch, const struct zygote_plan *plan, const char *work)
{
	/* In the group are also we and the init of a namespace. */
	int64_t tasks = plan->processes > 0 ? plan->processes + 1 + watch->has_tmp : 0;
	int64_t bytes = plan->memory_bytes > 0 ? plan->memory_bytes + OWN_BYTES : 0;

	watch->plan = plan;
	(void)snprintf(watch->work, sizeof(watch->work), "%s", work);
	cgroup_limit(&watch->cgroup, CGROUP_PIDS, tasks);
	cgroup_limit(&watch->cgroup, CGROUP_MEMORY, bytes);
	watch->next_ns = now_ns() + FIRST_NS;
}

int watch_wait_ms(const struct watch *watch)
{
	int64_t left = watch->next_ns - now_ns();

	return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

/* --- processes and their memory ----------------------------------------------------------------
 */

static void look_for_children(struct tally *t, pid_t pid, const char *task)
{
	char path[PATH_SIZE], text[4096];
	size_t held = 0;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/%d/task/%s/children", t->watch->proc, (int)pid,
		       task);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, text + held, sizeof(text) - 1 - held)) > 0) {
		char *at = text, *end;
		text[held + (size_t)n] = '\0';
		/* A number that the end of the text cut comes whole with the next read. */
		while ((end = strchr(at, ' ')) && t->queue_len < QUEUE_MAX) {
			t->queue[t->queue_len++] = (pid_t)atoi(at);
			at = end + 1;
		}
		held = strlen(at);
		memmove(text, at, held);
		if (held >= 16)
			break;
	}
	if (fd >= 0)
		(void)close(fd);
}

static DIR *open_dir(const struct tally *t, pid_t pid, const char *name)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%d/%s", t->watch->proc, (int)pid, name);
	return opendir(path);
}

static void look_at_tasks(struct tally *t, pid_t pid)
{
	char path[PATH_SIZE], name[16];
	struct stat st;
	struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%s/%d/task", t->watch->proc, (int)pid);
	if (stat(path, &st) < 0)
		return;
	t->tasks += (int64_t)st.st_nlink - 2;
	/* One thread, as a rule: then its name is known, and there are many to look at when it
	 * matters. */
	if (st.st_nlink <= 3) {
		(void)snprintf(name, sizeof(name), "%d", (int)pid);
		look_for_children(t, pid, name);
		return;
	}
	DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_for_children(t, pid, entry->d_name);
	if (dir)
		(void)closedir(dir);
}

/* The number behind `key` in a file of the process; 0 when there is none. */
static int64_t number_after(const struct tally *t, pid_t pid, const char *file, const char *key)
{
	char path[PATH_SIZE], text[2048];

	(void)snprintf(path, sizeof(path), "%s/%d/%s", t->watch->proc, (int)pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	const char *at = strstr(text, key);
	return at ? strtoll(at + strlen(key), NULL, 10) : 0;
}

/* --- disk --------------------------------------------------------------------------------------
 */

/* Files that are open and have no name any more still take their space. */
static void look_at_nameless(struct tally *t, pid_t pid, dev_t device)
{
	DIR *dir = open_dir(t, pid, "fd");
	struct dirent *entry;
	struct stat st;

	while (dir && (entry = readdir(dir))) {
		bool seen = false;
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 || !S_ISREG(st.st_mode) ||
		    st.st_nlink > 0 || st.st_dev != device)
			continue;
		for (size_t i = 0; !seen && i < t->inode_len; i++)
			seen = t->inodes[i] == st.st_ino;
		if (seen || t->inode_len == INODES_MAX)
			continue;
		t->inodes[t->inode_len++] = st.st_ino;
		t->disk += (int64_t)st.st_blocks * 512;
	}
	if (dir)
		(void)closedir(dir);
}

static void look_at_folder(struct tally *t, int parent, const char *name, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir && fd >= 0)
		(void)close(fd);
	while (dir && t->disk <= t->watch->plan->disk_bytes && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		t->disk += (int64_t)st.st_blocks * 512 /
				   (st.st_nlink > 1 && !S_ISDIR(st.st_mode) ? (int64_t)st.st_nlink
									    : 1) +
			   ENTRY_BYTES;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			look_at_folder(t, fd, entry->d_name, depth + 1);
		else if (S_ISDIR(st.st_mode))
			t->disk = t->watch->plan->disk_bytes + 1;
	}
	if (dir)
		(void)closedir(dir);
}

static int64_t tmp_used(const struct watch *watch, bool *full)
{
	*full = false;
	return watch->has_tmp ? sandbox_tmp_used(full) : 0;
}

/* --- a look ------------------------------------------------------------------------------------
 */

/* Everything below `root` that is alive or not yet reaped, up to what is too much. */
static void find_processes(struct tally *t, pid_t root, int64_t max)
{
	t->queue[t->queue_len++] = root;
	for (size_t i = 0; i < t->queue_len && t->tasks <= max; i++)
		look_at_tasks(t, t->queue[i]);
}

static bool takes_memory(struct tally *t, int64_t limit)
{
	int64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < t->queue_len; i++)
		t->resident += page * number_after(t, t->queue[i], "statm", " ");
	/* What is shared counts once, but asking for that is slow. */
	for (size_t i = 0; t->resident > limit && t->proportional <= limit && i < t->queue_len; i++)
		t->proportional += 1024 * number_after(t, t->queue[i], "smaps_rollup", "Pss:");
	return t->proportional > limit;
}

static bool takes_disk(struct tally *t, int64_t limit)
{
	struct stat st;
	bool full;

	t->disk = tmp_used(t->watch, &full);
	if (t->watch->work[0] && stat(t->watch->work, &st) == 0) {
		look_at_folder(t, AT_FDCWD, t->watch->work, 0);
		for (size_t i = 0; i < t->queue_len && t->disk <= limit; i++)
			look_at_nameless(t, t->queue[i], st.st_dev);
	}
	return t->disk > limit;
}

static enum zygote_limit look(struct watch *watch, pid_t root)
{
	const struct zygote_plan *plan = watch->plan;
	bool counted = plan->processes <= 0 || cgroup_has(&watch->cgroup, CGROUP_PIDS);
	/* The root is none of the program's. */
	int64_t most = counted ? QUEUE_MAX : plan->processes + 1;
	enum zygote_limit met = watch_end(watch);

	if (met != ZYGOTE_LIMIT_NONE)
		return met;
	tally.watch = watch;
	tally.tasks = tally.resident = tally.proportional = tally.disk = 0;
	tally.inode_len = tally.queue_len = 0;
	find_processes(&tally, root, most);
	if (!counted && tally.tasks > most)
		return ZYGOTE_LIMIT_PROCESSES;
	if (plan->memory_bytes > 0 && !cgroup_has(&watch->cgroup, CGROUP_MEMORY) &&
	    takes_memory(&tally, plan->memory_bytes))
		return ZYGOTE_LIMIT_MEMORY;
	if (plan->disk_bytes > 0 && takes_disk(&tally, plan->disk_bytes))
		return ZYGOTE_LIMIT_DISK;
	return ZYGOTE_LIMIT_NONE;
}

enum zygote_limit watch_look(struct watch *watch, pid_t root)
{
	int64_t begin_ns = now_ns();

	if (begin_ns < watch->next_ns)
		return ZYGOTE_LIMIT_NONE;
	enum zygote_limit met = look(watch, root);
	int64_t end_ns = now_ns();
	int64_t pause_ns = (end_ns - begin_ns) * SHARE;
	watch->next_ns = end_ns + (pause_ns > FIRST_NS ? pause_ns : FIRST_NS);
	return met;
}

enum zygote_limit watch_end(struct watch *watch)
{
	const struct zygote_plan *plan = watch->plan;
	bool full;
	enum zygote_limit met = ZYGOTE_LIMIT_NONE;

	if (cgroup_was_met(&watch->cgroup, CGROUP_MEMORY))
		met = ZYGOTE_LIMIT_MEMORY;
	if (cgroup_was_met(&watch->cgroup, CGROUP_PIDS))
		met = ZYGOTE_LIMIT_PROCESSES;
	if (met == ZYGOTE_LIMIT_NONE && plan->disk_bytes > 0 &&
	    (tmp_used(watch, &full) > plan->disk_bytes || full))
		met = ZYGOTE_LIMIT_DISK;
	return met;
}
