import { Sha256 } from "@aws-crypto/sha256-js";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { Account } from "../../core/ledger/account";
import type { Change } from "../../core/projection/fold";
import type { Publisher } from "../../core/projection/ports";
import { asking } from "./availability";

/** Every field of a change: subscribers get what the publishing mutation selects, and no more. */
export const publishAccountChange = `mutation PublishAccountChange($change: AccountChangeInput!) {
  publishAccountChange(change: $change) {
    accountId owner version type commandId actor recordedAt amount memo outcome reason balance currency status
  }
}`;

/** How long one notification may take, in milliseconds. */
const patience = 2_000;

const accountAfter = (change: Change): Record<string, unknown> => {
  if (O.isNone(change.account)) return { balance: null, currency: null, status: null };
  const { balance, currency, status } = Account.encode(change.account.value);
  return { balance, currency, status };
};

const inputFrom = (change: Change): Record<string, unknown> => ({
  accountId: change.streamId,
  owner: change.owner,
  version: change.version,
  type: change.type,
  commandId: change.commandId,
  actor: change.actor,
  recordedAt: change.recordedAt,
  amount: pipe(change.amount, O.map(String), O.toNullable),
  memo: O.toNullable(change.memo),
  outcome: change.outcome,
  reason: O.toNullable(change.reason),
  ...accountAfter(change),
});

/** What the SDK's clients resolve anyhow: whose signature, and for which region. */
type Signer = Pick<DynamoDBClient["config"], "credentials" | "region">;

const request = async ({ credentials, region }: Signer, url: URL, body: string) => {
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

/**
 * Tells subscribers through the API's own mutation, signed with the function's role. `budget` ends all of an
 * invocation's notifications together, so that an API that does not answer cannot use up the time of the ledger's work.
 */
export const appSyncPublisher = (
  signer: Signer,
  endpoint: string,
  budget: AbortSignal,
): Publisher => {
  const url = new URL(endpoint);
  return {
    publish: (change) =>
      asking(async () => {
        const body = JSON.stringify({
          query: publishAccountChange,
          variables: { change: inputFrom(change) },
        });
        const { method, headers } = await request(signer, url, body);
        const response = await fetch(url, {
          method,
          headers,
          body,
          signal: AbortSignal.any([AbortSignal.timeout(patience), budget]),
        });
        const answer = await response.text();
        // The errors alone: the data, if there is any beside them, has amounts that are not to be logged.
        const errors = response.ok ? JSON.stringify(JSON.parse(answer).errors) : answer;
        if (errors !== undefined) {
          throw new Error(`AppSync answered ${response.status}: ${errors}`);
        }
      }),
  };
};
