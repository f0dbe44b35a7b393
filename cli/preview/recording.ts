import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { readStackConfig } from "local-aws";
import { answer } from "./answers";

export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** The resource that it belongs to, as `keyOf` names it; what belongs to the stack itself has none. */
  readonly parent?: string;
  /** Pulumi refuses to delete it. */
  readonly protect: boolean;
  /** It stays in AWS when Pulumi deletes it. */
  readonly retainOnDelete: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The outputs as AWS would have answered. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The names of the resources that are still being made when it is. */
  readonly beside: readonly string[];
}

export interface Recording {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What a registration says of a resource besides its inputs. */
interface Registration {
  getParent(): string;
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
}

/** Records every resource of a stack while the program is evaluated, without an engine. */
export async function recordWhile(
  stack: string,
  evaluate: () => Promise<pulumi.Inputs>,
): Promise<Recording> {
  const resources: Recorded[] = [];
  const making = new Set<string>();
  let registration: Registration | undefined;
  const mocks: pulumi.runtime.Mocks = {
    call: ({ token }) => {
      throw new Error(`The program calls ${token}, which has no answer here.`);
    },
    newResource: async ({ type, name, inputs }) => {
      const answered = answer(type, name, inputs);
      const parent = keyOfUrn(registration?.getParent() ?? "");
      resources.push({
        type,
        name,
        ...(parent === undefined ? {} : { parent }),
        protect: registration?.getProtect() ?? false,
        retainOnDelete: registration?.getRetainondelete() ?? false,
        inputs,
        outputs: answered.state,
        beside: [...making],
      });
      making.add(name);
      // What does not wait for this one is registered meanwhile.
      await sleep(2);
      making.delete(name);
      return answered;
    },
  };
  const { project, values } = readStackConfig(stack);
  pulumi.runtime.setAllConfig({ ...values });
  await pulumi.runtime.setMocks(mocks, project, stack);
  // Mocks are told a resource's inputs alone. They are called at once, so the registration is still the one they answer.
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Registration, ...others: unknown[]): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...others) => {
    registration = request;
    return register(request, ...others);
  };
  const outputs = await pulumi.runtime.runInPulumiStack(evaluate);
  await pulumi.runtime.disconnect();
  return {
    resources: resources.filter(({ type }) => type !== stackType),
    outputs: { ...outputs },
  };
}

const stackType = "pulumi:pulumi:Stack";

/** A resource's identity in its program. */
export const keyOf = ({ type, name }: Pick<Recorded, "type" | "name">): string => `${type} ${name}`;

/** The key of the resource with a URN: `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`. */
function keyOfUrn(urn: string): string | undefined {
  const [, , types, name] = urn.split("::");
  const type = types?.split("$").at(-1);
  return type === undefined || name === undefined || type === stackType
    ? undefined
    : keyOf({ type, name });
}

/** The inputs of the one resource of that name. */
export function inputsOf({ resources }: Recording, name: string): Recorded["inputs"] {
  const [found, ...others] = resources.filter((resource) => resource.name === name);
  if (found === undefined || others.length > 0) {
    throw new Error(`not one resource ${name}`);
  }
  return found.inputs;
}
