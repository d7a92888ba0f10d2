import { ofStack, onClaim, strictly, withFiles } from "./scriptBeginning.ts";

/** Where the claim with the dumps is in a pod. */
export const dumpsFolder = "/backups";

/** The stack's dumps as files of a claim, in a folder of its own. */
export const claimFiles = String.raw`${strictly}${onClaim}${ofStack}${withFiles}
folder=$GREENLIGHT_FOLDER/$GREENLIGHT_STACK
files() {
  for file in "$folder"/*; do
    [ ! -f "$file" ] || printf '%s %s\n' "$(($(wc -c < "$file")))" "$(basename "$file")"
  done
}
given() {
  cat "$folder/$1"
}
drop() {
  for file in "$@"; do
    rm -f "$folder/$file"
  done
}
left_over() {
  for left in "$folder"/*.partial; do
    [ ! -d "$left" ] || printf '%s is of a dump that runs, or was killed\n' "$left"
  done
}
`;
