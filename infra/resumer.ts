import type * as pulumi from "@pulumi/pulumi";
import { BundledFunction } from "./bundled-function";
import { endSuspensionsAndRebuilds } from "./permissions";
import { type ProjectionArgs, projectionPermissions, projectionSettings } from "./projection";

/** The function behind the mutation `resumeStream`: resumes a suspended stream when an operator asks for it. */
export class Resumer extends BundledFunction {
  constructor(name: string, args: ProjectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      {
        entry: args.entry,
        settings: projectionSettings(args),
        permissions: [...projectionPermissions(args), endSuspensionsAndRebuilds(args.readModel)],
        // AppSync itself waits 30 seconds for an answer.
        timeout: 29,
        service: "resumer",
        logLevel: args.logLevel,
        logRetentionDays: args.logRetentionDays,
        keepData: args.keepData,
      },
      opts,
    );
  }
}
