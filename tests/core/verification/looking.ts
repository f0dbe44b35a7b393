import type { DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { dynamoStoredRows, expectedRowsOf } from "../../../cli/stored-rows";
import { ledger } from "../../../core/ledger";
import type { Account } from "../../../core/ledger/account";
import type { Row } from "../../../core/projection/columns";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import type { StoredRows, VerificationEnvironment } from "../../../core/verification/environment";
import type { Verification } from "../../../core/verification/verification";
import { verifyStream } from "../../../core/verification/verify-stream";
import { rowsOf } from "../../../lambda/adapters/rows";
import { type StoredEvent, savings } from "../ledger/requests";
import { World } from "../projection/memory";

const rows = rowsOf(ledger);
export const expectedRows = expectedRowsOf(rows);

/** The rows that a table holds of the stream "savings". */
export interface Table {
  /** By sort key. */
  readonly partition: Map<string, Row>;
  /** The row in the list of suspended streams. */
  listed: Row | undefined;
}

const tableOf = (world: World): Table => {
  const summary = world.summaries.get(savings);
  const rebuild = world.rebuilds.get(savings);
  const listed = world.suspendedStreams.get(savings);
  const all = [
    ...(summary === undefined ? [] : [expectedRows.summary(summary)]),
    ...(rebuild === undefined ? [] : [rows.rebuild(rebuild)]),
    ...[...(world.entries.get(savings)?.values() ?? [])].map(
      (change) => expectedRows.entry(change).row,
    ),
  ];
  return {
    partition: new Map(all.map((row) => [String(row.sk), row])),
    listed: listed && expectedRows.suspension(savings, listed),
  };
};

/** Somebody's changes of the rows, by hand. */
export type Alter = (table: Table) => void;

/** Few, so that short streams have several pages, which end elsewhere than those of the events. */
const pageSize = 2;

/** The stored rows as the tables' own adapter reads them. They are altered before each reading. */
export const storedIn = (world: World, alter: Alter = () => undefined): StoredRows<Account> => {
  const send = async ({ input }: GetCommand | QueryCommand) => {
    const table = tableOf(world);
    alter(table);
    if ("Key" in input) {
      const { pk, sk } = input.Key ?? {};
      return { Item: pk === rows.partition(savings) ? table.partition.get(sk) : table.listed };
    }
    const { ":key": after = "" } = {
      ...("ExpressionAttributeValues" in input ? input.ExpressionAttributeValues : {}),
    };
    const later = [...table.partition].filter(([key]) => key > after);
    const inOrder = later.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { Items: inOrder.slice(0, pageSize).map(([, row]) => row) };
  };
  return dynamoStoredRows({ send } as unknown as DynamoDBDocumentClient, "readModel", rows);
};

/** A world in which the events of the stream "savings" have been folded. */
export async function projected(events: readonly StoredEvent[]): Promise<World> {
  const world = new World();
  world.append(events);
  await rebuildStream<Account>(savings)(world.environment())();
  return world;
}

/** One look at the stream "savings". */
export async function look(
  world: World,
  options: { readonly projectionVersion?: number; readonly alter?: Alter } = {},
): Promise<Verification> {
  return lookIn({
    ...world.environment(options),
    storedRows: storedIn(world, options.alter),
    expectedRows,
  });
}

export async function lookIn(environment: VerificationEnvironment<Account>): Promise<Verification> {
  const seen = await verifyStream<Account>(savings)(environment)();
  if (E.isLeft(seen)) throw new Error("unavailable");
  return seen.right;
}

/** What the first finding is about, and of which version. */
export const firstVersion = ({ findings }: Verification) =>
  findings.map(({ about, version }) => [about, O.toNullable(version)])[0];
