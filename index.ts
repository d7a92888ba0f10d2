import * as pulumi from "./components/pulumi.ts";

/** The program: starts the provider, then reads what is to be deployed (stack.ts), so that neither waits for the other. */
export default async () => {
  startProvider(pulumi.allConfig()[`${pulumi.getProject()}:platform`]);
  try {
    const { deployStack } = await import("./stack.ts");
    return await deployStack();
  } catch (error) {
    const { sentence } = await import("./release/problem.ts");
    // The whole text at once and no stack: this is read by a person. Pulumi also takes the stack apart before it tells the
    // message, which costs up to half a minute on Node 20.20.
    const told = new pulumi.RunError(sentence(error));
    told.stack = told.message;
    throw told;
  }
};

/** What is wrong with it, the first resource tells. */
function startProvider(platform = "local"): void {
  pulumi.invoke("greenlight:index:prepare", { platform }).catch(() => undefined);
}
