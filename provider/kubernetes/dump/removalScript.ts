/**
 * Removes the stack's dumps that its arguments name, and says of each that is gone `greenlight-removed <name>`.
 *
 * @param files where they are
 */
export const removalScript = (files: string): string => String.raw`${files}
for name in "$@"; do
  plain "$name" "$name"
  # What is left without its dump is none: one that is half gone is never taken for whole.
  drop "$name.dump" "$name.ndjson" "$name.sha256"
  listed=$(files)
  if has "$name.dump"; then refuse "$name.dump is still there"; fi
  printf 'greenlight-removed %s\n' "$name"
done
`;
