import { Refusal } from "../service/service.js";

const largestId = 2_147_483_647;

/** An order as its caller asks for it, or a refusal that names the field. */
export function orderWish(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("An order is an object with productId, quantity and customer.");
  }
  const { productId, quantity, customer, giftNote, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(`An order has no field "${unknown.slice(0, 40)}".`);
  wholeNumber("productId", productId, largestId);
  wholeNumber("quantity", quantity, 100);
  text("customer", customer, 100);
  if (giftNote !== undefined) text("giftNote", giftNote, 500);
  return { productId, quantity, customer, giftNote };
}

/** The number in a path such as /products/7. */
export function idIn(segment) {
  const id = Number(segment);
  if (!/^\d{1,10}$/.test(segment) || id < 1 || id > largestId) {
    throw wrong("An id is a whole number from 1.");
  }
  return id;
}

function wholeNumber(field, value, largest) {
  if (!Number.isInteger(value) || value < 1 || value > largest) {
    throw wrong(`${field} must be a whole number from 1 to ${largest}.`);
  }
}

function text(field, value, longest) {
  // PostgreSQL keeps no NUL in a text.
  if (typeof value !== "string" || value.trim() === "" || value.length > longest || value.includes("\0")) {
    throw wrong(`${field} must be a text of 1 to ${longest} characters.`);
  }
}

function wrong(message) {
  return new Refusal(400, "wrong-input", message);
}
