/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lowering: what the canonical program of a piece of syntax looks like. */
#include <string.h>

#include "frontend_fixture.h"

/* Lines that must stand in the printed program, in this order. */
static const struct {
	const char *text;
	const char *lines[6];
} cases[] = {
	/* certain types live in machine slots */
	{"fn f(n: Int) -> Int:\n  var a = 0\n  while a < n:\n    a = a + 1\n  return a\n",
	 {"function f(%0.n: int) -> int", "  slot %1.a: int", "  set %1.a = 0",
	  "  while (I_LT %1.a %0.n)", "    set %1.a = (I_ADD %1.a 1)", "  return %1.a"}},
	{"fn f(a: Int, b: Float) -> Float:\n  return a * b\n",
	 {"  return (F_MUL (F_OF_I %0.a) %1.b)"}},
	/* what may be missing does not: variable, parameter and result are loose */
	{APP("  let m = {\"a\": 1}\n  var x = 1\n  x = m[\"b\"]\n"), {"  slot %1.x: value"}},
	{"fn f(a: Int) -> Int:\n  return a\n" APP("  print(f({\"a\": 1}[\"b\"]))\n"),
	 {"function f(%0.a: value) -> value"}},
	{"fn f(a: Int) -> Int:\n  if a > 1:\n    5\n",
	 {"function f(%0.a: int) -> value", "  if (I_GT %0.a 1)", "    return (V_OF_I 5)",
	  "  return unit"}},
	/* the last value of every way is returned; an exhaustive match has no way off its end */
	{"enum E:\n  A\n  B(Int)\nfn f(e: E) -> Int:\n  match e:\n    A -> 0\n    B(n):\n      n\n",
	 {"function f(%0.e: value) -> int", "  set %1 = %0.e", "  if (is-variant E.A %1)",
	  "    return 0", "    if (is-variant E.B %1)",
	  "      set %2.n = (I_OF_V (payload 0 %1))"}},
	/* tests guard the parts they make readable */
	{"enum E:\n  A(Int)\n" APP("  match E.A(1):\n    A(1):\n      print(1)\n"),
	 {"  if (cond (is-variant E.A %0) (MATCH_EQ (payload 0 %0) (V_OF_I 1)) false)"}},
	{"type P:\n  x: Int\nfn f(p: P?):\n  match p:\n    P(x=1):\n      print(1)\n    Some(q):\n "
	 "     print(q.x)\n",
	 {"  if (cond (is-type P %1) (MATCH_EQ (field x:0 %1) (V_OF_I 1)) false)",
	  "    if (B_NOT (IS_NULL %1))"}},
	/* defaults see the parameters before them */
	{"fn f(a: Int, b: Int = a + 1) -> Int:\n  return b\n" APP("  print(f(2))\n"),
	 {"function f(b)(%0.a: int) -> int", "  return (I_ADD %0.a 1)", "function app:x() -> value",
	  "  return (PRINT (V_OF_I (let %0 2 (let %1 (call f(b) %0) (call f %0 %1)))))"}},
	{"type P:\n  x: Int = 7\n  y: Int\n  z: Int?\n" APP("  let p = P(y=1)\n"),
	 {"function P.x() -> value", "(struct P y=(V_OF_I 1) x=(call P.x) z=null)"}},
	/* strict and lazy operators */
	{APP("  print(true and false)\n"), {"(B_AND true false)"}},
	{"fn f(a: Int?) -> Int:\n  return a ?? 3\n",
	 {"  return (I_OF_V (let %1 %0.a (cond (IS_NULL %1) (V_OF_I 3) %1)))"}},
	{"type P:\n  x: Int\nfn f(p: P?):\n  print(p?.x)\n",
	 {"(let %1 %0.p (cond (IS_NULL %1) null (field x:0 %1)))"}},
	/* boxes are explicit */
	{APP("  let a = box 1\n  let b = a\n  b = b + 1\n  let c: List<Int> = [a]\n"),
	 {"  set %0.a = (BOX (V_OF_I 1))", "  set %1.b = %0.a",
	  "  set-box %1.b = (V_OF_I (I_OF_V (V_ADD (UNBOX %1.b) (V_OF_I 1))))",
	  "  set %2.c = (list (UNBOX %0.a))"}},
	/* paths */
	{"type P:\n  x: List<Int>\n" APP("  let p = P(x=[1])\n  p.x[0] = 2\n  p?.x = []\n"),
	 {"  set %0.p.x:0[(V_OF_I 0)] = (V_OF_I 2)", "  set %0.p?.x:0 = (list)"}},
	/* strings */
	{APP("  print(\"a${1}b\" + 2)\n"), {"(CONCAT (CONCAT \"a\" (V_OF_I 1) \"b\") (V_OF_I 2))"}},
	{APP("  print(\"x\\ty\\q\\$\")\n"), {"\"x\\tyq$\""}},
	/* results */
	{"type E:\n  m: String\nfn f(x: Int?) -> Int!E:\n  let y = x ?! E(m=\"a\")\n  return y\n",
	 {"function f(%0.x: value) -> value result",
	  "(cond (IS_NULL %1) (raise (struct E m=\"a\")) (UNWRAP %1))",
	  "  return (OK (V_OF_I %2.y))"}},
	{"type E:\n  m: String\nfn f(r: Int!E):\n  match r:\n    Ok(v):\n      print(v)\n    "
	 "Err(e):\n      print(e.m)\n",
	 {"  if (IS_OK %1)", "    set %2.v = (I_OF_V (UNWRAP %1))", "    if (IS_ERR %1)"}},
	/* a loop's pattern has to match */
	{"enum E:\n  A\n  B(Int)\nfn f(es: List<E>):\n  for B(n) in es:\n    print(n)\n",
	 {"  for %1 in %0.es", "    if (B_NOT (is-variant E.B %1))",
	  "      (FAIL \"for pattern did not match value\")"}},
	{APP("  for i in 1..3:\n    print(i)\n"),
	 {"  slot %1.i: int", "  for %0 in (RANGE (V_OF_I 1) (V_OF_I 3))",
	  "    set %1.i = (I_OF_V %0)"}},
	/* a spawn's block is a function of what it captures */
	{APP("  let k = 5\n  let s = \"a\"\n  let t = spawn:\n    s + k\n  print(await t)\n"),
	 {"(spawn spawn@4 %1.s (V_OF_I %0.k))", "(AWAIT %2.t)",
	  "function spawn@4(%0.s: value, %1.k: value) -> value", "  set %2.k = (I_OF_V %1.k)",
	  "  return (CONCAT %0.s (V_OF_I %2.k))"}},
	{"config C:\n  a: Int = 1\n" APP("  print(C.a + 1)\n"),
	 {"function C.a() -> value", "(I_ADD (I_OF_V (const C.a)) 1)"}},
	/* functions as values take and yield values */
	{"fn f(n: Int) -> Int:\n  return n\n" APP("  let g = f\n  print(g(1))\n"),
	 {"function f(%0.n: value) -> value", "(function f)", "(call-value %0.g (V_OF_I 1))"}},
};

Test(lower, syntax_becomes_the_canonical_program)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct loaded loaded = load(cases[i].text);
		struct buf text = {0};
		cr_assert_eq(loaded.result, 0, "%s:\n%s",
			     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message
							 : "",
			     cases[i].text);
		tree_print(&text, &loaded.program);
		const char *at = buf_str(&text);
		for (int k = 0; k < 6 && cases[i].lines[k] && at; k++) {
			at = strstr(at, cases[i].lines[k]);
			cr_expect(at, "no '%s' in\n%s", cases[i].lines[k], buf_str(&text));
		}
		buf_done(&text);
		loaded_done(&loaded);
	}
}

Test(lower, entries_and_types_are_listed)
{
	struct loaded loaded = load("fn main(n: Int, s: String = \"x\"):\n  print(n)\n"
				    "type P:\n  a: String(1..8, regex(\"^a\"))\n  b: Int(-1..5)?\n"
				    "test \"t\":\n  assert(true)\n" APP("  main(1)\n"));
	struct program *program = &loaded.program;
	cr_assert_eq(loaded.result, 0);
	cr_assert_eq(program->app_len, 1);
	cr_expect(slice_is(program->apps[0].name, "x"));
	cr_assert_eq(program->test_len, 1);
	cr_assert_geq(program->main_function, 0);
	cr_expect_eq(program->types[program->main_types[0]].kind, TYPE_INT);
	cr_expect_eq(program->main_defaults[0], -1);
	cr_expect_geq(program->main_defaults[1], 0);
	const struct type *type = NULL;
	for (uint32_t i = 0; i < program->type_len; i++)
		if (slice_is(program->types[i].name, "P"))
			type = &program->types[i];
	cr_assert(type);
	const struct type *a = &program->types[type->fields[0].type];
	cr_assert_eq(a->refinement_len, 2);
	cr_expect_eq(a->refinements[0].kind, REFINE_LENGTH);
	cr_expect_eq(a->refinements[0].i_max, 8);
	cr_expect(slice_is(a->refinements[1].pattern, "^a"));
	const struct type *b = &program->types[type->fields[1].type];
	cr_assert_eq(b->kind, TYPE_OPTION);
	cr_expect_eq(program->types[b->args[0]].refinements[0].i_min, -1);
	loaded_done(&loaded);
}
