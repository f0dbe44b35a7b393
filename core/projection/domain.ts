import type { Either } from "fp-ts/Either";
import type { Option } from "fp-ts/Option";
import type { Columns, StoredColumns } from "./columns";
import type { Envelope } from "./envelope";
import type { UnreadableEvent } from "./upcasting";

/**
 * What the projection asks of a domain. Everything else (reading, folding in order, suspending, rebuilding, verifying,
 * publishing) is the same for every domain.
 *
 * @typeParam Request a recorded request: the envelope, its type and its data
 * @typeParam State what a stream's requests amount to; there is none before the first one that was posted
 * @typeParam Movement what a posted request changes
 */
export interface Domain<Request extends Envelope, State, Movement> {
  /**
   * What one stream is, in the singular and in lower case, e.g. `account`. From it follow the id's column and field
   * (`accountId`), the keys of the read model (`account:…`) and the mutation that publishes (`publishAccountChange`).
   */
  readonly name: string;
  /**
   * The version of the code that derives rows from events. Raise it whenever the same events shall give other rows:
   * streams whose summary carries a lower number are rebuilt.
   */
  readonly projectionVersion: number;
  /** Upcasts a stored event to the current schema version and decodes it. */
  readonly decode: (stored: unknown) => Either<UnreadableEvent, Request>;
  /** Decides a request from the state alone, so that a replay decides the same. */
  readonly decide: (request: Request) => (state: Option<State>) => Decision<Movement>;
  /** Applies what a posted request changes. */
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
  /** A machine's word for the rule that was broken, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason: string;
}

/** What the fold decided about a request: it changes something, or nothing for a reason. */
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
