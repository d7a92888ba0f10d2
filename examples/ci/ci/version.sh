#!/usr/bin/env bash
# Which release a change is about: prints `version=…` and `commit=…` of the only manifest that it adds or changes, both empty when
# it touches none. What is printed is checked, so that a name in a pull request stays a name.
#
#     ci/version.sh <base commit or branch> [folder of the manifests]
set -euo pipefail
base=${1:?the commit or branch that the change is compared with}
folder=${2:-releases}

fail() {
  printf '%s\n' "$1" >&2
  exit 2
}

changed=$(git diff --name-only --diff-filter=AMR "$(git merge-base "$base" HEAD)" HEAD -- "$folder/*.yaml")
if [[ -z $changed ]]; then
  printf 'version=\ncommit=\n'
  exit 0
fi
[[ $changed != *$'\n'* ]] || fail "This change touches more than one manifest. Release one version at a time."
version=$(basename -- "$changed" .yaml)
[[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$ ]] || fail "The manifest's name is no version."
commit=$(sed -nE 's/^commit:[[:space:]]*"?([0-9a-f]{40})"?[[:space:]]*(#.*)?$/\1/p' -- "$folder/$version.yaml")
[[ $commit =~ ^[0-9a-f]{40}$ ]] || fail "$folder/$version.yaml names no commit in full. Evidence speaks of a commit."
printf 'version=%s\ncommit=%s\n' "$version" "$commit"
