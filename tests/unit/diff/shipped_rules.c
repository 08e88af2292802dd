/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipped_rules: each rule of diff/rules/fuse.json over the specification it cites. A rule needs a
 * sample that it matches, with what it makes of it, and a near miss that it must leave alone; a
 * rule without both fails here. What the rules and the contract mean for a verdict is held by pairs
 * of observations.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "world.h"

#define BUILD                                                                                      \
	"mode=aot profile=release target=x86_64-unknown-linux-gnu rustc=rustc 1.95.0 (abc 2026) "  \
	"cli=1.1.0 runtime_cache=1 contract=aot-v1"
#define FATAL(message) "fatal: class=runtime_fatal pid=12 message=" message " " BUILD "\n"
#define PANIC(kind_message)                                                                        \
	"fatal: class=panic pid=12 message=panic_kind=" kind_message " " BUILD "\n"
#define REQUEST(duration, id, runtime)                                                             \
	"{\"duration_ms\":" duration ",\"event\":\"http.request\",\"method\":\"GET\",\"path\":"    \
	"\"/\",\"request_id\":\"" id "\",\"response_bytes\":2,\"runtime\":\"" runtime              \
	"\",\"status\":200}\n"
#define USER_LOG                                                                                   \
	"{\"data\":{\"duration_ms\":1,\"event\":\"http.request\",\"runtime\":\"ast\",\"request_"   \
	"id\":\"req-1\"},\"level\":\"info\"}"

struct shipped {
	struct spec *spec;
	struct contract *contract;
	struct rules *rules;
	struct profile profile;
	struct arena arena;
};

static void ship(struct shipped *s)
{
	struct error err = ERROR_INIT;
	memset(s, 0, sizeof(*s));
	cr_assert_eq(spec_load(&s->spec, SOURCE_ROOT "/spec", &err), 0, "%s", err.message);
	cr_assert_eq(
		rules_load(&s->rules, SOURCE_ROOT "/diff/rules/fuse.json", s->spec, false, &err), 0,
		"%s", err.message);
	cr_assert_eq(contract_load(&s->contract, SOURCE_ROOT "/spec/contract.json", s->spec, &err),
		     0, "%s", err.message);
}

static void unship(struct shipped *s)
{
	rules_free(s->rules);
	contract_free(s->contract);
	spec_free(s->spec);
	arena_done(&s->arena);
}

/*
 * One stream of one backend, and how it reads then: items joined by " | ", a record as kind and
 * fields, "!group" behind them for each group outside its grammar. `hits` of `rule`: 0 in a near
 * miss, and where a line's only group is outside its grammar.
 */
struct sample {
	const char *rule;
	enum role role;
	const char *text;
	const char *want;
	size_t hits;
};

static const struct sample samples[] = {
	{"aot-panic", ROLE_AOT, PANIC("panic_static_str boom"),
	 "error{\"class\":\"panic\",\"message\":\"boom\"}", 1},
	/* A payload that is no text has no message. */
	{"aot-panic", ROLE_AOT, PANIC("panic_non_string"), "error{\"class\":\"panic\"}", 1},
	{"aot-panic", ROLE_AOT,
	 "a\n\nthread 'main' (7) panicked at src/x.rs:1:2:\nboom\nstack backtrace:\n   0: f\n"
	 "             at g\nnote: run with\n" PANIC("panic_string a mode=b") "b\n",
	 "a | error{\"class\":\"panic\",\"message\":\"a mode=b\"} | b", 1},
	{"aot-panic", ROLE_AOT, PANIC("panic_string a\\nb"),
	 "error{\"class\":\"panic\",\"message\":\"a\\nb\"}", 1},
	{"aot-panic", ROLE_AOT, PANIC("panic_other a"),
	 "error{\"class\":\"panic\",\"panic_kind\":\"panic_other\",\"message\":\"a\"} !panic_kind",
	 1},
	/* Another class, another backend, a panic without its kind. */
	{"aot-panic", ROLE_AOT, FATAL("panic_kind=panic_string boom"),
	 "error{\"class\":\"runtime_fatal\",\"message\":\"panic_kind=panic_string boom\"}", 0},
	{"aot-panic", ROLE_CANONICAL, PANIC("panic_string boom"),
	 "fatal: class=panic pid=12 message=panic_kind=panic_string boom " BUILD, 0},
	{"aot-panic", ROLE_AOT, "fatal: class=panic pid=12 message=boom " BUILD "\n",
	 "error{\"class\":\"panic\",\"message\":\"boom\"}", 0},

	{"aot-fatal-envelope", ROLE_AOT, "1\n" FATAL("index 3 out of bounds") "2\n",
	 "1 | error{\"class\":\"runtime_fatal\",\"message\":\"index 3 out of bounds\"} | 2", 1},
	{"aot-fatal-envelope", ROLE_AOT, FATAL("a mode=b profile=c contract=d"),
	 "error{\"class\":\"runtime_fatal\",\"message\":\"a mode=b profile=c contract=d\"}", 1},
	{"aot-fatal-envelope", ROLE_AOT, FATAL("two\\nlines\\r"),
	 "error{\"class\":\"runtime_fatal\",\"message\":\"two\\nlines\\r\"}", 1},
	{"aot-fatal-envelope", ROLE_AOT, FATAL(""),
	 "error{\"class\":\"runtime_fatal\",\"message\":\"\"}", 1},
	{"aot-fatal-envelope", ROLE_AOT, FATAL("{\"error\":{\"message\":\"a\\nb\"}}"),
	 "error{\"class\":\"runtime_fatal\",\"message\":{\"error\":{\"message\":\"a\\nb\"}}}", 1},
	{"aot-fatal-envelope", ROLE_AOT, "fatal: class=runtime_fatal pid=4x message=a " BUILD "\n",
	 "error{\"class\":\"runtime_fatal\",\"pid\":\"4x\",\"message\":\"a\"} !pid", 1},
	{"aot-fatal-envelope", ROLE_AOT,
	 "fatal: class=runtime_fatal pid=4 message=a mode= profile=b c target=t rustc= cli= "
	 "runtime_cache=x contract=v\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"a\",\"mode\":\"\",\"profile\":\"b c\","
	 "\"runtime_cache\":\"x\"} !mode !profile !runtime_cache",
	 1},
	/* A key left out, keys exchanged, an unknown class, text in front, another backend. */
	{"aot-fatal-envelope", ROLE_AOT,
	 "fatal: class=runtime_fatal pid=4 message=a mode=m profile=p target=t rustc=r "
	 "cli=c contract=v\n",
	 "fatal: class=runtime_fatal pid=4 message=a mode=m profile=p target=t rustc=r cli=c "
	 "contract=v",
	 0},
	{"aot-fatal-envelope", ROLE_AOT,
	 "fatal: class=runtime_fatal pid=4 message=a profile=p mode=m target=t rustc=r cli=c "
	 "runtime_cache=1 contract=v\n",
	 "fatal: class=runtime_fatal pid=4 message=a profile=p mode=m target=t rustc=r cli=c "
	 "runtime_cache=1 contract=v",
	 0},
	{"aot-fatal-envelope", ROLE_AOT, "fatal: class=crash pid=4 message=a " BUILD "\n",
	 "fatal: class=crash pid=4 message=a " BUILD, 0},
	{"aot-fatal-envelope", ROLE_AOT, "> " FATAL("a"),
	 "> fatal: class=runtime_fatal pid=12 message=a " BUILD, 0},
	{"aot-fatal-envelope", ROLE_JIT, FATAL("a"),
	 "fatal: class=runtime_fatal pid=12 message=a " BUILD, 0},

	{"jit-refusal", ROLE_JIT, "run error: native compile failed in main: no such op\n",
	 "error{\"class\":\"native-unsupported\",\"message\":\"native compile failed in main: no "
	 "such op\"}",
	 1},
	{"jit-refusal", ROLE_JIT, "error: run error: native backend could not compile f\ng\n",
	 "error{\"class\":\"native-unsupported\",\"message\":\"native backend could not compile "
	 "f\\ng\"}",
	 1},
	{"jit-refusal", ROLE_JIT,
	 "[run] start\nrun error: native backend unsupported: spawn\n[run] failed\n",
	 "step{\"command\":\"run\",\"step\":\"start\"} | error{\"class\":\"native-unsupported\","
	 "\"message\":\"native backend unsupported: spawn\"} | "
	 "step{\"command\":\"run\",\"step\":\"failed\"}",
	 1},
	{"jit-refusal", ROLE_JIT, "lowering error: a\n",
	 "error{\"class\":\"native-unsupported\",\"message\":\"a\"}", 1},
	/* A failure of the program that speaks of the same; the interpreter compiles nothing. */
	{"jit-refusal", ROLE_JIT, "run error: assert failed: native compile failed in main\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"assert failed: native compile failed in "
	 "main\"}",
	 0},
	{"jit-refusal", ROLE_CANONICAL, "run error: native compile failed in main: x\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"native compile failed in main: x\"}", 0},

	{"run-error", ROLE_CANONICAL, "run error: index 3 out of bounds\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"index 3 out of bounds\"}", 1},
	{"run-error", ROLE_CANONICAL, "a\nrun error: two\n\nlines\n\n",
	 "a | error{\"class\":\"runtime_fatal\",\"message\":\"two\\n\\nlines\\n\"}", 1},
	{"run-error", ROLE_CANONICAL, "run error: no line end",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"no line end\"}$", 1},
	{"run-error", ROLE_CANONICAL, "run error: \n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"\"}", 1},
	/* The text has the last word: only the command's own marker behind it is none of it. */
	{"run-error", ROLE_JIT, "error: run error: x\nrun error: y\n[run] validation failed\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"x\\nrun error: y\"} | "
	 "step{\"command\":\"run\",\"step\":\"validation failed\"}",
	 1},
	{"run-error", ROLE_JIT, "run error: x\n[run] failed\ny\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":\"x\\n[run] failed\\ny\"}", 1},
	{"run-error", ROLE_JIT, "run error: {\"error\":{\"code\":\"a\"}}\n",
	 "error{\"class\":\"runtime_fatal\",\"message\":{\"error\":{\"code\":\"a\"}}}", 1},
	{"run-error", ROLE_AOT, "run error: x\n", "run error: x", 0},
	{"run-error", ROLE_CANONICAL, "> run error: x\n", "> run error: x", 0},
	{"run-error", ROLE_CANONICAL, "run error:x\n", "run error:x", 0},

	{"host-panic", ROLE_CANONICAL,
	 "a\n\nthread 'main' (16558) panicked at crates/x/mod.rs:4472:48:\nattempt to divide by "
	 "zero\nstack backtrace:\n   0: a\n             at b\n   1: c\nnote: Some details are "
	 "omitted.\nnote: more\n",
	 "a | error{\"class\":\"panic\",\"message\":\"attempt to divide by zero\"}", 1},
	{"host-panic", ROLE_JIT, "thread 'worker 3' panicked at x.rs:1:2:\nboom\nb\n",
	 "error{\"class\":\"panic\",\"message\":\"boom\"} | b", 1},
	{"host-panic", ROLE_AOT, "thread 'main' panicked at x.rs:1:2:\nboom\n",
	 "thread 'main' panicked at x.rs:1:2: | boom", 0},
	/* The form on one line, of older hosts, and a sentence about a panic. */
	{"host-panic", ROLE_JIT, "thread 'main' panicked at 'boom', x.rs:1:2\n",
	 "thread 'main' panicked at 'boom', x.rs:1:2", 0},
	{"host-panic", ROLE_JIT, "thread main panicked at x.rs:1:2:\nboom\n",
	 "thread main panicked at x.rs:1:2: | boom", 0},

	{"aot-startup-line", ROLE_AOT, "startup: pid=12 " BUILD "\na\n", "startup{} | a", 1},
	{"aot-startup-line", ROLE_AOT, "startup: pid=-1 " BUILD "\n",
	 "startup{\"pid\":\"-1\"} !pid", 1},
	{"aot-startup-line", ROLE_AOT, "startup: " BUILD "\n", "startup: " BUILD, 0},
	{"aot-startup-line", ROLE_JIT, "startup: pid=12 " BUILD "\n", "startup: pid=12 " BUILD, 0},

	{"aot-build-info", ROLE_AOT, BUILD "\n", "build-info{}", 1},
	{"aot-build-info", ROLE_AOT,
	 "mode=aot profile=a b target=t rustc= cli= runtime_cache=one contract=v\n",
	 "build-info{\"profile\":\"a b\",\"runtime_cache\":\"one\"} !profile !runtime_cache", 1},
	{"aot-build-info", ROLE_AOT, "profile=p mode=m target=t rustc=r cli=c contract=v\n",
	 "profile=p mode=m target=t rustc=r cli=c contract=v", 0},
	{"aot-build-info", ROLE_CANONICAL, BUILD "\n", BUILD, 0},

	{"shutdown-label", ROLE_CANONICAL,
	 "shutdown: runtime=ast signal=SIGTERM handled_requests=3\n",
	 "shutdown: runtime=<runtime> signal=SIGTERM handled_requests=3", 1},
	{"shutdown-label", ROLE_AOT, "shutdown: runtime=native signal=unknown handled_requests=0\n",
	 "shutdown: runtime=<runtime> signal=unknown handled_requests=0", 1},
	{"shutdown-label", ROLE_AOT, "shutdown: runtime=aot signal=SIGTERM handled_requests=3\n",
	 "shutdown: runtime=aot signal=SIGTERM handled_requests=3", 0},
	{"shutdown-label", ROLE_JIT, "shutdown: runtime=native signal=SIGHUP handled_requests=3\n",
	 "shutdown: runtime=native signal=SIGHUP handled_requests=3", 0},
	{"shutdown-label", ROLE_JIT, "shutdown: runtime=native signal=SIGINT handled_requests=-1\n",
	 "shutdown: runtime=native signal=SIGINT handled_requests=-1", 0},

	{"log-level-colour", ROLE_JIT, "[INFO] a\n", "[<on>INFO<off>] a", 1},
	{"log-level-colour", ROLE_JIT, "[\033[1m\033[31mERROR\033[0m] a [INFO] b\n",
	 "[<on>ERROR<off>] a [INFO] b", 1},
	{"log-level-colour", ROLE_AOT, "[TRACE] \n[DEBUG] b\n[\033[33mWARN\033[0m] c\n",
	 "[<on>TRACE<off>]  | [<on>DEBUG<off>] b | [<on>WARN<off>] c", 3},
	{"log-level-colour", ROLE_JIT, "[info] a\n[NOTICE] a\n[INFO]a\n [INFO] a\n[ INFO] a\n",
	 "[info] a | [NOTICE] a | [INFO]a |  [INFO] a | [ INFO] a", 0},
	/* Only the escapes that set colours. */
	{"log-level-colour", ROLE_JIT, "[\033[2JINFO] a\n", "[\033[2JINFO] a", 0},

	{"request-log-duration", ROLE_JIT, REQUEST("12.5", "abc", "aot"),
	 "{\"duration_ms\":\"<duration_ms>\",\"event\":\"http.request\",\"method\":\"GET\","
	 "\"path\":\"/\",\"request_id\":\"abc\",\"response_bytes\":2,\"runtime\":\"aot\","
	 "\"status\":200} !runtime",
	 1},
	{"request-log-duration", ROLE_JIT,
	 "{\"duration_ms\":\"fast\",\"event\":\"http.client.request\"}\n",
	 "{\"duration_ms\":\"fast\",\"event\":\"http.client.request\"} !duration_ms", 0},
	{"request-log-duration", ROLE_JIT, USER_LOG "\n", USER_LOG, 0},
	{"request-log-duration", ROLE_JIT, "{\"duration_ms\":1,\"event\":\"http.response\"}\n",
	 "{\"duration_ms\":1,\"event\":\"http.response\"}", 0},

	{"request-log-runtime", ROLE_AOT,
	 "{\"event\":\"http.client.request\",\"runtime\":\"native\"}\n",
	 "{\"event\":\"http.client.request\",\"runtime\":\"<runtime>\"}", 1},
	{"request-log-runtime", ROLE_AOT, "{\"event\":\"http.request\",\"runtime\":\"\"}\n",
	 "{\"event\":\"http.request\",\"runtime\":\"\"} !runtime", 0},
	{"request-log-runtime", ROLE_AOT, "{\"event\":\"sql\",\"runtime\":\"native\"}\n",
	 "{\"event\":\"sql\",\"runtime\":\"native\"}", 0},
	{"request-log-runtime", ROLE_AOT, USER_LOG "\n", USER_LOG, 0},

	{"request-log-generated-id", ROLE_AOT,
	 "{\"event\":\"http.request\",\"request_id\":\"req-00ff\"}\n",
	 "{\"event\":\"http.request\",\"request_id\":\"<request_id>\"}", 1},
	{"request-log-generated-id", ROLE_AOT,
	 "{\"event\":\"http.request\",\"request_id\":\"req-mine\"}\n",
	 "{\"event\":\"http.request\",\"request_id\":\"req-mine\"}", 0},
	{"request-log-generated-id", ROLE_AOT, USER_LOG "\n", USER_LOG, 0},

	{"metrics-line", ROLE_JIT, "metrics: {\"duration_ms\":1,\"runtime\":\"ast\"}\na\n",
	 "metrics{} | a", 1},
	{"metrics-line", ROLE_JIT, "metrics: none\nmetrics: {\"a\":1} b\n metrics: {}\n",
	 "metrics: none | metrics: {\"a\":1} b |  metrics: {}", 0},

	{"step-marker", ROLE_JIT, "[run] start\na\n[run] ok\n",
	 "step{\"command\":\"run\",\"step\":\"start\"} | a | "
	 "step{\"command\":\"run\",\"step\":\"ok\"}",
	 2},
	{"step-marker", ROLE_AOT, "[build] failed\n[check] validation failed\n[test] ok\n",
	 "step{\"command\":\"build\",\"step\":\"failed\"} | "
	 "step{\"command\":\"check\",\"step\":\"validation failed\"} | "
	 "step{\"command\":\"test\",\"step\":\"ok\"}",
	 3},
	{"step-marker", ROLE_JIT, "[run] started\n[fmt] ok\n[run]  ok\n [run] ok\n[run] ok.\n",
	 "[run] started | [fmt] ok | [run]  ok |  [run] ok | [run] ok.", 0},

	{"build-stage", ROLE_AOT, "[build] aot [1/6] reading sources\n[build] aot [6/6] \n",
	 "[build] aot [1/6] <what> | [build] aot [6/6] <what>", 2},
	{"build-stage", ROLE_AOT, "[build] aot [1/7] reading\n[build] jit [1/6] reading\n",
	 "[build] aot [1/7] reading | [build] jit [1/6] reading", 0},
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void render_item(struct buf *out, const struct item *item)
{
	if (item->kind == ITEM_RECORD) {
		buf_adds(out, item->record);
		json_write(out, item->json);
	} else if (item->kind == ITEM_JSON) {
		json_write(out, item->json);
	} else {
		buf_add_slice(out, item->text);
	}
	if (!item->has_newline)
		buf_addc(out, '$');
}

static void render(struct buf *out, const struct normal *normal, enum channel channel)
{
	bool first = channel == CHANNEL_STDOUT;
	const struct item *items = first ? normal->out_items : normal->err_items;
	size_t len = first ? normal->out_len : normal->err_len;

	buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		buf_adds(out, i ? " | " : "");
		render_item(out, &items[i]);
	}
	for (size_t i = 0; i < normal->breach_len; i++)
		buf_addf(out, " !%s", normal->breaches[i].group);
}

static size_t hits_of(const struct normal *normal, const struct rule *rule)
{
	for (size_t i = 0; i < normal->hit_len; i++)
		if (normal->hits[i].rule == rule)
			return normal->hits[i].hits;
	return 0;
}

Test(shipped_rules, match_their_samples_and_no_near_miss)
{
	struct shipped s;
	struct error err = ERROR_INIT;
	struct buf got = BUF_INIT(0);
	ship(&s);
	for (size_t i = 0; i < SAMPLES; i++) {
		const struct sample *sample = &samples[i];
		const struct rule *rule = rules_find(s.rules, sample->rule);
		struct normal normal;
		cr_assert_not_null(rule, "no rule '%s'", sample->rule);
		bool out = rule->channel == CHANNEL_STDOUT;
		struct observation obs =
			observed(role_name(sample->role), sample->role, out ? sample->text : "",
				 out ? "" : sample->text, 0);
		cr_assert_eq(normalize(&normal, s.rules, &obs, NULL, &s.arena, &err), 0, "%s",
			     err.message);
		render(&got, &normal, rule->channel);
		cr_expect_str_eq(buf_str(&got), sample->want, "%s over %s: %s", sample->rule,
				 sample->text, buf_str(&got));
		cr_expect_eq(hits_of(&normal, rule), sample->hits, "%s over %s: %zu hits",
			     sample->rule, sample->text, hits_of(&normal, rule));
		normal_done(&normal);
	}
	buf_done(&got);
	unship(&s);
}

Test(shipped_rules, have_a_sample_and_a_near_miss_each)
{
	struct shipped s;
	ship(&s);
	for (size_t i = 0; i < s.rules->len; i++) {
		size_t matching = 0;
		size_t missing = 0;
		for (size_t k = 0; k < SAMPLES; k++) {
			if (strcmp(samples[k].rule, s.rules->rules[i].id) != 0)
				continue;
			matching += samples[k].hits > 0;
			missing += samples[k].hits == 0 && !strstr(samples[k].want, " !");
		}
		cr_expect(matching > 0, "rule '%s' has no sample in %s", s.rules->rules[i].id,
			  __FILE__);
		cr_expect(missing > 0, "rule '%s' has no near miss in %s", s.rules->rules[i].id,
			  __FILE__);
	}
	unship(&s);
}

/* Canonical against another backend. Without a locus they agree, or are licensed. */
struct pair {
	const char *name;
	enum role role;
	int code; /* of both */
	const char *left;
	const char *right;
	enum verdict verdict;
	const char *locus; /* of the first divergence that no licence covers */
	enum diff_kind kind;
	const char *clause; /* NULL: any */
};

#define AGREE                        VERDICT_AGREE, NULL, 0, NULL
#define LICENSED                     VERDICT_LICENSED, NULL, 0, NULL
#define DIVERGE(locus, kind, clause) VERDICT_DIVERGE, locus, kind, "runtime#" clause
#define GAP(locus, kind)             VERDICT_DIVERGE, locus, kind, "none"
#define EXIT_CLAUSE                  "shutdown-and-exit-code-contract"
#define HOST_PANIC(message)                                                                        \
	"\nthread 'main' (16558) panicked at crates/x/mod.rs:44:48:\n" message                     \
	"\nstack backtrace:\n   0: a\n             at b\nnote: Some details are omitted.\n"
#define AOT_PANIC(kind_message)                                                                    \
	"\nthread 'main' (1) panicked at x.rs:1:2:\nboom\nnote: run with\n" PANIC(kind_message)

static const struct pair pairs[] = {
	{"one failure in two envelopes", ROLE_AOT, 1, "run error: index 3 out of bounds\n",
	 FATAL("index 3 out of bounds"), AGREE},
	{"another message", ROLE_AOT, 1, "run error: index 3 out of bounds\n",
	 FATAL("index 4 out of bounds"),
	 DIVERGE("stderr[0]/error/message", DIFF_VALUE, EXIT_CLAUSE)},
	{"another message of the JIT", ROLE_JIT, 1, "run error: a\n", "run error: b\n",
	 DIVERGE("stderr[0]/error/message", DIFF_VALUE, EXIT_CLAUSE)},
	{"another class", ROLE_AOT, 1, "run error: x\n",
	 "fatal: class=panic pid=12 message=x " BUILD "\n",
	 DIVERGE("stderr[0]/error/class", DIFF_CLASS, EXIT_CLAUSE)},
	{"a message that looks like the envelope", ROLE_AOT, 1,
	 "run error: a mode=b profile=c contract=d\n", FATAL("a mode=b profile=c contract=d"),
	 AGREE},
	{"the part of a message behind mode=", ROLE_AOT, 1, "run error: a mode=b profile=c\n",
	 FATAL("a mode=b"), DIVERGE("stderr[0]/error/message", DIFF_VALUE, EXIT_CLAUSE)},
	{"several lines", ROLE_AOT, 1, "[INFO] a\nrun error: two\nlines\n",
	 "[INFO] a\n" FATAL("two\\nlines"), AGREE},
	{"a line end behind the message", ROLE_AOT, 1, "run error: abc\n\n", FATAL("abc\\n"),
	 AGREE},
	{"a line end that is lost", ROLE_AOT, 1, "run error: abc\n\n", FATAL("abc"),
	 DIVERGE("stderr[0]/error/message", DIFF_VALUE, EXIT_CLAUSE)},
	{"a backslash and an n, which the envelope cannot tell from a line end", ROLE_AOT, 1,
	 "run error: a\\nb\n", FATAL("a\\nb"), AGREE},
	{"no message", ROLE_AOT, 1, "run error: \n", FATAL(""), AGREE},
	{"JSON", ROLE_AOT, 1, "run error: {\"error\":{\"code\":\"v\",\"message\":\"a\\nb\"}}\n",
	 FATAL("{\"error\":{\"code\":\"v\",\"message\":\"a\\nb\"}}"), AGREE},
	{"a leaf of JSON", ROLE_AOT, 1, "run error: {\"error\":{\"code\":\"v\"}}\n",
	 FATAL("{\"error\":{\"code\":\"w\"}}"),
	 DIVERGE("stderr[0]/error/message/error/code", DIFF_VALUE, EXIT_CLAUSE)},
	{"a pid that is no number", ROLE_AOT, 1, "run error: x\n",
	 "fatal: class=runtime_fatal pid=ab message=x " BUILD "\n", VERDICT_DIVERGE,
	 "stderr[0]/error/pid", DIFF_EXTRA, NULL},
	{"an envelope without its last key", ROLE_AOT, 1, "run error: x\n",
	 "fatal: class=runtime_fatal pid=12 message=x mode=aot\n",
	 DIVERGE("stderr[0]", DIFF_TYPE, EXIT_CLAUSE)},
	{"a panic", ROLE_AOT, 101, HOST_PANIC("boom"), AOT_PANIC("panic_static_str boom"), AGREE},
	{"another panic", ROLE_AOT, 101, HOST_PANIC("boom"), AOT_PANIC("panic_string bang"),
	 DIVERGE("stderr[0]/error/message", DIFF_VALUE, "deterministic-panic-taxonomy")},
	{"a kind of panic that no clause names", ROLE_AOT, 101, HOST_PANIC("boom"),
	 AOT_PANIC("panic_odd boom"),
	 DIVERGE("stderr[0]/error/panic_kind", DIFF_EXTRA, "deterministic-panic-taxonomy")},
	{"places of a panic", ROLE_JIT, 101, HOST_PANIC("boom"),
	 "\nthread 'main' panicked at y.rs:7:8:\nboom\n", AGREE},

	{"a startup line of an executable", ROLE_AOT, 0, "", "startup: pid=12 " BUILD "\n",
	 LICENSED},
	{"a startup line of the JIT", ROLE_JIT, 0, "", "startup: pid=12 " BUILD "\n",
	 GAP("stderr[0]", DIFF_EXTRA)},
	{"a startup line with a broken pid", ROLE_AOT, 0, "", "startup: pid=x " BUILD "\n",
	 DIVERGE("stderr[0]/startup/pid", DIFF_EXPECTATION, "startup-order-guarantees")},

	{"shutdown", ROLE_AOT, 0, "shutdown: runtime=ast signal=SIGTERM handled_requests=3\n",
	 "shutdown: runtime=native signal=SIGTERM handled_requests=3\n", AGREE},
	{"requests handled", ROLE_AOT, 0,
	 "shutdown: runtime=ast signal=SIGTERM handled_requests=3\n",
	 "shutdown: runtime=native signal=SIGTERM handled_requests=4\n",
	 DIVERGE("stderr[0]", DIFF_VALUE, "signal-handling-semantics")},
	{"the signal", ROLE_JIT, 0, "shutdown: runtime=ast signal=SIGTERM handled_requests=3\n",
	 "shutdown: runtime=native signal=SIGINT handled_requests=3\n",
	 DIVERGE("stderr[0]", DIFF_VALUE, "signal-handling-semantics")},

	{"a coloured label", ROLE_AOT, 0, "[INFO] a\n", "[\033[32mINFO\033[0m] a\n", AGREE},
	{"another level", ROLE_AOT, 0, "[INFO] a\n", "[\033[32mWARN\033[0m] a\n",
	 DIVERGE("stderr[0]", DIFF_VALUE, "logging")},
	{"colour in the text", ROLE_AOT, 0, "[INFO] a\n", "[INFO] \033[32ma\033[0m\n",
	 DIVERGE("stderr[0]", DIFF_VALUE, "logging")},

	{"a request", ROLE_AOT, 0, REQUEST("1", "req-01", "ast"), REQUEST("12", "req-ff", "native"),
	 AGREE},
	{"the id of a client", ROLE_AOT, 0, REQUEST("1", "abc", "ast"),
	 REQUEST("1", "abd", "native"),
	 DIVERGE("stderr[0]/request_id", DIFF_VALUE, "structured-request-logging-mode")},
	{"an id made where the client sent one", ROLE_AOT, 0, REQUEST("1", "abc", "ast"),
	 REQUEST("1", "req-01", "native"),
	 DIVERGE("stderr[0]/request_id", DIFF_VALUE, "structured-request-logging-mode")},
	{"a backend that is none", ROLE_AOT, 0, REQUEST("1", "abc", "ast"),
	 REQUEST("1", "abc", "aot"),
	 DIVERGE("stderr[0]/runtime", DIFF_VALUE, "structured-request-logging-mode")},
	{"a duration that is no number", ROLE_JIT, 0, REQUEST("1", "abc", "ast"),
	 REQUEST("-1", "abc", "native"),
	 DIVERGE("stderr[0]/duration_ms", DIFF_TYPE, "structured-request-logging-mode")},
	{"a program's own log", ROLE_AOT, 0, "{\"data\":{\"duration_ms\":1}}\n",
	 "{\"data\":{\"duration_ms\":2}}\n", GAP("stderr[0]/data/duration_ms", DIFF_VALUE)},

	{"metrics", ROLE_AOT, 0, "metrics: {\"runtime\":\"ast\"}\n",
	 "metrics: {\"runtime\":\"native\"}\n", AGREE},
	{"metrics left out", ROLE_AOT, 0, "metrics: {}\na\n", "a\n", LICENSED},
	{"metrics added", ROLE_JIT, 0, "a\n", "metrics: {}\na\n", LICENSED},

	{"step markers", ROLE_JIT, 1, "[run] start\nrun error: x\n[run] failed\n",
	 "[run] start\nerror: run error: x\n[run] failed\n", AGREE},
	{"step markers without a command", ROLE_AOT, 1, "[run] start\nrun error: x\n[run] failed\n",
	 FATAL("x"), LICENSED},
	{"step markers left out by the command", ROLE_JIT, 1,
	 "[run] start\nrun error: x\n[run] failed\n", "[run] start\nrun error: x\n",
	 DIVERGE("stderr[2]/step", DIFF_MISSING,
		 "fuse-cli-wrapper-output-contract-checkrunbuildtest")},
	{"another step", ROLE_JIT, 0, "[run] ok\n", "[run] failed\n",
	 DIVERGE("stderr[0]/step/step", DIFF_VALUE,
		 "fuse-cli-wrapper-output-contract-checkrunbuildtest")},
	{"stages of a build", ROLE_AOT, 0, "[build] aot [1/6] reading\n",
	 "[build] aot [1/6] loading\n", AGREE},
	{"another stage", ROLE_AOT, 0, "[build] aot [1/6] reading\n", "[build] aot [2/6] reading\n",
	 DIVERGE("stderr[0]", DIFF_VALUE, "fuse-cli-wrapper-output-contract-checkrunbuildtest")},

	/* A failure that the case expects does not hide that the JIT never ran the program. */
	{"a refusal to compile", ROLE_JIT, 1, "run error: a\n",
	 "run error: native compile failed in main: no such op\n",
	 DIVERGE("exit", DIFF_NATIVE_UNSUPPORTED, "native-backend-note")},
	{"a failure that speaks of a refusal", ROLE_JIT, 1,
	 "run error: assert failed: native compile failed in main\n",
	 "run error: assert failed: native compile failed in main\n", AGREE},
};

static const struct divergence *first_blocking(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->divergence_len; i++)
		if (!judgement->divergences[i].licence)
			return &judgement->divergences[i];
	return NULL;
}

static void expect_pair(const struct pair *pair, const struct judgement *judgement)
{
	const struct divergence *d = first_blocking(judgement);
	const char *locus = d ? d->diff.locus : "nothing";

	cr_expect_eq(judgement->verdict, pair->verdict, "%s: %s at %s", pair->name,
		     verdict_name(judgement->verdict), locus);
	if (!pair->locus || !d)
		return;
	cr_expect_str_eq(locus, pair->locus, "%s: %s", pair->name, locus);
	cr_expect_eq(d->diff.kind, pair->kind, "%s: %s", pair->name, diff_kind_name(d->diff.kind));
	const char *clause = d->clause ? d->clause : "none";
	if (pair->clause)
		cr_expect_str_eq(clause, pair->clause, "%s: %s", pair->name, clause);
}

static struct observation ended(const char *backend, enum role role, const char *text, int code)
{
	struct observation obs = observed(backend, role, "1\n", text, code);
	if (code == 101)
		obs.meaning = "panic";
	return obs;
}

Test(shipped_rules, let_agree_what_the_clauses_leave_open_and_nothing_else)
{
	struct shipped s;
	struct error err = ERROR_INIT;
	ship(&s);
	struct judge judge = {s.spec, s.contract, s.rules, &s.profile};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *pair = &pairs[i];
		struct test_case test = {.name = "a", .path = "corpus/a.fuse"};
		struct judgement judgement = {0};
		test.expect = pair->code ? EXPECT_ERROR : EXPECT_OK;
		struct observation obs[] = {
			ended("ast", ROLE_CANONICAL, pair->left, pair->code),
			ended(role_name(pair->role), pair->role, pair->right, pair->code),
		};
		cr_assert_eq(judge_case(&judgement, &judge, &test, obs, 2, &s.arena, &err), 0,
			     "%s: %s", pair->name, err.message);
		expect_pair(pair, &judgement);
	}
	unship(&s);
}

/* Build info goes to stdout, and only executables have it: no licence lets a lone one through. */
Test(shipped_rules, compare_build_info_by_its_keys)
{
	struct shipped s;
	struct error err = ERROR_INIT;
	struct judgement judgement = {0};
	struct test_case test = {.name = "a", .path = "corpus/a.fuse"};
	ship(&s);
	struct judge judge = {s.spec, s.contract, s.rules, &s.profile};
	struct observation obs[] = {
		observed("aot", ROLE_AOT, BUILD "\n", "", 0),
		observed("aot-debug", ROLE_AOT,
			 "mode=aot profile=debug target=t rustc=r cli=c runtime_cache=2 "
			 "contract=aot-v1\n",
			 "", 0),
		observed("ast", ROLE_CANONICAL, "", "", 0),
	};
	cr_assert_eq(judge_case(&judgement, &judge, &test, obs, 2, &s.arena, &err), 0);
	cr_expect_eq(judgement.verdict, VERDICT_AGREE, "%s", verdict_name(judgement.verdict));

	cr_assert_eq(judge_case(&judgement, &judge, &test, obs, 3, &s.arena, &err), 0);
	cr_expect_eq(judgement.verdict, VERDICT_DIVERGE);
	const struct divergence *d = first_blocking(&judgement);
	cr_assert_not_null(d);
	cr_expect_str_eq(d->diff.locus, "stdout[0]/build-info", "%s", d->diff.locus);
	cr_expect_eq(d->diff.kind, DIFF_EXTRA);
	cr_expect_str_eq(d->clause, "runtime#startup-order-guarantees");
	unship(&s);
}

/* Lines made to look like an envelope many times over, from programs that no one trusts. */
Test(shipped_rules, read_a_hostile_envelope_within_the_limits)
{
	static const char part[] = " mode= profile= target= rustc= cli= runtime_cache=";
	struct shipped s;
	struct error err = ERROR_INIT;
	ship(&s);
	for (int whole = 0; whole < 2; whole++) {
		struct normal normal;
		struct buf text = BUF_INIT(0);
		buf_adds(&text, "fatal: class=runtime_fatal pid=1 message=x");
		while (text.len < 64 << 10)
			buf_adds(&text, part);
		buf_adds(&text, whole ? " " BUILD "\n" : "\n");
		struct observation obs = observed("aot", ROLE_AOT, "", buf_str(&text), 1);
		cr_assert_eq(normalize(&normal, s.rules, &obs, NULL, &s.arena, &err), 0, "%s",
			     err.message);
		cr_expect_eq(normal.err_len, 1);
		cr_expect_eq(normal.err_items[0].kind, whole ? ITEM_RECORD : ITEM_TEXT);
		normal_done(&normal);
		buf_done(&text);
	}
	unship(&s);
}
