import { AwsPreviews, type Previewed } from "../awsPreviews.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { median, rounded } from "../statistics.ts";

const sizes = [1, 10, 50] as const;
const megabyte = 1_000_000;

/** Previews of a stack on AWS of 1, 10 and 50 services in turn, after one of each that does not count. */
export async function previewServices(bench: Bench): Promise<Figure> {
  const count = bench.options.short ? 1 : 5;
  const seen = new Map<number, Previewed[]>(sizes.map((size) => [size, []]));
  const previews = await AwsPreviews.open(bench);
  try {
    for (let round = -1; round < count; round += 1) {
      for (const size of sizes) {
        bench.signal.throwIfAborted();
        previews.write(size);
        const one = await previews.preview();
        bench.say(`${size} services: ${Math.round(one.ms)} ms, ${Math.round(one.memoryBytes / megabyte)} MB`);
        if (round >= 0) seen.get(size)?.push(one);
      }
    }
  } finally {
    await previews.close();
  }
  const middle = (size: number, of: (it: Previewed) => number) => median((seen.get(size) ?? []).map(of));
  const ms = (size: number) => middle(size, (it) => it.ms);
  const megabytes = (size: number) => Math.round(middle(size, (it) => it.memoryBytes) / megabyte);
  const resources = (size: number) => middle(size, (it) => it.resources);
  const [few, many] = [(ms(10) - ms(1)) / 9, (ms(50) - ms(10)) / 40];
  const words = sizes.map((it) => `${it}: ${Math.round(ms(it))} ms, ${megabytes(it)} MB, ${resources(it)} resources`);
  return figure({
    name: "preview-services",
    title: "What a service more costs a `pulumi preview` on AWS: between 10 and 50 of them, against between 1 and 10",
    value: rounded(many / few),
    unit: "times",
    limit: { kind: "at most", value: 1.2 },
    how: `medians of ${count} previews of each size in turn, of a stack that is not deployed, by the stand-in of the AWS plugin where the official one is not installed; services: ${words.join("; ")}`,
    facts: {
      services: [...sizes],
      previewMs: sizes.map((it) => Math.round(ms(it))),
      memoryMB: sizes.map(megabytes),
      resources: sizes.map(resources),
      perServiceMs: [rounded(few), rounded(many)],
    },
  });
}
