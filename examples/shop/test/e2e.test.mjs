// The shop as its users meet it: the page at WEB_URL, and the orders that it leads to at API_URL.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

const get = (base, path) => fetch(new URL(path, base), { redirect: "error", signal: AbortSignal.timeout(10_000) });

describe("the shop's page", () => {
  it("shows every product that the API lists, each once", async () => {
    const page = await (await get(process.env.WEB_URL, "/")).text();
    const { products } = await (await get(process.env.API_URL, "/products")).json();
    assert.ok(products.length > 0);
    for (const { id } of products) assert.equal(page.split(`data-product="${id}"`).length, 2, `product ${id}`);
  });

  it("and the API behind it are of one version", async () => {
    const [page, api] = await Promise.all([get(process.env.WEB_URL, "/"), get(process.env.API_URL, "/products")]);
    assert.ok(page.headers.get("x-version"));
    assert.equal(page.headers.get("x-version"), api.headers.get("x-version"));
  });
});
