import { createHash } from "node:crypto";

const style = `
:root{color-scheme:light dark;--ink:#1d2a24;--paper:#fbfaf6;--line:#d9d5c7;--accent:#1f6f4a;--soft:#5a665f}
@media (prefers-color-scheme:dark){:root{--ink:#eceae2;--paper:#161b18;--line:#333b36;--accent:#7fd0a4;--soft:#a3ada7}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1.5rem 1rem 3rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{margin:0;font-size:1.7rem;letter-spacing:-.01em}
header p,footer{color:var(--soft);margin:.25rem 0 1.5rem}
ul{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem}
li{border:1px solid var(--line);border-radius:.5rem;padding:.75rem .9rem;display:grid;gap:.15rem}
li h2{font-size:1rem;margin:0}
.price{font-variant-numeric:tabular-nums;color:var(--accent);font-weight:600}
.category{color:var(--soft);font-size:.85rem}
footer{margin-top:2rem;font-size:.85rem}
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Nothing but our own style may run or load. */
export const pageHeaders = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

/** The shop's page with its products. */
export function renderPage(products, { version, environment, features }) {
  const cards = products.map((product) => card(product, features.has("categories"))).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The Garden Shop</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>The Garden Shop</h1>
<p>${products.length} products for the season</p>
</header>
<main>
<ul aria-label="Products">
${cards}
</ul>
</main>
<footer>${escapeHtml(version)}, ${escapeHtml(environment)}</footer>
</body>
</html>
`;
}

function card({ id, name, priceCents, category }, withCategory) {
  const under = withCategory && category ? `<span class="category">${escapeHtml(category)}</span>` : "";
  return `<li data-product="${Number(id)}"><h2>${escapeHtml(name)}</h2><span class="price">${price(priceCents)}</span>${under}</li>`;
}

function price(cents) {
  return `€ ${(Number(cents) / 100).toFixed(2)}`;
}

function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
