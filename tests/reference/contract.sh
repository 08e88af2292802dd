#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: contract.sh FUSE-REF
# The command line and the contract of compiled programs: exit codes, streams, line formats. Prints TAP.
ref=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

printf 'app "one":\n  print("one")\n\napp "two":\n  print("two")\n  assert(false, "stop")\n' >two.fuse
printf 'app "flood":\n  while true:\n    print("more")\n' >flood.fuse
printf 'app "bad":\n  print(missing)\n' >bad.fuse
printf 'fn main():\n  print("x")\n' >noapp.fuse
printf 'test "b smoke":\n  assert(true)\ntest "a":\n  assert(false, "wrong")\ntest "Smoke":\n  print("x")\n' >tests.fuse
cat >args.fuse <<'EOF'
type Range:
  low: Int(0..10)

enum Mode:
  Fast
  Slow(Int)

type Oops:
  message: String

fn pick(n: Int) -> Int!Oops:
  return null ?! Oops(message="no ${n}")

fn main(name: String, n: Int = 2, double: Int = n * 2, loud: Bool = false, range: Range?, mode: Mode = Mode.Fast) -> Int!Oops:
  print("${name} ${n} ${double} ${loud} ${json.encode(range)} ${mode}")
  assert(n != 13, "unlucky")
  if n == 14:
    print([1][n])
  if n == 15:
    return pick(n)
  return n

app "args":
  print("app")
EOF

info='mode=aot profile=release target=* rustc=* cli=* runtime_cache=1 contract=aot-v1'
aot=.fuse/build/program.aot

expect "version" 0 'fuse-ref [0-9]*' '' "$ref" --version
expect "help" 0 'usage: *' '' "$ref" --help
expect "no command" 2 '' 'error: *' "$ref"
expect "unknown command" 2 '' "error: unknown command 'walk'*" "$ref" walk
expect "unknown option" 2 '' "error: unknown option '--fast'*" "$ref" run --fast two.fuse
expect "option of another command" 2 '' "error: unknown option '--backend'*" "$ref" check --backend ast two.fuse
expect "unknown backend" 2 '' "error: unknown backend 'jit'*" "$ref" run --backend=jit two.fuse
expect "file missing on the command line" 2 '' 'error: file missing*' "$ref" run
expect "file that is not there" 1 '' "error: *'none.fuse'*" "$ref" run none.fuse
expect "first app" 0 one '' "$ref" run two.fuse
expect "named app" 1 two 'run error: assert failed: stop' "$ref" run --app two two.fuse
expect "unknown app" 1 '' 'error: app not found: three' "$ref" run --app three two.fuse
expect "no app" 1 '' 'error: no app found*' "$ref" run noapp.fuse
expect "arguments without fn main" 1 '' 'error: no root fn main*' "$ref" run two.fuse -- --name=x
# bind NAME STDOUT FIELDS ARG...: under both backends; FIELDS empty: it binds and ends well
bind() {
	title=$1 want=$2 fields=$3
	shift 3
	code=0 envelope=
	[ -z "$fields" ] || code=2 envelope='{"error":{"code":"validation_error","fields":\['$fields'\],"message":"validation failed"}}'
	for backend in ast native; do
		expect "$title, $backend" $code "$want" "$envelope" "$ref" run --backend $backend args.fuse -- "$@"
	done
}
field() {
	printf '{"code":"%s","message":"%s","path":"%s"}' "$1" "$2" "$3"
}

bind "flags with values" 'x 5 10 true null Mode.Fast' '' --name x --n=5 --loud
bind "defaults see earlier parameters" 'x 7 14 false null Mode.Fast' '' --name=x --n 7 --no-loud
bind "negative number" 'x -3 1 true null Mode.Fast' '' --name x --n -3 --double 1 --loud=TRUE
bind "json values" 'x 2 4 false {"low":3} Mode.Slow(9)' '' --name x --range '{"low":3}' --mode '{"type":"Slow","data":9}'
bind "missing flag" '' "$(field missing_field 'missing flag' name)" --n 1
bind "unknown flags in order" '' "$(field unknown_flag 'unknown flag' zz),$(field unknown_flag 'unknown flag' a)" \
	--zz 1 --name x --no-a
bind "several problems" '' "$(field invalid_value 'invalid Int: q' n),$(field invalid_value 'invalid Bool: 1' loud)" \
	--name x --n q --loud 1
bind "given twice" '' "$(field invalid_type 'multiple values not supported' n)" --name x --n 1 --n 1
bind "switch given twice" '' "$(field invalid_type 'multiple values not supported' loud)" --name x --loud --no-loud
bind "no value" '' "$(field invalid_type 'expected Bool flag' name)" --name
bind "no flag" '' "$(field invalid_args 'unexpected argument: x' '$')" x
bind "field of json" '' "$(field invalid_value 'value 11 out of range 0..10' range.low)" --name x --range '{"low":11}'
bind "unknown field of json" '' "$(field unknown_field 'unknown field' range.high)" \
	--name x --range '{"low":1,"high":2}'
bind "bad json" '' "$(field invalid_value 'invalid JSON value: expected string at 1:2' range)" --name x --range '{low'
bind "unknown variant" '' "$(field invalid_value 'unknown variant Idle' mode)" --name x --mode '{"type":"Idle"}'
bind "assertion" 'x 13 26 false null Mode.Fast' "$(field runtime_error 'assert failed: unlucky' '$')" --name x --n 13
bind "failure with a code" 'x 14 28 false null Mode.Fast' "$(field runtime_index_bounds 'index out of bounds' '$')" \
	--name x --n 14
bind "error result" 'x 15 30 false null Mode.Fast' "$(field runtime_error 'Oops(no 15)' '$')" --name x --n 15

cat >log.fuse <<'EOF'
app "log":
  log("plain")
  log("warn", "careful")
  log("debug", "detail")
  log("error", "data", {"b": 1, "a": 2}, "text")
EOF
data='{"data":\[{"a":2,"b":1},"text"\],"level":"error","message":"data"}'
line='
'
for backend in ast native; do
	expect "log lines, $backend" 0 '' "\\[INFO\\] plain$line\\[WARN\\] careful$line$data" \
		"$ref" run --backend $backend log.fuse
	expect "log filter, $backend" 0 '' "$data" env FUSE_LOG=Error "$ref" run --backend $backend log.fuse
	expect "log in colour, $backend" 0 '' "\\[$(printf '\033')\\[32mINFO$(printf '\033')\\[0m\\] plain$line*DEBUG*detail$line*" \
		env FUSE_LOG=debug FUSE_COLOR=always NO_COLOR=1 "$ref" run --backend $backend log.fuse
done
printf 'config App:\n  dbUrl: Int = 1\n  port: Int = 2\n\napp "x":\n  print(App.dbUrl)\n' >hint.fuse
expect "misspelt variable" 0 1 'config hint: env var APP_DBURL is ignored; did you mean APP_DB_URL for App.dbUrl?' \
	env APP_DBURL=2 APP_PORT=3 APPLE=1 "$ref" run hint.fuse
mkdir -p folder
expect "config file that is a folder" 1 '' 'run error: failed to read config file: folder: *' \
	env FUSE_CONFIG=folder "$ref" run hint.fuse

expect "rejected program" 1 '' 'error: * (bad.fuse:2:9)*' "$ref" run bad.fuse
expect "rejected program as json" 1 '' '{"code":"FUSE_*","column":9,"kind":"diagnostic","level":"error","line":2,*' \
	"$ref" check --diagnostics json bad.fuse
mkdir -p layers/src/ui layers/src/core
printf '[package]\n' >layers/fuse.toml
printf 'requires time, crypto\nimport U from "./ui/a"\napp "x":\n  print(time.now() > 0 and U.f() > 0)\n' >layers/src/main.fuse
printf 'import C from "../core/b"\nfn f() -> Int:\n  return C.g()\nfn k() -> Int:\n  return 1\n' >layers/src/ui/a.fuse
printf 'import U from "../ui/a"\nfn g() -> Int:\n  return U.k()\n' >layers/src/core/b.fuse
expect "loose architecture" 0 true '' "$ref" run layers/src/main.fuse
expect "strict architecture" 1 '' "*'crypto' is required and not used (*main.fuse:1:16)*layers 'ui' and 'core'*a.fuse:1:1)*" \
	"$ref" check --strict-architecture layers/src/main.fuse
cat >layers/src/main.fuse <<'EOF'
import {F} from "./ui/a"

type E:
  x: Int

fn own() -> Int!E:
  return 1

fn other<T>(x: T) -> T!F:
  return x

app "x":
  print(own() ?! E(x=1))
EOF
printf 'type F:\n  x: Int\n' >layers/src/ui/a.fuse
expect "strict error domains" 1 '' "error: 'E' and 'F' are error domains of two modules (*main.fuse:9:22)*" \
	"$ref" check --strict-architecture layers/src/main.fuse

printf 'requires network\nservice S at "/":\n  get "/" -> Int:\n    return 1\napp "x":\n  serve(80)\n' >serve.fuse
expect "service is checked" 0 '' '' "$ref" check serve.fuse
expect "service is not run" 1 '' "error: 'serve' is not supported * (serve.fuse:6:3)*" "$ref" run serve.fuse
expect "full disk" 1 '' 'run error: cannot write to stdout: No space left on device' \
	sh -c "'$ref' run flood.fuse >/dev/full"
expect "closed pipe" 0 more 'run error: cannot write to stdout: Broken pipe' \
	sh -c "'$ref' run flood.fuse | head -n 1"
expect "tests by name" 1 'x
ok Smoke
FAILED a: assert failed: wrong
ok b smoke
FAILED (1 failed of 3 tests)' '' "$ref" test tests.fuse
expect "some of the tests" 0 'ok b smoke
ok (1 tests)' '' "$ref" test --filter smoke tests.fuse
expect "no tests" 0 '0 tests' '' "$ref" test --filter nothing tests.fuse
expect "tests of a rejected program" 1 '' 'error: * (bad.fuse:2:9)*' "$ref" test bad.fuse
expect "build of a rejected program" 1 '' '*[[]build] failed' "$ref" build --release bad.fuse
expect "build without a mode" 2 '' 'error: build needs *' "$ref" build two.fuse
expect "compiler that is not there" 1 '' "*error: cannot start 'no-such-cc'*[[]build] failed" \
	env CC=no-such-cc "$ref" build --release two.fuse
expect "failed build leaves no binary" 1 '' '' test -e $aot
expect "build" 0 '' '[[]build] aot [[]1/6]*[[]build] aot [[]6/6]*[[]build] ok' "$ref" build --release --app two two.fuse
expect "fatal envelope" 1 two "fatal: class=runtime_fatal pid=[0-9]* message=assert failed: stop $info" $aot
expect "build information" 0 "$info" '' env FUSE_AOT_BUILD_INFO=1 FUSE_AOT_STARTUP_TRACE=1 $aot
expect "startup trace" 1 two "startup: pid=[0-9]* $info
fatal: class=runtime_fatal *" env FUSE_AOT_STARTUP_TRACE=1 $aot
expect "debug profile" 0 '' '*ok' "$ref" build --aot two.fuse
expect "debug build information" 0 'mode=aot profile=debug *' '' env FUSE_AOT_BUILD_INFO=1 $aot
expect "nothing is needed at run time" 0 one '' env -i $aot
printf 'config App:\n  n: Int = 1\n\napp "order":\n  print(App.n)\n' >order.fuse
printf '[App]\nn = 2\n' >config.toml
printf '[App]\nn = 3\n' >named.toml
expect "build with config" 0 '' '*ok' "$ref" build --release order.fuse
expect "the environment comes first" 0 4 '' env APP_N=4 FUSE_CONFIG=named.toml $aot
expect "then the file that is named" 0 3 '' env FUSE_CONFIG=named.toml $aot
expect "else config.toml" 0 2 '' $aot
rm config.toml
expect "the default comes last" 0 1 '' $aot
expect "config is resolved behind the startup line" 1 '' "startup: pid=[0-9]* $info
fatal: class=runtime_fatal pid=[0-9]* message={*\"invalid Int: x\",\"path\":\"App.n\"}*} $info" \
	env APP_N=x FUSE_AOT_STARTUP_TRACE=1 $aot
expect "build information resolves no config" 0 "$info" '' env APP_N=x FUSE_AOT_BUILD_INFO=1 $aot
expect "another value asks for no build information" 0 1 '' env FUSE_AOT_BUILD_INFO=yes $aot
# killed SIGNAL: the executable gets the signal once it waits for input
killed() {
	mkfifo in out.pipe
	$aot <in >out.pipe &
	pid=$!
	exec 4>in 5<out.pipe
	IFS= read -r first <&5
	printf '%s\n' "$first"
	kill -"$1" $pid
	wait $pid
	code=$?
	cat <&5
	exec 4>&- 5<&-
	rm -f in out.pipe
	return $code
}
printf 'app "wait":\n  print(env("FUSE_REQUEST_LOG"))\n  input("> ")\n' >wait.fuse
expect "build that waits" 0 '' '*ok' "$ref" build --release wait.fuse
for signal in SEGV BUS FPE ILL ABRT; do
	expect "panic by SIG$signal" 101 "null$line> " \
		"fatal: class=panic pid=[0-9]* message=panic_kind=panic_static_str the process received SIG$signal $info" \
		killed $signal
done
expect "request log of a release by default" 1 "structured$line> " '*input requires*' \
	env FUSE_AOT_REQUEST_LOG_DEFAULT=1 $aot
expect "request log that was chosen" 1 "off$line> " '*input requires*' \
	env FUSE_AOT_REQUEST_LOG_DEFAULT=1 FUSE_REQUEST_LOG=off $aot
expect "request log without a wish" 1 "null$line> " '*input requires*' env FUSE_AOT_REQUEST_LOG_DEFAULT=0 $aot
printf 'FUSE_REQUEST_LOG=from-dotenv\n' >.env
expect "an executable reads no .env" 1 "null$line> " '*input requires*' $aot
rm .env
expect "debug build that waits" 0 '' '*ok' "$ref" build --aot wait.fuse
expect "request log of a debug build" 1 "null$line> " '*input requires*' env FUSE_AOT_REQUEST_LOG_DEFAULT=1 $aot
expect "unknown fault" 2 '' 'error: *FUSE_REF_FAULT*' env FUSE_REF_FAULT=none "$ref" run two.fuse
echo "1..$number"
exit $failed
