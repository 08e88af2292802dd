/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: namespaces and the tree of files that a program sees from L2 on. Built once for a
 * zygote; a run adds two mounts in a mount namespace of its own.
 *
 * The tree is a small tmpfs, read-only once built: system folders and the profile's read paths
 * bound read-only where they stand outside, its write paths bound as they are, a private /tmp, a
 * minimal /dev. Under /proc lie the scratch folder and the host's /proc, which the kernel wants to
 * see before it mounts another; the run's own /proc then covers both, and nothing inside may
 * unmount it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runner/zygote.h"

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

#define TREE_OPTIONS "mode=0755,size=4m,nr_inodes=4k"
#define TMP_OPTIONS  "mode=1777,size=256m,nr_inodes=64k"

enum { USER_INSIDE = 1000, KEPT_MAX = 32 };

static const char *const system_paths[] = {
	"/usr",
	"/bin",
	"/sbin",
	"/lib",
	"/lib32",
	"/lib64",
	"/libx32",
	"/etc/ld.so.cache",
	"/etc/alternatives",
};
static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};

/* What stands in /tmp because something is mounted below it; the rest goes after each run. */
static char kept[KEPT_MAX][NAME_MAX + 1];
static size_t kept_len;
static char scratch[PATH_MAX]; /* where it stands, outside and inside */
static int scratch_fd = -1;    /* inside, on the writable side of its read-only cover */
static int tmp_fd = -1;

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int saved = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

/* The same user inside for everyone, so that outputs do not depend on who runs us. */
static int map_user(uid_t uid, gid_t gid)
{
	char text[64];

	if (write_text("/proc/self/setgroups", "deny") < 0 && errno != ENOENT)
		return -1;
	(void)snprintf(text, sizeof(text), "%d %u 1", USER_INSIDE, (unsigned)uid);
	if (write_text("/proc/self/uid_map", text) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), "%d %u 1", USER_INSIDE, (unsigned)gid);
	return write_text("/proc/self/gid_map", text);
}

int sandbox_enter_user(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0)
		(void)syscall(SYS_setgroups, 0, NULL);
	return unshare(CLONE_NEWUSER) < 0 ? -1 : map_user(uid, gid);
}

static int set_attr(const char *path, uint64_t attr, bool recursive)
{
	struct mount_attr set = {.attr_set = attr};

	return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, recursive ? AT_RECURSIVE : 0, &set,
			    sizeof(set));
}

/* `path` joined to the new root; false when it is too long. */
static bool inside(char out[static PATH_MAX], const char *root, const char *path)
{
	size_t head = strlen(root);
	size_t tail = strlen(path);

	if (head + tail >= PATH_MAX)
		return false;
	memcpy(out, root, head);
	memcpy(out + head, path, tail + 1);
	return true;
}

static int make_parents(char *path, size_t from)
{
	for (char *at = path + from + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		int r = mkdir(path, 0755);
		*at = '/';
		if (r < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static void keep_tmp_entry(const char *path)
{
	size_t len;

	if (strncmp(path, "/tmp/", 5) != 0 || kept_len == KEPT_MAX)
		return;
	path += 5;
	len = strcspn(path, "/");
	for (size_t i = 0; i < kept_len; i++)
		if (strlen(kept[i]) == len && strncmp(kept[i], path, len) == 0)
			return;
	if (len > 0 && len <= NAME_MAX)
		memcpy(kept[kept_len++], path, len);
}

/* Show `path` of the host at the same place; a link is copied as a link. One that is absent is left
 * out. */
static int show(const char *root, const char *path, bool writable)
{
	char target[PATH_MAX], link[PATH_MAX];
	struct stat st, seen;
	int fd;

	if (lstat(path, &st) < 0)
		return 0;
	if (!inside(target, root, path))
		return -1;
	/* Below another that is shown already. */
	bool is_seen = lstat(target, &seen) == 0;
	if (is_seen && !writable && seen.st_dev == st.st_dev && seen.st_ino == st.st_ino)
		return 0;
	if (!is_seen && make_parents(target, strlen(root)) < 0)
		return -1;
	keep_tmp_entry(path);
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			return -1;
		link[n] = '\0';
		return symlink(link, target) < 0 && errno != EEXIST ? -1 : 0;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(target, 0755) < 0 && errno != EEXIST)
			return -1;
	} else if (!is_seen) {
		fd = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return -1;
		(void)close(fd);
	}
	if (mount(path, target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	return set_attr(target,
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (writable ? 0 : MOUNT_ATTR_RDONLY),
			true);
}

static int show_devices(const char *root)
{
	char target[PATH_MAX], source[64];

	(void)inside(target, root, "/dev");
	if (mkdir(target, 0755) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		(void)snprintf(source, sizeof(source), "/dev/%s", devices[i]);
		(void)inside(target, root, source);
		int fd = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return -1;
		(void)close(fd);
		if (mount(source, target, NULL, MS_BIND, NULL) < 0)
			return -1;
	}
	(void)inside(target, root, "/dev/shm");
	if (symlink("/tmp", target) < 0)
		return -1;
	(void)inside(target, root, "/dev/fd");
	return symlink("/proc/self/fd", target);
}

/* Where the kernel's /proc and the scratch folder wait for the runs. */
static int show_hidden(const char *root)
{
	char target[PATH_MAX];

	(void)inside(target, root, "/proc");
	if (mkdir(target, 0755) < 0 || mount("proc", target, "tmpfs", 0, TREE_OPTIONS) < 0)
		return -1;
	(void)inside(target, root, SANDBOX_SCRATCH);
	if (mkdir(target, 0755) < 0 || mount(scratch, target, NULL, MS_BIND, NULL) < 0 ||
	    set_attr(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, false) < 0)
		return -1;
	(void)inside(target, root, SANDBOX_PROC);
	if (mkdir(target, 0755) < 0 || mount("/proc", target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	if (!inside(target, root, scratch) || make_parents(target, strlen(root)) < 0 ||
	    (mkdir(target, 0755) < 0 && errno != EEXIST))
		return -1;
	keep_tmp_entry(scratch);
	return 0;
}

static int pivot(const char *root)
{
	if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return -1;
	/* The old root lies on the new one now. */
	if (umount2(".", MNT_DETACH) < 0)
		return -1;
	return chdir("/");
}

/* The folders that only lead to mounts must not take a program's litter. */
static int cover_kept(void)
{
	for (size_t i = 0; i < kept_len; i++) {
		char path[PATH_MAX];

		if (!inside(path, "/tmp/", kept[i]) ||
		    mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0 ||
		    set_attr(path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			     false) < 0)
			return -1;
	}
	return 0;
}

int sandbox_loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -1 : ioctl(fd, SIOCGIFFLAGS, &request);

	if (r == 0) {
		request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
		r = ioctl(fd, SIOCSIFFLAGS, &request);
	}
	int saved = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = saved;
	return r;
}

static int build_tree(const struct zygote_setup *setup, const char *root)
{
	char target[PATH_MAX];
	const char *path = setup->text + strlen(setup->text) + 1;

	if (mount("parity", root, "tmpfs", MS_NOSUID, TREE_OPTIONS) < 0)
		return -1;
	(void)inside(target, root, "/tmp");
	if (mkdir(target, 0755) < 0 ||
	    mount("tmp", target, "tmpfs", MS_NOSUID | MS_NODEV, TMP_OPTIONS) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
		if (show(root, system_paths[i], false) < 0)
			return -1;
	if (show_devices(root) < 0 || show_hidden(root) < 0)
		return -1;
	/* Written ones last: they may lie inside those that are only read. */
	for (uint32_t i = 0; i < setup->read_len + setup->write_len; i++) {
		if (show(root, path, i >= setup->read_len) < 0)
			return -1;
		path += strlen(path) + 1;
	}
	return 0;
}

static int seal(void)
{
	scratch_fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tmp_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scratch_fd < 0 || tmp_fd < 0 || cover_kept() < 0)
		return -1;
	return set_attr("/", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, false);
}

static int try_enter(const struct zygote_setup *setup, const char **step)
{
	char root[PATH_MAX];

	if (!inside(scratch, "", setup->text) || !inside(root, scratch, "/.root"))
		return errno = ENAMETOOLONG, -1;
	*step = "user namespace";
	if (sandbox_enter_user() < 0)
		return -1;
	*step = "mount, IPC, host name and network namespaces";
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET) < 0)
		return -1;
	*step = "loopback";
	if (sandbox_loopback_up() < 0)
		return -1;
	*step = "host name";
	if (sethostname("parity", 6) < 0)
		return -1;
	*step = "private mounts";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	*step = "tree of files";
	if (build_tree(setup, root) < 0)
		return -1;
	*step = "pivot_root";
	if (pivot(root) < 0)
		return -1;
	*step = "read-only tree";
	return seal();
}

int sandbox_enter(const struct zygote_setup *setup, char step[static ZYGOTE_STEP_SIZE])
{
	const char *name = "set-up";
	int r = try_enter(setup, &name);
	int saved = errno;

	(void)snprintf(step, ZYGOTE_STEP_SIZE, "%s", name);
	errno = saved;
	return r;
}

int sandbox_prepare(const char *work_name)
{
	if (*work_name && mkdirat(scratch_fd, work_name, 0755) < 0 && errno != EEXIST)
		return -1;
	return 0;
}

int sandbox_mount(const char *work_name)
{
	char from[PATH_MAX], dir[PATH_MAX], to[PATH_MAX];

	if (*work_name) {
		if (!inside(from, SANDBOX_SCRATCH "/", work_name) || !inside(dir, scratch, "/") ||
		    !inside(to, dir, work_name))
			return errno = ENAMETOOLONG, -1;
		if (mount(from, to, NULL, MS_BIND, NULL) < 0)
			return -1;
	}
	return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid");
}

static bool is_kept(const char *name)
{
	for (size_t i = 0; i < kept_len; i++)
		if (strcmp(kept[i], name) == 0)
			return true;
	return false;
}

/* Everything in it, never through a link; `top` is /tmp itself. */
static int empty(int parent, const char *name, bool top)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	while (r == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    (top && is_kept(entry->d_name)))
			continue;
		if (entry->d_type != DT_DIR) {
			r = unlinkat(fd, entry->d_name, 0);
			continue;
		}
		(void)fchmodat(fd, entry->d_name, 0700, 0);
		r = empty(fd, entry->d_name, false);
		if (r == 0)
			r = unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	(void)closedir(dir);
	return r;
}

int sandbox_clean(void)
{
	return empty(tmp_fd, ".", true);
}

int64_t sandbox_tmp_used(bool *full)
{
	struct statfs st;

	if (fstatfs(tmp_fd, &st) < 0)
		return 0;
	*full = st.f_bfree == 0 || st.f_ffree == 0;
	return (int64_t)(st.f_blocks - st.f_bfree) * (int64_t)st.f_bsize;
}
