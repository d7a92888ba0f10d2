import { runService } from "../service/service.js";
import { required } from "../service/settings.js";
import { openDatabase } from "./database.js";
import { orderBook } from "./orders.js";
import { productCatalogue } from "./products.js";
import { route } from "./routes.js";

runService("api", ({ features }, fault, log) => {
  const database = openDatabase(required("DATABASE_URL", process.env), log);
  const products = productCatalogue(database, features);
  const orders = orderBook(database, features);
  return {
    handle: (request) => route(request, { products, orders, fault }),
    healthy: database.healthy,
    close: database.close,
  };
});
