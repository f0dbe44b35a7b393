import { createHash } from "node:crypto";
import type fc from "fast-check";
import { type AccountEventType, accountEvents } from "../../../core/ledger/events";
import type { Digest } from "../../../core/projection/hash-chain";
import type { StreamId, Version } from "../../../core/projection/identifiers";
import { schemaVersionOf } from "../../../core/projection/upcasting";
import { anyRequests as anyAsked, askingFor } from "../../simulation/requests";
import { subject } from "./subject";

/** What somebody asked for: an event before it has its place in a stream. */
export interface Request {
  readonly type: AccountEventType;
  readonly schemaVersion: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as the event table holds it. */
export interface StoredEvent extends Request {
  readonly streamId: StreamId;
  readonly version: Version;
  readonly commandId: string;
  readonly owner: string;
  readonly actor: string;
  readonly recordedAt: string;
}

const request = (type: AccountEventType, data: Request["data"]): Request => ({
  type,
  schemaVersion: schemaVersionOf(accountEvents[type]),
  data,
});

const money = (amount: number | bigint, memo: string | undefined) => ({
  amount: String(amount),
  ...(memo === undefined ? {} : { memo }),
});

export const opening = (currency = "EUR", name = "Savings"): Request =>
  request("AccountOpeningRequested", { currency, name });

export const deposit = (amount: number | bigint, memo?: string): Request =>
  request("DepositRequested", money(amount, memo));

export const withdrawal = (amount: number | bigint, memo?: string): Request =>
  request("WithdrawalRequested", money(amount, memo));

export const closing = (): Request => request("AccountClosingRequested", {});

/** The stream of most tests. */
export const savings = "savings" as StreamId;

/** The requests as the events of a stream, from version 1 on. */
export const storedIn = (streamId: string, ...requests: readonly Request[]): StoredEvent[] =>
  requests.map((asked, index) => ({
    streamId: streamId as StreamId,
    version: (index + 1) as Version,
    commandId: `command-${index + 1}`,
    owner: "alice",
    actor: "alice",
    recordedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    ...asked,
  }));

export const stored = (...requests: readonly Request[]): StoredEvent[] =>
  storedIn(savings, ...requests);

/** The event of some stream at a version, changed so that no release can read it. */
export const unreadable = (event: StoredEvent): unknown => ({ ...event, type: "Misspelt" });

const asking = askingFor(subject.requests);

/** Requests as the laws and the simulation draw them, of every schema version. */
export const anyRequest = asking.any as fc.Arbitrary<Request>;

/** Any requests at all, though mostly such that begin with an opening, as the write path has them. */
export const anyRequests = (maxLength = 20): fc.Arbitrary<Request[]> =>
  anyAsked(asking, maxLength) as fc.Arbitrary<Request[]>;

export const sha256: Digest = (text) => createHash("sha256").update(text).digest("hex");
