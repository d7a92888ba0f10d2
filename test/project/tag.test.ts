import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { tagRelease } from "../../project/tag.ts";
import { tagState } from "../../project/tagState.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { Repository } from "./repository.ts";

const repositories: Repository[] = [];
function repository(origin?: "alone"): Repository {
  const it = new Repository(origin);
  repositories.push(it);
  return it;
}
afterEach(() => {
  for (const it of repositories.splice(0)) it.remove();
});

async function refusal(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw new Error(`expected a problem, got ${String(error)}`);
  return error;
}

describe("the tag of a release", () => {
  it("is made annotated on the commit, also when more was committed since, and pushed", async () => {
    const it = repository();
    const commit = it.commit("a");
    it.commit("b");
    expect(await tagRelease(it.git, "v1.2.3", commit)).toEqual({ tag: "made", pushed: "pushed" });
    expect(it.run("cat-file", "-t", "v1.2.3")).toBe("tag");
    expect(it.run("tag", "--list", "--format=%(contents:subject)", "v1.2.3")).toBe("Release 1.2.3");
    const state = await tagState(it.git, "v1.2.3");
    expect(state.here).toMatchObject({ annotated: true, commit });
    expect(state.origin).toEqual({ reached: true, object: state.here?.object, commit });
  });

  it("is made without a remote, and nothing is pushed", async () => {
    const it = repository("alone");
    const commit = it.commit("a");
    expect(await tagRelease(it.git, "v1.2.3", commit)).toEqual({ tag: "made", pushed: "no remote" });
    expect((await tagState(it.git, "v1.2.3")).origin).toBeUndefined();
  });

  it("that is there already is left as it is", async () => {
    const it = repository();
    const commit = it.commit("a");
    await tagRelease(it.git, "v1", commit);
    const before = it.run("rev-parse", "refs/tags/v1");
    expect(await tagRelease(it.git, "v1", commit)).toEqual({ tag: "there", pushed: "there" });
    expect(it.run("rev-parse", "refs/tags/v1")).toBe(before);
  });

  it("that was made but not pushed is pushed", async () => {
    const it = repository();
    const commit = it.commit("a");
    it.run("tag", "--annotate", "--message=by hand", "v1", commit);
    expect(await tagRelease(it.git, "v1", commit)).toEqual({ tag: "there", pushed: "pushed" });
  });

  it("that somebody else pushed is fetched, not made anew", async () => {
    const it = repository();
    const commit = it.commit("a");
    await tagRelease(it.git, "v1", commit);
    const object = it.run("rev-parse", "refs/tags/v1");
    it.run("tag", "--delete", "v1");
    expect(await tagRelease(it.git, "v1", commit)).toEqual({ tag: "fetched", pushed: "there" });
    expect(it.run("rev-parse", "refs/tags/v1")).toBe(object);
  });
});

describe("a tag is never moved", () => {
  it("one on another commit is refused, and stays", async () => {
    const it = repository();
    const first = it.commit("a");
    await tagRelease(it.git, "v1", first);
    const second = it.commit("b");
    const found = await refusal(tagRelease(it.git, "v1", second));
    expect(found.exitCode).toBe(exitCodes.refused);
    expect(found.happened).toContain(`leads to ${first.slice(0, 12)}, not to ${second.slice(0, 12)}`);
    expect((await tagState(it.git, "v1")).here?.commit).toBe(first);
  });

  it("a lightweight one is refused, and stays", async () => {
    const it = repository();
    const commit = it.commit("a");
    it.run("tag", "v1", commit);
    const found = await refusal(tagRelease(it.git, "v1", commit));
    expect(found).toMatchObject({ exitCode: exitCodes.refused, happened: expect.stringContaining("lightweight") });
    expect(it.run("cat-file", "-t", "v1")).toBe("commit");
  });

  it("one of origin on another commit is refused, and none is made here", async () => {
    const it = repository();
    const first = it.commit("a");
    await tagRelease(it.git, "v1", first);
    it.run("tag", "--delete", "v1");
    const second = it.commit("b");
    const found = await refusal(tagRelease(it.git, "v1", second));
    expect(found).toMatchObject({
      exitCode: exitCodes.refused,
      happened: expect.stringContaining("in origin already"),
    });
    expect((await tagState(it.git, "v1")).here).toBeUndefined();
  });

  it("a lightweight one of origin is refused", async () => {
    const it = repository();
    const commit = it.commit("a");
    it.run("tag", "v1", commit);
    it.run("push", "--quiet", "origin", "v1");
    it.run("tag", "--delete", "v1");
    expect(await refusal(tagRelease(it.git, "v1", commit))).toMatchObject({ exitCode: exitCodes.refused });
  });

  it("one that origin has as another object is refused", async () => {
    const it = repository();
    const commit = it.commit("a");
    await tagRelease(it.git, "v1", commit);
    it.run("tag", "--delete", "v1");
    it.run("tag", "--annotate", "--message=another", "v1", commit);
    expect(await refusal(tagRelease(it.git, "v1", commit))).toMatchObject({ exitCode: exitCodes.refused });
  });
});

describe("what git refuses is told", () => {
  it("a push that origin does not take leaves the tag here, and says so", async () => {
    const it = repository();
    const commit = it.commit("a");
    it.refusePushes();
    const found = await refusal(tagRelease(it.git, "v1", commit));
    expect(found.message).toMatch(/origin did not take the tag v1[\s\S]*tags are protected/);
    expect(found.untouched).toContain("made here");
    expect((await tagState(it.git, "v1")).origin).toEqual({ reached: true });
    expect((await tagState(it.git, "v1")).here?.commit).toBe(commit);
  });

  it("an origin that is gone is asked before anything is made", async () => {
    const it = repository();
    const commit = it.commit("a");
    rmSync(it.origin, { recursive: true });
    const found = await refusal(tagRelease(it.git, "v1", commit));
    expect(found.happened).toContain("could not be asked");
    expect((await tagState(it.git, "v1")).here).toBeUndefined();
  });

  it("a commit that is not here", async () => {
    const it = repository();
    it.commit("a");
    const found = await refusal(tagRelease(it.git, "v1", "d".repeat(40)));
    expect(found.happened).toContain("is not in this repository");
  });

  it.each(["v1..2", "v1.lock", "v1."])("a name that git does not take: %s", async (name) => {
    const it = repository();
    const commit = it.commit("a");
    const found = await refusal(tagRelease(it.git, name, commit));
    expect(found.happened).toContain("did not make the tag");
  });
});
