import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import type * as t from "io-ts";
import { canonicalForm } from "./hash-chain";

/** The beginning of a text. Half of a surrogate pair is no well-formed text, and this text is stored. */
export const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}…` : text;

/** A value as text, long enough to recognise it, short enough to be stored and shown. */
export const excerpt = (value: unknown): string =>
  shortened(value === undefined ? "nothing" : canonicalForm(value), 80);

const faultOf = ({ context, value }: t.ValidationError): string => {
  // Members of intersections and unions carry their position as key: only names help a reader.
  const path = context
    .map(({ key }) => key)
    .filter((key) => key !== "" && !/^\d+$/.test(key))
    .join(".");
  const expected = context[context.length - 1]?.type.name ?? "a value";
  return `${path === "" ? "value" : path}: expected ${expected}, found ${excerpt(value)}`;
};

/** Decodes. Left has one readable clause for each wrong field: what was expected and what was found. */
export const decodeWith =
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<string, A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((errors) => [...new Set(errors.map(faultOf))].join("; ")),
    );
