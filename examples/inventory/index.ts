import * as aws from "@pulumi/aws";
import { Service } from "../../infra/service";
import { wiring } from "./vtl/wiring";

const { outputs } = new Service("inventory", {
  // An example needs no settings by stack: these suit one that may be thrown away.
  config: {
    region: aws.config.requireRegion(),
    keepData: false,
    breakGlassRoleArn: undefined,
    allowReplacement: true,
    passwordSignIn: true,
    mfa: "OFF",
    userPoolTier: "ESSENTIALS",
    threatProtection: "OFF",
    introspection: true,
    queryDepthLimit: 15,
    resolverCountLimit: 20,
    logLevel: "INFO",
    logRetentionDays: 7,
    auditTrail: false,
    auditLockDays: 0,
    firewall: false,
    requestsPerAddress: 2000,
    alarmRecipients: [],
    parallelizationFactor: 1,
    projectorConcurrency: 0,
    maxReadUnits: 0,
    maxWriteUnits: 0,
    backup: false,
    backupRetentionDays: 36,
  },
  wiring,
  entries: {
    projector: "lambda/projector.ts",
    resumer: "lambda/resumer.ts",
    rebuilder: "lambda/rebuilder.ts",
  },
});

export const {
  region,
  userPoolId,
  userPoolClientId,
  graphqlUrl,
  realtimeUrl,
  eventTableName,
  readModelTableName,
  rebuildQueueUrl,
} = outputs;
