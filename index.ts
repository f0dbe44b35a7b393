import { loadConfig } from "./infra/config";
import { Service } from "./infra/service";
import { wiring } from "./vtl/wiring";

const { outputs } = new Service("ledger", {
  config: loadConfig(),
  wiring,
  entries: {
    projector: "lambda/projector.ts",
    resumer: "lambda/resumer.ts",
    rebuilder: "lambda/rebuilder.ts",
  },
});

// What a front end needs.
export const { region, userPoolId, userPoolClientId, graphqlUrl, realtimeUrl } = outputs;

// What an operator needs.
export const {
  eventTableName,
  readModelTableName,
  projectorFunctionName,
  failureQueueUrl,
  rebuildQueueUrl,
  rebuildFailureQueueUrl,
  alarmTopicArn,
} = outputs;
