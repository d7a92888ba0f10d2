import { Refusal } from "../service/service.js";

const columns = "id, sku, name, price_cents";

const list = { name: "products", text: `SELECT ${columns} FROM products ORDER BY id` };
const one = { name: "product", text: `SELECT ${columns} FROM products WHERE id = $1` };
const listWithCategory = {
  name: "products-with-category",
  text: `SELECT ${columns}, category FROM products ORDER BY id`,
};
const oneWithCategory = {
  name: "product-with-category",
  text: `SELECT ${columns}, category FROM products WHERE id = $1`,
};

/** What can be bought. Feature `categories` (v1.1.0) adds each product's category. */
export function productCatalogue(database, features) {
  const withCategories = features.has("categories");
  const read = (newer, older, values) =>
    withCategories
      ? database.queryEither({ statement: newer, values }, { statement: older, values })
      : database.query(older, values);

  return {
    async all() {
      const products = (await read(listWithCategory, list, [])).map(product);
      return features.has("cheapest-first") ? products.sort((a, b) => a.priceCents - b.priceCents) : products;
    },

    async byId(id) {
      const [row] = await read(oneWithCategory, one, [id]);
      if (row === undefined) throw new Refusal(404, "not-found", `There is no product ${id}.`);
      return product(row);
    },
  };
}

function product(row) {
  const { id, sku, name, price_cents: priceCents, category } = row;
  return category === undefined ? { id, sku, name, priceCents } : { id, sku, name, priceCents, category };
}
