import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { idIn, orderWish } from "../api/input.js";
import { readFault } from "../service/faults.js";

const wish = { productId: 7, quantity: 2, customer: "a customer" };

describe("an order as it is asked for", () => {
  it("is taken with product, quantity and customer", () => {
    assert.deepEqual(orderWish(wish), { ...wish, giftNote: undefined });
  });

  it("may carry a gift note", () => {
    assert.equal(orderWish({ ...wish, giftNote: "for you" }).giftNote, "for you");
  });

  for (const [what, value] of [
    ["nothing", null],
    ["a list", []],
    ["no customer", { ...wish, customer: "" }],
    ["a customer with a NUL character", { ...wish, customer: "a\0b" }],
    ["a quantity of 0", { ...wish, quantity: 0 }],
    ["half a product", { ...wish, productId: 1.5 }],
    ["a field that is none", { ...wish, discount: 100 }],
  ]) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => orderWish(value), { status: 400 });
    });
  }
});

describe("an id in a path", () => {
  it("is a whole number from 1", () => {
    assert.equal(idIn("42"), 42);
    for (const segment of ["0", "-1", "1e3", "4294967296", "x", ""])
      assert.throws(() => idIn(segment), { status: 400 });
  });
});

describe("a service without a fault", () => {
  it("is healthy, fails nothing and waits for nothing", () => {
    const fault = readFault("");
    assert.equal(fault.healthy, true);
    assert.equal(fault.failsNext(), false);
    assert.equal(fault.delayOfNext(), 0);
  });
});
