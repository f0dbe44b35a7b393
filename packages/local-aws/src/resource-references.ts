import type { Output } from "@pulumi/pulumi";
import type { Inputs } from "./inputs";

// Resources are known by their members: the program may have loaded another copy of Pulumi's classes.

/** Puts a resource's id in the place of a resource that is an input, as Pulumi does for providers: `role: role`. */
export async function withoutReferences(inputs: Inputs): Promise<Inputs> {
  return (await replace(inputs)) as Inputs;
}

async function replace(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) {
    return await Promise.all(value.map(replace));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("__pulumiCustomResource" in value && "id" in value) {
    return await (value.id as Output<string> & { promise(): Promise<string> }).promise();
  }
  // Archives and the like have classes.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return value;
  }
  const entries = Object.entries(value).map(
    async ([name, member]) => [name, await replace(member)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
