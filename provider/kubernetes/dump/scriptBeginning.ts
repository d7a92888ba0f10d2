/** Where the claim with the dumps is in a pod. */
export const dumpsFolder = "/backups";

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
[ -d "$GREENLIGHT_FOLDER" ] || refuse "the claim is not mounted at $GREENLIGHT_FOLDER"
`;

/** What each script for dumps begins with. */
export const scriptBeginning = `${strictly}
plain() {
  case $2 in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) refuse "$1 is no plain name" ;;
  esac
}
plain GREENLIGHT_STACK "$GREENLIGHT_STACK"
folder=$GREENLIGHT_FOLDER/$GREENLIGHT_STACK
`;

/** What each script that asks a database goes on with: who is asked must be said, for psql would take a server of its own otherwise. */
export const askingDatabase = `
: "$PGHOST" "$PGUSER" "$PGDATABASE"
export PGAPPNAME=greenlight PGCONNECT_TIMEOUT=10
`;
