import fc from "fast-check";
import type { Envelope } from "../../core/projection/envelope";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Asked, Drawn, Requests, StoredEvent } from "./subject";

/** A subject's requests as arbitraries. */
export interface Asking {
  /** A request that a client sends first. */
  readonly opening: fc.Arbitrary<Asked>;
  readonly any: fc.Arbitrary<Asked>;
}

/** Of ten requests, so many come from clients of the current API. */
const currentOfTen = 7;

const askedOf = (type: string, { data }: Drawn<unknown>): fc.Arbitrary<Asked> => {
  const versions = data.map((arbitrary, index) =>
    (arbitrary as fc.Arbitrary<object>).map((drawn) => ({
      type,
      schemaVersion: index + 1,
      data: Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)),
    })),
  );
  const [current, ...older] = versions.reverse();
  if (current === undefined) throw new Error(`${type} is never drawn`);
  return older.length === 0
    ? current
    : fc.oneof(
        { weight: currentOfTen, arbitrary: current },
        { weight: 10 - currentOfTen, arbitrary: fc.oneof(...older) },
      );
};

export const askingFor = <Request extends Envelope>(requests: Requests<Request>): Asking => {
  const all = Object.entries<Drawn<unknown>>(requests);
  const oneOf = (drawn: typeof all) =>
    fc.oneof(
      ...drawn.map(([type, one]) => ({ weight: one.weight, arbitrary: askedOf(type, one) })),
    );
  return { opening: oneOf(all.filter(([, { mayOpen }]) => mayOpen)), any: oneOf(all) };
};

/** Any requests at all, though mostly such that begin with an opening, as the write path has them. */
export const anyRequests = ({ opening, any }: Asking, maxLength = 20): fc.Arbitrary<Asked[]> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(opening, fc.array(any, { maxLength: maxLength - 1 }))
        .map(([first, later]) => [first, ...later]),
    },
    { weight: 1, arbitrary: fc.array(any, { minLength: 1, maxLength }) },
  );

/** The requests as the events of a stream, from version 1 on. */
export const storedLog = (
  requests: ReadonlyArray<Asked>,
  streamId = "stream-1" as StreamId,
): ReadonlyArray<StoredEvent> =>
  requests.map((asked, index) => ({
    streamId,
    version: (index + 1) as Version,
    commandId: `command-${index + 1}`,
    owner: "owner",
    actor: "owner",
    recordedAt: new Date(Date.UTC(2030, 0, 1, 0, 0, index)).toISOString(),
    ...asked,
  }));
