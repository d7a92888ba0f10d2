import { Agent, get } from "node:http";
import { Refusal } from "../service/service.js";
import { SettingError } from "../service/settings.js";

/** A page as old as this is shown, and a new one made meanwhile. */
const freshMs = 1000;
/** While the api fails, a page up to this age is better than none. */
const staleMs = 60_000;
const timeoutMs = 3000;
const answerLimit = 1024 * 1024;

/** The page with the api's products, made at most once a second however many ask for it. */
export function openShelf(apiUrl, render, log) {
  const url = productsUrl(apiUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 2, timeout: timeoutMs });
  let made;
  let making;

  function make() {
    making ??= fetchProducts(url, agent)
      .then((products) => {
        made = { at: Date.now(), body: Buffer.from(render(products)) };
      })
      .catch((error) => {
        log.error("products could not be read from the api", { cause: error.message, code: error.code });
        throw new Refusal(502, "api", "The products cannot be read right now.");
      })
      .finally(() => {
        making = undefined;
      });
    return making;
  }

  return {
    async page() {
      const age = made === undefined ? Number.POSITIVE_INFINITY : Date.now() - made.at;
      if (age > staleMs) await make();
      else if (age > freshMs) make().catch(() => undefined); // logged above; the page we have will do
      return made.body;
    },
    close: () => agent.destroy(),
  };
}

function productsUrl(apiUrl) {
  try {
    return new URL("/products", apiUrl);
  } catch {
    throw new SettingError(`API_URL is not an address: ${apiUrl}`);
  }
}

function fetchProducts(url, agent) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > answerLimit) response.destroy(new Error("the api's answer is too large"));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          resolve(productsIn(response.statusCode, Buffer.concat(chunks).toString("utf8")));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on("error", reject);
  });
}

function productsIn(status, text) {
  if (status !== 200) throw new Error(`the api answered ${status}`);
  const { products } = JSON.parse(text);
  if (!Array.isArray(products)) throw new Error("the api's answer has no list of products");
  return products;
}
