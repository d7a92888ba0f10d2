module.exports = import("../../../tools/bundled.mjs").then(({ start }) => start("bench/emptyPacks/two/index.ts"));
