# SPDX-License-Identifier: Apache-2.0
# Where a run is filed, and when it is not.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
commit=$(git rev-parse HEAD)

run run verdict/agree verdict/diverge
exits 1 'a run with a divergence'
out_has "refs/parity/ledger at $(git rev-parse --short=12 HEAD), run " 'the screen says where it is filed'
fp=$(first_fp)
run log HEAD
exits 0 'log'
out_has "commit $commit, 1 run filed" 'log has the run'
out_has 'verdict/diverge' 'log has the divergence'
run log nosuch
exits 2 'log of an unknown revision'
run show "$fp"
exits 0 'show'
out_has 'state      observed, blocks' 'a new finding blocks'
out_has 'lang#output' 'show names the clause'
out_has 'lang.md:5' 'and where it stands'
out_has 'from walk' 'show has the evidence'
run show verdict/diverge
out_has "$fp" 'show takes the name of a case'
run show abcdef123456
exits 2 'show of an unknown finding'
run findings
out_has "$fp" 'findings lists it'
check 'the worktree is untouched' [ -z "$(git status --porcelain)" ]

add_case verdict/diverge.sh 'echo same'
run run verdict/diverge
exits 0 'the same case repaired'
out_has 'verified fixed' 'the screen says that findings are closed'
run show "$fp"
out_has 'verified-fixed' 'the finding is closed'

before=$(git rev-parse refs/parity/ledger)
echo text >new-file
run run verdict/agree
exits 0 'a dirty worktree runs'
out_has "not filed     the worktree is dirty: 'new-file'" 'and says why it is not filed'
check 'nothing is filed then' [ "$before" = "$(git rev-parse refs/parity/ledger)" ]
rm new-file

run run --no-file verdict/agree
exits 0 'run --no-file'
check 'nothing is filed on demand' [ "$before" = "$(git rev-parse refs/parity/ledger)" ]

# A plain file where git wants a folder: no user, not even root, can write a reference there.
new_repository "$world/locked"
rm -rf .git/refs/parity
echo 'in the way' >.git/refs/parity
run run verdict/agree verdict/golden
exits 3 'a repository that cannot be written'
out_has 'diverge       1' 'the verdicts are told all the same'
err_has 'cannot file the run' 'and that filing failed'
rm .git/refs/parity
nothing_filed 'a repository that cannot be written'

git init -q "$world/unborn"
cd "$world/unborn" || exit 1
run run verdict/agree
exits 2 'a repository without a commit'
err_has 'commit something first' 'it says what to do'

mkdir "$world/plain"
cd "$world/plain" || exit 1
export GIT_CEILING_DIRECTORIES="$world"
run run verdict/agree
exits 2 'not a repository'
err_has '--no-file' 'it says what to do'
run run --no-file verdict/agree
exits 0 'not a repository, --no-file'
run run --repo "$world/repo" verdict/agree
exits 0 'a repository named with --repo'
out_has 'refs/parity/ledger at' 'is filed into'
run log
exits 2 'log outside a repository'
done_testing
