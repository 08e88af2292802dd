/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen_feature: constructs that need declarations of their own: interfaces, generic functions,
 * checked types, results that travel, defaults, nested patterns, JSON, tasks over values, edges of
 * numbers and texts. A feature writes what it declares and a function "u<seed>_<number>()" that
 * prints what it does with it; the program calls those it drew.
 */
#include "tests/generator/gen.h"

#define ID ((unsigned long long)g->seed)

static void open_use(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\nfn u%llu_%u():\n", ID, which);
	g->var_len = 0;
	g->indent = 1;
}

/* "  PREFIX<expression>SUFFIX" as a line. */
static void line_with(struct gen *g, const char *prefix, enum gtype type, const char *suffix)
{
	gen_line(g, "%s", prefix);
	gen_expr(g, type, 2);
	buf_adds(g->out, suffix);
}

static void literal_line(struct gen *g, const char *prefix, enum gtype type, const char *suffix)
{
	gen_line(g, "%s", prefix);
	gen_literal(g, type);
	buf_adds(g->out, suffix);
}

/* Two implementations of one interface, a method that calls another, an associated function. */
static void interfaces(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\ninterface I%llu:\n  fn weigh(n: Int) -> Int\n  fn name() -> String\n",
		 ID);
	buf_addf(g->out, "  fn made(n: Int) -> Self\n\ntype Ia%llu:\n  x: Int\n  s: String\n", ID);
	buf_addf(g->out, "\nenum Ib%llu:\n  None0\n  Some1(Int)\n", ID);
	buf_addf(g->out, "\nimpl I%llu for Ia%llu:\n  fn weigh(n: Int) -> Int:\n", ID, ID);
	g->indent = 2;
	gen_line(g, "if n > %u:\n", gen_below(g, 6));
	gen_line(g, "  return self.x + n\n");
	gen_line(g, gen_once_in(g, 2) ? "return self.weigh(n + 1) * 2\n" : "return self.x - n\n");
	buf_adds(g->out, "\n  fn name() -> String:\n    return \"${self.s}:${self.weigh(0)}\"\n");
	buf_addf(g->out, "\n  fn made(n: Int) -> Self:\n    return Ia%llu(x=n, s=", ID);
	gen_literal(g, G_STRING);
	buf_addf(g->out,
		 ")\n\nimpl I%llu for Ib%llu:\n  fn weigh(n: Int) -> Int:\n    match self:\n", ID,
		 ID);
	buf_addf(g->out, "      None0 -> n\n      Some1(k) -> k * n\n\n  fn name() -> String:\n");
	buf_addf(g->out, "    return \"b${self.weigh(%u)}\"\n\n  fn made(n: Int) -> Self:\n",
		 gen_below(g, 5));
	buf_addf(g->out, "    if n > 3:\n      return Ib%llu.Some1(n)\n    return Ib%llu.None0\n",
		 ID, ID);
	buf_addf(g->out, "\nfn iw%llu<T>(v: T, n: Int) -> String where T: I%llu:\n", ID, ID);
	buf_adds(g->out,
		 "  if n > 2:\n    return v.name()\n  return \"${v.weigh(n)} \" + v.name()\n");
	open_use(g, which);
	gen_line(g, "let a = Ia%llu.made(%u)\n", ID, gen_below(g, 9));
	gen_line(g, "let b = Ib%llu.made(%u)\n", ID, gen_below(g, 9));
	gen_line(g, "print(\"${a.weigh(%u)} ${b.weigh(%u)} ${a.name()} ${b.name()}\")\n",
		 gen_below(g, 9), gen_below(g, 9));
	gen_line(g, "print(iw%llu(a, %u) + iw%llu(b, %u))\n", ID, gen_below(g, 5), ID,
		 gen_below(g, 5));
}

static void generics(struct gen *g, unsigned which)
{
	buf_addf(g->out,
		 "\nfn ga%llu<T>(v: T, n: Int) -> T:\n  if n > 0:\n    return ga%llu(v, n - 1)\n"
		 "  return v\n",
		 ID, ID);
	buf_addf(g->out,
		 "\nfn gb%llu<A, B>(a: A, b: B, first: Bool) -> List<A>:\n"
		 "  let kept = b\n  if first:\n    return [a]\n  return [a, a]\n",
		 ID);
	buf_addf(g->out,
		 "\nfn gc%llu<T>(items: List<T>, other: T) -> T:\n  for x in items:\n"
		 "    return x\n  return other\n",
		 ID);
	open_use(g, which);
	for (int i = 0; i < 3; i++) {
		enum gtype type = (enum gtype)gen_below(g, G_INTS + 1);
		gen_line(g, "print(ga%llu(", ID);
		gen_expr(g, type, 1);
		buf_addf(g->out, ", %u))\n", gen_below(g, 4));
		gen_line(g, "let g%d = gb%llu(", i, ID);
		gen_literal(g, (enum gtype)gen_below(g, G_MAP));
		buf_adds(g->out, ", ");
		gen_literal(g, type);
		buf_addf(g->out, ", %s)\n", gen_once_in(g, 2) ? "true" : "false");
		gen_line(g, "print(\"${g%d}\")\n", i);
	}
	line_with(g, "let picks = ", G_INTS, "\n");
	gen_line(g, "print(gc%llu(picks, %u))\n", ID, gen_below(g, 100));
}

/* Values that a checked type may refuse; the refusal becomes the Err of a function. */
static void checked(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\nfn ck%llu(n: Int) -> Bool:\n  return n %% %u != 0\n", ID,
		 2 + gen_below(g, 4));
	buf_addf(g->out, "\ntype C%llu:\n  n: Int(%u..%u)\n  s: String(1..%u)\n", ID,
		 gen_below(g, 4), 5 + gen_below(g, 9), 2 + gen_below(g, 6));
	buf_addf(g->out,
		 "  f: Float(0.5..%u.5) = 1.0\n  p: Int(predicate(ck%llu)) = 1\n  o: Int?\n",
		 1 + gen_below(g, 5), ID);
	buf_addf(g->out, "\ntype Cw%llu = C%llu without %s\n", ID, ID,
		 gen_once_in(g, 2) ? "p, f" : "o, p");
	buf_addf(g->out, "\nfn cm%llu(n: Int, s: String, f: Float, p: Int) -> C%llu!std.Error:\n",
		 ID, ID);
	buf_addf(g->out, "  return C%llu(n=n, s=s, f=f, p=p)\n", ID);
	open_use(g, which);
	for (int i = 0; i < 4; i++) {
		gen_line(g, "match cm%llu(%u, ", ID, gen_below(g, 12));
		gen_literal(g, G_STRING);
		buf_adds(g->out, ", ");
		gen_literal(g, G_FLOAT);
		buf_addf(g->out, ", %u):\n", gen_below(g, 9));
		gen_line(g, "  Ok(v):\n");
		gen_line(g, "    print(\"${v.n} ${v.s} ${v.f} ${v.p} ${v.o}\")\n");
		gen_line(g, "    print(json.encode(v))\n");
		gen_line(g, "  Err(e):\n");
		gen_line(g, "    print(e.message)\n");
		gen_line(g, "    print(json.encode(e))\n");
	}
	gen_line(g, "let w = Cw%llu(n=%u, s=\"ok\")\n", ID, 4 + gen_below(g, 2));
	gen_line(g, "print(\"${w.n}${w.s}\")\n");
}

/* Errors that are passed on, replaced, or looked at by an enum's patterns. */
static void results(struct gen *g, unsigned which)
{
	unsigned odd = 2 + gen_below(g, 3);
	buf_addf(g->out, "\nenum F%llu:\n  Bad\n  Code(Int, String)\n", ID);
	buf_addf(g->out, "\nfn fa%llu(n: Int) -> Int!F%llu:\n  if n < 0:\n", ID, ID);
	buf_addf(g->out, "    return (null ?! F%llu.Code(n, ", ID);
	gen_literal(g, G_STRING);
	buf_addf(g->out,
		 "))\n  for i in 0..n:\n    if (i + 1) %% %u == 0:\n      return (null ?! "
		 "F%llu.Bad)\n",
		 odd, ID);
	buf_addf(g->out, "  return n * 2\n\nfn fb%llu(n: Int) -> Int!F%llu:\n", ID, ID);
	buf_addf(g->out, "  let v = fa%llu(n) ?!\n  let w = fa%llu(v - %u) ?!\n  return v + w\n",
		 ID, ID, gen_below(g, 6));
	buf_addf(g->out, "\nfn fc%llu(n: Int) -> String!Oops%llu:\n", ID, ID);
	buf_addf(g->out,
		 "  let v = fb%llu(n) ?! Oops%llu(message=\"from ${n}\")\n  return \"v${v}\"\n", ID,
		 ID);
	buf_addf(g->out,
		 "\nfn fd%llu(r: Int!F%llu) -> String:\n  match r:\n    Ok(0) -> \"none\"\n", ID,
		 ID);
	buf_adds(g->out, "    Ok(v) -> \"ok ${v}\"\n    Err(Bad) -> \"bad\"\n"
			 "    Err(Code(c, t)) -> \"${c}${t}\"\n");
	buf_addf(g->out, "\ntype Fx%llu:\n  code: Int\n", ID);
	buf_addf(g->out, "\nfn fe%llu(n: Int) -> Int!Oops%llu!Fx%llu:\n  if n == 0:\n", ID, ID, ID);
	buf_addf(g->out, "    return (null ?! Oops%llu(message=\"zero\"))\n  if n == 1:\n", ID);
	buf_addf(g->out, "    return (null ?! Fx%llu(code=%u))\n  return n\n", ID,
		 gen_below(g, 99));
	buf_addf(g->out,
		 "\nfn ff%llu(n: Int) -> String:\n  match fe%llu(n):\n    Ok(v) -> \"${v}\"\n", ID,
		 ID);
	buf_addf(g->out, "    Err(_) -> \"failed\"\n\nfn fg%llu(n: Int) -> String:\n", ID);
	buf_addf(g->out, "  match fc%llu(n):\n    Ok(v) -> v\n", ID);
	buf_addf(g->out, "    Err(Oops%llu(message=\"from 0\")) -> \"nought\"\n", ID);
	buf_addf(g->out, "    Err(Oops%llu(message=m)) -> m\n", ID);
	open_use(g, which);
	gen_line(g, "for n in [%u, 0, -%u, 1]:\n", gen_below(g, 5), 1 + gen_below(g, 5));
	gen_line(g, "  print(fd%llu(fa%llu(n)) + fd%llu(fb%llu(n)))\n", ID, ID, ID, ID);
	gen_line(g, "  print(ff%llu(n) + fg%llu(n))\n", ID, ID);
	gen_line(g, "  print(fb%llu(n))\n", ID);
	gen_line(g, "  print(json.encode(fa%llu(n)))\n", ID);
	gen_line(g, "  match fc%llu(n):\n", ID);
	gen_line(g, "    Ok(text):\n");
	gen_line(g, "      print(text)\n");
	gen_line(g, "    Err(e):\n");
	gen_line(g, "      print(e.message)\n");
}

static void defaults(struct gen *g, unsigned which)
{
	buf_addf(g->out,
		 "\nfn da%llu(a: Int, b: Int = a * %u, c: Int = (a + b), s: String = \"${a}-${c}\")"
		 " -> String:\n  return \"${a} ${b} ${c} ${s}\"\n",
		 ID, gen_below(g, 5));
	buf_addf(g->out, "\ntype D%llu:\n  a: Int\n  b: Int = %u\n  c: List<Int> = [", ID,
		 gen_below(g, 9));
	gen_literal(g, G_INT);
	buf_adds(g->out, "]\n  d: String? = null\n");
	open_use(g, which);
	gen_line(g, "print(da%llu(%u))\n", ID, gen_below(g, 9));
	line_with(g, "let b = ", G_INT, "\n");
	gen_line(g, "print(da%llu(2, b))\n", ID);
	gen_line(g, "print(da%llu(2, b, %u, \"x\"))\n", ID, gen_below(g, 9));
	gen_line(g, "var d = D%llu(a=b)\n", ID);
	gen_line(g, "let e = d\n");
	gen_line(g, "d.c[0] = 99\n");
	gen_line(g, "d.d = \"set\"\n");
	gen_line(g, "print(json.encode([d, e]))\n");
}

/* An enum inside itself, taken apart two levels deep, and structs by their fields. */
static void patterns(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\nenum N%llu:\n  Leaf\n  One(Int)\n  Two(N%llu, N%llu)\n  Text(String)\n",
		 ID, ID, ID);
	buf_addf(g->out, "\ntype Np%llu:\n  x: Int\n  y: N%llu?\n", ID, ID);
	buf_addf(g->out,
		 "\nfn na%llu(n: N%llu) -> Int:\n  match n:\n    Leaf -> 0\n    One(%u) -> %u\n",
		 ID, ID, gen_below(g, 4), gen_below(g, 100));
	buf_addf(g->out,
		 "    Two(One(a), Two(Leaf, One(b))) -> a * 10 + b\n    Two(Leaf, _) -> 7\n"
		 "    Two(a, b) -> na%llu(a) + na%llu(b)\n    Text(\"a\") -> 1\n    _ -> 2\n",
		 ID, ID);
	buf_addf(g->out, "\nfn nb%llu(p: Np%llu?) -> String:\n  match p:\n", ID, ID);
	buf_addf(g->out, "    Some(Np%llu(x=0, y=None)) -> \"zero\"\n", ID);
	buf_addf(g->out, "    Some(Np%llu(y=Some(One(k)))) -> \"one ${k}\"\n", ID);
	buf_addf(g->out, "    Some(Np%llu(x=k)) -> \"x ${k}\"\n    None -> \"nothing\"\n", ID);
	buf_addf(g->out, "\nfn nc%llu(n: Int) -> N%llu:\n  if n <= 0:\n    return N%llu.Leaf\n", ID,
		 ID, ID);
	buf_addf(g->out, "  if n %% %u == 0:\n    return N%llu.Two(N%llu.One(n), nc%llu(n - 1))\n",
		 2 + gen_below(g, 2), ID, ID, ID);
	buf_addf(g->out, "  return N%llu.Two(nc%llu(n - 2), N%llu.Text(", ID, ID, ID);
	gen_literal(g, G_STRING);
	buf_adds(g->out, "))\n");
	open_use(g, which);
	gen_line(g, "for k in 0..%u:\n", 2 + gen_below(g, 6));
	gen_line(g, "  print(\"${na%llu(nc%llu(k))} ${nc%llu(k)}\")\n", ID, ID, ID);
	gen_line(g, "print(json.encode(nc%llu(3)))\n", ID);
	gen_line(g, "print(nb%llu(null) + nb%llu(Np%llu(x=%u)))\n", ID, ID, ID, gen_below(g, 2));
	gen_line(g, "print(nb%llu(Np%llu(x=1, y=N%llu.One(4))))\n", ID, ID, ID);
	gen_line(g, "for One(k) in [N%llu.One(1), N%llu.One(2)]:\n", ID, ID);
	gen_line(g, "  print(k)\n");
}

static void json(struct gen *g, unsigned which)
{
	static const enum gtype types[] = {G_INT, G_FLOAT, G_STRING, G_TEXTS, G_GRID,
					   G_MAP, G_ENUM,  G_STRUCT, G_MAYBE, G_BOOL};
	open_use(g, which);
	for (int i = 0; i < 4; i++) {
		enum gtype type = types[gen_below(g, 10)];
		gen_line(g, "let j%d: ", i);
		gen_type(g, type);
		buf_adds(g->out, " = ");
		gen_expr(g, type, 1);
		buf_addc(g->out, '\n');
		gen_line(g, "let t%d = json.encode(j%d)\n", i, i);
		gen_line(g, "print(t%d)\n", i);
		gen_line(g, "print(json.decode(t%d))\n", i);
		gen_line(g, "print(json.encode(json.decode(t%d)) == t%d)\n", i, i);
	}
	gen_line(g, "let m = {\"k\": [1, %u], \"a\": [2], \"z\\n\": [3]}\n", gen_below(g, 99));
	gen_line(g, "print(json.encode(m))\n");
	gen_line(g, "let d = json.decode(json.encode(m))\n");
	gen_line(g, "print(d[\"k\"][1])\n");
	gen_line(g, "print(d[\"nowhere\"])\n");
}

/* Numbers and texts at their ends. */
static void edges(struct gen *g, unsigned which)
{
	static const char *const floats[] = {"0.0",
					     "1.0",
					     "0.1",
					     "123456789012345680000.0",
					     "0.000000000000000123",
					     "9007199254740993.0",
					     "179769313486231570000.5",
					     "3.5"};
	static const char *const texts[] = {"\\n|\\t|\\r", "\\\\", "\\\"", "\\${x}",
					    "é☃𝄞",         "",     " ",    "a\\nb"};
	open_use(g, which);
	gen_line(g, "var f = %s\n", floats[gen_below(g, 8)]);
	gen_line(g, "let zero = 0.0\n");
	gen_line(g, "let h = %s / %s\n", floats[gen_below(g, 8)], floats[1 + gen_below(g, 7)]);
	gen_line(g, "print(\"${f / zero} ${-f / zero} ${-zero * f} ${h}\")\n");
	gen_line(g, "let nan = zero / zero\n");
	gen_line(g, "print(\"${nan == nan} ${nan != f} ${nan < f} ${nan >= f} ${f <= h}\")\n");
	gen_line(g, "for i in 1..%u:\n", 1 + gen_below(g, 12));
	gen_line(g, gen_once_in(g, 2) ? "  f = f * f + 1.0\n" : "  f = f / 7.0\n");
	gen_line(g, "  print(f)\n");
	gen_line(g, "print(json.encode([f, h, nan, zero]))\n");
	gen_line(g, "let s = \"%s\"\n", texts[gen_below(g, 8)]);
	gen_line(g, "let t = \"%s\"\n", texts[gen_below(g, 8)]);
	gen_line(g, "print(s + t + \"${[s, t]}\")\n");
	gen_line(g, "print(\"${s == t} ${s != t} ${json.encode(s)} ${json.decode(json.encode(t)) "
		    "== t}\")\n");
	gen_line(g, "let low = (-9223372036854775807 - 1)\n");
	gen_line(g, "print(\"${low} ${low + %u} ${low / 3} ${low %% 10} ${low < 0}\")\n",
		 gen_below(g, 9));
}

/* Ways out of the middle of nested blocks, and names that hide names. */
static void exits(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\nfn ea%llu(n: Int, xs: List<Int>) -> String:\n  let v = \"outer\"\n",
		 ID);
	g->indent = 1;
	gen_line(g, "for x in xs:\n");
	gen_line(g, "  let v = x + n\n");
	gen_line(g, "  match v %% %u:\n", 2 + gen_below(g, 3));
	gen_line(g, "    0:\n");
	gen_line(g, "      if n > %u:\n", gen_below(g, 4));
	gen_line(g, "        return \"at ${x} ${v}\"\n");
	gen_line(g, "      %s\n", gen_once_in(g, 2) ? "break" : "continue");
	gen_line(g, "    1:\n");
	gen_line(g, "      var k = 0\n");
	gen_line(g, "      while k < 5:\n");
	gen_line(g, "        k = k + 1\n");
	gen_line(g, "        let v = \"inner ${k}\"\n");
	gen_line(g, "        if k * x > %u:\n", gen_below(g, 30));
	gen_line(g, "          return v\n");
	gen_line(g, "        if k == %u:\n", 1 + gen_below(g, 5));
	gen_line(g, "          %s\n", gen_once_in(g, 2) ? "break" : "continue");
	gen_line(g, "        var held = [v, \"${k}\"]\n");
	gen_line(g, "        held[0] = held[1] + v\n");
	gen_line(g, "    _:\n");
	gen_line(g, "      continue\n");
	gen_line(g, "return \"${v} ${n}\"\n");
	buf_addf(g->out,
		 "\nfn eb%llu(n: Int) -> Int:\n  if n > 3:\n    n * 2\n  else:\n    n - 1\n", ID);
	open_use(g, which);
	gen_line(g, "for n in 0..5:\n");
	gen_line(g, "  print(ea%llu(n, [", ID);
	for (unsigned i = 0; i < 4; i++)
		buf_addf(g->out, "%u, ", gen_below(g, 9));
	buf_adds(g->out, "1]))\n");
	gen_line(g, "print(eb%llu(%u))\n", ID, gen_below(g, 8));
	gen_line(g, "let f = eb%llu\n", ID);
	gen_line(g, "print(f(%u))\n", gen_below(g, 8));
}

/* Tasks over values of every kind, awaited in another order than begun; boxes that loops change. */
static void tasks(struct gen *g, unsigned which)
{
	open_use(g, which);
	literal_line(g, "let xs: List<Int> = ", G_INTS, "\n");
	literal_line(g, "let s = ", G_STRING, "\n");
	literal_line(g, "let m = ", G_MAP, "\n");
	literal_line(g, "let e = ", G_ENUM, "\n");
	gen_line(g, "var total = box %u\n", gen_below(g, 9));
	gen_line(g, "let a = spawn:\n");
	gen_line(g, "  var sum = 0\n");
	gen_line(g, "  for x in xs:\n");
	gen_line(g, "    sum = sum + x\n");
	gen_line(g, "  sum\n");
	gen_line(g, "let b = spawn:\n");
	gen_line(g, "  let ys = xs + [%u]\n", gen_below(g, 9));
	gen_line(g, "  \"${s} ${ys} ${m} ${e}\"\n");
	gen_line(g, "let c = spawn:\n");
	gen_line(g, "  if %s:\n", gen_once_in(g, 2) ? "true" : "false");
	gen_line(g, "    [s]\n");
	gen_line(g, "  else:\n");
	gen_line(g, "    [s, s]\n");
	gen_line(g, "print(await b)\n");
	gen_line(g, "print(await c)\n");
	gen_line(g, "for x in xs:\n");
	gen_line(g, "  total = total + x\n");
	gen_line(g, "print(\"${await a} ${total} ${xs}\")\n");
}

/* Reads and writes through what may be missing. */
static void optionals(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\ntype O%llu:\n  n: Int\n  t: List<String>?\n  m: Map<String, Int>\n",
		 ID);
	buf_addf(g->out, "\nfn oa%llu(o: O%llu?) -> String:\n", ID, ID);
	buf_adds(g->out, "  let t = o?.t\n  return \"${o?.n ?? -1} ${t?[0] ?? \"no\"} ${o?.n}\"\n");
	open_use(g, which);
	gen_line(g, "print(oa%llu(null))\n", ID);
	gen_line(g, "var o = O%llu(n=%u, m={\"a\": 1})\n", ID, gen_below(g, 9));
	gen_line(g, "print(oa%llu(o))\n", ID);
	literal_line(g, "o.t = ", G_TEXTS, "\n");
	gen_line(g, "o.m[\"%c\"] = %u\n", 'a' + (char)gen_below(g, 3), gen_below(g, 9));
	gen_line(g, "print(\"${o.m} ${o.m[\"b\"] ?? 7}\")\n");
	gen_line(g, "let all = [o, O%llu(n=1, m=o.m)]\n", ID);
	gen_line(g, "for x in all:\n");
	gen_line(g, "  print(oa%llu(x))\n", ID);
	gen_line(g, "for v in o.m:\n");
	gen_line(g, "  print(v)\n");
	gen_line(g, "print(json.encode(all))\n");
}

/* Builtins whose answer depends on their arguments alone. */
static void builtins(struct gen *g, unsigned which)
{
	open_use(g, which);
	literal_line(g, "let s = ", G_STRING, "\n");
	gen_line(g, "print(time.format(%u000, \"%%Y-%%m-%%d %%H:%%M:%%S\"))\n",
		 gen_below(g, 2000000000));
	gen_line(g, "print(time.parse(\"%u-0%u-1%u\", \"%%Y-%%m-%%d\"))\n", 1970 + gen_below(g, 99),
		 1 + gen_below(g, 9), gen_below(g, 9));
	gen_line(g, "time.sleep(0)\n");
	gen_line(g, "print(time.now() > 1600000000000)\n");
	gen_line(g, "print(env(\"PARITY_NOWHERE\") ?? s)\n");
	gen_line(g, "print(env_int(\"PARITY_NOWHERE\") ?? %u)\n", gen_below(g, 9));
	gen_line(g, "print(env_float(\"PARITY_NOWHERE\") ?? 0.5)\n");
	gen_line(g, "print(env_bool(\"PARITY_NOWHERE\") ?? true)\n");
	gen_line(g, "let key = crypto.hash(\"sha512\", crypto.random_bytes(0))\n");
	gen_line(g, "let code = crypto.hmac(\"sha256\", key, key)\n");
	gen_line(g, "print(\"${key} ${code} ${crypto.constant_time_eq(code, key)}\")\n");
	gen_line(g, "log(\"trace\", s)\n");
	gen_line(g, "assert(s == s, \"the same\")\n");
}

/* Operators on values whose type is only known when the program runs. */
static void dynamic(struct gen *g, unsigned which)
{
	static const char *const numbers[] = {"7", "-3", "2.5", "0", "1000003", "-0.5"};
	static const char *const ops[] = {"+", "-", "*"};
	open_use(g, which);
	gen_line(g, "let d = json.decode(\"[%s, %s, %u, 4.5, \\\"t\\\", [1], {\\\"k\\\": %u}]\")\n",
		 numbers[gen_below(g, 6)], numbers[gen_below(g, 6)], gen_below(g, 9),
		 gen_below(g, 9));
	gen_line(g, "print(d[0] %s d[1])\n", ops[gen_below(g, 3)]);
	gen_line(g, "print(d[%u] / 4)\n", gen_below(g, 4));
	gen_line(g, "print(d[2] %% %u)\n", 1 + gen_below(g, 4));
	gen_line(g, "print(-d[%u])\n", gen_below(g, 4));
	gen_line(g, "print(\"${d[2] < 4} ${d[2] <= 3} ${d[2] > 2} ${d[2] >= 5}\")\n");
	gen_line(g, "print(\"${d[3] < 4.5} ${d[3] <= 4.5} ${d[3] > 4.5} ${d[3] >= 4.5}\")\n");
	gen_line(g, "print(\"${d[2] == 3} ${d[2] != 3}\")\n");
	gen_line(g, "print(\"a\" + d[4])\n");
	gen_line(g, "print(d[%u])\n", 4 + gen_below(g, 3));
	gen_line(g, "for x in d[5]:\n");
	gen_line(g, "  print(x + d[6][\"k\"])\n");
}

/* Values that exist once: what a later field takes from an earlier one. */
static void constants(struct gen *g, unsigned which)
{
	buf_addf(g->out, "\nconfig K%llu:\n  a: Int = %u\n  b: String = ", ID, gen_below(g, 99));
	gen_literal(g, G_STRING);
	buf_adds(g->out, "\n  c: List<Int> = ");
	gen_literal(g, G_INTS);
	buf_adds(g->out, "\n  d: Float(0.0..9.5) = 2.5\n");
	open_use(g, which);
	gen_line(g, "print(\"${K%llu.a + 1} ${K%llu.b} ${K%llu.d}\")\n", ID, ID, ID);
	gen_line(g, "var c = K%llu.c\n", ID);
	gen_line(g, "c[1] = K%llu.a\n", ID);
	gen_line(g, "print(\"${c} ${K%llu.c}\")\n", ID);
}

typedef void (*feature)(struct gen *g, unsigned which);
static const feature features[] = {interfaces, generics, checked, results,  defaults,
				   patterns,   json,     edges,   exits,    tasks,
				   optionals,  builtins, dynamic, constants};

unsigned gen_features(struct gen *g)
{
	enum { COUNT = sizeof(features) / sizeof(features[0]), EACH_ONCE_IN = 10 };
	unsigned used = 0;
	_Static_assert(COUNT <= 32, "a bit for each feature");
	for (unsigned i = 0; i < COUNT; i++) {
		if (!gen_once_in(g, EACH_ONCE_IN))
			continue;
		features[i](g, i);
		used |= 1u << i;
	}
	return used;
}

void gen_use_features(struct gen *g, unsigned used)
{
	for (unsigned i = 0; used >> i; i++)
		if (used >> i & 1)
			gen_line(g, "u%llu_%u()\n", ID, i);
}
