import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { readStackConfig } from "local-aws";
import { answer } from "./answers";

export interface Recorded {
  readonly type: string;
  readonly name: string;
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

/** Records every resource of a stack while the program is evaluated, without an engine. */
export async function recordWhile(
  stack: string,
  evaluate: () => Promise<pulumi.Inputs>,
): Promise<Recording> {
  const resources: Recorded[] = [];
  const making = new Set<string>();
  const mocks: pulumi.runtime.Mocks = {
    call: ({ token }) => {
      throw new Error(`The program calls ${token}, which has no answer here.`);
    },
    newResource: async ({ type, name, inputs }) => {
      const answered = answer(type, name, inputs);
      resources.push({ type, name, inputs, outputs: answered.state, beside: [...making] });
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
  const outputs = await pulumi.runtime.runInPulumiStack(evaluate);
  await pulumi.runtime.disconnect();
  return {
    resources: resources.filter(({ type }) => type !== "pulumi:pulumi:Stack"),
    outputs: { ...outputs },
  };
}

/** The inputs of the one resource of that name. */
export function inputsOf({ resources }: Recording, name: string): Recorded["inputs"] {
  const [found, ...others] = resources.filter((resource) => resource.name === name);
  if (found === undefined || others.length > 0) {
    throw new Error(`not one resource ${name}`);
  }
  return found.inputs;
}
