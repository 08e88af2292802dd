# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts here: one TAP line for each command and what it must do.

number=0
failed=0
# expect NAME CODE STDOUT-PATTERN STDERR-PATTERN COMMAND...: whole-text shell patterns
expect() {
	name=$1 code=$2 out=$3 err=$4
	shift 4
	"$@" >out 2>err </dev/null
	got=$?
	number=$((number + 1))
	problem=
	[ $got = "$code" ] || problem="exit code $got, want $code;"
	# shellcheck disable=SC2254
	case "$(cat out)" in $out) ;; *) problem="$problem stdout '$(cat out)';" ;; esac
	# shellcheck disable=SC2254
	case "$(cat err)" in $err) ;; *) problem="$problem stderr '$(cat err)';" ;; esac
	if [ -z "$problem" ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf '%s\n' "$problem" | sed 's/^/# /'
		failed=1
	fi
}
