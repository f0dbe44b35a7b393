import type { Cloud } from "../cloud";

/** A resource's inputs as the program gives them, with the outputs of earlier resources filled in. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What the program gets back: the resource's id, and its outputs. */
export interface Provisioned {
  readonly id: string;
  readonly state: Record<string, unknown>;
}

/** Makes one resource on its engine. */
export type Provisioner = (
  name: string,
  inputs: Inputs,
  cloud: Cloud,
) => Provisioned | Promise<Provisioned>;

/**
 * Throws when there is an input that is neither used here nor known to mean nothing on one machine: what it asks for
 * would silently not happen.
 */
export function refuseUnknown(
  inputs: Inputs,
  where: string,
  known: { readonly used: readonly string[]; readonly meaningless?: readonly string[] },
): void {
  const names = [...known.used, ...(known.meaningless ?? []), "tags", "tagsAll", "region"];
  const unknown = Object.entries(inputs).find(
    ([name, value]) => value !== undefined && !names.includes(name),
  );
  if (unknown !== undefined) {
    throw new Error(`${where}: the input "${unknown[0]}" is not supported locally`);
  }
}

/** Names are not made unique here, as Pulumi makes them on AWS: they stay the same from run to run. */
export function physicalName(name: string, inputs: Inputs): string {
  return typeof inputs.name === "string" ? inputs.name : name;
}
