import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./component";
import { appendEvents, findStreamsOfOwner, queryReadModel, resumeStreams } from "./permissions";
import { allow, assumedBy, type Permission } from "./policy";
import { Sequence } from "./sequence";
import { template } from "./templates";
import type { DataSourceName, Fields, Step, Values, Wiring } from "./wiring";

export interface ResolversArgs {
  graphqlApi: aws.appsync.GraphQLApi;
  /** Event table ①. */
  events: aws.dynamodb.Table;
  /** Read model ②. */
  readModel: aws.dynamodb.Table;
  /** The function that resumes suspended streams. */
  resumer: aws.lambda.Function;
  /**
   * What reads the events that the templates write. It is deployed first: an event of a later schema version than it knows
   * suspends its stream.
   */
  readers: readonly pulumi.Resource[];
  /** Which templates serve which field. */
  wiring: Wiring;
}

type DataSources = Readonly<Record<DataSourceName, aws.appsync.DataSource>>;

/** What serves the API's fields: data sources, functions and resolvers, connected as the wiring says. */
export class Resolvers extends pulumi.ComponentResource {
  readonly dataSources: DataSources;
  /** By the name of their templates, such as `shared/append`. */
  readonly functions: ReadonlyMap<string, aws.appsync.Function>;
  readonly resolvers: readonly aws.appsync.Resolver[];

  constructor(name: string, args: ResolversArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Resolvers"), name, {}, opts);
    const { wiring, graphqlApi, readModel } = args;
    const place: Place = {
      name,
      apiId: graphqlApi.id,
      apiArn: graphqlApi.arn,
      parent: this,
      sequence: new Sequence(args.readers),
      template: (file, values) =>
        template(file, wiring.folders, {
          readModelTable: readModel.name,
          ...wiring.values,
          ...values,
        }),
    };
    this.dataSources = createDataSources(place, args);
    this.functions = createFunctions(place, this.dataSources, wiring);
    this.resolvers = Object.entries(wiring.resolvers).flatMap(([type, fields]) =>
      createResolvers(place, type, fields, this.dataSources, this.functions),
    );
    this.registerOutputs({});
  }
}

/** Where the resources are created: under which name, API and parent, and with which templates. */
interface Place {
  readonly name: string;
  readonly apiId: pulumi.Input<string>;
  readonly apiArn: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
  /** The data sources after what reads events, then the functions. */
  readonly sequence: Sequence;
  /** A template with the wiring's values, and with values of its own. */
  readonly template: (file: string, values?: Values) => pulumi.Output<string>;
}

function createDataSources(place: Place, args: ResolversArgs): DataSources {
  const { events, readModel, resumer } = args;
  return {
    EventTable: dataSource(place, "EventTable", tableConfig(events), [appendEvents(events)]),
    ReadModel: dataSource(place, "ReadModel", tableConfig(readModel), [
      queryReadModel(readModel),
      findStreamsOfOwner(readModel),
    ]),
    Resumer: dataSource(
      place,
      "Resumer",
      { type: "AWS_LAMBDA", lambdaConfig: { functionArn: resumer.arn } },
      [resumeStreams(resumer)],
    ),
    None: place.sequence.add(
      (dependsOn) =>
        new aws.appsync.DataSource(
          `${place.name}-None`,
          { apiId: place.apiId, name: "None", type: "NONE" },
          { parent: place.parent, dependsOn },
        ),
    ),
  };
}

function tableConfig(table: aws.dynamodb.Table) {
  return { type: "AMAZON_DYNAMODB", dynamodbConfig: { tableName: table.name } };
}

/** A data source with a role that has just these permissions. */
function dataSource(
  place: Place,
  name: DataSourceName,
  config: Pick<aws.appsync.DataSourceArgs, "type" | "dynamodbConfig" | "lambdaConfig">,
  permissions: readonly Permission[],
): aws.appsync.DataSource {
  const role = new aws.iam.Role(
    `${place.name}-${name}-role`,
    { assumeRolePolicy: assumedBy("appsync.amazonaws.com", place.apiArn) },
    { parent: place.parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${place.name}-${name}-policy`,
    { role: role.name, policy: allow(...permissions) },
    { parent: place.parent },
  );
  return place.sequence.add(
    (before) =>
      new aws.appsync.DataSource(
        `${place.name}-${name}`,
        // Named explicitly, as the functions are: AppSync admits no hyphen, and the names that Pulumi makes have one.
        { ...config, apiId: place.apiId, name, serviceRoleArn: role.arn },
        { parent: place.parent, dependsOn: [policy, ...before] },
      ),
  );
}

/** Pipelines share functions: each is created once. */
function createFunctions(
  place: Place,
  dataSources: DataSources,
  { resolvers }: Wiring,
): ReadonlyMap<string, aws.appsync.Function> {
  const functions = new Map<string, aws.appsync.Function>();
  for (const wired of Object.values(resolvers).flatMap((fields) => Object.values(fields))) {
    for (const step of "functions" in wired ? wired.functions : []) {
      if (!functions.has(step.templates)) {
        functions.set(step.templates, createFunction(place, dataSources, step));
      }
    }
  }
  return functions;
}

function createFunction(
  place: Place,
  dataSources: DataSources,
  { dataSource, templates }: Step,
): aws.appsync.Function {
  const name = templates.slice(templates.lastIndexOf("/") + 1);
  return place.sequence.add(
    (dependsOn) =>
      new aws.appsync.Function(
        `${place.name}-${name}`,
        {
          apiId: place.apiId,
          name,
          dataSource: dataSources[dataSource].name,
          functionVersion: "2018-05-29",
          requestMappingTemplate: place.template(`${templates}.request`),
          responseMappingTemplate: place.template(`${templates}.response`),
        },
        { parent: place.parent, dependsOn },
      ),
  );
}

function createResolvers(
  place: Place,
  type: string,
  fields: Fields,
  dataSources: DataSources,
  functions: ReadonlyMap<string, aws.appsync.Function>,
): aws.appsync.Resolver[] {
  const idOf = ({ templates }: Step) =>
    (functions.get(templates) as aws.appsync.Function).functionId;
  return Object.entries(fields).map(([field, wired]) => {
    const args =
      "functions" in wired
        ? {
            kind: "PIPELINE",
            pipelineConfig: { functions: wired.functions.map(idOf) },
            requestTemplate: place.template(`${wired.before}.before`, wired.values),
            responseTemplate: place.template(`${wired.after}.after`, wired.values),
          }
        : {
            kind: "UNIT",
            dataSource: dataSources[wired.dataSource].name,
            requestTemplate: place.template(`${wired.templates}.request`, wired.values),
            responseTemplate: place.template(`${wired.templates}.response`, wired.values),
          };
    return new aws.appsync.Resolver(
      // Keep this name: under another one the new resolver is created before the old one is gone, and AppSync allows
      // one resolver a field.
      `${place.name}-${type}_${field}`,
      { apiId: place.apiId, type, field, ...args },
      { parent: place.parent, dependsOn: [...place.sequence.last] },
    );
  });
}
