// Where a reading thread begins: a thread of Node 20 does not inherit what reads TypeScript. By `require`, which for what readers need
// takes two thirds of the time that `import` takes.
require("tsx/cjs/api").register();
require("./thread.ts");
