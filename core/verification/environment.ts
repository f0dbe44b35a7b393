import type * as O from "fp-ts/Option";
import type * as RTE from "fp-ts/ReaderTaskEither";
import type * as TE from "fp-ts/TaskEither";
import type { Row } from "../projection/columns";
import type { StreamId } from "../projection/identifiers";
import type { ProjectionEnvironment, Unavailable } from "../projection/ports";
import type { ExpectedRows, PartitionRow, SummaryRow } from "./verification";

/** The rows of the read model as they are stored. Strongly consistent. */
export interface StoredRows<State> {
  readonly summary: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<SummaryRow<State>>>;
  /** The stream's row in the list of suspended streams. */
  readonly suspension: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<Row>>;
  /**
   * The next rows of the stream's partition, whatever they are, in the order of their keys: those after a key, one page
   * of them. Empty at the partition's end.
   */
  readonly rowsAfter: (
    streamId: StreamId,
    key: O.Option<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<PartitionRow>>;
}

/** What a verification works with. It reads, and has nothing to write with. */
export interface VerificationEnvironment<State>
  extends Pick<ProjectionEnvironment<State>, "projectionVersion" | "fold" | "events" | "now"> {
  readonly storedRows: StoredRows<State>;
  readonly expectedRows: ExpectedRows<State>;
}

/** A step of a verification. */
export type Look<State, A> = RTE.ReaderTaskEither<VerificationEnvironment<State>, Unavailable, A>;
