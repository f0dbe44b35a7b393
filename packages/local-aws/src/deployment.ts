import type { Cloud } from "./cloud";
import { digest } from "./digest";
import type { Inputs } from "./inputs";
import { provision, type Registration, replaceable } from "./resources";
import { invoke } from "./resources/invokes";
import type { Provisioned } from "./resources/resource";
import { UsageError } from "./usage-error";

interface Standing extends Pick<Registration, "type" | "name"> {
  readonly digest: string;
  readonly provisioned: Provisioned;
}

/** What an evaluation has changed, by the resources' names. */
export interface Changes {
  readonly made: readonly string[];
  readonly changed: readonly string[];
  /** The program has them no more. But for the parts of its API they stay until the stack is started again. */
  readonly left: readonly string[];
}

/** The parts of an API are made anew at every evaluation: they are read together, and hold no data. */
const isPartOfApi = (type: string): boolean => type.startsWith("aws:appsync/");

/** A program's resources as they stand on the engines. Evaluated again, a program changes only what differs. */
export class Deployment {
  readonly #cloud: Cloud;
  readonly #standing = new Map<string, Standing>();
  #seen = new Map<string, "made" | "changed" | "same">();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** The outputs of the resources of a type, in the order in which they were made. */
  outputsOf(type: string): readonly Readonly<Record<string, unknown>>[] {
    return [...this.#standing.values()]
      .filter((standing) => standing.type === type)
      .map(({ provisioned }) => ({ id: provisioned.id, ...provisioned.state }));
  }

  /** Begins to evaluate the program once more. */
  begin(): void {
    this.#seen = new Map();
    this.#cloud.appsync.beginUpdate();
  }

  /** Makes a resource, or changes it, or finds that it stands as the program wants it. */
  async resource(registration: Registration): Promise<Provisioned> {
    const { type, name, inputs } = registration;
    const key = `${type}::${name}`;
    const before = this.#standing.get(key);
    const wanted = await digest(inputs);
    const what = before === undefined ? "made" : before.digest === wanted ? "same" : "changed";
    this.#seen.set(key, what);
    if (before !== undefined && what === "same" && !isPartOfApi(type)) {
      return before.provisioned;
    }
    if (what === "changed" && !isPartOfApi(type) && !replaceable(registration)) {
      throw new UsageError(`${name} has changed, and a ${type} changes only at the next start`);
    }
    const provisioned = await provision(registration, this.#cloud);
    this.#standing.set(key, { type, name, digest: wanted, provisioned });
    return provisioned;
  }

  /** Answers a call of a provider's function. */
  call(token: string, inputs: Inputs): Inputs {
    return invoke(token, inputs, this.#cloud);
  }

  /** Ends an evaluation that has succeeded: from now on the API is served as the program wants it. */
  end(): Changes {
    this.#cloud.appsync.endUpdate();
    const named = (wanted: "made" | "changed" | undefined): readonly string[] =>
      [...this.#standing].flatMap(([key, { name }]) =>
        this.#seen.get(key) === wanted ? [name] : [],
      );
    const changes = { made: named("made"), changed: named("changed"), left: named(undefined) };
    for (const key of this.#standing.keys()) {
      if (!this.#seen.has(key)) {
        this.#standing.delete(key);
      }
    }
    return changes;
  }
}
