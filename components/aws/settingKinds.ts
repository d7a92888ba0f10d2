import { z } from "zod";
import { text } from "../../project/settingKinds.ts";

export const arn = (service: string, resource: RegExp, what: string) =>
  text(`the ARN of ${what}`, new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource.source}$`));

export const securityGroup = () => text("a security group's id such as sg-0a1b2c3d", /^sg-[0-9a-f]{8,17}$/);

/** Tags by key. @param key what a key may be */
export const tags = (key: RegExp, expected: string, keyExpected = "a tag's key") =>
  z
    .record(
      z.string().regex(key, keyExpected),
      text("a tag's value of at most 256 characters", /^[A-Za-z0-9 _.:/=+@-]{0,256}$/),
      expected,
    )
    .meta({ expected, named: "tag" });
