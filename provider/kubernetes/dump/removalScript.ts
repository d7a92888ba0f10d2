import { scriptBeginning } from "./scriptBeginning.ts";

/** Removes the stack's dumps that its arguments name, and says of each that is gone `greenlight-removed <name>`. */
export const removalScript = String.raw`${scriptBeginning}
for name in "$@"; do
  plain "$name" "$name"
  # What is left without its dump is none: one that is half gone is never taken for whole.
  rm -f "$folder/$name.dump" "$folder/$name.ndjson" "$folder/$name.sha256"
  [ ! -e "$folder/$name.dump" ] || refuse "$name.dump is still there"
  printf 'greenlight-removed %s\n' "$name"
done
`;
