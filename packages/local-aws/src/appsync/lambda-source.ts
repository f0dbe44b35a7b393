/** Data sources of type AWS_LAMBDA. */
import type { DataSourceDefinition } from "./api-definition";
import {
  type Call,
  type DataSource,
  type DataSourceServices,
  type InvokeFunction,
  requireInput,
} from "./data-source";
import type { DataSourceAnswer } from "./dynamodb-table";
import { mappingTemplateError } from "./errors";
import type { RequestDocument } from "./request-document";

/** AppSync's, where a resolver names no size. */
const defaultBatchSize = 5;

export const lambdaOperations = ["Invoke", "BatchInvoke"] as const;

export function lambdaSource(
  definition: DataSourceDefinition,
  services: DataSourceServices,
): DataSource {
  const { functionArn } = requireInput(definition, "lambdaConfig");
  const role = requireInput(definition, "serviceRoleArn");
  services.iam.assumeRole(role, "appsync.amazonaws.com", services.apiArn);
  const { invokeFunction } = services;
  if (invokeFunction === undefined) {
    throw new Error(`data source ${definition.name}: no functions run here`);
  }
  const run = async (payload: unknown): Promise<DataSourceAnswer> => {
    const principal = services.iam.principalOf(role);
    const refusal = services.iam.refusal(principal, "lambda:InvokeFunction", functionArn);
    if (refusal !== undefined) {
      return { result: null, error: { message: refusal.message, type: `Lambda:${refusal.type}` } };
    }
    return await answerOf(invokeFunction, functionArn, payload);
  };
  const batches = new Batches(run);
  return {
    async invoke(document, call) {
      const { operation, payload, event } = readInvocation(document);
      if (operation === "BatchInvoke") {
        return await batches.add(payload, call);
      }
      const answer = run(payload);
      // Nobody waits for what comes of an event.
      return event ? { result: null } : await answer;
    },
  };
}

function readInvocation(document: RequestDocument) {
  const operation = document.string("operation");
  if (!lambdaOperations.some((known) => known === operation)) {
    throw mappingTemplateError(
      `Unsupported operation '${operation}': a function has ${lambdaOperations.join(" and ")}.`,
    );
  }
  const payload = document.any("payload") ?? null;
  const type = document.optionalString("invocationType") ?? "RequestResponse";
  if (type !== "RequestResponse" && !(type === "Event" && operation === "Invoke")) {
    throw mappingTemplateError(`Unsupported value '${type}' for '$[invocationType]'.`);
  }
  document.end();
  return { operation, payload, event: type === "Event" };
}

async function answerOf(
  invokeFunction: InvokeFunction,
  functionArn: string,
  payload: unknown,
): Promise<DataSourceAnswer> {
  try {
    return { result: (await invokeFunction(functionArn, payload)) ?? null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { result: null, error: { message, type: "Lambda:Unhandled" } };
  }
}

interface Waiting {
  readonly payload: unknown;
  readonly resolve: (answer: DataSourceAnswer) => void;
}

/** BatchInvoke: the function is called once for several fields of one request that one resolver serves. */
class Batches {
  readonly #waiting = new WeakMap<object, Map<string, Waiting[]>>();
  readonly #run: (payload: unknown) => Promise<DataSourceAnswer>;

  constructor(run: (payload: unknown) => Promise<DataSourceAnswer>) {
    this.#run = run;
  }

  add(payload: unknown, call: Call): Promise<DataSourceAnswer> {
    const ofRequest = this.#waiting.get(call.request) ?? new Map<string, Waiting[]>();
    this.#waiting.set(call.request, ofRequest);
    const waiting = ofRequest.get(call.resolver) ?? [];
    if (waiting.length === 0) {
      ofRequest.set(call.resolver, waiting);
      // The fields of one list are all asked for in the same turn.
      setImmediate(() => {
        ofRequest.delete(call.resolver);
        this.#flush(waiting, call.maxBatchSize || defaultBatchSize);
      });
    }
    return new Promise((resolve) => waiting.push({ payload, resolve }));
  }

  #flush(waiting: readonly Waiting[], size: number): void {
    for (let first = 0; first < waiting.length; first += size) {
      void this.#invoke(waiting.slice(first, first + size));
    }
  }

  async #invoke(batch: readonly Waiting[]): Promise<void> {
    const answer = await this.#run(batch.map(({ payload }) => payload));
    const { result } = answer;
    const list = Array.isArray(result) && result.length === batch.length ? result : undefined;
    const unfit = {
      type: "Lambda:IllegalArgument",
      message: `The function must return a list of ${batch.length} results, one for each payload.`,
    };
    for (const [index, { resolve }] of batch.entries()) {
      if (answer.error !== undefined) {
        resolve({ result: null, error: answer.error });
      } else {
        resolve(
          list === undefined ? { result: null, error: unfit } : { result: list[index] ?? null },
        );
      }
    }
  }
}
