import { ReportProject } from "./reportProject.ts";

const p = await ReportProject.open("/work/wt/h1/.greenlight/bench", 1, new AbortController().signal);
console.log(p.bytes / 1e6, p.files);
for (let i = 0; i < 3; i++) console.log(await p.check());
