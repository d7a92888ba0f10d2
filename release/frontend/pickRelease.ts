/** The key of the store that names the release which serves. */
export const liveKey = "live";

/**
 * The function at CloudFront's edge, in its own dialect of JavaScript: puts the live release's prefix before the path that was asked for.
 * That is before the cache is asked, so no release is ever served from another one's cache.
 *
 * @param index file of a folder, such as `index.html`
 * @param singlePage whether paths without a file's name are all the same page
 */
export function pickRelease(index: string, singlePage: boolean): string {
  const page = singlePage ? `"/" + ${JSON.stringify(index)}` : `uri + "/" + ${JSON.stringify(index)}`;
  return `import cf from "cloudfront";
const store = cf.kvs();
async function handler(event) {
  const request = event.request;
  let release;
  try {
    release = await store.get(${JSON.stringify(liveKey)});
  } catch (error) {
    return { statusCode: 503, statusDescription: "Service Unavailable", headers: { "retry-after": { value: "5" }, "cache-control": { value: "no-store" } } };
  }
  let uri = request.uri;
  if (uri.endsWith("/")) uri += ${JSON.stringify(index)};
  else if (!/\\.[A-Za-z0-9]+$/.test(uri)) uri = ${page};
  request.uri = "/releases/" + release + uri;
  return request;
}
`;
}
