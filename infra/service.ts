import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "./alarms";
import { Api } from "./api";
import { AuditTrail } from "./audit-trail";
import { Backup } from "./backup";
import { componentType, keeping } from "./component";
import type { StackConfig } from "./config";
import { eventTablePolicy } from "./event-table-policy";
import { Firewall } from "./firewall";
import { Projector } from "./projector";
import { RebuildQueue } from "./rebuild-queue";
import { Rebuilder } from "./rebuilder";
import { Resolvers } from "./resolvers";
import { Resumer } from "./resumer";
import { SignIn } from "./sign-in";
import { Tables } from "./tables";
import type { Wiring } from "./wiring";

/** None of it is an `Input`: the stack's settings and the domain's files are read at once. */
export interface ServiceArgs {
  /** The settings of the stack. */
  config: StackConfig;
  /** Which templates serve which field of the domain's API. */
  wiring: Wiring;
  /** The TypeScript files of the functions, from the program's folder on. */
  entries: { readonly projector: string; readonly resumer: string; readonly rebuilder: string };
}

/** What a front end and an operator need to reach the service. */
export interface ServiceOutputs {
  readonly region: string;
  readonly userPoolId: pulumi.Output<string>;
  readonly userPoolClientId: pulumi.Output<string>;
  readonly graphqlUrl: pulumi.Output<string>;
  readonly realtimeUrl: pulumi.Output<string>;
  readonly eventTableName: pulumi.Output<string>;
  readonly readModelTableName: pulumi.Output<string>;
  readonly projectorFunctionName: pulumi.Output<string>;
  readonly failureQueueUrl: pulumi.Output<string>;
  readonly rebuildQueueUrl: pulumi.Output<string>;
  readonly rebuildFailureQueueUrl: pulumi.Output<string>;
  /** Subscribe to it to receive the alarms. */
  readonly alarmTopicArn: pulumi.Output<string>;
}

/** Everything that carries a domain: users sign in, commands are recorded, events are folded, queries are served. */
export class Service extends pulumi.ComponentResource {
  readonly signIn: SignIn;
  readonly tables: Tables;
  readonly api: Api;
  readonly projector: Projector;
  readonly resumer: Resumer;
  readonly rebuildQueue: RebuildQueue;
  readonly rebuilder: Rebuilder;
  readonly resolvers: Resolvers;
  readonly firewall: Firewall | undefined;
  readonly alarms: Alarms;
  readonly auditTrail: AuditTrail | undefined;
  readonly backup: Backup | undefined;
  readonly outputs: ServiceOutputs;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Service"), name, {}, opts);
    const { config, wiring, entries } = args;
    const parent = { parent: this };
    this.signIn = new SignIn(`${name}-sign-in`, config, parent);
    this.tables = new Tables(name, config, parent);
    this.api = new Api(
      `${name}-api`,
      {
        ...config,
        wiring,
        userPoolId: this.signIn.userPool.id,
        userPoolArn: this.signIn.userPool.arn,
        clientId: this.signIn.client.id,
      },
      parent,
    );
    const { events, readModel } = this.tables;
    const { graphqlApi, graphqlUrl } = this.api;
    this.rebuildQueue = new RebuildQueue(`${name}-rebuilds`, config, parent);
    const projection = {
      ...config,
      events,
      readModel,
      rebuildQueue: this.rebuildQueue.queue,
      graphqlApi,
      graphqlUrl,
      publishField: wiring.publishField,
    };
    this.projector = new Projector(
      `${name}-projector`,
      {
        ...projection,
        entry: entries.projector,
        parallelizationFactor: config.parallelizationFactor,
        reservedConcurrency: config.projectorConcurrency,
      },
      parent,
    );
    this.resumer = new Resumer(
      `${name}-resumer`,
      { ...projection, entry: entries.resumer },
      parent,
    );
    this.rebuilder = new Rebuilder(
      `${name}-rebuilder`,
      { ...projection, entry: entries.rebuilder },
      parent,
    );
    this.resolvers = new Resolvers(
      `${name}-resolvers`,
      {
        graphqlApi,
        events,
        readModel,
        resumer: this.resumer.function,
        readers: [this.rebuildQueue, this.projector, this.resumer, this.rebuilder],
        wiring,
      },
      parent,
    );
    if (config.keepData) {
      // Where data is not kept, developers may mend events by hand, and the stack can be destroyed.
      eventTablePolicy(
        `${name}-events-policy`,
        {
          events,
          appendRoleArn: this.resolvers.dataSources.EventTable.serviceRoleArn,
          breakGlassRoleArn: config.breakGlassRoleArn,
        },
        { ...parent, ...keeping(config) },
      );
    }
    this.firewall = config.firewall
      ? new Firewall(`${name}-firewall`, { ...config, graphqlApi }, parent)
      : undefined;
    this.alarms = new Alarms(
      `${name}-alarms`,
      {
        recipients: config.alarmRecipients,
        projector: this.projector.function,
        projectorMapping: this.projector.mapping,
        failureQueue: this.projector.failureQueue,
        rebuilder: this.rebuilder.function,
        rebuilderMapping: this.rebuilder.mapping,
        rebuildFailureQueue: this.rebuildQueue.failureQueue,
        resumer: this.resumer.function,
        events,
        readModel,
        graphqlApi,
      },
      parent,
    );
    this.auditTrail = config.auditTrail
      ? new AuditTrail(`${name}-audit`, { ...config, events }, parent)
      : undefined;
    this.backup = config.backup
      ? new Backup(`${name}-backup`, { ...config, events }, parent)
      : undefined;
    this.outputs = {
      region: config.region,
      userPoolId: this.signIn.userPool.id,
      userPoolClientId: this.signIn.client.id,
      graphqlUrl,
      realtimeUrl: this.api.realtimeUrl,
      eventTableName: events.name,
      readModelTableName: readModel.name,
      projectorFunctionName: this.projector.function.name,
      failureQueueUrl: this.projector.failureQueue.url,
      rebuildQueueUrl: this.rebuildQueue.queue.url,
      rebuildFailureQueueUrl: this.rebuildQueue.failureQueue.url,
      alarmTopicArn: this.alarms.topic.arn,
    };
    this.registerOutputs(this.outputs);
  }
}
