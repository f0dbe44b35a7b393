import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";

const Settings = t.type({
  /** The name of the event table. */
  eventTable: t.string,
  /** The name of the read model's table. */
  readModel: t.string,
  /** The queue of the rebuilder. */
  rebuildQueueUrl: t.string,
  /** The API's GraphQL endpoint. */
  graphqlUrl: t.string,
});

/** The settings that the program deploys with the function. */
export type Settings = t.TypeOf<typeof Settings>;

/** Throws at once when the function was deployed without one of its settings. */
export const settingsFrom = (given: unknown): Settings =>
  pipe(
    given,
    decodeWith(Settings),
    E.getOrElse<string, Settings>((faults) => {
      throw new Error(`The function's settings are incomplete: ${faults}`);
    }),
  );
