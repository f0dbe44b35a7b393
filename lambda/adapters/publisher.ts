import { Sha256 } from "@aws-crypto/sha256-js";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";
import { pipe } from "fp-ts/function";
import type { IO } from "fp-ts/IO";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import type { Task } from "fp-ts/Task";
import * as t from "io-ts";
import type { Columns, Row } from "../../core/projection/columns";
import type { Publisher } from "../../core/projection/ports";
import type { Change } from "../../core/projection/summary";
import { changeInput, idName, maxChangesInRequest, publishField } from "./keys";

/** How long one request may take. */
const requestTimeoutMs = 2_000;

/** After so many failed requests in a row the API counts as down, and the invocation publishes no more. */
const maxFailuresInRow = 3;

/** The parts of a domain that a publication needs: its name, and the columns of a change. */
interface Shape {
  readonly name: string;
  readonly entry: Pick<Columns<never>, "names">;
  readonly state: Pick<Columns<never>, "names">;
}

/** The fields of a change beside the domain's columns and the stream's id. */
const envelopeFields = [
  "owner",
  "version",
  "type",
  "commandId",
  "actor",
  "actorReason",
  "recordedAt",
  "outcome",
  "reason",
];

/** The fields of a published change: subscribers get what the publishing mutation selects, and no more. */
export const changeFields = ({ name, entry, state }: Shape): ReadonlyArray<string> => [
  ...new Set([idName(name), ...envelopeFields, ...entry.names, ...state.names]),
];

/** The mutation that publishes so many changes of the domain's streams, in order: `$c0` as `c0`, and so on. */
export const publication = (shape: Shape, count: number): string => {
  const aliases = Array.from({ length: count }, (_, index) => `c${index}`);
  const parameters = aliases.map((alias) => `$${alias}: ${changeInput(shape.name)}!`);
  const selection = changeFields(shape).join(" ");
  const fields = aliases.map(
    (alias) => `${alias}: ${publishField(shape.name)}(change: $${alias}) { ${selection} }`,
  );
  return `mutation Publish(${parameters.join(", ")}) {\n  ${fields.join("\n  ")}\n}`;
};

/** Writes a column without a value as null, which is GraphQL's form for it. */
const columnsOf = (names: ReadonlyArray<string>, row: Row): Row =>
  Object.fromEntries(names.map((column) => [column, row[column] ?? null]));

const inputFrom =
  ({ name, entry, state }: Shape) =>
  (change: Change): Row => ({
    [idName(name)]: change.streamId,
    ...columnsOf(envelopeFields, {
      ...change,
      actorReason: O.toNullable(change.actorReason),
      reason: O.toNullable(change.reason),
    }),
    ...columnsOf(entry.names, change.entry),
    ...columnsOf(
      state.names,
      pipe(
        change.state,
        O.getOrElse((): Row => ({})),
      ),
    ),
  });

/** The credentials and the region of a signature, which the SDK's clients resolve in any case. */
type Signer = Pick<DynamoDBClient["config"], "credentials" | "region">;

const sign = async ({ credentials, region }: Signer, url: URL, body: string) => {
  const signer = new SignatureV4({ service: "appsync", region, credentials, sha256: Sha256 });
  return signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, "content-type": "application/json" },
    body,
  });
};

export interface PublisherOptions {
  /** The API's GraphQL endpoint. */
  readonly endpoint: string;
  readonly signer: Signer;
  /** Reports a change that could not be published. */
  readonly failed: (change: Change, cause: unknown) => IO<void>;
}

/** The publisher of one invocation. */
export interface InvocationPublisher extends Publisher {
  /**
   * Waits until everything is published that was handed over, or until the time is over: what is left then has failed.
   * It begins when the ledger's own work is done, and takes none of its time.
   */
  readonly finish: (timeoutMs: number) => Task<void>;
}

/** What AppSync answers; the data, if there is any beside the errors, has amounts that are not to be logged. */
const Answer = t.partial({
  errors: t.array(t.intersection([t.UnknownRecord, t.partial({ path: t.unknown })])),
});

type Errors = NonNullable<t.TypeOf<typeof Answer>["errors"]>;

/** The errors of the field with an alias; those of no field are everybody's. */
const errorsOf = (alias: string, errors: Errors): Errors =>
  errors.filter(({ path }) => !Array.isArray(path) || path[0] === alias);

/**
 * Publishes through the API's own mutation, signed with the function's role. A stream's changes go out in order, several
 * in one request, and no stream waits for another.
 */
export const appSyncPublisher = (
  shape: Shape,
  { endpoint, signer, failed }: PublisherOptions,
): InvocationPublisher => {
  const url = new URL(endpoint);
  const input = inputFrom(shape);
  const ended = new AbortController();
  const queues = new Map<string, Promise<void>>();
  let failuresInRow = 0;

  const ask = async (changes: ReadonlyArray<Change>): Promise<Errors> => {
    const variables = Object.fromEntries(
      changes.map((change, index) => [`c${index}`, input(change)]),
    );
    const body = JSON.stringify({ query: publication(shape, changes.length), variables });
    const { method, headers } = await sign(signer, url, body);
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal: AbortSignal.any([AbortSignal.timeout(requestTimeoutMs), ended.signal]),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`AppSync answered ${response.status}: ${answer}`);
    const answered: unknown = JSON.parse(answer);
    return Answer.is(answered) ? (answered.errors ?? []) : [];
  };

  const publishTogether = async (changes: ReadonlyArray<Change>): Promise<void> => {
    try {
      ended.signal.throwIfAborted();
      if (failuresInRow >= maxFailuresInRow) {
        throw new Error(`the API has failed ${failuresInRow} times in a row, and is left alone`);
      }
      const errors = await ask(changes);
      failuresInRow = 0;
      changes.forEach((change, index) => {
        const own = errorsOf(`c${index}`, errors);
        if (own.length > 0) {
          failed(change, new Error(`AppSync answered with errors: ${JSON.stringify(own)}`))();
        }
      });
    } catch (cause) {
      failuresInRow += 1;
      for (const change of changes) failed(change, cause)();
    }
  };

  const publishInOrder = async (changes: ReadonlyArray<Change>): Promise<void> => {
    for (const together of RA.chunksOf(maxChangesInRequest)(changes)) {
      await publishTogether(together);
    }
  };

  return {
    publish: (changes) => async () => {
      const streamId = changes[0]?.streamId ?? "";
      const before = queues.get(streamId) ?? Promise.resolve();
      queues.set(
        streamId,
        before.then(() => publishInOrder(changes)),
      );
    },
    finish: (timeoutMs) => async () => {
      const timer = setTimeout(
        () => ended.abort(new Error("the invocation has no more time to publish")),
        timeoutMs,
      );
      await Promise.all(queues.values());
      clearTimeout(timer);
    },
  };
};
