/** Memory in MiB that Fargate offers for each size of CPU in units: least, most, step. Source: AWS, "Task CPU and memory". */
const sizes: Readonly<Record<number, { least: number; most: number; step: number }>> = {
  256: { least: 512, most: 2_048, step: 512 },
  512: { least: 1_024, most: 4_096, step: 1_024 },
  1024: { least: 2_048, most: 8_192, step: 1_024 },
  2048: { least: 4_096, most: 16_384, step: 1_024 },
  4096: { least: 8_192, most: 30_720, step: 1_024 },
  8192: { least: 16_384, most: 61_440, step: 4_096 },
  16384: { least: 32_768, most: 122_880, step: 8_192 },
};

/** What is wrong with the size of a task, or undefined when Fargate offers it. */
export function taskSizeFault(cpu: number, memory: number): string | undefined {
  const size = sizes[cpu];
  if (size === undefined) return `cpu is ${cpu}; Fargate offers ${Object.keys(sizes).join(", ")}`;
  // The smallest size has 512, 1024 and 2048, without the steps between.
  const offered = cpu === 256 ? [512, 1_024, 2_048].includes(memory) : inSteps(memory, size);
  if (offered) return undefined;
  const said = cpu === 256 ? "512, 1024 or 2048" : `${size.least} to ${size.most} in steps of ${size.step}`;
  return `memory is ${memory}; with cpu ${cpu} Fargate offers ${said}`;
}

function inSteps(memory: number, { least, most, step }: { least: number; most: number; step: number }): boolean {
  return memory >= least && memory <= most && (memory - least) % step === 0;
}
