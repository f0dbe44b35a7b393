import { actorReasonLength, actorReasonPattern } from "../../core/projection/envelope";
import { highestVersion, identifierPattern } from "../../core/projection/identifiers";
import type { Fields, Pipeline, Step, Unit } from "../../infra/wiring";
import * as keys from "../../lambda/adapters/keys";

// What the wiring of every domain has in common.
//
// The shared parts of the schema are in `schema/`. A domain's own schema includes them, and defines with the name Account
// as an example: the types Query, Mutation and Subscription, the enums EventType and DeclineReason, and the types
// RecordedEvent, Account, Entry, AccountChange and AccountChangeInput, which begin with the shared parts of their fields.

/** The folder of the shared templates and schema parts. */
export const sharedFolder = __dirname;

/**
 * The values that the shared templates and schema parts ask for. `name` is what a stream of the domain is called, such
 * as `account`: the conventions for names follow from it.
 */
export const sharedValues = (name: string) => ({
  /** Stands in messages and comments. */
  name,
  /** The GraphQL type of a summary; what it is published as is the type with `Change` at its end. */
  typeName: name.charAt(0).toUpperCase() + name.slice(1),
  idName: keys.idName(name),
  publishField: keys.publishField(name),
  partitionPrefix: keys.partitionPrefix(name),
  summarySortKey: keys.summarySortKey,
  suspendedPartition: keys.suspendedPartition,
  ownerIndex: keys.ownerIndex,
  identifierPattern,
  actorReasonLength: String(actorReasonLength),
  actorReasonPattern,
  /** The event after it has the highest version. */
  highestExpectedVersion: String(highestVersion - 1),
});

const appending: readonly Step[] = [
  { dataSource: "EventTable", templates: "shared/loadPreviousEvent" },
  { dataSource: "EventTable", templates: "shared/append" },
  { dataSource: "EventTable", templates: "shared/recogniseRepetition" },
  { dataSource: "EventTable", templates: "shared/loadFirstEvent" },
  { dataSource: "EventTable", templates: "shared/explainRejection" },
];
const getSummary: Step = { dataSource: "ReadModel", templates: "shared/getSummary" };
const getSummaries: Step = { dataSource: "ReadModel", templates: "shared/getSummaries" };
const queryEntries: Step = { dataSource: "ReadModel", templates: "shared/queryEntries" };
const queryOwner: Step = { dataSource: "ReadModel", templates: "shared/queryOwner" };
const querySuspended: Step = { dataSource: "ReadModel", templates: "shared/querySuspended" };

/** The mutation that records events of one type. */
export interface Command {
  /** The mutation's name. */
  readonly field: string;
  /**
   * The template that checks the input and makes the event's data of it. It ends with the fragment
   * `{{shared/stashEvent}}`. Several commands may use the same template: the type of the event is not its business.
   */
  readonly before: string;
  /** Whether the event opens its stream: it is then the first, and no other event can be. Not unless said. */
  readonly opens?: boolean;
}

/** The mutations that record events: one for each type of event, so that no type can be left out. */
export const commands = <EventType extends string>(
  all: Readonly<Record<EventType, Command>>,
  schemaVersionOf: (type: EventType) => number,
): Fields =>
  Object.fromEntries(
    (Object.entries(all) as [EventType, Command][]).map(
      ([eventType, { field, before, opens = false }]): [string, Pipeline] => [
        field,
        {
          before,
          functions: appending,
          after: "shared/toRecordedEvent",
          values: {
            eventType,
            schemaVersion: String(schemaVersionOf(eventType)),
            opens: String(opens),
          },
        },
      ],
    ),
  );

/** A query whose answer comes in pages: it takes `limit` and `nextToken`. */
export const paged = (...functions: readonly Step[]): Pipeline => ({
  before: "shared/parsePage",
  functions,
  after: "shared/passThrough",
});

/** The query of one stream's summary, by the stream's id. */
export const summary: Pipeline = {
  before: "shared/empty",
  functions: [getSummary],
  after: "shared/passThrough",
};

/** The query of an owner's summaries, in pages. */
export const ownersSummaries = paged(queryOwner, getSummaries);

/** The query of a stream's entries, newest first, in pages. */
export const statement = paged(getSummary, queryEntries);

/** The query of the suspended streams, in pages. */
export const suspendedStreams = paged(querySuspended);

/** The mutation that resumes a suspended stream. */
export const resumeStream: Unit = { dataSource: "Resumer", templates: "shared/resumeStream" };

/** The mutation that publishes a committed change. */
export const publishChange: Unit = { dataSource: "None", templates: "shared/publishChange" };

/** The subscription to an owner's changes. */
export const onChange: Unit = { dataSource: "None", templates: "shared/onChange" };
