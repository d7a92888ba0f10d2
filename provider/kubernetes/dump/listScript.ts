/**
 * Lists the stack's dumps: `greenlight-listed <name> <bytes> <the first line of its .ndjson, or null>` for each, and last
 * `greenlight-count <how many>`. Files of other names are left out; what a killed run left is told.
 *
 * @param files where they are
 */
export const listScript = (files: string): string => String.raw`${files}
listed=$(files)
count=0
while read -r bytes file; do
  name=$(printf '%s' "$file" | sed -n 's/\.dump$//p')
  case $name in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) continue ;;
  esac
  held=null
  if has "$name.ndjson" && has "$name.sha256"; then
    # One that cannot be read ends it: it is not the same as none that is whole.
    held=$(given "$name.ndjson")
    held=$(printf '%s\n' "$held" | head -n 1)
  fi
  printf 'greenlight-listed %s %s %s\n' "$name" "$bytes" "$held"
  count=$((count + 1))
done <<LISTED
$listed
LISTED
left_over
printf 'greenlight-count %s\n' "$count"
`;
