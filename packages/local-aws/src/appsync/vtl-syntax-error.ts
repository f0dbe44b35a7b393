/** Where a template is wrong, and the tokens that know their place. */

export class TemplateSyntaxError extends Error {
  override readonly name = "TemplateSyntaxError";

  constructor(reason: string, place: Place) {
    super(`${reason} at line ${place.line}, column ${place.column}`);
  }
}

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Token extends Place {
  readonly kind: string;
  /** What was matched, beginning with a $ or # that led to it. */
  image: string;
  /** The images of what was skipped before it, and attached to it. */
  readonly specials: readonly string[];
}
