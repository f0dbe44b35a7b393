import * as t from "io-ts";
import { inputsOf } from "../../inputs";
import type { Attribute } from "../model";

/** Attributes as requests have them. */
export const givenAttributes = t.array(inputsOf({ Name: t.string }, { Value: t.string }));

/** An attribute without a value is an empty one. */
export const valuesOf = (list: t.TypeOf<typeof givenAttributes> = []): readonly Attribute[] =>
  list.map(({ Name, Value = "" }) => ({
    Name,
    Value: Name.endsWith("_verified") ? Value.toLowerCase() : Value,
  }));
