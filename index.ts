import { Alarms } from "./infra/alarms";
import { Api } from "./infra/api";
import { AuditTrail } from "./infra/audit-trail";
import { loadConfig } from "./infra/config";
import { Projector } from "./infra/projector";
import { Resolvers } from "./infra/resolvers";
import { Resumer } from "./infra/resumer";
import { SignIn } from "./infra/sign-in";
import { Tables } from "./infra/tables";
import { wiring } from "./vtl/wiring";

const config = loadConfig();

const signIn = new SignIn("sign-in", config);
const { events, readModel } = new Tables("ledger", config);
const api = new Api("api", {
  ...config,
  wiring,
  userPoolId: signIn.userPool.id,
  clientId: signIn.client.id,
});
const { graphqlApi } = api;
const projection = {
  ...config,
  events,
  readModel,
  graphqlApi,
  graphqlUrl: api.graphqlUrl,
  publishField: wiring.publishField,
};
const projector = new Projector("projector", { ...projection, entry: "lambda/projector.ts" });
const resumer = new Resumer("resumer", { ...projection, entry: "lambda/resumer.ts" });
new Resolvers("resolvers", {
  graphqlApi,
  events,
  readModel,
  resumer: resumer.function,
  wiring,
});
const alarms = new Alarms("alarms", projector);
if (config.auditTrail) {
  new AuditTrail("audit", { ...config, events });
}

// What a front end needs.
export const region = config.region;
export const userPoolId = signIn.userPool.id;
export const userPoolClientId = signIn.client.id;
/** Where the pool answers, without the scheme: `host/userPoolId`. */
export const userPoolEndpoint = signIn.userPool.endpoint;
export const graphqlUrl = api.graphqlUrl;
export const realtimeUrl = api.realtimeUrl;

// What an operator needs.
export const eventTableName = events.name;
export const readModelTableName = readModel.name;
export const projectorFunctionName = projector.function.name;
export const failureQueueUrl = projector.failureQueue.url;
/** Subscribe to it to receive the alarms. */
export const alarmTopicArn = alarms.topic.arn;
