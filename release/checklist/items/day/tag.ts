import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

const object = z.string().regex(/^[0-9a-f]{40}$/);

/** What git knows of a version's tag, here and in `origin`. */
export const tagFacts = z.strictObject({
  /** Absent when there is no such tag here. `commit` is what it leads to in the end. */
  here: z.strictObject({ annotated: z.boolean(), object, commit: object.optional() }).optional(),
  /** Absent when there is no remote `origin`; without `object` it does not have the tag. */
  origin: z.strictObject({ reached: z.boolean(), object: object.optional(), commit: object.optional() }).optional(),
});
export type TagFacts = z.infer<typeof tagFacts>;

/** The seed's "Tag release" and "Push tags". */
export const tag = item({
  id: "day/tag",
  group: "day",
  title: "Tag release and push tags",
  severity: "high",
  when: "tag",
  unoverridable: false,
  rule: "An annotated tag named as the version leads to the manifest's very commit, and the remote `origin`, where there is one, has the same.",
  mend: 'greenlight release makes and pushes it; by hand: git tag -a v1.2.3 -m "Release 1.2.3" <commit> && git push origin v1.2.3. A tag elsewhere is never moved: release under another version',
  facts: tagFacts,
  judge({ here, origin }, { version, commit }) {
    if (commit === undefined) return fail("the manifest names no commit to be tagged");
    if (here === undefined) return fail(`there is no tag ${version}`);
    if (!here.annotated) return fail(`the tag ${version} is a lightweight one: nobody knows who made it and when`);
    if (here.commit !== commit) {
      return fail(
        `the tag ${version} leads to ${here.commit?.slice(0, 12) ?? "no commit"}, not to ${commit.slice(0, 12)}`,
      );
    }
    if (origin === undefined) return pass(`the tag ${version} leads to ${commit.slice(0, 12)}; there is no remote`);
    if (!origin.reached) return fail(`origin could not be asked whether it has the tag ${version}`);
    if (origin.object === undefined) return fail(`origin does not have the tag ${version}`);
    if (origin.object !== here.object || origin.commit !== commit) {
      return fail(`origin has another tag ${version}, which leads to ${origin.commit?.slice(0, 12) ?? "no commit"}`);
    }
    return pass(`the tag ${version} leads to ${commit.slice(0, 12)}, here and in origin`);
  },
});
