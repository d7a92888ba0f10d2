/**
 * The shop's key user flows, against the environment whose addresses are in API_URL and WEB_URL.
 * EXPECT_VERSION (or VERSION) is the version that must answer. Exit 1 with a sentence when a flow fails.
 */
const timeoutMs = 10_000;

const env = process.env;
const expected = env.EXPECT_VERSION || env.VERSION;
let checks = 0;

async function check(name, run) {
  const started = performance.now();
  await run();
  checks += 1;
  console.log(`ok    ${name} (${Math.round(performance.now() - started)} ms)`);
}

function must(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

async function ask(base, path, { method = "GET", body, status = 200 } = {}) {
  const response = await fetch(new URL(path, base), {
    method,
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  must(response.status === status, `${method} ${path} answered ${response.status}, expected ${status}`);
  const version = response.headers.get("x-version");
  must(version === expected, `${method} ${path} was answered by ${version ?? "no version"}, expected ${expected}`);
  return text;
}

async function askJson(base, path, options) {
  const text = await ask(base, path, options);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} answered something that is not JSON`, { cause });
  }
}

async function flows() {
  for (const name of ["API_URL", "WEB_URL"]) must(env[name], `${name} is not set`);
  must(expected, "EXPECT_VERSION is not set");
  const api = env.API_URL;
  let product;

  await check("a visitor lists the products", async () => {
    const { products } = await askJson(api, "/products");
    must(Array.isArray(products), "GET /products has no list of products");
    must(products.length > 0, "GET /products lists none");
    [product] = products;
    must(Number.isInteger(product.id), "the first product has no id");
    must(Number.isInteger(product.priceCents), `product ${product.id} has no price`);
  });

  await check("a visitor opens a product", async () => {
    const seen = await askJson(api, `/products/${product.id}`);
    must(seen.name === product.name, `product ${product.id} is "${seen.name}", in the list "${product.name}"`);
  });

  await check("a visitor orders it and reads the order back", async () => {
    const body = { productId: product.id, quantity: 2, customer: "smoke test" };
    const placed = await askJson(api, "/orders", { method: "POST", body, status: 201 });
    must(placed.totalCents === 2 * product.priceCents, `two of ${product.priceCents} cost ${placed.totalCents}`);
    const read = await askJson(api, `/orders/${placed.id}`);
    must(read.customer === body.customer, `order ${placed.id} is read back as another's`);
    const { orders } = await askJson(api, "/orders/count");
    must(orders > 0, "the order book counts no orders");
  });

  await check("an order that makes no sense is refused", async () => {
    await ask(api, "/orders", { method: "POST", body: { productId: product.id, quantity: 0 }, status: 400 });
  });

  await check("the web page shows the products", async () => {
    const page = await ask(env.WEB_URL, "/");
    must(page.includes("<!doctype html>"), "the web page is not HTML");
    must(page.includes(`data-product="${product.id}"`), `the web page does not show product ${product.id}`);
  });
}

try {
  await flows();
  must(checks > 0, "no check was made");
  console.log(`${checks} of ${checks} checks passed, all by ${expected}`);
} catch (error) {
  console.log("FAIL");
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  console.error(`Smoke test failed after ${checks} passed checks: ${error.message}${cause}`);
  process.exitCode = 1;
}
