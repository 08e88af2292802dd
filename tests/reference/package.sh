#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: package.sh FUSE-REF
# The package command: which package it works on, its .env and config file, its steps and JSON lines. Prints TAP.
ref=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset FUSE_CONFIG FUSE_DIAGNOSTICS FUSE_COLOR

mkdir pkg pkg/sub other noentry badenv
cat >pkg/main.fuse <<'END'
config App:
  port: Int = 1

fn main(n: Int):
  assert(n < 5, "big")

app "first":
  print("first")

app "second":
  print("${env("WORD") ?? "none"} ${env("QUOTED") ?? "none"} ${App.port}")

app "third":
  print([1][App.port])

app "fourth":
  let i: Int(0..5) = App.port

test "adds":
  assert(1 + 1 == 2)
END
printf '[package]\nname = "demo"\nentry = "main.fuse"\napp = "second"\nbackend = "ast"\n' >pkg/fuse.toml
printf '# words\n\nWORD=from file\n  export QUOTED="a # b"  \n' >pkg/.env
printf '[App]\nport = 7\n' >pkg/config.toml
printf 'app "own":\n  print(env("WORD") ?? "none")\n' >other/own.fuse
printf 'WORD=other\n' >other/.env
printf '[package]\nname = "none"\n' >noentry/fuse.toml
printf 'A=1\nnonsense\n' >badenv/.env
cp other/own.fuse badenv/

start='[[]run] start'
both="$start
[[]run] ok"
step() { printf '{"command":"%s","kind":"command_step","message":"%s"}' "$1" "$2"; }
message() { printf '{"code":"%s","kind":"cli_message","level":"error","message":"%s"}' "$1" "$2"; }
failure() {
	printf '{"error":{"code":"validation_error","fields":\\[{"code":"%s","message":"%s","path":"%s"}\\],"message":"validation failed"}}' "$@"
}

expect "package by its folder" 0 'from file a # b 7' "$both" "$ref" fuse run pkg
expect "package by its manifest" 0 'from file a # b 7' "$both" "$ref" fuse run --manifest-path pkg/fuse.toml
expect "package of the working directory" 0 'from file a # b 7' "$both" sh -c "cd pkg/sub && '$ref' fuse run"
expect "file of a package" 0 first "$both" "$ref" fuse run pkg/main.fuse
expect "variables that are set stay" 0 'mine a # b 9' "$both" env WORD=mine APP_PORT=9 "$ref" fuse run pkg
expect "file without a package" 0 other "$both" "$ref" fuse run other/own.fuse
expect "no .env without the package command" 0 none '' "$ref" run other/own.fuse
expect "the app that was asked for" 0 first "$both" "$ref" fuse run --app first pkg
expect "program arguments" 0 '' "$both" "$ref" fuse run pkg -- --n=1
expect "arguments that do not bind" 2 '' "$start
$(failure invalid_value 'invalid Int: x' n)
[[]run] validation failed" "$ref" fuse run pkg -- --n=x
expect "failed run" 1 '' "$start
run error: index out of bounds
[[]run] failed" "$ref" fuse run --app third pkg
expect "check" 0 '' '[[]check] start
[[]check] ok' "$ref" fuse check pkg
expect "tests" 0 'ok adds
ok (1 tests)' '[[]test] start
[[]test] ok' "$ref" fuse test pkg
expect "steps of a build" 0 '' '[[]build] start
[[]build] aot [[]1/6] *
[[]build] aot [[]6/6] *
[[]build] ok' "$ref" fuse build --release pkg

expect "steps as json" 0 'from file*' "$(step run start)
$(step run ok)" "$ref" fuse run --diagnostics json pkg
expect "failed run as json" 1 '' "$(step run start)
$(failure runtime_index_bounds 'index out of bounds' '$')
$(step run failed)" "$ref" fuse run --diagnostics json --app third pkg
expect "failed config as json" 1 '' "$(step run start)
$(failure invalid_value 'invalid Int: x' App.port)
$(step run failed)" env APP_PORT=x "$ref" fuse run --diagnostics json pkg
expect "build as json" 0 '' "$(step build start)
$(step build 'aot [[]1/6] check program')
*
$(step build 'aot [[]6/6] finish')
$(step build ok)" "$ref" fuse build --aot --diagnostics=json pkg
expect "diagnostics between the steps" 1 '' "$(step check start)
{\"code\":\"FUSE_*\"kind\":\"diagnostic\",*
$(step check failed)" sh -c "printf 'app \"a\":\n  print(b)\n' >bad.fuse && '$ref' fuse check --diagnostics json bad.fuse"

expect "manifest that is not there" 1 '' "$(message wrapper_file_read '*none*')" \
	"$ref" fuse run --diagnostics json --manifest-path none
expect "folder without a manifest" 1 '' "$(message wrapper_manifest_missing "no fuse.toml in 'other'*")" \
	"$ref" fuse run --diagnostics json other
expect "nothing to work on" 1 '' "$(message wrapper_manifest_required 'no fuse.toml in *')" \
	"$ref" fuse run --diagnostics json
expect "manifest without an entry" 1 '' "$(message wrapper_manifest_required "'noentry/fuse.toml' has no entry*")" \
	"$ref" fuse run --diagnostics json noentry
expect "file that is not there" 1 '' "$(step run start)
$(message wrapper_file_read '*none.fuse*')
$(step run failed)" "$ref" fuse run --diagnostics json none.fuse
expect "unknown command" 2 '' "$(message wrapper_unknown_command "unknown command 'walk'*")" \
	"$ref" fuse walk --diagnostics json
expect "no command" 2 '' 'error: command missing*' "$ref" fuse
expect "unknown backend" 2 '' "$(message wrapper_unknown_backend "unknown backend 'jit'*")" \
	"$ref" fuse run --backend jit --diagnostics json pkg
expect "unknown app" 1 '' "$(step run start)
$(message wrapper_run_error 'app not found: none')
$(step run failed)" "$ref" fuse run --app none --diagnostics json pkg
expect "bad line of .env" 1 '' "error: badenv/.env:2: expected NAME=VALUE" "$ref" fuse run badenv/own.fuse
expect "migrations" 2 '' 'error: migrations need a database*' "$ref" fuse migrate pkg
# fuse.lock
mkdir -p locked/deps/b locked/deps/a shared
printf '[package]\nname = "locked"\nentry = "main.fuse"\n[dependencies]\nB = "./deps/b"\nA = { path = "deps/a" }\n' >locked/fuse.toml
printf '[package]\nname = "a"\n[dependencies]\nShared = "../../../shared"\n' >locked/deps/a/fuse.toml
printf 'app "x":\n  print("ran")\n' >locked/main.fuse
lock='version = 1

[[]dependencies.A]
source = "path"
path = "deps/a"

[[]dependencies.B]
source = "path"
path = "deps/b"

[[]dependencies.Shared]
source = "path"
path = "../shared"'
frozen=$(message FUSE_LOCK_FROZEN 'fuse.lock is not*deps lock*')
expect "frozen without a lock" 1 '' "$(step run start)
$frozen
$(step run failed)" "$ref" fuse run --frozen --diagnostics json locked
expect "checking a lock that is not there" 1 '' "$(message FUSE_LOCK_OUT_OF_DATE '*')" \
	"$ref" fuse deps lock --check --diagnostics json --manifest-path locked
expect "writing the lock" 0 '' '' "$ref" fuse deps lock --manifest-path locked
expect "the lock" 0 "$lock" '' cat locked/fuse.lock
expect "the lock is the same from inside" 0 '' '' sh -c "cd locked && '$ref' fuse deps lock --check"
expect "frozen with the lock" 0 ran "$both" "$ref" fuse run --frozen locked
printf 'C = "./deps/c"\n' >>locked/fuse.toml
expect "lock behind the manifest" 1 '' 'error: fuse.lock is not*' \
	"$ref" fuse deps lock --check --manifest-path locked
for verb in check test 'build --release'; do
	# shellcheck disable=SC2086 # the verb and its option
	expect "frozen $verb" 1 '' '*error: fuse.lock is not*' "$ref" fuse $verb --frozen locked
done
expect "frozen without dependencies" 0 first "$both" "$ref" fuse run --frozen pkg/main.fuse
expect "deps without a command" 2 '' "error: 'deps' needs a command*lock" "$ref" fuse deps
expect "deps with another command" 2 '' 'error: unknown command of*walk*' "$ref" fuse deps walk
printf '[dependencies\n' >shared/fuse.toml
expect "lock over a broken manifest" 1 '' 'error: * (shared/fuse.toml:1:*' "$ref" fuse deps lock --manifest-path locked
echo "1..$number"
exit $failed
