#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Slurm template on a one-node cluster that this script starts and ends. Needs root and Debian's
# packages slurmctld, slurmd, slurm-client and munge. PARITY: the program, default build/runner/parity.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
PARITY=$(realpath "${PARITY:-$root/build/runner/parity}")
export PARITY
for program in munged slurmctld slurmd sbatch scontrol; do
	command -v $program >/dev/null || {
		echo "no '$program', install slurmctld slurmd slurm-client munge" >&2
		exit 77
	}
done
[ "$(id -u)" -eq 0 ] || {
	echo 'starting a cluster needs root' >&2
	exit 77
}

dir=$(mktemp -d /tmp/parity-slurm-XXXXXX)
chmod 755 "$dir"
munged_pid='' ctld_pid='' slurmd_pid=''
finish() {
	for pid in $slurmd_pid $ctld_pid $munged_pid; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT

mkdir "$dir/munge" "$dir/state" "$dir/spool" "$dir/run"
chmod 700 "$dir/munge"
dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 2>/dev/null
chmod 400 "$dir/munge/key"
munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/run/munge" \
	--pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" \
	>"$dir/munge/out" 2>&1 &
munged_pid=$!

host=$(hostname -s)
cat >"$dir/slurm.conf" <<END
ClusterName=parity
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge
CryptoType=crypto/munge
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/run/ctld.pid
SlurmdPidFile=$dir/run/slurmd.pid
SlurmctldLogFile=$dir/ctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$dir/slurm.conf"
sleep 1
slurmctld -D >"$dir/ctld.out" 2>&1 &
ctld_pid=$!
slurmd -D >"$dir/slurmd.out" 2>&1 &
slurmd_pid=$!

tries=0
until scontrol -o show node "$host" 2>/dev/null | grep -q 'State=IDLE'; do
	tries=$((tries + 1))
	[ $tries -lt 60 ] || {
		echo 'the node does not come up' >&2
		tail -n 20 "$dir"/*.log "$dir"/*.out "$dir/munge/out" >&2
		exit 1
	}
	sleep 1
done
echo "cluster: $(scontrol --version), node $host is idle"

mkdir "$dir/repo"
cd "$dir/repo" || exit 1
git init -q .
git -c user.name=Tester -c user.email=tester@example.org commit -q --allow-empty -m start
export RESULTS="$dir/results" SBATCH_FLAGS='--cpus-per-task=1'
job=$(sh "$root/ops/engines/slurm-submit.sh" 3 "$@") || exit 1
echo "submitted: merging job $job"
tries=0
until [ -f "$RESULTS/merge.log" ] && ! squeue -h 2>/dev/null | grep -q .; do
	tries=$((tries + 1))
	[ $tries -lt 600 ] || {
		squeue
		exit 1
	}
	sleep 1
done
ls -l "$RESULTS"
for k in 1 2 3; do
	echo "--- part $k"
	sed -n '/^  compared/,/^  diverge/p' "$RESULTS/part-$k.log"
done
echo '--- merge'
cat "$RESULTS/merge.log"
scontrol -o show job "$job" | grep -oE '(JobState|ExitCode)=[^ ]*'

"$PARITY" run --no-file -q --json "$dir/whole.ndjson" "$@" >/dev/null 2>&1
"$PARITY" merge -q --ordered "$dir/whole" "$dir/whole.ndjson" >/dev/null
if cmp "$dir/whole" "$RESULTS/result.ndjson"; then
	echo "ok: the merged result equals the uncut run, $(wc -c <"$dir/whole") bytes"
else
	echo 'not ok: the merged result is another than that of the uncut run'
	exit 1
fi
