import { ofStack, strictly, withFiles } from "./scriptBeginning.ts";

/** Where a pod finds rclone, the client of stores, which the pod's first container left there. */
export const clientFolder = "/client";

/** What the first container of a pod does, in an image of rclone: leaves it and the authorities that it trusts for the next one. */
export const leaveClient = `${strictly}
cp "$(command -v rclone)" "$GREENLIGHT_CLIENT/rclone" || refuse "the image has no rclone on its PATH"
chmod 755 "$GREENLIGHT_CLIENT/rclone"
for file in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt; do
  if [ -r "$file" ]; then
    cp "$file" "$GREENLIGHT_CLIENT/authorities.pem"
    break
  fi
done
`;

/**
 * Variables of rclone where the Secret does not have them, in the order in which they are set. Keys and region may come as AWS names them.
 * Buckets are not made: who writes dumps need not be allowed that. S3 takes 10,000 chunks, of this size 312 GiB; two are in memory at once.
 */
const defaults: readonly (readonly [name: string, value: string])[] = [
  ["RCLONE_CONFIG_STORE_TYPE", "s3"],
  ["RCLONE_CONFIG_STORE_ENV_AUTH", "true"],
  ["RCLONE_CONFIG_STORE_REGION", `\${AWS_REGION:-}`],
  ["RCLONE_CONFIG_STORE_PROVIDER", `\${RCLONE_CONFIG_STORE_ENDPOINT:+Other}`],
  ["RCLONE_CONFIG_STORE_PROVIDER", "AWS"],
  ["RCLONE_S3_NO_CHECK_BUCKET", "true"],
  ["RCLONE_S3_CHUNK_SIZE", "32Mi"],
  ["RCLONE_S3_UPLOAD_CONCURRENCY", "2"],
  ["RCLONE_CONTIMEOUT", "15s"],
  ["RCLONE_TIMEOUT", "2m"],
  ["RCLONE_LOW_LEVEL_RETRIES", "5"],
];
const exported = defaults.map(([name, value]) => `export ${name}="\${${name}:-${value}}"`).join("\n");

/** The stack's dumps as objects of a store: a remote `store` of rclone, below the bucket and folder `GREENLIGHT_STORE`. */
export const storeFiles = `${strictly}${ofStack}${withFiles}
[ -x "$GREENLIGHT_CLIENT/rclone" ] || refuse "the client of the store is not in $GREENLIGHT_CLIENT"
[ -n "$GREENLIGHT_STORE" ] || refuse "GREENLIGHT_STORE is empty"
${exported}
case $RCLONE_CONFIG_STORE_TYPE in
  local | memory | alias) refuse "RCLONE_CONFIG_STORE_TYPE is $RCLONE_CONFIG_STORE_TYPE, and nothing stays in a pod" ;;
esac
if [ -r "$GREENLIGHT_CLIENT/authorities.pem" ] && [ -z "$(printenv SSL_CERT_FILE || :)" ]; then
  export SSL_CERT_FILE="$GREENLIGHT_CLIENT/authorities.pem"
fi
place=store:$GREENLIGHT_STORE/$GREENLIGHT_STACK
# Becomes rclone: for a shell of its own, which can then be told to end. It reads no file of settings.
become_client() {
  exec "$GREENLIGHT_CLIENT/rclone" --config= "$@"
}
client() {
  (become_client --log-level ERROR "$@")
}
files() {
  client lsf --files-only --format sp --separator ' ' "$place/" < /dev/null
}
given() {
  client cat "$place/$1" < /dev/null
}
drop() {
  listed=$(files)
  for file in "$@"; do
    if has "$file"; then client deletefile "$place/$file" < /dev/null; fi
  done
}
left_over() {
  :
}
`;
