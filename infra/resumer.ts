import { BundledFunction } from "./bundled-function";
import { type FoldingArgs, foldingRights, foldingSettings } from "./folding";

/** The function behind the mutation `resumeStream`: lets a suspended stream go on, at an operator's word. */
export function resumer(name: string, args: FoldingArgs): BundledFunction {
  return new BundledFunction(name, {
    entry: "lambda/resumer.ts",
    settings: foldingSettings(args),
    statements: foldingRights(args),
    // AppSync itself waits 30 seconds for an answer.
    timeout: 29,
    service: "resumer",
    logLevel: args.logLevel,
    logRetentionDays: args.logRetentionDays,
  });
}
