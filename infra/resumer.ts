import { BundledFunction } from "./bundled-function";
import { type FoldingArgs, foldingRights, foldingSettings } from "./folding";

/** The function behind the mutation `releaseStream`: lets a held stream go on, at an operator's word. */
export function releaser(name: string, args: FoldingArgs): BundledFunction {
  return new BundledFunction(name, {
    entry: "lambda/resumer.ts",
    settings: foldingSettings(args),
    statements: foldingRights(args),
    // AppSync itself waits 30 seconds for an answer.
    timeout: 29,
    service: "releaser",
    logLevel: args.logLevel,
    logRetentionDays: args.logRetentionDays,
  });
}
