import { afterEach, beforeEach, expect, it } from "vitest";
import { Git } from "../../project/git.ts";
import { Repository } from "./repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = new Repository("alone");
  repository.commit("first");
});
afterEach(() => repository.remove());

const head = ["rev-parse", "HEAD"];

it("git is asked anew each time, so that a commit made meanwhile is seen", async () => {
  const git = new Git(repository.folder);
  const before = await git.ask(...head);
  const after = repository.commit("second");
  expect(await git.ask(...head)).toBe(after);
  expect(after).not.toBe(before);
});

it("one that remembers sees one state of the repository, whatever is committed meanwhile", async () => {
  const git = new Git(repository.folder, undefined, "remembering");
  const before = await git.ask(...head);
  repository.commit("second");
  expect(await git.ask(...head)).toBe(before);
  expect(await git.ask("rev-list", "--count", "HEAD")).toBe("2");
});

it("one that remembers forgets what it knew when it changes something itself", async () => {
  const git = new Git(repository.folder, undefined, "remembering");
  await git.ask(...head);
  await git.change("commit", "--quiet", "--allow-empty", "--message=own");
  expect(await git.ask("log", "-1", "--format=%s")).toBe("own");
  expect(await git.ask(...head)).toBe(repository.run(...head));
});

it("questions whose words differ are never taken for one another", async () => {
  const git = new Git(repository.folder, undefined, "remembering");
  expect(await git.ask("rev-parse", "--verify", "HEAD")).toMatch(/^[0-9a-f]{40}$/);
  expect(await git.ask("rev-parse --verify", "HEAD")).toBeUndefined();
});

it("is quiet once its questions are answered, and those that follow from the answers", async () => {
  const git = new Git(repository.folder);
  const answers: string[] = [];
  const asked = git.ask(...head).then(async (commit) => {
    answers.push("first");
    await git.ask("cat-file", "-t", commit ?? "");
    answers.push("second");
  });
  await git.quiet(60_000);
  expect(answers).toEqual(["first", "second"]);
  await asked;
});

it("is not waited for longer than one is told to", async () => {
  const stop = new AbortController();
  const git = new Git(repository.folder, stop.signal);
  // Takes its time.
  const asked = git.ask("-c", "alias.wait=!sleep 3", "wait");
  await git.quiet(50);
  stop.abort();
  expect(await asked).toBeUndefined();
});
