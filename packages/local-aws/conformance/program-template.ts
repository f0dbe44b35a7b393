import type fc from "fast-check";
import type { Context } from "./outcome";

/** A template of a program, with the contexts that it is to be rendered in. */
export interface ProgramTemplate {
  readonly name: string;
  readonly text: string;
  readonly contexts: fc.Arbitrary<Context>;
}
