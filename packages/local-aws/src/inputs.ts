import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";

/** Inputs by their names, as a program or a client gives them. */
export type Inputs = Readonly<Record<string, unknown>>;

type Values<Required extends t.Props, Optional extends t.Props> = {
  readonly [Name in keyof Required]: t.TypeOf<Required[Name]>;
} & {
  readonly [Name in keyof Optional]?: t.TypeOf<Optional[Name]>;
};

/**
 * The name of an input that has a value and is not among the known ones, if there is one. It is to be refused: what it
 * asks for would silently not happen.
 */
export function findUnknown(inputs: Inputs, known: readonly string[]): string | undefined {
  return Object.keys(inputs).find((name) => inputs[name] !== undefined && !known.includes(name));
}

/** The names that a codec of inputs knows. */
export interface KnownInputs {
  readonly used: readonly string[];
  /** They mean nothing on one machine. */
  readonly ignored: readonly string[];
}

/**
 * The codec of inputs: those that are used, and the names of those that are known to mean nothing on one machine.
 * It refuses all others.
 */
export function inputsOf<Required extends t.Props, Optional extends t.Props>(
  required: Required,
  optional: Optional,
  ignored: readonly string[] = [],
): t.Type<Values<Required, Optional>, unknown, unknown> & { readonly inputs: KnownInputs } {
  type Decoded = Values<Required, Optional>;
  const codecs: t.Props = { ...required, ...optional };
  const known = [...Object.keys(codecs), ...ignored];
  const codec = new t.Type<Decoded, unknown, unknown>(
    "an object",
    (value): value is Decoded => t.UnknownRecord.is(value),
    (value, context) => {
      if (!t.UnknownRecord.is(value)) {
        return t.failure(value, context);
      }
      const unknown = findUnknown(value, known);
      if (unknown !== undefined) {
        const where = t.appendContext(context, unknown, t.unknown, value[unknown]);
        return t.failure(value[unknown], where, "is not supported locally");
      }
      const decoded: Record<string, unknown> = {};
      for (const [name, codec] of Object.entries(codecs)) {
        const found = value[name];
        if (found === undefined && name in optional) {
          continue;
        }
        const where = t.appendContext(context, name, codec, found);
        const input =
          found === undefined
            ? t.failure(found, where, "is missing")
            : codec.validate(found, where);
        if (isLeft(input)) {
          return input;
        }
        decoded[name] = input.right;
      }
      return t.success(decoded as Decoded);
    },
    t.identity,
  );
  return Object.assign(codec, { inputs: { used: Object.keys(codecs), ignored } });
}

/** The codec of a resource's inputs. Tags mean nothing here, and there is one region alone. */
export function resourceInputs<Required extends t.Props, Optional extends t.Props>(
  required: Required,
  optional: Optional,
  ignored: readonly string[] = [],
) {
  return inputsOf(required, optional, [...ignored, "region", "tags", "tagsAll"]);
}

/** A codec of the values that meet the condition. Messages call them by the name. */
export function only<A>(name: string, is: (value: unknown) => value is A): t.Type<A> {
  return new t.Type<A>(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );
}

/** A codec of the texts that match the pattern. */
export function textLike(name: string, pattern: RegExp): t.Type<string> {
  return only(name, (value): value is string => t.string.is(value) && pattern.test(value));
}

/** A codec of these texts. */
export function oneOf<Text extends string>(...texts: readonly Text[]): t.Type<Text> {
  return only(texts.join(" or "), (value): value is Text => texts.includes(value as Text));
}

/** A codec of the whole numbers in a range. */
export function wholeNumber(least: number, most: number): t.Type<number> {
  return only(
    `a whole number from ${least} to ${most}`,
    (value): value is number =>
      t.number.is(value) && Number.isInteger(value) && value >= least && value <= most,
  );
}

/**
 * Decodes inputs. Throws an Error of one line that names the first input at fault.
 * @param where whose inputs they are, e.g. "table events"
 */
export function decodeInputs<A>(
  codec: t.Type<A, unknown, unknown>,
  inputs: unknown,
  where: string,
): A {
  const decoded = codec.decode(inputs);
  if (isLeft(decoded)) {
    throw new Error([where, ...decoded.left.slice(0, 1).map(describe)].join(": "));
  }
  return decoded.right;
}

function describe({ context, value, message }: t.ValidationError): string {
  const path = context.flatMap(({ key }) => (key === "" ? [] : [key])).join(".");
  const expected = context.at(-1)?.type.name;
  return `the input "${path}" ${message ?? `must be ${expected}, found ${shortened(value)}`}`;
}

/** In a line that can be read: the value may be a whole document. */
function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)} …` : text;
}

const maxShown = 100;
