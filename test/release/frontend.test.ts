import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { fileHeaders, releasePrefix } from "../../release/frontend/fileHeaders.ts";
import { pickRelease } from "../../release/frontend/pickRelease.ts";

describe("the headers of a file", () => {
  it.each([
    ["assets/app-4f3c9a1b.js", "text/javascript; charset=utf-8"],
    ["logo.4f3c9a1b.svg", "image/svg+xml"],
    ["assets/app-4f3c9a1b.js.map", "application/json"],
    ["assets/index-DiwrgTda9.css", "text/css; charset=utf-8"],
  ])("let browsers keep %s, whose name holds a digest of it", (path, contentType) => {
    expect(fileHeaders(path)).toEqual({ contentType, cacheControl: "public, max-age=31536000, immutable" });
  });

  it.each([
    ["index.html", "text/html; charset=utf-8"],
    ["about/index.html", "text/html; charset=utf-8"],
    ["app.js", "text/javascript; charset=utf-8"],
    ["apple-touch-icon.PNG", "image/png"],
    ["site-internationalization.js", "text/javascript; charset=utf-8"],
    ["robots.txt", "text/plain; charset=utf-8"],
  ])("make browsers ask again for %s, whose name may mean something else tomorrow", (path, contentType) => {
    expect(fileHeaders(path)).toEqual({
      contentType,
      cacheControl: "public, max-age=0, s-maxage=31536000, must-revalidate",
    });
  });

  it("are not guessed for a type that is not known", () => {
    expect(fileHeaders("notes.docx")).toBeUndefined();
    expect(fileHeaders("LICENSE")).toBeUndefined();
    expect(fileHeaders("constructor")).toBeUndefined();
    expect(fileHeaders("x.constructor")).toBeUndefined();
  });
});

describe("the function at the edge", () => {
  /** What becomes of a request for a path while a release serves. */
  async function asked(uri: string, release: string | undefined, singlePage = false) {
    const code = pickRelease("index.html", singlePage).replace(/^import .*$/m, "");
    const get = async () => {
      if (release === undefined) throw new Error("KeyNotFound");
      return release;
    };
    const event = { request: { uri, method: "GET", headers: {} } };
    return await runInContext(`${code};handler(event)`, createContext({ cf: { kvs: () => ({ get }) }, event }));
  }

  it("puts the live release's prefix before the path, and the index after a folder", async () => {
    expect(await asked("/app.js", "v1")).toMatchObject({ uri: `/${releasePrefix("v1")}app.js` });
    expect(await asked("/", "v2")).toMatchObject({ uri: "/releases/v2/index.html" });
    expect(await asked("/about/", "v2")).toMatchObject({ uri: "/releases/v2/about/index.html" });
    expect(await asked("/about", "v2")).toMatchObject({ uri: "/releases/v2/about/index.html" });
  });

  it("gives an application with paths of its own the same page for each", async () => {
    expect(await asked("/basket/42", "v1", true)).toMatchObject({ uri: "/releases/v1/index.html" });
    expect(await asked("/assets/app-4f3c9a1b.js", "v1", true)).toMatchObject({
      uri: "/releases/v1/assets/app-4f3c9a1b.js",
    });
  });

  it("says that it is not available while no release is named, and lets nobody keep that", async () => {
    expect(await asked("/", undefined)).toMatchObject({
      statusCode: 503,
      headers: { "cache-control": { value: "no-store" } },
    });
  });

  it("fits into a function of CloudFront", () => {
    expect(pickRelease("index.html", true).length).toBeLessThan(10_240);
  });
});
