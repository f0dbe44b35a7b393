import * as t from "io-ts";
import type { Metric } from "./metrics";

export interface Emitted {
  readonly metric: Metric;
  readonly values: readonly number[];
  readonly unit: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

// Source: "Specification: Embedded metric format" in the CloudWatch User Guide.

const Directive = t.type({
  Namespace: t.string,
  Dimensions: t.array(t.array(t.string)),
  Metrics: t.array(t.intersection([t.type({ Name: t.string }), t.partial({ Unit: t.string })])),
});

const Document = t.type({
  _aws: t.type({ Timestamp: t.number, CloudWatchMetrics: t.array(Directive) }),
});

const Values = t.union([t.number, t.array(t.number)]);

/**
 * The metrics of a line that a function prints in the embedded metric format; none of any other line. Throws an Error that
 * says what is wrong with a line that means to have some: CloudWatch drops such a line without a word.
 */
export function readEmbeddedMetrics(line: string): readonly Emitted[] {
  if (!line.includes('"_aws"')) {
    return [];
  }
  const document = parse(line);
  if (document === undefined) {
    return [];
  }
  if (!Document.is(document)) {
    throw new Error("_aws is not as the embedded metric format has it");
  }
  const members: Readonly<Record<string, unknown>> = { ...document };
  const { Timestamp: at, CloudWatchMetrics } = document._aws;
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name, Unit: unit = "None" }) => {
      const found = members[name];
      if (!Values.is(found)) {
        throw new Error(`the metric ${name} has no number`);
      }
      const values = [found].flat();
      return Dimensions.map((keys) => ({
        metric: { namespace, name, dimensions: dimensionsOf(keys, members) },
        values,
        unit,
        at,
      }));
    }),
  );
}

function parse(line: string): object | undefined {
  try {
    const document: unknown = JSON.parse(line);
    return typeof document === "object" && document !== null && "_aws" in document
      ? document
      : undefined;
  } catch {
    return undefined;
  }
}

function dimensionsOf(
  keys: readonly string[],
  members: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    keys.map((key) => {
      const value = members[key];
      if (typeof value !== "string") {
        throw new Error(`the dimension ${key} has no text`);
      }
      return [key, value];
    }),
  );
}
