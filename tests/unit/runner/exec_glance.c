/* SPDX-License-Identifier: Apache-2.0 */
/* exec_glance: what may be believed of a folder without listing it again. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "runner/exec_internal.h"

struct place {
	struct work_tree tree;
	struct work *work;
	char *home;
	char *left; /* a file in it */
};

static void place_open(struct place *p)
{
	struct error err = ERROR_INIT;

	*p = (struct place){.tree = {.lock_fd = -1}};
	cr_assert_eq(work_tree_open(&p->tree, NULL, false, &err), 0, "%s", err.message);
	cr_assert_eq(work_tree_take(&p->work, &p->tree, &err), 0, "%s", err.message);
	p->home = path_join(p->work->path, PLAN_HOME);
	p->left = path_join(p->home, "left");
}

static void place_close(struct place *p)
{
	work_tree_close(&p->tree);
	free(p->home);
	free(p->left);
}

/* As if the folder had been seen empty long ago, at its state of now. */
static void believe(struct place *p, long later_ns)
{
	struct stat st;

	cr_assert_eq(stat(p->home, &st), 0);
	p->work->empty[0] =
		(struct work_empty){.device = st.st_dev, .inode = st.st_ino, .changed = st.st_ctim};
	p->work->empty[0].changed.tv_nsec += later_ns;
}

Test(exec_glance, nothing_is_believed_of_a_folder_that_changed_just_now)
{
	struct place p;

	place_open(&p);
	cr_expect(work_is_untouched(p.work));
	cr_expect_eq(p.work->empty[0].inode, 0, "a change now could bear the same time");
	cr_expect_eq(p.work->empty[1].inode, 0);
	cr_assert_eq(file_write(p.left, slice_of("x"), false, NULL), 0);
	cr_expect_not(work_is_untouched(p.work));
	place_close(&p);
}

Test(exec_glance, a_folder_known_to_be_empty_is_not_listed_while_it_has_not_changed)
{
	struct place p;

	place_open(&p);
	cr_assert_eq(file_write(p.left, slice_of("x"), false, NULL), 0);
	believe(&p, 0);
	cr_expect(work_is_untouched(p.work), "it was listed though nothing spoke for a change");
	place_close(&p);
}

Test(exec_glance, a_folder_that_changed_since_it_was_seen_empty_is_listed)
{
	struct place p;

	place_open(&p);
	cr_assert_eq(file_write(p.left, slice_of("x"), false, NULL), 0);
	believe(&p, -1);
	cr_expect_not(work_is_untouched(p.work));
	believe(&p, 0);
	p.work->empty[0].inode++;
	cr_expect_not(work_is_untouched(p.work), "another folder in its place");
	place_close(&p);
}
