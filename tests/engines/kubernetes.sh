#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Kubernetes template without a cluster: its form is read, and the commands of its two Jobs are run here, one
# index after another, as pods would. PARITY: the program, default build/runner/parity. Needs python3-yaml.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
PARITY=$(realpath "${PARITY:-$root/build/runner/parity}")
python3 -c 'import yaml' 2>/dev/null || {
	echo "no module yaml, install python3-yaml" >&2
	exit 77
}
dir=$(mktemp -d /tmp/parity-kubernetes-XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/results" "$dir/bin"
ln -s "$PARITY" "$dir/bin/parity"
cp "$(dirname "$PARITY")/parity-zygote" "$dir/bin/"

# The shell text of the Job with this name, its volume being ours; and the number of shards.
template() {
	python3 - "$root/ops/engines/kubernetes-job.yaml" "$1" "$dir/results" <<'PYTHON'
import sys
import yaml

for job in yaml.safe_load_all(open(sys.argv[1])):
    spec = job['spec']
    container = spec['template']['spec']['containers'][0]
    assert job['kind'] == 'Job' and container['command'][:2] == ['sh', '-c'], job
    mounted = {mount['name'] for mount in container['volumeMounts']}
    assert mounted <= {volume['name'] for volume in spec['template']['spec']['volumes']}, mounted
    if 'completions' in spec:
        shards = next(e['value'] for e in container['env'] if e['name'] == 'SHARDS')
        assert str(spec['completions']) == str(spec['parallelism']) == shards, spec
    if job['metadata']['name'] == sys.argv[2]:
        print(container['command'][2].replace('/results', sys.argv[3]))
    elif sys.argv[2] == 'shards' and 'completions' in spec:
        print(spec['completions'])
PYTHON
}
shards=$(template shards) && template parity-parts >"$dir/part.sh" && template parity-merge >"$dir/merge.sh" || exit 1

mkdir "$dir/repo"
cd "$dir/repo" || exit 1
git init -q .
git -c user.name=Tester -c user.email=tester@example.org commit -q --allow-empty -m start
PATH=$dir/bin:$PATH
export PATH SHARDS="$shards"
index=0
while [ "$index" -lt "$shards" ]; do
	JOB_COMPLETION_INDEX=$index sh "$dir/part.sh" >"$dir/part-$index.log" 2>&1 || {
		cat "$dir/part-$index.log" >&2
		exit 1
	}
	index=$((index + 1))
done
sh "$dir/merge.sh" || exit 1
parity run --no-file -q --json "$dir/whole.ndjson" >/dev/null 2>&1
parity merge -q --ordered "$dir/whole" "$dir/whole.ndjson" >/dev/null
cmp "$dir/whole" "$dir/results/result.ndjson" || exit 1
echo "ok: $shards shards merged equal the uncut run, $(wc -c <"$dir/whole") bytes"
