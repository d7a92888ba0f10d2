import type { ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { statedImages } from "../inputs/images.ts";
import { judgeEach } from "../inputs/reading.ts";

const config = z.object({ except: z.array(z.string().min(1)) });
const byDigest = /@sha256:[0-9a-f]{64}$/;

export const imagesByDigest: ResourceValidationPolicy = {
  name: "images-by-digest",
  displayName: "Images are named by digest",
  description:
    "Containers start from images named by their digest: a tag, `latest` above all, can mean another image tomorrow.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps: "Name the image by its digest, name@sha256:…, as the build that was tested printed it.",
  configSchema: {
    properties: {
      except: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Repositories whose images may be named by a tag, each without tag: `registry/name`.",
      },
    },
  },
  validateResource({ type, props, getConfig }, reportViolation) {
    const images = statedImages(type, props);
    if (images === undefined) return;
    const { except } = config.parse(getConfig());
    judgeEach(images, (it) => {
      const image = it.image();
      if (image === undefined || image === "") {
        reportViolation(`${it.container()} states no image. Name it by its digest, name@sha256:….`);
        return;
      }
      if (byDigest.test(image) || except.includes(repositoryOf(image))) return;
      reportViolation(
        `${it.container()} would start ${image}, which is ${tagOf(image) === "latest" ? "whatever is newest" : "named by its tag alone"}. Name it by its digest: ${repositoryOf(image)}@sha256:….`,
      );
    });
  },
};

/** `registry:5000/name` of `registry:5000/name:tag@sha256:…`. */
function repositoryOf(image: string): string {
  const named = image.split("@")[0] ?? "";
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return colon === -1 ? named : named.slice(0, colon);
}

/** `latest` when none is written, as every registry takes it. */
function tagOf(image: string): string {
  const named = image.split("@")[0] ?? "";
  return named === repositoryOf(image) ? "latest" : named.slice(repositoryOf(image).length + 1);
}
