import { scriptBeginning } from "./scriptBeginning.ts";

/**
 * Lists the stack's dumps: `greenlight-listed <name> <bytes> <the first line of its .ndjson, or null>` for each, and last
 * `greenlight-count <how many>`. Files of other names are left out; what a killed run left is told.
 */
export const listScript = String.raw`${scriptBeginning}
count=0
for file in "$folder"/*.dump; do
  [ -f "$file" ] || continue
  name=$(basename "$file" .dump)
  case $name in
    [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) continue ;;
  esac
  held=null
  if [ -f "$folder/$name.ndjson" ] && [ -f "$folder/$name.sha256" ]; then
    IFS= read -r held < "$folder/$name.ndjson" || :
  fi
  printf 'greenlight-listed %s %s %s\n' "$name" "$(($(wc -c < "$file")))" "$held"
  count=$((count + 1))
done
for left in "$folder"/*.partial; do
  [ -d "$left" ] || continue
  printf '%s is of a dump that runs, or was killed\n' "$left"
done
printf 'greenlight-count %s\n' "$count"
`;
