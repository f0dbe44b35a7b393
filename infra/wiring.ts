import type * as pulumi from "@pulumi/pulumi";

// How the GraphQL API of a domain is put together. vtl/wiring.ts has the ledger's, vtl/shared/wiring.ts what every
// domain's has in common.

/** Where the files of a domain are. Absolute paths, so that it does not matter in which folder the program runs. */
export interface Folders {
  /** What every domain uses: names that begin with `shared/` are in this folder. */
  readonly shared: string;
  /** The domain's own: all other names are in this folder. */
  readonly own: string;
}

/** Values by the names that templates give them, between double braces. */
export type Values = Readonly<Record<string, pulumi.Input<string>>>;

/** The event table, the read model, the function that resumes suspended streams, and no back end at all. */
export type DataSourceName = "EventTable" | "ReadModel" | "Resumer" | "None";

/** One step of a pipeline: an AppSync function, which goes by the last part of its templates' name. */
export interface Step {
  readonly dataSource: DataSourceName;
  /** `shared/append` stands for `append.request.vtl` and `append.response.vtl` in the folder of shared templates. */
  readonly templates: string;
}

/** A resolver that runs functions one after the other. */
export interface Pipeline {
  /** The template that runs first: the file `….before.vtl`. */
  readonly before: string;
  readonly functions: readonly Step[];
  /** The template that runs last: the file `….after.vtl`. */
  readonly after: string;
  /** What the two templates may ask for besides the wiring's values. */
  readonly values?: Values;
}

/** A resolver that makes one request to one data source. */
export interface Unit extends Step {
  /** What the two templates may ask for besides the wiring's values. */
  readonly values?: Values;
}

/** The resolvers of a type's fields. */
export type Fields = Readonly<Record<string, Pipeline | Unit>>;

export interface Wiring {
  readonly folders: Folders;
  /** The files of the GraphQL schema, in their order: `query/schema` stands for `query/schema.graphql`. */
  readonly schema: readonly string[];
  /** What the schema and all templates may ask for. The templates can have `readModelTable` as well. */
  readonly values: Readonly<Record<string, string>>;
  readonly resolvers: {
    readonly Mutation: Fields;
    readonly Query: Fields;
    readonly Subscription: Fields;
  };
  /** The mutation that publishes committed changes. */
  readonly publishField: string;
}
