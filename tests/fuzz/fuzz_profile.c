/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_profile: any bytes as a profile. One that is accepted must yield plans for a case with and
 * without app and arguments; nothing is started and no toolchain is looked for.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "oracles/profile_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_plans(const struct profile *profile, const struct test_case *test)
{
	static const struct plan_limits limits = {.wall_ms = 1};
	struct arena arena = ARENA_INIT;
	struct plan *plan;
	(void)plan_version(&plan, profile, "/w", &limits, &arena, NULL);
	(void)plan_check(&plan, profile, test, "/w", &limits, &arena, NULL);
	for (size_t i = 0; i < profile->backend_len; i++) {
		const struct profile_backend *backend = &profile->backends[i];
		(void)plan_build(&plan, profile, backend, test, "/w", &limits, &arena, NULL);
		(void)plan_run(&plan, profile, backend, test, "/w", &limits, &arena, NULL);
	}
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *args[] = {"one", "two"};
	struct profile_store store = {.profile = {.toolchain = "/t", .toolchain_root = "/t"}};
	struct test_case plain = {.path = "p", .source = "/dev/null", .file = "p"};
	struct test_case full = plain;
	struct error err = ERROR_INIT;
	char path[64];
	int fd = memfd_create("profile", MFD_CLOEXEC);
	if (fd < 0 || file_write_all(fd, data, size) < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	full.app = "Main";
	full.args = args;
	full.arg_len = 2;
	if (profile_read(&store, path, &err) == 0) {
		make_plans(&store.profile, &plain);
		make_plans(&store.profile, &full);
	}
	arena_done(&store.arena);
	(void)close(fd);
	return 0;
}
