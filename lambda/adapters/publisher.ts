import { Sha256 } from "@aws-crypto/sha256-js";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";
import { pipe } from "fp-ts/function";
import type { IO } from "fp-ts/IO";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import type { Columns, Row } from "../../core/projection/columns";
import type { Publisher } from "../../core/projection/ports";
import type { Change } from "../../core/projection/summary";
import { call } from "./availability";
import { changeInput, idName, publishField } from "./keys";

/** How long one publication may take. */
const publishTimeoutMs = 2_000;

/** What a publication takes from the domain: its name, and which columns a change has. */
interface Shape {
  readonly name: string;
  readonly entry: Pick<Columns<never>, "names">;
  readonly state: Pick<Columns<never>, "names">;
}

/** What a change has beside the domain's columns and the stream's id. */
const envelopeFields = [
  "owner",
  "version",
  "type",
  "commandId",
  "actor",
  "recordedAt",
  "outcome",
  "reason",
];

/** The fields of a published change: subscribers get what the publishing mutation selects, and no more. */
export const changeFields = ({ name, entry, state }: Shape): ReadonlyArray<string> => [
  ...new Set([idName(name), ...envelopeFields, ...entry.names, ...state.names]),
];

/** The mutation that publishes a change of one of the domain's streams. */
export const publication = (shape: Shape): string => {
  const field = publishField(shape.name);
  return `mutation Publish($change: ${changeInput(shape.name)}!) {
  ${field}(change: $change) { ${changeFields(shape).join(" ")} }
}`;
};

/** A column that has no value is null: GraphQL has no other word for it. */
const columnsOf = (names: ReadonlyArray<string>, row: Row): Row =>
  Object.fromEntries(names.map((column) => [column, row[column] ?? null]));

const inputFrom =
  ({ name, entry, state }: Shape) =>
  (change: Change): Row => ({
    [idName(name)]: change.streamId,
    ...columnsOf(envelopeFields, { ...change, reason: O.toNullable(change.reason) }),
    ...columnsOf(entry.names, change.entry),
    ...columnsOf(
      state.names,
      pipe(
        change.state,
        O.getOrElse((): Row => ({})),
      ),
    ),
  });

/** What the SDK's clients resolve anyhow: whose signature, and for which region. */
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
  /** Ends all publications of an invocation together: an API that does not answer must not take the ledger's time. */
  readonly budget: AbortSignal;
  /** Reports a publication that did not succeed. */
  readonly failed: (change: Change, cause: unknown) => IO<void>;
}

/** Publishes through the API's own mutation, signed with the function's role. */
export const appSyncPublisher = (
  shape: Shape,
  { endpoint, signer, budget, failed }: PublisherOptions,
): Publisher => {
  const url = new URL(endpoint);
  const query = publication(shape);
  const input = inputFrom(shape);
  const publish = async (change: Change): Promise<void> => {
    const body = JSON.stringify({ query, variables: { change: input(change) } });
    const { method, headers } = await sign(signer, url, body);
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal: AbortSignal.any([AbortSignal.timeout(publishTimeoutMs), budget]),
    });
    const answer = await response.text();
    // The errors alone: the data, if there is any beside them, has amounts that are not to be logged.
    const errors = response.ok ? JSON.stringify(JSON.parse(answer).errors) : answer;
    if (errors !== undefined) {
      throw new Error(`AppSync answered ${response.status}: ${errors}`);
    }
  };
  return {
    publish: (change) =>
      pipe(
        call(() => publish(change)),
        TE.getOrElse(
          ({ cause }) =>
            async () =>
              failed(change, cause)(),
        ),
      ),
  };
};
