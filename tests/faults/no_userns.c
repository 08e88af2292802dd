/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_userns: runs a command where no user namespace can be made, as in many containers: the calls
 * that would make one are refused by a filter.
 *
 *	no_userns COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const struct scmp_arg_cmp user = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);

	if (argc < 2 || !filter)
		return 2;
	if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 1, user) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, user) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) < 0 ||
	    seccomp_load(filter) < 0)
		return 3;
	seccomp_release(filter);
	(void)execvp(argv[1], argv + 1);
	(void)fprintf(stderr, "no_userns: cannot start '%s': %s\n", argv[1], strerror(errno));
	return 3;
}
