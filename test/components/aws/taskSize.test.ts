import { expect, it } from "vitest";
import { taskSizeFault } from "../../../components/aws/taskSize.ts";

// The list is AWS's, "Task CPU and memory" of the Amazon ECS Developer Guide.
it.each([
  [256, 512],
  [256, 2_048],
  [512, 4_096],
  [1_024, 3_072],
  [2_048, 16_384],
  [4_096, 30_720],
  [8_192, 20_480],
  [16_384, 122_880],
])("Fargate offers cpu %i with memory %i", (cpu, memory) => {
  expect(taskSizeFault(cpu, memory)).toBeUndefined();
});

it.each([
  [256, 1_536, "memory is 1536; with cpu 256 Fargate offers 512, 1024 or 2048"],
  [512, 512, "memory is 512; with cpu 512 Fargate offers 1024 to 4096 in steps of 1024"],
  [8_192, 18_432, "memory is 18432; with cpu 8192 Fargate offers 16384 to 61440 in steps of 4096"],
  [300, 512, "cpu is 300; Fargate offers 256, 512, 1024, 2048, 4096, 8192, 16384"],
])("Fargate does not offer cpu %i with memory %i", (cpu, memory, expected) => {
  expect(taskSizeFault(cpu, memory)).toBe(expected);
});
