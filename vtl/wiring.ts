/**
 * Which templates serve which GraphQL field, on which data source. A name stands for its files in vtl/:
 * `shared/append` is `vtl/shared/append.request.vtl` and `vtl/shared/append.response.vtl`; a pipeline's
 * `before` and `after` are one file each, `….before.vtl` and `….after.vtl`.
 * A new function or resolver is one more line here.
 */

/** The event table, the read model, the function that resumes suspended streams, and none at all. */
export type DataSourceName = "EventTable" | "ReadModel" | "Resumer" | "None";

export interface FunctionWiring {
  readonly dataSource: DataSourceName;
  readonly templates: string;
}

/** AppSync's functions: the steps that pipelines are made of. */
export const functions = {
  loadPreviousEvent: { dataSource: "EventTable", templates: "shared/loadPreviousEvent" },
  append: { dataSource: "EventTable", templates: "shared/append" },
  explainRejection: { dataSource: "EventTable", templates: "shared/explainRejection" },
  getSummary: { dataSource: "ReadModel", templates: "shared/getSummary" },
  queryEntries: { dataSource: "ReadModel", templates: "shared/queryEntries" },
  querySuspended: { dataSource: "ReadModel", templates: "shared/querySuspended" },
  queryOwner: { dataSource: "ReadModel", templates: "shared/queryOwner" },
  getSummaries: { dataSource: "ReadModel", templates: "shared/getSummaries" },
} satisfies Readonly<Record<string, FunctionWiring>>;

export type FunctionName = keyof typeof functions;

interface Pipeline {
  readonly before: string;
  readonly functions: readonly FunctionName[];
  readonly after: string;
}

interface Unit {
  readonly dataSource: DataSourceName;
  readonly templates: string;
}

const appending = {
  functions: ["loadPreviousEvent", "append", "explainRejection"],
  after: "shared/toRecordedEvent",
} as const;

/** The resolver of each GraphQL field: a pipeline of functions, or a unit that goes to one data source. */
export const resolvers: Readonly<Record<string, Readonly<Record<string, Pipeline | Unit>>>> = {
  Mutation: {
    openAccount: { before: "command/openAccount", ...appending },
    deposit: { before: "command/moveMoney", ...appending },
    withdraw: { before: "command/moveMoney", ...appending },
    closeAccount: { before: "command/closeAccount", ...appending },
    resumeStream: { dataSource: "Resumer", templates: "shared/resumeStream" },
    publishAccountChange: {
      dataSource: "None",
      templates: "shared/publishChange",
    },
  },
  Query: {
    account: {
      before: "shared/empty",
      functions: ["getSummary"],
      after: "shared/passThrough",
    },
    accounts: {
      before: "shared/parsePage",
      functions: ["queryOwner", "getSummaries"],
      after: "shared/passThrough",
    },
    statement: {
      before: "shared/parsePage",
      functions: ["getSummary", "queryEntries"],
      after: "shared/passThrough",
    },
    suspendedStreams: {
      before: "shared/parsePage",
      functions: ["querySuspended"],
      after: "shared/passThrough",
    },
  },
  Subscription: {
    onAccountChange: { dataSource: "None", templates: "shared/onChange" },
  },
};
