#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Submit a run in N shards and a job behind them that merges:
#
#	RESULTS=/shared/run-17 PARITY=/shared/parity slurm-submit.sh N [options of 'parity run']
#
# Prints the number of the merging job; its exit code is the verdict, its log has the summary, and
# RESULTS/result.ndjson is the ordered result. SBATCH_FLAGS holds further flags for sbatch.
set -eu

shards=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
: "${RESULTS:?a folder that all nodes see}"
: "${PARITY:=parity}"
export RESULTS PARITY SHARDS="$shards"
mkdir -p "$RESULTS"
rm -f "$RESULTS"/part-*.ndjson

# shellcheck disable=SC2086 # flags are words
array=$(sbatch --parsable ${SBATCH_FLAGS:-} --array="1-$shards" --output="$RESULTS/part-%a.log" \
	"$here/slurm-array.sh" "$@")

# afterany: a part that failed must be named by the merge, not leave the run without an answer.
# shellcheck disable=SC2086
sbatch --parsable ${SBATCH_FLAGS:-} --dependency="afterany:${array%%;*}" --job-name=parity-merge \
	--output="$RESULTS/merge.log" --wrap \
	'set -- "$RESULTS"/part-*.ndjson; "$PARITY" merge --ordered "$RESULTS/result.ndjson" "$@"'
