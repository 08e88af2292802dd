/* SPDX-License-Identifier: Apache-2.0 */
/* path: names as text and the tree operations. Removal works by descriptor and follows no link. */
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"

char *path_join(const char *a, const char *b)
{
	if (b[0] == '/' || a[0] == '\0')
		return mem_strdup(b);
	size_t len = strlen(a);
	return mem_printf("%s%s%s", a, a[len - 1] == '/' ? "" : "/", b);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool path_is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

bool path_is_inside(const char *relative)
{
	if (relative[0] == '\0')
		return false;
	struct slice rest = slice_of(relative);
	struct slice part;
	while (slice_next_field(&rest, '/', &part))
		if (part.len == 0 || slice_is(part, ".."))
			return false;
	return true;
}

bool path_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

bool path_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool path_is_executable(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int path_absolute(char **out, const char *path, struct error *err)
{
	CLEANUP(free_p) char *here = NULL;
	struct buf whole = BUF_INIT(0);
	if (path[0] != '/') {
		here = getcwd(NULL, 0);
		if (!here)
			return error_errno(err, errno, "cannot find the current directory");
		if (strcmp(here, "/") != 0)
			buf_adds(&whole, here);
	}
	struct slice rest = slice_of(path);
	struct slice part;
	while (slice_next_field(&rest, '/', &part)) {
		if (part.len == 0 || slice_is(part, "."))
			continue;
		buf_addc(&whole, '/');
		buf_add_slice(&whole, part);
	}
	if (whole.len == 0)
		buf_addc(&whole, '/');
	*out = buf_take(&whole);
	return 0;
}

int path_self(char **out, struct error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
	if (len < 0)
		return error_errno(err, errno, "cannot read '/proc/self/exe'");
	if ((size_t)len == sizeof(path))
		return error_errno(err, ENAMETOOLONG, "cannot read '/proc/self/exe'");
	*out = mem_strndup(path, (size_t)len);
	return 0;
}

char *path_find_program(const char *name)
{
	if (name[0] == '\0')
		return NULL;
	if (strchr(name, '/'))
		return path_is_executable(name) ? mem_strdup(name) : NULL;
	const char *list = getenv("PATH");
	struct slice rest = slice_of(list ? list : "/usr/local/bin:/usr/bin:/bin");
	struct slice dir;
	while (slice_next_field(&rest, ':', &dir)) {
		/* An empty entry of PATH is the current directory (POSIX 8.3). */
		char *path = dir.len ? mem_printf("%.*s/%s", SLICE_ARG(dir), name)
				     : mem_printf("./%s", name);
		if (path_is_executable(path))
			return path;
		free(path);
	}
	return NULL;
}

/*
 * Pattern matching keeps the set of name positions that the pattern read so far can reach, so its
 * cost is the product of both lengths whatever the pattern is.
 */
struct reach {
	const char *name;
	size_t len;
	bool *at; /* len + 1 positions */
};

/* One byte set of a pattern: `[...]`. Returns false when it has no end, and is then a plain '['. */
static bool parse_set(const char **pattern, bool set[256])
{
	const char *p = *pattern + 1;
	bool negated = *p == '!' || *p == '^';
	if (negated)
		p++;
	memset(set, 0, 256 * sizeof(*set));
	for (const char *first = p; *p && (*p != ']' || p == first); p++) {
		unsigned char low = (unsigned char)*p;
		unsigned char high = low;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = (unsigned char)p[2];
			p += 2;
		}
		for (unsigned c = low; c <= high; c++)
			set[c] = true;
	}
	if (*p != ']')
		return false;
	for (int c = 0; negated && c < 256; c++)
		set[c] = !set[c];
	set['/'] = false;
	*pattern = p + 1;
	return true;
}

static void step_set(struct reach *reach, const bool set[256])
{
	for (size_t i = reach->len; i > 0; i--)
		reach->at[i] = reach->at[i - 1] && set[(unsigned char)reach->name[i - 1]];
	reach->at[0] = false;
}

/* `*` stops at a '/'; `**` does not. */
static void step_star(struct reach *reach, bool across)
{
	for (size_t i = 1; i <= reach->len; i++)
		if (reach->at[i - 1] && (across || reach->name[i - 1] != '/'))
			reach->at[i] = true;
}

/* A whole part `**` and its '/' stand for any number of parts, none included. */
static void step_parts(struct reach *reach)
{
	bool any = reach->at[0];
	for (size_t i = 1; i <= reach->len; i++) {
		bool here = reach->at[i];
		if (any && reach->name[i - 1] == '/')
			reach->at[i] = true;
		any = any || here;
	}
}

static void step_byte(struct reach *reach, char c)
{
	for (size_t i = reach->len; i > 0; i--)
		reach->at[i] = reach->at[i - 1] && reach->name[i - 1] == c;
	reach->at[0] = false;
}

static void step_any(struct reach *reach)
{
	for (size_t i = reach->len; i > 0; i--)
		reach->at[i] = reach->at[i - 1] && reach->name[i - 1] != '/';
	reach->at[0] = false;
}

bool path_matches(const char *pattern, const char *name)
{
	size_t len = strlen(name);
	CLEANUP(free_p) bool *at = mem_zeroed(len + 1, sizeof(*at));
	struct reach reach = {.name = name, .len = len, .at = at};
	bool set[256];
	at[0] = true;
	for (const char *p = pattern; *p;) {
		bool part_start = p == pattern || p[-1] == '/';
		if (p[0] == '*' && p[1] == '*' && p[2] == '/' && part_start) {
			step_parts(&reach);
			p += 3;
		} else if (*p == '*') {
			step_star(&reach, p[1] == '*');
			p += p[1] == '*' ? 2 : 1;
		} else if (*p == '?') {
			step_any(&reach);
			p++;
		} else if (*p == '[' && parse_set(&p, set)) {
			step_set(&reach, set);
		} else {
			if (*p == '\\' && p[1])
				p++;
			step_byte(&reach, *p++);
		}
	}
	return at[len];
}

int path_make_dirs(const char *path, struct error *err)
{
	CLEANUP(free_p) char *copy = mem_strdup(path);
	for (char *p = copy; *p;) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		char kept = *p;
		*p = '\0';
		if (copy[0] && mkdir(copy, 0755) < 0 && !(errno == EEXIST && path_is_dir(copy)))
			return error_errno(err, errno, "cannot make the directory '%s'", copy);
		*p = kept;
	}
	return 0;
}

/*
 * Removal holds one descriptor a level, so directories below this depth are moved up to the top
 * first; a program under test may well leave a tree thousands of levels deep.
 */
enum { REMOVE_DEPTH_MAX = 64 };

struct removal {
	const char *top; /* for messages */
	int top_fd;
	struct error *err;
};

static int remove_content(struct removal *removal, int fd, unsigned depth);

static int open_dir(int parent, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);
	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	struct stat st;
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		(void)fchmod(fd, 0700);
	return fd;
}

static int remove_dir_at(struct removal *removal, int parent, const char *name, unsigned depth)
{
	CLEANUP(close_p) int fd = open_dir(parent, name);
	if (fd < 0)
		return error_errno(removal->err, errno, "cannot open '%s' under '%s'", name,
				   removal->top);
	int r = remove_content(removal, fd, depth);
	if (r < 0)
		return r;
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(removal->err, errno, "cannot remove '%s' under '%s'", name,
				   removal->top);
	return 0;
}

static int remove_entry(struct removal *removal, int fd, const char *name, unsigned depth)
{
	if (unlinkat(fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_errno(removal->err, errno, "cannot remove '%s' under '%s'", name,
				   removal->top);
	if (depth + 1 < REMOVE_DEPTH_MAX)
		return remove_dir_at(removal, fd, name, depth + 1);
	char fresh[CLOCK_ULID_SIZE];
	clock_ulid(fresh, clock_wall_ms());
	/* A directory that changes its parent must be writable itself. */
	(void)fchmodat(fd, name, 0700, 0);
	if (renameat(fd, name, removal->top_fd, fresh) < 0)
		return error_errno(removal->err, errno, "cannot move '%s' to the top of '%s'", name,
				   removal->top);
	return 0;
}

/* Passes until one finds nothing: entries may appear (moved up) or be skipped while we remove. */
static int remove_content(struct removal *removal, int fd, unsigned depth)
{
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	CLEANUP(closedir_p) DIR *dir = again >= 0 ? fdopendir(again) : NULL;
	if (!dir) {
		int errnum = errno;
		if (again >= 0)
			(void)close(again);
		return error_errno(removal->err, errnum, "cannot list '%s'", removal->top);
	}
	for (bool found = true; found;) {
		found = false;
		rewinddir(dir);
		const struct dirent *entry;
		while ((entry = readdir(dir))) {
			if (path_is_dots(entry->d_name))
				continue;
			found = true;
			int r = remove_entry(removal, fd, entry->d_name, depth);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int path_remove_tree(const char *path, struct error *err)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "cannot examine '%s'", path);
	if (!S_ISDIR(st.st_mode)) {
		if (unlink(path) < 0 && errno != ENOENT)
			return error_errno(err, errno, "cannot remove '%s'", path);
		return 0;
	}
	CLEANUP(close_p) int fd = open_dir(AT_FDCWD, path);
	if (fd < 0)
		return error_errno(err, errno, "cannot open '%s'", path);
	struct removal removal = {.top = path, .top_fd = fd, .err = err};
	int r = remove_content(&removal, fd, 0);
	if (r < 0)
		return r;
	if (rmdir(path) < 0 && errno != ENOENT)
		return error_errno(err, errno, "cannot remove '%s'", path);
	return 0;
}
