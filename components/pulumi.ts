/**
 * The parts of the SDK that this program uses. Its index also loads a compiler and a package manager, for functions that are
 * stored in the cloud: every run of the engine would pay for them in memory and time.
 */
export * as asset from "@pulumi/pulumi/asset/index.js";
export { RunError } from "@pulumi/pulumi/errors.js";
export * as log from "@pulumi/pulumi/log/index.js";
export { getProject, getRootDirectory, getStack } from "@pulumi/pulumi/metadata.js";
export { all, type Input, type Inputs, interpolate, type Output, output, secret } from "@pulumi/pulumi/output.js";
export {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  ProviderResource,
  Resource,
} from "@pulumi/pulumi/resource.js";
export { allConfig } from "@pulumi/pulumi/runtime/config.js";
export { invoke } from "@pulumi/pulumi/runtime/invoke.js";
export { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
