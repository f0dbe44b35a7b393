// What the functions, the tables and the templates agree on: where the rows of read model ② lie, and how changes are
// published.

/** The index that finds an owner's streams. */
export const ownerIndex = "byOwner";

/** The sort key of a stream's summary. */
export const summarySortKey = "summary";

/** The sort key of the row that keeps the progress of a stream's rebuild. */
export const rebuildSortKey = "rebuild";

/** The prefix of every entry's sort key; the set of rows that it belongs to follows, and its version. */
export const entryPrefix = "entry:";

/** The partition that lists the suspended streams, one row each, by stream id. */
export const suspendedPartition = "suspended";

/** The prefix of the partition key of a stream's rows; the stream's id follows. `name` is the domain's. */
export const partitionPrefix = (name: string): string => `${name}:`;

/** The name of a stream's id in columns and fields, e.g. `accountId`. `name` is the domain's. */
export const idName = (name: string): string => `${name}Id`;

/** The mutation that publishes a committed change, e.g. `publishAccountChange`. `name` is the domain's. */
export const publishField = (name: string): string => `publish${capitalized(name)}Change`;

/** The type of that mutation's argument, e.g. `AccountChangeInput`. `name` is the domain's. */
export const changeInput = (name: string): string => `${capitalized(name)}ChangeInput`;

/**
 * How many changes the projector publishes in one request. AppSync runs the fields of a mutation in their order, and counts
 * each as a resolver: the API's `resolverCountLimit` must not be lower.
 */
export const maxChangesInRequest = 10;

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
