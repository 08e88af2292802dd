#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One shard of a run, as one task of a Slurm job array:
#
#	sbatch --array=1-8 slurm-array.sh [options of 'parity run']
#
# PARITY names the program, RESULTS a folder that all nodes see; both come through the environment.
#SBATCH --job-name=parity
#SBATCH --cpus-per-task=2
#SBATCH --time=30
#SBATCH --output=parity-%A-%a.log
set -u

parity=${PARITY:-parity}
results=${RESULTS:-$SLURM_SUBMIT_DIR}
# An array that was submitted in pieces still has one count: --array=3 alone would be a shard 1/1.
shards=${SHARDS:-$SLURM_ARRAY_TASK_COUNT}
part=$results/part-$SLURM_ARRAY_TASK_ID.ndjson

# Work directories belong on the node's own disk, if it names one.
[ -z "${SLURM_TMPDIR:-}" ] || export TMPDIR="$SLURM_TMPDIR"

# Written beside and renamed: a task that is killed or requeued leaves no half part behind.
"$parity" run --no-file -j "${SLURM_CPUS_PER_TASK:-1}" --shard "$SLURM_ARRAY_TASK_ID/$shards" \
	--json "$part.new" "$@"
rc=$?
case $rc in
0 | 1 | 3 | 4 | 5) mv "$part.new" "$part" ;; # the merge decides
*) exit "$rc" ;;
esac
