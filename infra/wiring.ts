/**
 * Which templates serve which GraphQL field, on which data source. A name stands for its files in vtl/:
 * `command/append` is `vtl/command/append.request.vtl` and `vtl/command/append.response.vtl`; a pipeline's
 * `before` and `after` are one file each, `….before.vtl` and `….after.vtl`.
 * A new function or resolver is one more line here.
 */

/** The event table, the read model, the function that releases held streams, and nothing at all. */
export type DataSourceName = "EventTable" | "ReadModel" | "Releaser" | "Nothing";

export interface FunctionWiring {
  readonly dataSource: DataSourceName;
  readonly templates: string;
}

/** AppSync's functions: the steps that pipelines are made of. */
export const functions = {
  readExpectedVersion: { dataSource: "EventTable", templates: "command/readExpectedVersion" },
  append: { dataSource: "EventTable", templates: "command/append" },
  explainRefusal: { dataSource: "EventTable", templates: "command/explainRefusal" },
  getAccount: { dataSource: "ReadModel", templates: "query/getAccount" },
  queryEntries: { dataSource: "ReadModel", templates: "query/queryEntries" },
  queryHeld: { dataSource: "ReadModel", templates: "query/queryHeld" },
  queryOwner: { dataSource: "ReadModel", templates: "query/queryOwner" },
  getAccounts: { dataSource: "ReadModel", templates: "query/getAccounts" },
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
  functions: ["readExpectedVersion", "append", "explainRefusal"],
  after: "command/recorded",
} as const;

/** The resolver of each GraphQL field: a pipeline of functions, or a unit that goes to one data source. */
export const resolvers: Readonly<Record<string, Readonly<Record<string, Pipeline | Unit>>>> = {
  Mutation: {
    openAccount: { before: "command/openAccount", ...appending },
    deposit: { before: "command/moveMoney", ...appending },
    withdraw: { before: "command/moveMoney", ...appending },
    closeAccount: { before: "command/closeAccount", ...appending },
    releaseStream: { dataSource: "Releaser", templates: "command/releaseStream" },
    publishAccountChange: {
      dataSource: "Nothing",
      templates: "subscription/publishAccountChange",
    },
  },
  Query: {
    account: {
      before: "query/account",
      functions: ["getAccount"],
      after: "query/previous",
    },
    accounts: {
      before: "query/page",
      functions: ["queryOwner", "getAccounts"],
      after: "query/previous",
    },
    statement: {
      before: "query/page",
      functions: ["getAccount", "queryEntries"],
      after: "query/previous",
    },
    heldStreams: {
      before: "query/page",
      functions: ["queryHeld"],
      after: "query/previous",
    },
  },
  Subscription: {
    onAccountChange: { dataSource: "Nothing", templates: "subscription/onAccountChange" },
  },
};
