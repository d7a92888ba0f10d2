import { Refusal, runService } from "../service/service.js";
import { required } from "../service/settings.js";
import { pageHeaders, renderPage } from "./page.js";
import { openShelf } from "./shelf.js";

runService("web", (settings, _fault, log) => {
  const shelf = openShelf(required("API_URL", process.env), (products) => renderPage(products, settings), log);
  return {
    async handle({ method, path }) {
      if (path !== "/") throw new Refusal(404, "not-found", `There is nothing at ${path.slice(0, 100)}.`);
      if (method !== "GET") throw new Refusal(405, "method", `${method} is not for this page.`);
      return { status: 200, type: "text/html; charset=utf-8", headers: pageHeaders, body: await shelf.page() };
    },
    // Its own health only: were it also the api's and the database's, one outage would take every instance out.
    healthy: async () => ({ status: "ok" }),
    close: async () => shelf.close(),
  };
});
