/** Where dumps are kept: in a folder of a claim, or in a store such as S3. */
export type DumpPlace = "claim" | "store";

/**
 * What each script begins with. They run in a plain image of PostgreSQL by any POSIX shell, are constant, and take what differs from
 * `GREENLIGHT_…` and libpq's own `PG…` variables: nothing is put into their text, and what becomes part of a path is looked at first.
 */
export const strictly = String.raw`
set -eu
umask 077
export LC_ALL=C
refuse() {
  printf 'greenlight: %s\n' "$1" >&2
  exit 1
}
`;

/** What each script goes on with that works on a claim. */
export const onClaim = `
[ -d "$GREENLIGHT_FOLDER" ] || refuse "the claim is not mounted at $GREENLIGHT_FOLDER"
`;

/** What each script for dumps goes on with: the stack's name becomes part of a path. */
export const ofStack = `
plain() {
  case $2 in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) refuse "$1 is no plain name" ;;
  esac
}
plain GREENLIGHT_STACK "$GREENLIGHT_STACK"
`;

/**
 * What scripts for dumps can do besides, with what each place has: `files` lists the stack's files, a line of bytes and name each; `given` prints
 * one; `drop` removes some, of which none need be there; `left_over` tells what a killed dump left.
 *
 * `has` looks for a file in `listed`, which is what `files` said. `checked` compares a dump and its rows with its sha256.
 */
export const withFiles = String.raw`
has() {
  printf '%s\n' "$listed" | cut -d ' ' -f 2- | grep -q -x -F -e "$1"
}
checked() {
  sums=$(given "$1.sha256")
  agreed=0
  while read -r sum file; do
    case $file in
      "$1.dump" | "$1.ndjson") ;;
      *) continue ;;
    esac
    is=$(given "$file" | sha256sum)
    if [ "$sum" = "$(printf '%s\n' "$is" | cut -d ' ' -f 1)" ]; then
      printf '%s: OK\n' "$file"
      agreed=$((agreed + 1))
    else
      printf '%s: FAILED\n' "$file"
    fi
  done <<SUMS
$sums
SUMS
  [ "$agreed" = 2 ]
}
`;

/** What each script that asks a database goes on with: who is asked must be said, for psql would take a server of its own otherwise. */
export const askingDatabase = `
: "$PGHOST" "$PGUSER" "$PGDATABASE"
export PGAPPNAME=greenlight PGCONNECT_TIMEOUT=10
`;
