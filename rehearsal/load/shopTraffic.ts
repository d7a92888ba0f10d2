import type { LoadTarget } from "./options.ts";

/** Visitors of examples/shop: of ten requests four open a product, three the page, two list the products, one orders. */
export function shopTraffic(addresses: { readonly api: string; readonly web: string }): LoadTarget[] {
  const products = Array.from({ length: 50 }, (_, index) => `/products/${index + 1}`);
  const order = JSON.stringify({ productId: 7, quantity: 2, customer: "load" });
  return [
    { name: "api", url: addresses.api, weight: 4, paths: products, contains: '"priceCents":' },
    { name: "web", url: addresses.web, weight: 3, paths: ["/"], contains: "data-product=" },
    { name: "api", url: addresses.api, weight: 2, paths: ["/products"], contains: '{"products":[{' },
    {
      name: "api",
      url: addresses.api,
      weight: 1,
      method: "POST",
      paths: ["/orders"],
      body: order,
      status: 201,
      contains: '"totalCents":',
    },
  ];
}
