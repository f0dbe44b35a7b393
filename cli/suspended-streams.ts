import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith } from "../core/projection/decoding";
import { StreamId } from "../core/projection/identifiers";
import { Suspension } from "../core/projection/summary";
import { suspendedPartition } from "../lambda/adapters/keys";
import { idFromKey } from "../lambda/adapters/rows";
import type { SuspendedStream } from "./report";
import { rowsIn } from "./stored-rows";
import type { Tables } from "./tables";

/** A row of the list of suspended streams that cannot be read. */
export interface UnreadableRow {
  /** The stream's id as far as it can be told: the row's key. */
  readonly streamId: string;
  readonly fault: string;
}

const suspensionRow = t.intersection([t.type({ streamId: StreamId }), Suspension]);

/** The rows of the list of suspended streams, each as it reads. */
export async function* suspendedStreams({
  name,
  documents,
  readModel,
}: Tables): AsyncGenerator<E.Either<UnreadableRow, SuspendedStream>> {
  for await (const row of rowsIn(documents, readModel, suspendedPartition)) {
    const streamId = idFromKey(name, String(row.sk), row);
    yield pipe(
      decodeWith(suspensionRow)({ ...row, streamId }),
      E.bimap(
        (fault) => ({ streamId: String(row.sk), fault }),
        ({ streamId, version, reason, detail, since }) => ({
          ...{ streamId, version, reason, detail, since },
        }),
      ),
    );
  }
}
