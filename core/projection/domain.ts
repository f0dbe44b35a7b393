import type { Either } from "fp-ts/Either";
import type { Option } from "fp-ts/Option";
import type { Columns, StoredColumns } from "./columns";
import type { Envelope } from "./envelope";
import type { UnreadableEvent } from "./upcasting";

/**
 * The interface of a domain to the projection. Everything else (reading, folding in order, suspending, rebuilding,
 * verifying, publishing) is the same for every domain.
 *
 * @typeParam Request a recorded request: the envelope, its type and its data
 * @typeParam State the result of a stream's posted requests; none before the first of them
 * @typeParam Movement what a posted request changes
 */
export interface Domain<Request extends Envelope, State, Movement> {
  /**
   * The noun for one stream, in the singular and in lower case, e.g. `account`. It names the id's column and field
   * (`accountId`), the keys of the read model (`account:…`) and the mutation that publishes (`publishAccountChange`).
   */
  readonly name: string;
  /**
   * The version of the code that derives rows from events. Raise it when the same events should give other rows:
   * streams whose summary carries a lower number are rebuilt.
   */
  readonly projectionVersion: number;
  /** Upcasts a stored event to the current schema version and decodes it. */
  readonly decode: (stored: unknown) => Either<UnreadableEvent, Request>;
  /** Decides a request from the state alone, so that a replay decides the same. */
  readonly decide: (request: Request) => (state: Option<State>) => Decision<Movement>;
  /** Applies a movement to the state. */
  readonly evolve: (movement: Movement) => (state: Option<State>) => Option<State>;
  /** The summary's own columns. Publications and exports show the same. */
  readonly state: StoredColumns<State>;
  /** The own columns of an entry, which is a line of the statement. */
  readonly entry: Columns<Decided<Request, State, Movement>>;
}

export interface Posted<Movement> {
  readonly outcome: "POSTED";
  readonly movement: Movement;
}

export interface Declined {
  readonly outcome: "DECLINED";
  /** The code of the rule that the request breaks, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason: string;
}

/** The fold's decision about a request: a movement, or the reason why nothing changes. */
export type Decision<Movement> = Posted<Movement> | Declined;

export const posted = <Movement>(movement: Movement): Decision<Movement> => ({
  outcome: "POSTED",
  movement,
});

export const declined = (reason: string): Declined => ({ outcome: "DECLINED", reason });

/** A request with the decision about it and the state after it. */
export interface Decided<Request, State, Movement> {
  readonly request: Request;
  readonly decision: Decision<Movement>;
  readonly state: Option<State>;
}
