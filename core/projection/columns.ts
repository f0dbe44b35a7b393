import type { Either } from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { decodeWith } from "./decoding";

/** A row of the read model: its columns by name. A column without a value is absent or undefined. */
export type Row = Readonly<Record<string, unknown>>;

/** The columns that a value is written to. */
export interface Columns<A> {
  readonly names: ReadonlyArray<string>;
  readonly encode: (value: A) => Row;
}

/** Columns that can be read back as well. */
export interface StoredColumns<A> extends Columns<A> {
  /** Ignores other columns of the row. Left names the wrong columns in one line. */
  readonly decode: (row: unknown) => Either<string, A>;
}

/** One column for each property of a codec, in this order. */
export const columns = <Props extends t.Props>(
  props: Props,
): StoredColumns<t.TypeOf<t.TypeC<Props>>> => {
  const codec = t.strict(props);
  return { names: Object.keys(props), encode: codec.encode, decode: decodeWith(codec) };
};

/** The same columns, written from another value. */
export const writtenFrom =
  <A, B>(view: (value: B) => A) =>
  ({ names, encode }: Columns<A>): Columns<B> => ({
    names,
    encode: (value) => encode(view(value)),
  });

/** A column that may be absent. */
export const optional = <A, Output>(
  codec: t.Type<A, Output>,
): t.Type<O.Option<A>, Output | undefined> =>
  new t.Type(
    `Option<${codec.name}>`,
    (value): value is O.Option<A> =>
      typeof value === "object" &&
      value !== null &&
      "_tag" in value &&
      (value._tag === "None" ||
        (value._tag === "Some" && "value" in value && codec.is(value.value))),
    (value, context) =>
      value === undefined
        ? t.success(O.none)
        : pipe(codec.validate(value, context), (result) =>
            result._tag === "Left" ? result : t.success(O.some(result.right)),
          ),
    (value) => (O.isSome(value) ? codec.encode(value.value) : undefined),
  );
