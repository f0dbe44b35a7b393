/** The generated parser inside amplify-velocity-template, which ships no types. */
declare module "amplify-velocity-template/src/parse/index" {
  export const parser: {
    readonly yy: { begin?: boolean };
    parse(text: string): unknown;
  };
}
