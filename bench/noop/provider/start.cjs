// As provider/start.cjs starts ours.
module.exports = import("../../../tools/bundled.mjs").then(({ start }) => start("bench/noop/provider/main.ts"));
