import * as pulumi from "@pulumi/pulumi";
import { readStackConfig } from "local-aws";
import { vi } from "vitest";
import { answer } from "./answers";

export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Evaluates the program for a stack, without an engine, and records every resource with its inputs. */
export async function record(stack: string): Promise<Recording> {
  const resources: Recorded[] = [];
  const mocks: pulumi.runtime.Mocks = {
    call: ({ token }) => {
      throw new Error(`The program calls ${token}, which has no answer here.`);
    },
    newResource: ({ type, name, inputs }) => {
      resources.push({ type, name, inputs });
      return answer(type, name, inputs);
    },
  };
  const { project, values } = readStackConfig(stack);
  pulumi.runtime.setAllConfig({ ...values });
  await pulumi.runtime.setMocks(mocks, project, stack);
  vi.resetModules();
  const outputs = await pulumi.runtime.runInPulumiStack(() => import("../../index.js"));
  await pulumi.runtime.disconnect();
  return {
    resources: resources.filter(({ type }) => type !== "pulumi:pulumi:Stack"),
    outputs: { ...outputs },
  };
}

/** The inputs of the one resource of that name. */
export function inputsOf({ resources }: Recording, name: string): Recorded["inputs"] {
  const [found, ...others] = resources.filter((resource) => resource.name === name);
  if (found === undefined || others.length > 0) throw new Error(`not one resource ${name}`);
  return found.inputs;
}
