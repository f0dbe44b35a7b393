import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapWithIndex } from "fp-ts/Record";
import {
  type DataSourceName,
  type FunctionName,
  type FunctionWiring,
  functions,
  resolvers,
} from "../vtl/wiring";
import { allow, assumedBy, type Statement } from "./policy";
import { ownerIndex } from "./tables";
import { type TemplateValues, template } from "./templates";

export interface ResolversArgs {
  apiId: pulumi.Input<string>;
  /** Event table ①. */
  eventTable: aws.dynamodb.Table;
  /** Read model ②. */
  readModel: aws.dynamodb.Table;
  /** The function that resumes suspended streams. */
  resumer: aws.lambda.Function;
}

type DataSources = Readonly<Record<DataSourceName, aws.appsync.DataSource>>;
type Functions = Readonly<Record<FunctionName, aws.appsync.Function>>;

/** What answers the API's fields: data sources, functions and resolvers, connected as `wiring.ts` says. */
export class Resolvers extends pulumi.ComponentResource {
  constructor(name: string, args: ResolversArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-ledger:infra:Resolvers", name, {}, opts);
    const values = { readModelTable: args.readModel.name };
    const at: Place = { name, apiId: args.apiId, parent: this, values };
    const dataSources = createDataSources(at, args);
    createResolvers(at, dataSources, createFunctions(at, dataSources));
    this.registerOutputs({});
  }
}

/** Where the pieces are made: under which name, API and parent, and what their templates may ask for. */
interface Place {
  readonly name: string;
  readonly apiId: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
  readonly values: TemplateValues;
}

function createDataSources(
  at: Place,
  { eventTable, readModel, resumer }: ResolversArgs,
): DataSources {
  return {
    EventTable: dataSource(at, "EventTable", tableConfig(eventTable), [
      // GetItem also serves PutItem: after a failed condition AppSync reads the stored item to compare it.
      { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [eventTable.arn] },
    ]),
    ReadModel: dataSource(at, "ReadModel", tableConfig(readModel), [
      {
        actions: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
        resources: [readModel.arn],
      },
      {
        actions: ["dynamodb:Query"],
        resources: [pulumi.interpolate`${readModel.arn}/index/${ownerIndex}`],
      },
    ]),
    Resumer: dataSource(
      at,
      "Resumer",
      { type: "AWS_LAMBDA", lambdaConfig: { functionArn: resumer.arn } },
      [{ actions: ["lambda:InvokeFunction"], resources: [resumer.arn] }],
    ),
    None: new aws.appsync.DataSource(
      `${at.name}-None`,
      { apiId: at.apiId, name: "None", type: "NONE" },
      { parent: at.parent },
    ),
  };
}

function tableConfig(table: aws.dynamodb.Table) {
  return { type: "AMAZON_DYNAMODB", dynamodbConfig: { tableName: table.name } };
}

/** A data source with a role that allows just these statements. */
function dataSource(
  at: Place,
  name: DataSourceName,
  config: Pick<aws.appsync.DataSourceArgs, "type" | "dynamodbConfig" | "lambdaConfig">,
  statements: readonly Statement[],
): aws.appsync.DataSource {
  const role = new aws.iam.Role(
    `${at.name}-${name}-role`,
    { assumeRolePolicy: assumedBy("appsync.amazonaws.com") },
    { parent: at.parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${at.name}-${name}-policy`,
    { role: role.name, policy: allow(...statements) },
    { parent: at.parent },
  );
  return new aws.appsync.DataSource(
    `${at.name}-${name}`,
    // Named explicitly, as the functions are: AppSync admits no hyphen, and the names that Pulumi makes have one.
    { ...config, apiId: at.apiId, name, serviceRoleArn: role.arn },
    { parent: at.parent, dependsOn: [policy] },
  );
}

function createFunctions(at: Place, dataSources: DataSources): Functions {
  return mapWithIndex(
    (name: FunctionName, { dataSource, templates }: FunctionWiring) =>
      new aws.appsync.Function(
        `${at.name}-${name}`,
        {
          apiId: at.apiId,
          name,
          dataSource: dataSources[dataSource].name,
          functionVersion: "2018-05-29",
          requestMappingTemplate: template(`${templates}.request`, at.values),
          responseMappingTemplate: template(`${templates}.response`, at.values),
        },
        { parent: at.parent },
      ),
  )(functions);
}

function createResolvers(at: Place, dataSources: DataSources, made: Functions): void {
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [field, wiring] of Object.entries(fields)) {
      const args =
        "functions" in wiring
          ? {
              kind: "PIPELINE",
              pipelineConfig: { functions: wiring.functions.map((name) => made[name].functionId) },
              requestTemplate: template(`${wiring.before}.before`, at.values),
              responseTemplate: template(`${wiring.after}.after`, at.values),
            }
          : {
              kind: "UNIT",
              dataSource: dataSources[wiring.dataSource].name,
              requestTemplate: template(`${wiring.templates}.request`, at.values),
              responseTemplate: template(`${wiring.templates}.response`, at.values),
            };
      new aws.appsync.Resolver(
        // Keep this name: under another the new resolver is made before the old is gone, and a field has but one.
        `${at.name}-${type}_${field}`,
        { apiId: at.apiId, type, field, ...args },
        { parent: at.parent },
      );
    }
  }
}
