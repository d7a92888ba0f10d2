module.exports = import("../../../tools/bundled.mjs").then(({ start }) => start("bench/emptyPacks/one/index.ts"));
