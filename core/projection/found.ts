import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { firstGeneration, Generation, type StreamId, StreamVersion } from "./identifiers";
import type { StoredRebuild, UnreadableSummary } from "./ports";
import type { Summary } from "./summary";
import { loadSummary, type Step } from "./use-case";

/** What a rebuild finds in the place of the summary. */
export type Found<State> = E.Either<UnreadableSummary, O.Option<Summary<State>>>;

/** Loads the summary, also where it cannot be read. */
export const find = <State>(streamId: StreamId): Step<State, Found<State>> =>
  pipe(
    loadSummary<State>(streamId),
    RTE.map((summary): Found<State> => E.right(summary)),
    RTE.orElse(
      (error): Step<State, Found<State>> =>
        error._tag === "UnreadableSummary" ? RTE.right(E.left(error)) : RTE.left(error),
    ),
  );

/** The summary, where there is one that can be read. */
export const summaryOf = <State>(found: Found<State>): O.Option<Summary<State>> =>
  pipe(
    found,
    E.getOrElse((): O.Option<Summary<State>> => O.none),
  );

const generationIn = ({ generation }: { readonly generation?: unknown }): number =>
  Generation.is(generation) ? generation : 0;

/** A generation that no row of the stream belongs to yet. */
export const nextGeneration = <State>(
  found: Found<State>,
  before: O.Option<StoredRebuild<State>>,
): Generation => {
  const there = pipe(
    found,
    E.match(
      ({ row }) => generationIn(row),
      O.match(() => 0, generationIn),
    ),
  );
  const tried = pipe(
    before,
    O.match(
      () => 0,
      ({ row }) => generationIn(row),
    ),
  );
  return Math.max(firstGeneration, there + 1, tried + 1) as Generation;
};

/** The version to come to before the summary is replaced; none where that is the end of the stream. */
export const goalOf = (found: Found<unknown>): O.Option<StreamVersion> =>
  pipe(
    found,
    E.match(
      ({ row: { version } }) => (StreamVersion.is(version) ? O.some(version) : O.none),
      O.map(({ version }) => version),
    ),
  );
