import { json, Refusal } from "../service/service.js";
import { idIn, orderWish } from "./input.js";

export async function route({ method, path, readJson }, { products, orders, fault }) {
  const [, collection, id, ...rest] = path.split("/");
  if (rest.length > 0) throw notFound(path);
  if (collection === "products" && method === "GET") {
    if (id !== undefined) return json(200, await products.byId(idIn(id)));
    const all = await products.all();
    return json(200, fault.wrongShape ? { items: all } : { products: all });
  }
  if (collection === "orders") {
    if (id === undefined && method === "POST") return json(201, await orders.place(orderWish(await readJson())));
    if (id === "count" && method === "GET") return json(200, { orders: await orders.count() });
    if (id !== undefined && method === "GET") return json(200, await orders.byId(idIn(id)));
    throw new Refusal(405, "method", `${method} is not for ${path.slice(0, 100)}.`);
  }
  throw notFound(path);
}

function notFound(path) {
  return new Refusal(404, "not-found", `There is nothing at ${path.slice(0, 100)}.`);
}
