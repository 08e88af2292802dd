/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of interfaces and type parameters: what is refused, with which code and where; that only
 * concrete functions are left of what is taken. */
#include <string.h>

#include "frontend_fixture.h"

#define SHOW "interface Show:\n  fn show() -> String\ntype P:\n  x: Int\n"
#define IMPL "impl Show for P:\n  fn show() -> String:\n    return \"${self.x}\"\n"

static const struct {
	const char *text;
	const char *code;
	unsigned line, column;
} refused[] = {
	/* impls */
	{SHOW IMPL IMPL, "FUSE_IMPL_DUPLICATE", 8, 6},
	{SHOW "impl Show for P:\n  fn other() -> Int:\n    return 1\n", "FUSE_IMPL_INCOMPLETE", 5,
	 6},
	{SHOW "impl Show for P:\n  fn show() -> Int:\n    return 1\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 6, 6},
	{SHOW "impl Show for P:\n  fn show(n: Int) -> String:\n    return \"\"\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 6, 6},
	{"interface I:\n  fn f(n: Int = 1) -> Self\ntype P:\n  x: Int\n"
	 "impl I for P:\n  fn f(n: Int = 2) -> Self:\n    return P(x=n)\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 6, 6},
	{"interface I:\n  fn f<T>(n: T) -> T\ntype P:\n  x: Int\n"
	 "impl I for P:\n  fn f<A, B>(n: A) -> A:\n    return n\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 6, 6},
	{SHOW IMPL "interface I:\n  fn f<T>(n: T) -> T where T: Show\n"
		   "impl I for P:\n  fn f<A>(n: A) -> A:\n    return n\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 11, 6},
	{SHOW "impl Show for P:\n  fn show() -> String:\n    return \"\"\n"
	      "  fn more() -> Int:\n    return 1\n",
	 "FUSE_IMPL_SIGNATURE_MISMATCH", 8, 6},
	{"impl Nope for P:\n  fn f() -> Int:\n    return 1\n", "FUSE_IMPL_INTERFACE", 1, 6},
	{SHOW "impl Show for Int:\n  fn show() -> String:\n    return \"\"\n", "FUSE_IMPL_TARGET",
	 5, 15},
	/* interfaces are neither types nor values */
	{SHOW APP("  let x: Show = P(x=1)\n"), "FUSE_INTERFACE_NOT_A_TYPE", 6, 10},
	{SHOW "type Q:\n  s: Show\n", "FUSE_INTERFACE_NOT_A_TYPE", 6, 6},
	{SHOW "fn f(s: List<Show>):\n  print(s)\n", "FUSE_INTERFACE_NOT_A_TYPE", 5, 14},
	{SHOW APP("  print(Show)\n"), "FUSE_INTERFACE_DYNAMIC_USE", 6, 9},
	{SHOW IMPL APP("  print(Show.show())\n"), "FUSE_INTERFACE_DYNAMIC_USE", 9, 9},
	{"fn f(s: Self):\n  print(1)\n", "FUSE_TYPE_UNKNOWN", 1, 9},
	{SHOW IMPL APP("  print(P.show())\n"), "FUSE_CALL_RECEIVER", 9, 9},
	{SHOW IMPL APP("  print(P(x=1).nope())\n"), "FUSE_TYPE_FIELD", 9, 16},
	{SHOW IMPL APP("  print(P(x=1).show(2))\n"), "FUSE_CALL_ARITY", 9, 9},
	{SHOW IMPL "interface Other:\n  fn show() -> String\n"
		   "impl Other for P:\n  fn show() -> String:\n    return \"o${self.x}\"\n" APP(
			   "  print(P(x=1).show())\n"),
	 "FUSE_CALL_AMBIGUOUS", 14, 16},
	/* type parameters */
	{"fn f<T, T>(x: T):\n  print(x)\n", "FUSE_GENERIC_DUPLICATE_TYPE_PARAM", 1, 9},
	{"fn f<T>(x: T):\n  print(x)\n" APP("  f<Int, Int>(1)\n"), "FUSE_GENERIC_CALL_TYPE_ARG", 4,
	 3},
	{"fn f(x: Int):\n  print(x)\n" APP("  f<Int>(1)\n"), "FUSE_GENERIC_CALL_TYPE_ARG", 4, 3},
	{"fn f<T>(x: Int):\n  print(x)\n" APP("  f(1)\n"), "FUSE_GENERIC_INFERENCE", 4, 3},
	{"fn f<T>(x: T):\n  print(x)\n" APP("  f(null)\n"), "FUSE_GENERIC_INFERENCE", 4, 3},
	{"fn f<T>(x: T):\n  print(x)\n" APP("  let g = f\n"), "FUSE_GENERIC_INFERENCE", 4, 11},
	{"fn f<T>(x: T) where T: Nope:\n  print(x)\n", "FUSE_WHERE_UNKNOWN_INTERFACE", 1, 24},
	{SHOW "fn f<T>(x: T) where T: P:\n  print(x)\n", "FUSE_WHERE_UNKNOWN_INTERFACE", 5, 24},
	{SHOW "interface I:\n  fn i() -> Int\nfn f<T>(x: T) where T: Show, T: I:\n  print(x)\n",
	 "FUSE_WHERE_MULTI_CONSTRAINT", 7, 30},
	{SHOW "fn f<T>(x: T) where U: Show:\n  print(x)\n", "FUSE_WHERE_UNKNOWN_TYPE_PARAM", 5, 21},
	{SHOW "fn f<T>(x: T) where T: Show:\n  print(x)\n" APP("  f(P(x=1))\n"),
	 "FUSE_WHERE_UNSATISFIED", 8, 3},
	{"fn f<T>(x: T, y: T):\n  print(x)\n" APP("  f(1, \"a\")\n"), "FUSE_CALL_ARGUMENT", 4, 8},
	{"fn f<T>(x: T) -> T:\n  return x + 1\n" APP("  print(f(true))\n"), "FUSE_TYPE_OPERATOR", 2,
	 10},
	{"fn f<T>(x: T) -> T:\n  return zzz\n", "FUSE_NAME_UNKNOWN", 2, 10},
	{"fn f<T>(x: T) -> Int:\n  return \"s\"\n", "FUSE_TYPE_RETURN", 2, 10},
	{"fn f<T>(x: T) -> Int:\n  return 1 + T.zero()\n" APP("  print(f(1))\n"),
	 "FUSE_NAME_TYPE_AS_VALUE", 2, 14},
	{"fn f<T>(x: Nope):\n  print(x)\n", "FUSE_TYPE_UNKNOWN", 1, 12},
	{"fn f<T>(x: T):\n  f([x])\n" APP("  f(1)\n"), "FUSE_GENERIC_LIMIT", 2, 3},
};

Test(interfaces, wrong_programs_are_refused_where_they_are_wrong)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct loaded loaded = load(refused[i].text);
		cr_expect_eq(loaded.result, FRONTEND_E_REJECTED, "accepted:\n%s", refused[i].text);
		if (loaded.diagnostics.list.len > 0) {
			struct diagnostic *first = &loaded.diagnostics.list.items[0];
			cr_expect_str_eq(first->code, refused[i].code, "%s for:\n%s", first->code,
					 refused[i].text);
			cr_expect(first->line == refused[i].line &&
					  first->column == refused[i].column,
				  "%u:%u for:\n%s", first->line, first->column, refused[i].text);
		}
		loaded_done(&loaded);
	}
}

Test(interfaces, every_copy_is_a_plain_function)
{
	struct loaded loaded =
		load(SHOW IMPL "fn twice<T>(x: T) -> String where T: Show:\n"
			       "  return x.show() + x.show()\n"
			       "fn same<T>(x: T) -> T:\n  return x\n" APP(
				       "  print(twice(P(x=same(1))))\n  print(same(2) + same(3))\n"
				       "  print(same(\"s\"))\n"));
	cr_assert_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	int copies = 0;
	for (uint32_t i = 0; i < loaded.program.function_len; i++)
		copies += slice_starts(loaded.program.functions[i].name, "same<");
	/* one for Int, one for String, however often they are called */
	cr_expect_eq(copies, 2);
	struct buf text = {0};
	tree_print(&text, &loaded.program);
	cr_expect(strstr(buf_str(&text), "twice<P>"));
	cr_expect(strstr(buf_str(&text), "P.show"));
	cr_expect(!strstr(buf_str(&text), "Show."));
	buf_done(&text);
	loaded_done(&loaded);
}

Test(interfaces, a_generic_that_nobody_calls_is_checked_and_left_out)
{
	struct loaded loaded = load(SHOW "fn unused<T>(x: T, f: String) -> String where T: Show:\n"
					 "  let y = T.make(f)\n  let z = [x, y]\n"
					 "  for one in z:\n    print(one.show() + f)\n"
					 "  return x.show()\n" APP("  print(1)\n"));
	cr_expect_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	cr_expect_eq(loaded.program.function_len, 1);
	loaded_done(&loaded);
}

Test(interfaces, where_decides_between_members_of_one_name)
{
	struct loaded loaded =
		load(SHOW IMPL
		     "interface Other:\n  fn show() -> String\n"
		     "impl Other for P:\n  fn show() -> String:\n    return \"other ${self.x}\"\n"
		     "fn tell<T>(x: T) -> String where T: Other:\n  return x.show()\n" APP(
			     "  print(tell(P(x=1)))\n"));
	cr_expect_eq(loaded.result, 0, "%s",
		     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message : "");
	loaded_done(&loaded);
}

Test(interfaces, a_program_with_too_many_copies_is_told_once)
{
	struct loaded loaded = load("fn f<T>(x: T):\n  f([x])\n  f([[x]])\n" APP("  f(1)\n"));
	cr_assert_eq(loaded.diagnostics.list.len, 1);
	cr_expect_str_eq(loaded.diagnostics.list.items[0].code, "FUSE_GENERIC_LIMIT");
	loaded_done(&loaded);
}
