import { type Group, groups } from "../../release/checklist/item.ts";
import { overrideText } from "../../release/checklist/judge.ts";
import type { JudgedItem } from "../../release/checklist/judgedItem.ts";
import { type Html, html, prose } from "./html.ts";
import { badge } from "./parts.ts";
import { counted } from "./wording.ts";

const titles: Readonly<Record<Group, string>> = {
  code: "Code readiness",
  tests: "Test results",
  infrastructure: "Infrastructure",
  database: "Database",
  communication: "Communication",
  day: "Deployment day",
  "anti-patterns": "Anti-patterns",
};

/** A release's checklist: a row a group with what passes, and a row for each item that does not. */
export function checklist(id: string, title: string, items: readonly JudgedItem[]): Html | undefined {
  if (items.length === 0) return undefined;
  const rows = groups.flatMap((group) => {
    const own = items.filter((it) => it.group === group);
    const passed = own.filter((it) => it.verdict === "pass");
    const applies = own.filter((it) => it.verdict !== "not applicable");
    const rest = own.length - applies.length;
    if (own.length === 0) return [];
    const said = [
      passed.length === 0 ? [] : passed.map((it) => it.title).join("; "),
      rest === 0 ? [] : `${counted(rest, "item")} not applicable`,
    ].flat();
    const whole = applies.length === passed.length;
    const word = applies.length === 0 ? "not applicable" : `${passed.length} of ${applies.length} pass`;
    return [
      html`<tr><th scope="row">${titles[group]}</th><td>${badge(word, whole ? "good" : "open")}</td><td>${said.join(". ")}</td></tr>`,
      ...own.filter((it) => it.verdict === "fail").map(failing),
    ];
  });
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<table class="cards"><colgroup><col style="width:24%"><col style="width:16%"><col style="width:60%"></colgroup><thead><tr><th scope="col">Group or item</th><th scope="col">Verdict</th><th scope="col">What was found</th></tr></thead>
<tbody>${rows}</tbody></table></section>`;
}

function failing(it: JudgedItem): Html {
  const aside = it.override;
  return html`<tr><th scope="row"><span class="n">${it.id}</span></th><td>${aside === undefined ? badge("fails", "bad") : badge("set aside", "open")}</td><td>${prose(it.reason)}${
    aside === undefined ? undefined : html` <b>Override:</b> ${overrideText(aside)}`
  }</td></tr>`;
}
