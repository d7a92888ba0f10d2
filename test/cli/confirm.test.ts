import { describe, expect, it } from "vitest";
import { askText, confirm } from "../../cli/terminal/confirm.ts";
import { exitCodes } from "../../release/exitCodes.ts";

const signal = new AbortController().signal;

// Tests have no terminal, which is the case that matters: nobody may be waited for.
describe("a question", () => {
  it("is not asked when the person said yes", async () => {
    expect(await confirm("Move all traffic?", { yes: true, signal })).toBe(true);
  });

  it("is a refusal without a terminal, saying what was asked and how to answer", async () => {
    await expect(confirm("Move all traffic?", { yes: false, signal })).rejects.toMatchObject({
      exitCode: exitCodes.usage,
      where: expect.stringContaining("Move all traffic?"),
      next: expect.stringContaining("--yes"),
    });
  });

  it("for text is a refusal without a terminal, naming the option", async () => {
    await expect(askText("Why?", "--reason <text>", signal)).rejects.toMatchObject({
      exitCode: exitCodes.usage,
      next: expect.stringContaining("--reason"),
    });
  });
});
