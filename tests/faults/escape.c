/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape: a program under test that tries to get out, way after way; a line each: the way, a tab,
 * "out" when it worked, else "no". Arguments: a host file it must not see, a process of the host it
 * must not reach, a TCP port of the host, by whose number other things of the host are named too,
 * and a git repository with a cache folder beside it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *secret;
static pid_t victim;
static int port;
static const char *repository;

static bool can_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static bool read_host_file(void)
{
	return open(secret, O_RDONLY) >= 0;
}

static bool write_host_file(void)
{
	return open(secret, O_WRONLY) >= 0;
}

static bool write_system_folder(void)
{
	return can_write("/usr/parity-was-here") || can_write("/etc/parity-was-here") ||
	       can_write("/parity-was-here");
}

static bool read_accounts(void)
{
	return open("/etc/shadow", O_RDONLY) >= 0 || open("/root/.ssh", O_RDONLY) >= 0 ||
	       open("/home", O_RDONLY) >= 0;
}

static bool list_siblings(void)
{
	char parent[4096];

	if (!getcwd(parent, sizeof(parent)))
		return false;
	*strrchr(parent, '/') = '\0';
	return chdir(parent) == 0 && (can_write("litter") || open(".lock", O_RDONLY) >= 0);
}

static bool signal_host(void)
{
	return kill(victim, 0) == 0;
}

static bool kill_init(void)
{
	/* The signal is accepted and must do nothing. */
	return kill(1, SIGKILL) == 0 && kill(1, 0) < 0;
}

static bool trace_host(void)
{
	return ptrace(PTRACE_SEIZE, victim, 0, 0) == 0 || ptrace(PTRACE_SEIZE, 1, 0, 0) == 0;
}

static bool read_memory(void)
{
	char byte;
	struct iovec local = {&byte, 1}, remote = {(void *)secret, 1};

	return process_vm_readv(victim, &local, 1, &remote, 1, 0) > 0 ||
	       open("/proc/1/mem", O_RDWR) >= 0;
}

static bool see_processes(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)victim);
	return open(path, O_RDONLY) >= 0;
}

static bool mount_something(void)
{
	return mount("x", "/tmp", "tmpfs", 0, NULL) == 0 ||
	       mount("/", "/tmp", NULL, MS_BIND, NULL) == 0;
}

static bool unmount_proc(void)
{
	return umount2("/proc", MNT_DETACH) == 0 || umount2("/proc", 0) == 0;
}

static bool remount_writable(void)
{
	return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 ||
	       mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL) == 0;
}

static bool make_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER) == 0)
		return true;
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool change_root(void)
{
	return chroot("/tmp") == 0 || syscall(SYS_pivot_root, "/tmp", "/tmp") == 0;
}

static bool change_user(void)
{
	return setuid(0) == 0 || setgid(0) == 0 || seteuid(0) == 0;
}

static bool reach_network(void)
{
	struct sockaddr_in host = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)inet_pton(AF_INET, "127.0.0.1", &host.sin_addr);
	if (connect(fd, (struct sockaddr *)&host, sizeof(host)) == 0)
		return true;
	(void)inet_pton(AF_INET, "192.0.2.1", &host.sin_addr);
	int datagram = socket(AF_INET, SOCK_DGRAM, 0);
	return connect(datagram, (struct sockaddr *)&host, sizeof(host)) == 0;
}

static bool open_raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, 1) >= 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool change_kernel(void)
{
	return can_write("/proc/sys/kernel/core_pattern") || can_write("/proc/sysrq-trigger") ||
	       can_write("/sys/kernel/uevent_helper") || sethostname("out", 3) == 0;
}

static bool load_code(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno != EPERM ||
	       syscall(SYS_init_module, "", 0, "") >= 0 || errno != EPERM;
}

static bool stop_machine(void)
{
	return reboot(RB_DISABLE_CAD) == 0;
}

static bool use_device(void)
{
	return mknod("device", S_IFBLK | 0600, 0x0800) == 0 || open("/dev/sda", O_RDONLY) >= 0 ||
	       open("/dev/mem", O_RDONLY) >= 0 || open("/dev/tty", O_RDWR) >= 0;
}

static bool share_memory(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/dev/shm/parity-%d", port);
	return shmget(port, 0, 0) >= 0 || open(path, O_RDONLY) >= 0;
}

static bool use_descriptors(void)
{
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return true;
	return false;
}

static bool raise_limits(void)
{
	return nice(-5) != -1;
}

static bool use_handle(void)
{
	return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY) >= 0 || errno != EPERM;
}

static bool open_below(const char *folder, const char *name, int flags)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, flags, 0600) >= 0;
}

static bool read_repository(void)
{
	return open_below(repository, ".git/HEAD", O_RDONLY);
}

static bool write_branch(void)
{
	return open_below(repository, ".git/refs/heads/out", O_WRONLY | O_CREAT);
}

static bool write_ledger(void)
{
	return open_below(repository, ".git/refs/parity/out", O_WRONLY | O_CREAT);
}

static bool write_cache(void)
{
	return open_below(repository, "../cache/out", O_WRONLY | O_CREAT);
}

/* Names of sockets that belong to the network rather than to a folder. */
static bool reach_abstract_socket(void)
{
	struct sockaddr_un host = {.sun_family = AF_UNIX};
	int len = snprintf(host.sun_path + 1, sizeof(host.sun_path) - 1, "parity-%d", port);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&host,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0;
}

static bool enter_root_of_process(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/root/etc/passwd", (int)victim);
	return open(path, O_RDONLY) >= 0 || open("/proc/1/root/etc/shadow", O_RDONLY) >= 0;
}

static bool use_keyring(void)
{
	return syscall(SYS_add_key, "user", "parity", "x", 1, -3 /* session */) >= 0 ||
	       syscall(SYS_keyctl, 0, -4 /* user */, 1) >= 0;
}

static bool handle_page_faults(void)
{
	return syscall(SYS_userfaultfd, 1 /* user mode only */) >= 0;
}

static bool watch_performance(void)
{
	unsigned attr[32] = {1 /* software */, sizeof(attr), 0};

	return syscall(SYS_perf_event_open, attr, 0, -1, -1, 0) >= 0 || errno != EPERM;
}

static bool set_up_ring(void)
{
	char params[120] = {0};

	return syscall(SYS_io_uring_setup, 1, params) >= 0;
}

static bool run_as_root(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/su", "su", "-c", "exit 42", (char *)NULL);
		_exit(1);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

static bool type_into_terminal(void)
{
	char byte = '#';
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	return ioctl(0, TIOCSTI, &byte) == 0 || ioctl(2, TIOCSTI, &byte) == 0 ||
	       (fd >= 0 && ioctl(fd, TIOCSTI, &byte) == 0);
}

static bool enter_namespace(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)victim);
	int fd = open(path, O_RDONLY);
	return fd >= 0 && setns(fd, 0) == 0;
}

static bool steal_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, victim, 0);

	return fd >= 0 && syscall(SYS_pidfd_getfd, fd, 0, 0) >= 0;
}

static bool set_clock(void)
{
	struct timespec now = {.tv_sec = 0};

	return clock_settime(CLOCK_REALTIME, &now) == 0;
}

static const struct {
	const char *name;
	bool (*try)(void);
} WAYS[] = {
	{"descriptors", use_descriptors},
	{"read-host-file", read_host_file},
	{"write-host-file", write_host_file},
	{"write-system-folder", write_system_folder},
	{"read-accounts", read_accounts},
	{"signal-host", signal_host},
	{"kill-init", kill_init},
	{"trace-host", trace_host},
	{"read-memory", read_memory},
	{"see-processes", see_processes},
	{"mount", mount_something},
	{"unmount-proc", unmount_proc},
	{"remount-writable", remount_writable},
	{"user-namespace", make_user_namespace},
	{"change-root", change_root},
	{"change-user", change_user},
	{"network", reach_network},
	{"raw-socket", open_raw_socket},
	{"change-kernel", change_kernel},
	{"load-code", load_code},
	{"stop-machine", stop_machine},
	{"device", use_device},
	{"shared-memory", share_memory},
	{"raise-limits", raise_limits},
	{"file-handle", use_handle},
	{"siblings", list_siblings},
	{"read-repository", read_repository},
	{"write-branch", write_branch},
	{"write-ledger", write_ledger},
	{"write-cache", write_cache},
	{"abstract-socket", reach_abstract_socket},
	{"root-of-process", enter_root_of_process},
	{"keyring", use_keyring},
	{"page-faults", handle_page_faults},
	{"performance", watch_performance},
	{"io-uring", set_up_ring},
	{"setuid-program", run_as_root},
	{"terminal", type_into_terminal},
	{"enter-namespace", enter_namespace},
	{"steal-descriptor", steal_descriptor},
	{"set-clock", set_clock},
};

/* In a process of its own: some ways change what those after them would find. */
static bool works(bool (*try)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try() ? 42 : 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 42;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 99;
	secret = argv[1];
	victim = atoi(argv[2]);
	port = atoi(argv[3]);
	repository = argv[4];
	for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
		printf("%s\t%s\n", WAYS[i].name, works(WAYS[i].try) ? "out" : "no");
		(void)fflush(stdout);
	}
	return 0;
}
