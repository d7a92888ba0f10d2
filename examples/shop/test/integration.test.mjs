// The API with its database, at API_URL.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

const ask = (path, options = {}) =>
  fetch(new URL(path, process.env.API_URL), { redirect: "error", signal: AbortSignal.timeout(10_000), ...options });
const place = (order) =>
  ask("/orders", { method: "POST", body: JSON.stringify(order), headers: { "content-type": "application/json" } });
const firstProduct = async () => (await (await ask("/products")).json()).products[0];

describe("an order", () => {
  it("is kept, priced and counted", async () => {
    const product = await firstProduct();
    const before = (await (await ask("/orders/count")).json()).orders;
    const placed = await place({ productId: product.id, quantity: 3, customer: "integration test" });
    assert.equal(placed.status, 201);
    const { id, totalCents } = await placed.json();
    assert.equal(totalCents, 3 * product.priceCents);
    const read = await (await ask(`/orders/${id}`)).json();
    assert.equal(read.customer, "integration test");
    assert.ok((await (await ask("/orders/count")).json()).orders > before);
  });

  it("of a product that is not there is refused", async () => {
    const answer = await place({ productId: 2_000_000_000, quantity: 1, customer: "integration test" });
    assert.ok(answer.status >= 400 && answer.status < 500, `answered ${answer.status}`);
  });
});

describe("the API's health", () => {
  it("includes its database", async () => {
    const health = await (await ask("/health")).json();
    assert.equal(health.status, "ok");
    assert.equal(health.database, "ok");
  });
});
