import type { ChannelReport } from "../announce/sendAll.ts";
import type { AnnounceJson } from "../commands/announce.ts";

const marks: Readonly<Record<ChannelReport["outcome"], string>> = {
  sent: "✓",
  already: "✓",
  nothing: "-",
  planned: "·",
  partly: "✗",
  failed: "✗",
};

const words: Readonly<Record<ChannelReport["outcome"], string>> = {
  sent: "sent",
  already: "has it already",
  nothing: "nothing to say",
  planned: "would be sent",
  partly: "reached only a part",
  failed: "FAILED",
};

/** What was sent to whom; of a dry run everything that would be. */
export function announceText(it: AnnounceJson): string {
  const head = it.dryRun ? `${it.kind} for ${it.version}: a dry run, nothing is sent.` : `${it.kind} for ${it.version}`;
  const blocks = it.channels.map((report) => {
    const { channel, type, to, outcome, detail, shown } = report;
    const line = `${marks[outcome]} ${channel} (${type}) to ${to.join(", ")}: ${words[outcome]} (${detail})`;
    return it.dryRun && shown !== ""
      ? ["", line, ...shown.split("\n").map((part) => `    ${part}`.trimEnd())].join("\n")
      : line;
  });
  const failed = it.channels.filter(({ outcome }) => outcome === "failed" || outcome === "partly");
  const next =
    failed.length === 0
      ? []
      : [
          `To send it again: greenlight announce ${it.kind} ${it.version} ${failed.map(({ channel }) => `--to ${channel}`).join(" ")}`,
        ];
  return [head, ...(it.dryRun ? [] : ["", it.text, ""]), ...blocks, ...next].join("\n");
}
