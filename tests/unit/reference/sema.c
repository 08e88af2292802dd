/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the checker: which programs are refused, with which code and where; which are taken. */
#include "frontend_fixture.h"

struct refusal {
	const char *text;
	const char *code;
	unsigned line, column;
};

static const struct refusal refused[] = {
	/* names */
	{APP("  y = 3\n"), "FUSE_NAME_UNKNOWN", 2, 3},
	{APP("  print(zzz)\n"), "FUSE_NAME_UNKNOWN", 2, 9},
	{APP("  print(\"${zzz}\")\n"), "FUSE_NAME_UNKNOWN", 2, 12},
	{APP("  for i in 1..2:\n    print(i)\n  print(i)\n"), "FUSE_NAME_UNKNOWN", 4, 9},
	{APP("  if true:\n    let a = 1\n  print(a)\n"), "FUSE_NAME_UNKNOWN", 4, 9},
	{APP("  let x = 1\n  let x = 2\n"), "FUSE_NAME_DUPLICATE", 3, 7},
	{"fn f(a: Int, a: Int):\n  print(a)\n", "FUSE_NAME_DUPLICATE", 1, 14},
	{"fn f():\n  print(1)\nfn f():\n  print(2)\n", "FUSE_NAME_DUPLICATE", 3, 4},
	{"type A:\n  x: Int\nenum A:\n  B\n", "FUSE_NAME_DUPLICATE", 3, 6},
	{"type A:\n  x: Int\n  x: Int\n", "FUSE_NAME_DUPLICATE", 3, 3},
	{"enum A:\n  B\n  B\n", "FUSE_NAME_DUPLICATE", 3, 3},
	{"type P:\n  x: Int\n" APP("  print(P)\n"), "FUSE_NAME_TYPE_AS_VALUE", 4, 9},
	/* types */
	{APP("  let x: Foo = 1\n"), "FUSE_TYPE_UNKNOWN", 2, 10},
	{APP("  let x: List<Int, Int> = []\n"), "FUSE_TYPE_ARITY", 2, 10},
	{APP("  let x: Int = \"s\"\n"), "FUSE_TYPE_MISMATCH", 2, 16},
	{APP("  let x: Float = 1\n"), "FUSE_TYPE_MISMATCH", 2, 18},
	{APP("  let a: Int? = 1\n  let b: Int = a\n"), "FUSE_TYPE_MISMATCH", 3, 16},
	{APP("  let x: List<Int> = [\"a\"]\n"), "FUSE_TYPE_MISMATCH", 2, 22},
	{APP("  var x = 1\n  x = \"s\"\n"), "FUSE_TYPE_MISMATCH", 3, 7},
	{APP("  var x = 1\n  x = null\n"), "FUSE_TYPE_MISMATCH", 3, 7},
	{APP("  let m = {\"a\": 1}\n  m[\"a\"] = null\n"), "FUSE_TYPE_MISMATCH", 3, 12},
	{APP("  let x = [1, \"a\"]\n"), "FUSE_TYPE_LIST", 2, 15},
	{APP("  let x = {\"a\": 1, \"b\": \"s\"}\n"), "FUSE_TYPE_MAP", 2, 25},
	{APP("  if 1:\n    print(1)\n"), "FUSE_TYPE_CONDITION", 2, 6},
	{APP("  while \"s\":\n    print(1)\n"), "FUSE_TYPE_CONDITION", 2, 9},
	{"fn f() -> Int:\n  return \"s\"\n", "FUSE_TYPE_RETURN", 2, 10},
	{"fn f() -> Int:\n  \"s\"\n", "FUSE_TYPE_RETURN", 2, 3},
	{"fn f() -> Int:\n  return\n", "FUSE_TYPE_RETURN", 2, 3},
	{"fn f():\n  return 3\n", "FUSE_TYPE_RETURN", 2, 10},
	{"fn f(a: Int) -> Int:\n  match a:\n    1 -> \"s\"\n", "FUSE_TYPE_RETURN", 3, 10},
	{"fn f() -> Int!String:\n  return 1\n", "FUSE_TYPE_RESULT_DOMAIN", 1, 11},
	{"fn f() -> Int!:\n  return 1\n", "FUSE_TYPE_RESULT_DOMAIN", 1, 11},
	{"fn f() -> Int!Error:\n  return 1\n", "FUSE_TYPE_RESULT_DOMAIN", 1, 11},
	{"type E:\n  x: Int\nfn f() -> Int!E!Error:\n  return 1\n", "FUSE_TYPE_RESULT_DOMAIN", 3,
	 11},
	{"type E:\n  x: Int\nfn f() -> Int!E!Int:\n  return 1\n", "FUSE_TYPE_RESULT_DOMAIN", 3, 11},
	{"type P:\n  x: Int = \"s\"\n", "FUSE_TYPE_DEFAULT", 2, 12},
	{"fn f(a: Int = \"s\"):\n  print(a)\n", "FUSE_TYPE_DEFAULT", 1, 15},
	{"type P:\n  x: Bool(1..2)\n", "FUSE_TYPE_REFINEMENT", 2, 6},
	{"type P:\n  x: Int(regex(\"a\"))\n", "FUSE_TYPE_REFINEMENT", 2, 10},
	{"type P:\n  x: String(regex(\"[a\"))\n", "FUSE_TYPE_REFINEMENT", 2, 19},
	{"type P:\n  x: Id\n" APP("  print(P(x=1))\n"), "FUSE_STRUCT_TYPE", 4, 13},
	{"fn f(x: Id):\n  print(x)\n" APP("  f(\"a\")\n"), "FUSE_CALL_ARGUMENT", 4, 5},
	/* builtins that are one operation */
	{APP("  print(env(1))\n"), "FUSE_CALL_ARGUMENT", 2, 13},
	{APP("  let x: String = env(\"A\")\n"), "FUSE_TYPE_MISMATCH", 2, 19},
	{APP("  let x: Int = json.encode(1)\n"), "FUSE_TYPE_MISMATCH", 2, 16},
	{APP("  print(json.decode())\n"), "FUSE_CALL_ARITY", 2, 9},
	{APP("  print(json.parse(\"1\"))\n"), "FUSE_NAME_UNKNOWN", 2, 14},
	{APP("  print(json)\n"), "FUSE_NAME_MODULE_AS_VALUE", 2, 9},
	{APP("  let t = spawn:\n    log(\"x\")\n  await t\n"), "FUSE_SPAWN_SIDE_EFFECT", 3, 5},
	{"type P = Q without x\n", "FUSE_TYPE_DERIVE_BASE", 1, 10},
	{"type Q:\n  y: Int\ntype P = Q without x\n", "FUSE_TYPE_DERIVE_FIELD", 3, 20},
	{"type P = Q without x\ntype Q = P without y\n", "FUSE_TYPE_DERIVE_CYCLE", 2, 10},
	/* operators */
	{APP("  print(1 == \"a\")\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(1 == 1.0)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(null == 1)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(\"a\" < \"b\")\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print([1] == [1])\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(1 - \"a\")\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(1.5 % 2.0)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(1 and true)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(!1)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(-true)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  print(1..2..3)\n"), "FUSE_TYPE_OPERATOR", 2, 9},
	{APP("  let a: Int? = 1\n  print(a ?? \"s\")\n"), "FUSE_TYPE_COALESCE", 3, 14},
	/* access */
	{"type P:\n  x: Int\n" APP("  let p = P(x=1)\n  print(p.z)\n"), "FUSE_TYPE_FIELD", 5, 11},
	{APP("  let x = 3\n  print(x.y)\n"), "FUSE_TYPE_FIELD", 3, 11},
	{APP("  print(\"abc\"[0])\n"), "FUSE_TYPE_INDEX", 2, 9},
	{APP("  print([1][\"a\"])\n"), "FUSE_TYPE_INDEX", 2, 13},
	{APP("  print({\"a\": 1}[1])\n"), "FUSE_TYPE_INDEX", 2, 18},
	{"enum E:\n  A\n" APP("  print(E.C)\n"), "FUSE_TYPE_VARIANT", 4, 11},
	{APP("  for i in \"abc\":\n    print(i)\n"), "FUSE_TYPE_LOOP", 2, 12},
	/* calls */
	{"fn f(a: Int):\n  print(a)\n" APP("  f()\n"), "FUSE_CALL_ARITY", 4, 3},
	{"fn f(a: Int):\n  print(a)\n" APP("  f(1, 2)\n"), "FUSE_CALL_ARITY", 4, 3},
	{"fn f(a: Int):\n  print(a)\n" APP("  f(a=1)\n"), "FUSE_CALL_NAMED", 4, 5},
	{"fn f(a: Int):\n  print(a)\n" APP("  f(\"s\")\n"), "FUSE_CALL_ARGUMENT", 4, 5},
	{APP("  let x = 3\n  x()\n"), "FUSE_CALL_TARGET", 3, 3},
	{APP("  print(1, 2)\n"), "FUSE_CALL_ARITY", 2, 3},
	{APP("  assert(1)\n"), "FUSE_CALL_ARGUMENT", 2, 10},
	{"enum E:\n  B(Int)\n" APP("  print(E.B(1, 2))\n"), "FUSE_CALL_ARITY", 4, 9},
	{"enum E:\n  B(Int)\n" APP("  print(E.B(\"s\"))\n"), "FUSE_CALL_ARGUMENT", 4, 13},
	{"enum E:\n  B(Int)\n" APP("  print(E.B)\n"), "FUSE_CALL_ARITY", 4, 9},
	{"type P:\n  x: Int\n" APP("  print(P())\n"), "FUSE_STRUCT_MISSING", 4, 9},
	{"type P:\n  x: Int\n" APP("  print(P(1))\n"), "FUSE_STRUCT_POSITIONAL", 4, 11},
	{"type P:\n  x: Int\n" APP("  print(P(x=1, y=2))\n"), "FUSE_STRUCT_FIELD", 4, 16},
	{"type P:\n  x: Int\n" APP("  print(P(x=1, x=2))\n"), "FUSE_STRUCT_DUPLICATE", 4, 16},
	{"type P:\n  x: Int\n" APP("  print(P(x=\"s\"))\n"), "FUSE_STRUCT_TYPE", 4, 13},
	/* assignment and control */
	{APP("  let y = 3\n  y = 4\n"), "FUSE_ASSIGN_IMMUTABLE", 3, 3},
	{"fn f(a: Int):\n  a = 1\n", "FUSE_ASSIGN_IMMUTABLE", 2, 3},
	{APP("  for i in 1..3:\n    i = 2\n"), "FUSE_ASSIGN_IMMUTABLE", 3, 5},
	{APP("  3 = 4\n"), "FUSE_ASSIGN_TARGET", 2, 3},
	{APP("  print(1) = 4\n"), "FUSE_ASSIGN_TARGET", 2, 3},
	{APP("  break\n"), "FUSE_LOOP_CONTROL", 2, 3},
	{APP("  if true:\n    continue\n"), "FUSE_LOOP_CONTROL", 3, 5},
	/* patterns */
	{APP("  match 3:\n    \"a\":\n      print(1)\n"), "FUSE_PATTERN_TYPE", 3, 5},
	{APP("  match 3:\n    Some(a):\n      print(a)\n"), "FUSE_PATTERN_TYPE", 3, 5},
	{"enum E:\n  A\n" APP("  match E.A:\n    Q(x):\n      print(x)\n"), "FUSE_PATTERN_VARIANT",
	 5, 5},
	{"enum E:\n  A\n" APP("  match E.A:\n    A(x):\n      print(x)\n"), "FUSE_PATTERN_ARITY", 5,
	 5},
	{"type P:\n  x: Int\n" APP("  match P(x=1):\n    P(z=1):\n      print(1)\n"),
	 "FUSE_PATTERN_FIELD", 5, 7},
	{"type P:\n  x: Int\n" APP("  match P(x=1):\n    P(a):\n      print(1)\n"),
	 "FUSE_PATTERN_FIELDS", 5, 5},
	{"type P:\n  x: Int\n" APP("  match P(x=1):\n    P(x=1, x=2):\n      print(1)\n"),
	 "FUSE_PATTERN_FIELD", 5, 12},
	{"type std.Error:\n  message: String\nfn f(e: std.Error) -> String:\n  return e.zz\n",
	 "FUSE_TYPE_FIELD", 4, 12},
	/* tasks: one place to await each, and nothing shared */
	{APP("  spawn:\n    1\n"), "FUSE_TASK_DETACHED", 2, 3},
	{APP("  let t = spawn:\n    1\n  print(2)\n"), "FUSE_TASK_NOT_AWAITED", 2, 7},
	{APP("  var t = spawn:\n    1\n  t = spawn:\n    2\n  print(await t)\n"),
	 "FUSE_TASK_REASSIGNED", 4, 3},
	{APP("  var k = 1\n  let t = spawn:\n    k = 2\n    k\n  print(await t)\n"),
	 "FUSE_SPAWN_MUTATION", 4, 5},
	{APP("  let b = box 1\n  let t = spawn:\n    b + 1\n  print(await t)\n"), "FUSE_SPAWN_BOX",
	 4, 5},
	{APP("  let t = spawn:\n    let b = box 1\n    2\n  print(await t)\n"), "FUSE_SPAWN_BOX", 3,
	 13},
	{APP("  let t = spawn:\n    print(1)\n  await t\n"), "FUSE_SPAWN_SIDE_EFFECT", 3, 5},
	{APP("  let t = spawn:\n    if true:\n      1\n    else:\n      \"s\"\n  await t\n"),
	 "FUSE_TYPE_SPAWN", 6, 7},
	{APP("  print(await 3)\n"), "FUSE_TYPE_AWAIT", 2, 9},
	{APP("  while true:\n    let t = spawn:\n      break\n    await t\n"), "FUSE_LOOP_CONTROL",
	 4, 7},
	{"requires db, cpu\n", "FUSE_CAPABILITY_UNKNOWN", 1, 14},
	{"requires db\nrequires db\n", "FUSE_CAPABILITY_DUPLICATE", 2, 10},
	{"type E:\n  m: Int\ntype F:\n  m: Int\nfn f(a: Int?) -> Int!E:\n  return a ?! F(m=1)\n",
	 "FUSE_TYPE_BANG", 6, 10},
	{"type E:\n  m: Int\nfn f(a: Int) -> Int!E:\n  return a ?!\n", "FUSE_TYPE_BANG", 4, 10},
	{"type E:\n  m: Int\nfn f(a: Int?) -> Int!E:\n  return a ?!\n", "FUSE_TYPE_BANG", 4, 10},
	/* a generic body is checked for all types, called or not */
	{"fn f<X>(a: X) -> Int:\n  return a.m(1)\n", "FUSE_TYPE_FIELD", 2, 12},
	{"fn f<X>(a: X) -> Int:\n  return a.x\n", "FUSE_TYPE_FIELD", 2, 12},
	{"interface I:\n  fn m() -> Int\nfn f<X>(a: X) -> Int where X: I:\n  return a.n()\n",
	 "FUSE_TYPE_FIELD", 4, 12},
	{"interface I:\n  fn m() -> Int\ntype T:\n  x: Int\nimpl I for T:\n  fn m() -> Int:\n    "
	 "return "
	 "self.x\nfn f<X>(a: X) -> Int:\n  return a.m()\n" APP("  print(f(T(x=1)))\n"),
	 "FUSE_TYPE_FIELD", 9, 12},
	{"fn f<X>(a: X) -> Int:\n  return \"s\"\n", "FUSE_TYPE_RETURN", 2, 10},
	/* configs */
	{"config C:\n  a: Int\n", "FUSE_CONFIG_DEFAULT", 2, 3},
	{"config C:\n  a: Int = \"s\"\n", "FUSE_TYPE_DEFAULT", 2, 12},
	{"config C:\n  a: Int = 1\n" APP("  print(C.b)\n"), "FUSE_TYPE_FIELD", 4, 11},
	/* what is not carried out is refused by name */
	{"requires network\n" APP("  serve(80)\n"), "FUSE_UNSUPPORTED", 3, 3},
	{"app \"a\":\n  print(1)\napp \"a\":\n  print(2)\n", "FUSE_SYMBOL_DUPLICATE", 3, 5},
	{"import {A} from \"nowhere\"\n", "FUSE_IMPORT_READ", 1, 17},
	{"import A from \"x.png\"\n", "FUSE_IMPORT_UNSUPPORTED_EXTENSION", 1, 15},
	{"import {A} from \"x.md\"\n", "FUSE_IMPORT_ASSET_FORM", 1, 17},
	{"import A from \"root:../x\"\n", "FUSE_IMPORT_ROOT_ESCAPE", 1, 15},
};

static void expect_refused(const struct refusal *list, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct loaded loaded = load(list[i].text);
		cr_expect_eq(loaded.result, FRONTEND_E_REJECTED, "accepted:\n%s", list[i].text);
		if (loaded.diagnostics.list.len > 0) {
			struct diagnostic *first = &loaded.diagnostics.list.items[0];
			cr_expect_str_eq(first->code, list[i].code, "%s for:\n%s", first->message,
					 list[i].text);
			cr_expect(first->line == list[i].line && first->column == list[i].column,
				  "at %u:%u for:\n%s", first->line, first->column, list[i].text);
		}
		loaded_done(&loaded);
	}
}

Test(sema, a_wrong_program_is_refused_with_code_and_place)
{
	expect_refused(refused, sizeof(refused) / sizeof(refused[0]));
}

#define DB(lines)      "requires db\ntype R:\n  a: Int\n" APP(lines)
#define TX(lines)      "requires db\nfn f() -> Int:\n  transaction:\n" lines "  return 1\n"
#define SERVICE(lines) "service S at \"/a\":\n" lines

/* The database, the network and markup are not carried out, and checked like the rest. */
static const struct refusal outside[] = {
	/* transactions: #transaction-static-restrictions */
	{TX("    return 1\n"), "FUSE_TRANSACTION_RETURN", 4, 5},
	{TX("    match 1:\n      1 -> 2\n"), "FUSE_TRANSACTION_RETURN", 5, 12},
	{TX("    for i in 1..2:\n      break\n"), "FUSE_TRANSACTION_LOOP", 5, 7},
	{TX("    while true:\n      continue\n"), "FUSE_TRANSACTION_LOOP", 5, 7},
	{TX("    let t = spawn:\n      1\n    print(2)\n"), "FUSE_TASK_NOT_AWAITED", 4, 9},
	{"requires db\nfn f(n: Int) -> Int:\n  let t = spawn:\n    1\n  transaction:\n    await "
	 "t\n  "
	 "return n\n",
	 "FUSE_TRANSACTION_AWAIT", 6, 5},
	{"requires db\nfn f():\n  transaction:\n    spawn:\n      1\n", "FUSE_TRANSACTION_SPAWN", 4,
	 5},
	{"fn f():\n  transaction:\n    print(1)\n", "FUSE_CAPABILITY_MISSING", 2, 3},
	{"requires db, time\nfn f():\n  transaction:\n    print(1)\n", "FUSE_TRANSACTION_MODULE", 3,
	 3},
	{"requires db\nfn f():\n  transaction:\n    print(time.now())\n",
	 "FUSE_TRANSACTION_CAPABILITY", 4, 11},
	/* capabilities */
	{APP("  db.exec(\"a\")\n"), "FUSE_CAPABILITY_MISSING", 2, 3},
	{APP("  serve(80)\n"), "FUSE_CAPABILITY_MISSING", 2, 3},
	{APP("  print(http.get(\"a\"))\n"), "FUSE_CAPABILITY_MISSING", 2, 9},
	{DB("  let t = spawn:\n    db.exec(\"a\")\n    1\n  await t\n"), "FUSE_SPAWN_SIDE_EFFECT",
	 6, 5},
	{APP("  let t = spawn:\n    asset(\"a\")\n  await t\n"), "FUSE_SPAWN_SIDE_EFFECT", 3, 5},
	{APP("  let t = spawn:\n    svg.inline(\"a\")\n  await t\n"), "FUSE_SPAWN_SIDE_EFFECT", 3,
	 5},
	/* queries */
	{DB("  db.exec(3)\n"), "FUSE_CALL_ARGUMENT", 5, 11},
	{DB("  db.from(\"t\").drop()\n"), "FUSE_NAME_UNKNOWN", 5, 16},
	{DB("  db.from(\"t\").limit(\"1\")\n"), "FUSE_CALL_ARGUMENT", 5, 22},
	{DB("  db.from(\"t\").where(\"a\")\n"), "FUSE_CALL_ARITY", 5, 3},
	{DB("  let q = db.from(\"t\")\n  let t = spawn:\n    q.count()\n  await t\n"),
	 "FUSE_SPAWN_SIDE_EFFECT", 7, 5},
	{DB("  print(db.from(\"t\").one<R>())\n"), "FUSE_TYPED_QUERY_SELECT", 5, 9},
	{DB("  let c = [\"a\"]\n  print(db.from(\"t\").select(c).all<R>())\n"),
	 "FUSE_TYPED_QUERY_SELECT", 6, 9},
	{DB("  print(db.from(\"t\").select([\"a\"]).one<Int>())\n"), "FUSE_TYPED_QUERY_TYPE_ARG", 5,
	 40},
	{DB("  print(db.from(\"t\").select([\"a\"]).one<R, R>())\n"), "FUSE_TYPED_QUERY_TYPE_ARG",
	 5, 9},
	{DB("  print(db.from(\"t\").select([\"a\", \"b\"]).one<R>())\n"),
	 "FUSE_TYPED_QUERY_FIELD_MISMATCH", 5, 35},
	{DB("  print(db.from(\"t\").select([\"a\"]).one<R>(1))\n"), "FUSE_TYPED_QUERY_CALL", 5, 9},
	{DB("  print(db.from(\"t\").count<R>())\n"), "FUSE_TYPED_QUERY_CALL", 5, 9},
	{DB("  print(db.query<R>(\"select\"))\n"), "FUSE_TYPED_QUERY_CALL", 5, 9},
	/* services: #services-and-declaration-syntax */
	{SERVICE("  get \"/u/{id: Nope}\" -> Int:\n    return 1\n"), "FUSE_TYPE_UNKNOWN", 2, 16},
	{SERVICE("  get \"/u/{id}\" -> Int:\n    return 1\n"), "FUSE_PARSE_EXPECTED", 2, 14},
	{SERVICE("  get \"/u/{id: Id\" -> Int:\n    return 1\n"), "FUSE_ROUTE_PATH", 2, 11},
	{SERVICE("  get \"/u/x{id: Id}\" -> Int:\n    return 1\n"), "FUSE_ROUTE_PATH", 2, 11},
	{SERVICE("  get \"/u/{id: Id}x\" -> Int:\n    return 1\n"), "FUSE_ROUTE_PATH", 2, 19},
	{SERVICE("  get \"/u/{id: Id 3}\" -> Int:\n    return 1\n"), "FUSE_ROUTE_PATH", 2, 19},
	{SERVICE("  get \"/{a: Id}/{a: Id}\" -> Int:\n    return 1\n"), "FUSE_NAME_DUPLICATE", 2,
	 18},
	{SERVICE("  get \"/{a: List<Int>}\" -> Int:\n    return 1\n"), "FUSE_ROUTE_PARAM", 2, 13},
	{SERVICE("  get \"/{a: Int(1..x)}\" -> Int:\n    return 1\n"), "FUSE_TYPE_REFINEMENT", 2,
	 17},
	{SERVICE("  get \"/\" -> Int:\n    return \"s\"\n"), "FUSE_TYPE_RETURN", 3, 12},
	{SERVICE("  get \"/\" -> Int!String:\n    return 1\n"), "FUSE_TYPE_RESULT_DOMAIN", 2, 14},
	{SERVICE("  get \"/\" -> Int:\n    return body\n"), "FUSE_NAME_UNKNOWN", 3, 12},
	{SERVICE("  head \"/\" -> Int:\n    return 1\n"), "FUSE_PARSE_EXPECTED", 2, 3},
	{SERVICE("  get \"/\":\n    return 1\n"), "FUSE_PARSE_EXPECTED", 2, 10},
	{SERVICE("  get \"/${1}\" -> Int:\n    return 1\n"), "FUSE_PARSE_EXPECTED", 2, 7},
	{"interface I:\n  fn m() -> Int\n" SERVICE("  get \"/\" -> I:\n    return 1\n"),
	 "FUSE_INTERFACE_NOT_A_TYPE", 4, 14},
	{SERVICE("  get \"/\" -> Int:\n    return 1\n") APP("  print(S)\n"),
	 "FUSE_NAME_TYPE_AS_VALUE", 5, 9},
	{SERVICE("  get \"/\" -> Int:\n    return 1\n") "type S:\n  x: Int\n",
	 "FUSE_NAME_DUPLICATE", 4, 6},
	/* markup */
	{APP("  let x = div(class=\"a\", id=\"b\"): \"c\"\n"), "FUSE_HTML_ATTR_COMMA", 2, 24},
	{APP("  let x = div({\"class\": \"a\"}): \"c\"\n"), "FUSE_HTML_ATTR_MAP", 2, 15},
	{APP("  let x = div(class=3): \"c\"\n"), "FUSE_HTML_ATTR_TYPE", 2, 21},
	{APP("  let x = div(): 3\n"), "FUSE_HTML_CHILD", 2, 18},
	{APP("  let x = div(aria_foo=\"a\"): \"c\"\n"), "FUSE_HTML_ARIA", 2, 15},
	{APP("  let x = div(aria_role=\"a\"): \"c\"\n"), "FUSE_HTML_ARIA", 2, 15},
	{APP("  let x = div(aria_hidden=\"yes\"): \"c\"\n"), "FUSE_HTML_ARIA", 2, 27},
	{APP("  let x = div(aria_level=\"two\"): \"c\"\n"), "FUSE_HTML_ARIA", 2, 26},
	{APP("  let x = div():\n    if 1:\n      br()\n"), "FUSE_TYPE_CONDITION", 3, 8},
	{APP("  let x = div():\n    for i in 3:\n      br()\n"), "FUSE_TYPE_LOOP", 3, 14},
	{APP("  let x = div\n"), "FUSE_NAME_UNKNOWN", 2, 11},
	{APP("  let x = html.text(3)\n"), "FUSE_CALL_ARGUMENT", 2, 21},
	{"component C:\n  return 1\n", "FUSE_TYPE_RETURN", 2, 10},
	{"component C:\n  let x = 1\n", "FUSE_TYPE_RETURN", 1, 11},
	{"component C(n: Int):\n  br()\n" APP("  let x = C()\n"), "FUSE_CALL_ARITY", 4, 11},
	{"component C:\n  br()\n" APP("  let x = C({\"a\": \"b\"})\n"), "FUSE_HTML_ATTR_MAP", 4,
	 13},
	{"migration one:\n  print(zz)\n", "FUSE_NAME_UNKNOWN", 2, 9},
	/* a config block as a type and as a value */
	{"config C:\n  a: Int = 1\nfn f(c: C) -> Int:\n  return c.b\n", "FUSE_TYPE_FIELD", 4, 12},
	{"config C:\n  a: Int = 1\nconfig D:\n  a: Int = 1\nfn f(c: C):\n  print(c.a)\n" APP(
		 "  f(D)\n"),
	 "FUSE_CALL_ARGUMENT", 8, 5},
	{"config C:\n  a: Int = 1\nfn f(c: C):\n  print(c.a)\n" APP("  f(C)\n"), "FUSE_UNSUPPORTED",
	 3, 9},
	{"config C:\n  a: Int = 1\n" APP("  print(C)\n"), "FUSE_UNSUPPORTED", 4, 9},
	{APP("  let p = print\n"), "FUSE_UNSUPPORTED", 2, 11},
};

Test(sema, what_is_not_carried_out_is_checked_all_the_same)
{
	expect_refused(outside, sizeof(outside) / sizeof(outside[0]));
}

static const char *const taken[] = {
	APP("  let x = 1\n  if true:\n    let x = 2\n    print(x)\n  print(x)\n"),
	APP("  let xs = []\n  let ys: List<Int> = []\n  print(ys + [1] + xs)\n"),
	APP("  let m = {\"a\": 1}\n  let b: Int = m[\"b\"]\n  print(b)\n  print(m[\"b\"] ?? 3)\n"),
	APP("  let a: Int? = 1\n  print(a + 1)\n  print(a == 1)\n"),
	APP("  let b = box 1\n  b = b + 1\n  let c: Int = b\n  print(c)\n"),
	APP("  let a = [1]\n  a[0] = 2\n  let m = {\"k\": [1]}\n  m[\"k\"][0] = 3\n"),
	APP("  var x: Int? = null\n  x = 3\n  x = null\n  print(x)\n"),
	APP("  let x = 1 ?? 2\n  print(1 < 2.5)\n  print(-7 / 2.0)\n  print(1 + \"a\")\n"),
	APP("  for x in {\"a\": 1}:\n    print(x + 1)\n"),
	APP("  match {\"a\": 1}[\"b\"]:\n    null:\n      print(1)\n    v:\n      print(v)\n"),
	APP("  return 3\n"),
	"fn f(a: Int, b: Int = a + 1, c: Int = a + b) -> Int:\n  return a + b + c\n" APP(
		"  print(f(1))\n"),
	"fn f(a: Int = 1, b: Int) -> Int:\n  return a + b\n" APP("  print(f(1, 2))\n"),
	"fn f(n: Int) -> Int:\n  return n\n" APP("  let g = f\n  print(g(1))\n"),
	"fn f(x: Int) -> Int:\n  if x > 1:\n    5\n",
	"fn f(x: Int) -> Int:\n  while true:\n    return x\n",
	"fn b() -> String:\n  return box \"boxed\"\n",
	"enum L:\n  N\n  C(Int, L)\nfn s(l: L) -> Int:\n  match l:\n    N -> 0\n    C(h, t) -> h + "
	"s(t)\n",
	"enum E:\n  A\n" APP(
		"  match E.A:\n    E.A:\n      print(1)\n    other:\n      print(other)\n"),
	"type P:\n  x: Int\n  n: P?\n" APP("  let p = P(x=1)\n  print(p.n?.x ?? 0)\n  p.x = 2\n"),
	"type P:\n  x: Int = 1\n" APP("  print(P().x)\n"),
	"type Q:\n  x: Int\n  y: Int = 2\ntype P = Q without x\n" APP("  print(P().y)\n"),
	"type E:\n  message: String\nfn f(x: Int?) -> Int!E:\n  let y = x ?! E(message=\"no\")\n  "
	"return y\n",
	"type std.Error:\n  message: String\nfn f() -> Int!std.Error:\n  return null ?! "
	"std.Error(message=\"x\")\n",
	"fn ok(s: String) -> Bool:\n  return true\ntype P:\n  a: String(1..8, regex(\"^a\"), "
	"predicate(ok))\n  b: Int(-1..5)\n",
	"config C:\n  a: Int = 1\n  b: Int = C.a + 1\n" APP("  print(C.b + 1)\n"),
	APP("  let k = 5\n  let t = spawn:\n    let u = spawn:\n      k + 1\n    let v = await u\n "
	    "   return v * 2\n  print(1 + await t)\n"),
	"test \"t\":\n  assert(true, \"m\")\n",
	"requires db\nfn f():\n  print(1)\n",
	/* what a generic body does with values of its parameters */
	"interface I:\n  fn m() -> Int\nfn g<X>(a: List<X>) -> X:\n  return a[0]\nfn h<X>(a: X) -> "
	"X:\n  "
	"return a\nfn f<X>(a: X, o: X?) -> Int where X: I:\n  let l = [a]\n  let k = h<X>(g(l))\n  "
	"let s = "
	"h(o ?? a)\n  for e in l:\n    print(\"${e.m()}\")\n  match o:\n    Some(v):\n      "
	"print(v.m())\n "
	"   None:\n      print(k.m() + s.m())\n  return {\"a\": a}[\"a\"].m()\ntype T:\n  x: "
	"Int\nimpl I for "
	"T:\n  fn m() -> Int:\n    return self.x\n" APP("  print(f(T(x=1), null))\n"),
	/* one of the runtime's own errors may stand there, and has these members */
	"type std.Error:\n  message: String\nfn f(e: std.Error):\n  print(e.fields)\n  "
	"print(e.code)\n",
};

Test(sema, a_legal_program_is_taken)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct loaded loaded = load(taken[i]);
		cr_expect_eq(loaded.result, 0, "%s:\n%s",
			     loaded.diagnostics.list.len ? loaded.diagnostics.list.items[0].message
							 : "",
			     taken[i]);
		loaded_done(&loaded);
	}
}

Test(sema, all_errors_of_a_run_are_reported_in_the_order_of_the_text)
{
	struct loaded loaded = load("fn f() -> Int:\n  return \"s\"\n"
				    "type A:\n  x: Nope\n" APP("  print(a)\n  print(b)\n"));
	static const unsigned lines[] = {2, 4, 6, 7};
	cr_assert_eq(loaded.diagnostics.list.len, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(loaded.diagnostics.list.items[i].line, lines[i]);
	loaded_done(&loaded);
}
