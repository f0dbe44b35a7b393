import { Alarms } from "./infra/alarms";
import { Api } from "./infra/api";
import { auditTrail } from "./infra/audit-trail";
import { loadConfig } from "./infra/config";
import { Projector } from "./infra/projector";
import { Resolvers } from "./infra/resolvers";
import { resumer } from "./infra/resumer";
import { SignIn } from "./infra/sign-in";
import { eventTable, readModelTable } from "./infra/tables";

const config = loadConfig();

const signIn = new SignIn("sign-in", config);
const events = eventTable("events", config);
const readModel = readModelTable("read-model", config);
const api = new Api("api", {
  ...config,
  userPoolId: signIn.userPool.id,
  clientId: signIn.client.id,
});
const folding = {
  ...config,
  eventTable: events,
  readModel,
  apiArn: api.arn,
  graphqlUrl: api.graphqlUrl,
};
const projector = new Projector("projector", folding);
new Resolvers("resolvers", {
  apiId: api.id,
  eventTable: events,
  readModel,
  resumer: resumer("resumer", folding).function,
});
const alarms = new Alarms("alarms", projector);
if (config.auditTrail) auditTrail("audit", { ...config, table: events });

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
export const projectorFunctionName = projector.functionName;
export const failureQueueUrl = projector.failureQueueUrl;
/** Subscribe to it to hear of alarms. */
export const alarmTopicArn = alarms.topicArn;
