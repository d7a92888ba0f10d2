import { Refusal } from "../service/service.js";

const columns = "id, product_id, quantity, customer, total_cents, created_at";

const place = {
  name: "place-order",
  text: `INSERT INTO orders (product_id, quantity, customer, total_cents)
         SELECT id, $2::int, $3, price_cents * $2::int FROM products WHERE id = $1 RETURNING ${columns}`,
};
const placeWithPreferences = {
  name: "place-order-with-preferences",
  text: `INSERT INTO orders (product_id, quantity, customer, total_cents, preferences)
         SELECT id, $2::int, $3, price_cents * $2::int, $4::jsonb FROM products WHERE id = $1
         RETURNING ${columns}, preferences`,
};
const one = { name: "order", text: `SELECT ${columns} FROM orders WHERE id = $1` };
const oneWithPreferences = {
  name: "order-with-preferences",
  text: `SELECT ${columns}, preferences FROM orders WHERE id = $1`,
};
const count = { name: "count-orders", text: "SELECT count(*)::int AS orders FROM orders" };

/** Orders placed. Feature `gift-notes` (v1.1.0) keeps a note with an order. */
export function orderBook(database, features) {
  const withNotes = features.has("gift-notes");

  return {
    async place({ productId, quantity, customer, giftNote }) {
      const values = [productId, quantity, customer];
      const older = { statement: place, values };
      const preferences = JSON.stringify(giftNote === undefined ? {} : { giftNote });
      const newer = { statement: placeWithPreferences, values: [...values, preferences] };
      const [row] = withNotes ? await database.queryEither(newer, older) : await database.query(place, values);
      if (row === undefined) throw new Refusal(422, "no-such-product", `There is no product ${productId}.`);
      return order(row);
    },

    async byId(id) {
      const values = [id];
      const [row] = withNotes
        ? await database.queryEither({ statement: oneWithPreferences, values }, { statement: one, values })
        : await database.query(one, values);
      if (row === undefined) throw new Refusal(404, "not-found", `There is no order ${id}.`);
      return order(row);
    },

    async count() {
      const [row] = await database.query(count);
      return row.orders;
    },
  };
}

function order(row) {
  const giftNote = row.preferences?.giftNote;
  return {
    id: row.id,
    productId: row.product_id,
    quantity: row.quantity,
    customer: row.customer,
    totalCents: row.total_cents,
    createdAt: row.created_at.toISOString(),
    ...(giftNote === undefined ? {} : { giftNote }),
  };
}
