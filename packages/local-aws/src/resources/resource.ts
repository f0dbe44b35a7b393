import type { Type } from "io-ts";
import type { Cloud } from "../cloud";
import { decodeInputs, type Inputs, type KnownInputs } from "../inputs";

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
export interface Provisioner {
  (name: string, inputs: Inputs, cloud: Cloud): Provisioned | Promise<Provisioned>;
  /** The inputs that it knows; all of them where it has none: nothing is made then. */
  readonly inputs?: KnownInputs;
}

/**
 * A provisioner whose inputs are those of the codec, under the resource's physical name.
 * @param kind what messages call such a resource
 */
export function provisioner<A>(
  kind: string,
  codec: Type<A, unknown, unknown> & { readonly inputs: KnownInputs },
  make: (name: string, inputs: A, cloud: Cloud) => Provisioned | Promise<Provisioned>,
): Provisioner {
  return knowing(codec, (name, inputs, cloud) =>
    make(physicalName(name, inputs), decodeInputs(codec, inputs, `${kind} ${name}`), cloud),
  );
}

/** A provisioner whose engine decodes the inputs by the codecs. */
export function knowing(
  codecs: { readonly inputs: KnownInputs } | readonly { readonly inputs: KnownInputs }[],
  make: Provisioner,
  others: readonly string[] = [],
): Provisioner {
  const all = [codecs].flat().map(({ inputs }) => inputs);
  const names = (kind: keyof KnownInputs) => [...new Set(all.flatMap((each) => each[kind]))];
  const inputs = { used: [...others, ...names("used")], ignored: names("ignored") };
  return Object.assign(((name, given, cloud) => make(name, given, cloud)) satisfies Provisioner, {
    inputs,
  });
}

/** Names are not made unique here, as Pulumi makes them on AWS: they stay the same from run to run. */
export function physicalName(name: string, inputs: Inputs): string {
  return typeof inputs.name === "string" ? inputs.name : name;
}
