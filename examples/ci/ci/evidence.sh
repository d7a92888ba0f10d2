#!/usr/bin/env bash
# Records the reports of a commit as evidence for a version. A report that is not there is left out, and its item fails.
#
#     ci/evidence.sh <version> <commit>
set -euo pipefail
version=${1:?the version}
commit=${2:?the commit that was tested}

record() {
  local item=$1 file=$2
  if [[ -s $file ]]; then
    node greenlight/cli/bin.mjs evidence add "$version" "$item" "$file" --commit "$commit"
  else
    printf '%s: there is no %s\n' "$item" "$file" >&2
  fi
}

record tests/unit reports/unit.xml
record tests/integration reports/integration.xml
record tests/e2e reports/e2e.xml
record tests/security reports/audit.json
