/* SPDX-License-Identifier: Apache-2.0 */
/* file: whole files; every loop over EINTR and short transfers of the project is in here. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"

ssize_t file_read_some(int fd, void *bytes, size_t len)
{
	ssize_t got;
	do
		got = read(fd, bytes, len);
	while (got < 0 && errno == EINTR);
	return got;
}

bool file_read_exactly(int fd, void *bytes, size_t len)
{
	char *at = bytes;
	while (len > 0) {
		ssize_t n = file_read_some(fd, at, len);
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

int file_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	while (len) {
		ssize_t put = write(fd, at, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

/* A missing or unreadable file is what the user named wrongly; anything else is the host's. */
static int cannot_open(const char *path, int errnum, struct error *err)
{
	int r = error_errno(err, errnum, "cannot open '%s'", path);
	bool named_wrongly = errnum == ENOENT || errnum == ENOTDIR || errnum == EISDIR ||
			     errnum == EACCES || errnum == ELOOP || errnum == ENAMETOOLONG;
	if (err && named_wrongly)
		err->blame = ERROR_INPUT;
	return r;
}

int file_read(struct buf *out, const char *path, size_t max, struct error *err)
{
	CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cannot_open(path, errno, err);
	struct stat st;
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot examine '%s'", path);
	if (S_ISDIR(st.st_mode))
		return cannot_open(path, EISDIR, err);
	if (S_ISREG(st.st_mode) && (size_t)st.st_size <= max)
		buf_reserve(out, (size_t)st.st_size);
	CLEANUP(free_p) char *block = mem_alloc(64 << 10);
	size_t total = 0;
	for (;;) {
		ssize_t got = file_read_some(fd, block, 64 << 10);
		if (got < 0)
			return error_errno(err, errno, "cannot read '%s'", path);
		if (got == 0)
			return 0;
		total += (size_t)got;
		buf_add(out, block, (size_t)got);
		if (total > max || out->full)
			return error_input(err, "'%s' is larger than the %zu bytes allowed", path,
					   total > max ? max : out->len);
		/* As long as it said: it need not be asked for its end. A size of 0 says nothing.
		 */
		if (S_ISREG(st.st_mode) && total == (size_t)st.st_size)
			return 0;
	}
}

static int write_and_close(int *fd, const char *path, struct slice bytes, bool sync,
			   struct error *err)
{
	if (file_write_all(*fd, bytes.ptr, bytes.len) < 0)
		return error_errno(err, errno, "cannot write '%s'", path);
	if (sync && fsync(*fd) < 0)
		return error_errno(err, errno, "cannot flush '%s'", path);
	if (close(steal_fd(fd)) < 0 && errno != EINTR)
		return error_errno(err, errno, "cannot close '%s'", path);
	return 0;
}

int file_write(const char *path, struct slice bytes, bool executable, struct error *err)
{
	mode_t mode = executable ? 0755 : 0644;
	CLEANUP(close_p) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return error_errno(err, errno, "cannot create '%s'", path);
	/* Looking costs a tenth of setting, and mostly the mode is right. */
	struct stat st;
	if ((fstat(fd, &st) < 0 || (st.st_mode & 07777) != mode) && fchmod(fd, mode) < 0)
		return error_errno(err, errno, "cannot set the mode of '%s'", path);
	return write_and_close(&fd, path, bytes, false, err);
}

/* So that the new name survives a crash too. File systems that refuse it lose only that. */
static void sync_dir_of(const char *path)
{
	CLEANUP(free_p) char *dir = path_dir(path);
	CLEANUP(close_p) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)fsync(fd);
}

int file_replace(const char *path, struct slice bytes, struct error *err)
{
	char ulid[CLOCK_ULID_SIZE];
	clock_ulid(ulid, clock_wall_ms());
	CLEANUP(free_p) char *beside = mem_printf("%s.%s", path, ulid);
	CLEANUP(close_p) int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(err, errno, "cannot create '%s'", beside);
	int r = write_and_close(&fd, beside, bytes, true, err);
	if (r == 0 && rename(beside, path) < 0)
		r = error_errno(err, errno, "cannot rename '%s' to '%s'", beside, path);
	if (r < 0) {
		(void)unlink(beside);
		return r;
	}
	sync_dir_of(path);
	return 0;
}

int file_hold_standard(struct error *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return error_errno(err, errno, "cannot open '/dev/null'");
	}
	return 0;
}
