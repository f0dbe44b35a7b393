import type { Type } from "io-ts";
import type { Cloud } from "../cloud";
import { decodeInputs, type Inputs } from "../inputs";

/** What a resource's engine answers. */
export interface Provisioned {
  readonly id: string;
  /** The outputs besides the inputs, which are outputs, too. */
  readonly state: Readonly<Record<string, unknown>>;
}

/**
 * Makes one resource on its engine.
 * @param inputs as the program gives them, with the outputs of earlier resources filled in
 */
export type Provisioner = (
  name: string,
  inputs: Inputs,
  cloud: Cloud,
) => Provisioned | Promise<Provisioned>;

/**
 * A provisioner whose inputs are those of the codec, under the resource's physical name.
 * @param kind what messages call such a resource
 */
export function provisioner<A>(
  kind: string,
  codec: Type<A, unknown, unknown>,
  make: (name: string, inputs: A, cloud: Cloud) => Provisioned | Promise<Provisioned>,
): Provisioner {
  return (name, inputs, cloud) =>
    make(physicalName(name, inputs), decodeInputs(codec, inputs, `${kind} ${name}`), cloud);
}

/** Names are not made unique here, as Pulumi makes them on AWS: they stay the same from run to run. */
export function physicalName(name: string, inputs: Inputs): string {
  return typeof inputs.name === "string" ? inputs.name : name;
}
