import * as t from "io-ts";
import { inputsOf, resourceInputs, wholeNumber } from "../inputs";

// The inputs of Pulumi's aws.appsync resources, as far as they are understood here.

const UserPoolConfig = inputsOf(
  { userPoolId: t.string },
  {
    awsRegion: t.string,
    appIdClientRegex: t.string,
    /** Only the default mode has one; the additional ones allow. */
    defaultAction: t.string,
  },
);
export type UserPoolConfig = t.TypeOf<typeof UserPoolConfig>;

const AuthenticationProvider = inputsOf(
  { authenticationType: t.string },
  { userPoolConfig: UserPoolConfig },
);
export type AuthenticationProvider = t.TypeOf<typeof AuthenticationProvider>;

/** aws.appsync.GraphQLApi. Logs go to the terminal here, and nobody traces. */
export const ApiDefinition = resourceInputs(
  { name: t.string, schema: t.string, authenticationType: t.string },
  {
    userPoolConfig: UserPoolConfig,
    additionalAuthenticationProviders: t.array(AuthenticationProvider),
    /** ENABLED or DISABLED */
    introspectionConfig: t.string,
    /** 1 to 75, 0 for no limit */
    queryDepthLimit: t.number,
    /** 1 to 10000, 0 for AppSync's 10000 */
    resolverCountLimit: t.number,
  },
  ["logConfig", "xrayEnabled"],
);
export type ApiDefinition = t.TypeOf<typeof ApiDefinition>;

/** aws.appsync.DataSource */
export const DataSourceDefinition = resourceInputs(
  { name: t.string, type: t.string },
  {
    serviceRoleArn: t.string,
    dynamodbConfig: inputsOf({ tableName: t.string }, {}, ["region"]),
    lambdaConfig: inputsOf({ functionArn: t.string }, {}),
  },
  ["description"],
);
export type DataSourceDefinition = t.TypeOf<typeof DataSourceDefinition>;

/** aws.appsync.Function */
export const FunctionDefinition = resourceInputs(
  { name: t.string, dataSource: t.string },
  {
    functionVersion: t.string,
    requestMappingTemplate: t.string,
    responseMappingTemplate: t.string,
    maxBatchSize: wholeNumber(0, 2_000),
  },
  ["description"],
);
export type FunctionDefinition = t.TypeOf<typeof FunctionDefinition>;

/** aws.appsync.Resolver */
export const ResolverDefinition = resourceInputs(
  { type: t.string, field: t.string },
  {
    /** UNIT or PIPELINE */
    kind: t.string,
    /** Of a unit resolver. */
    dataSource: t.string,
    pipelineConfig: inputsOf({}, { functions: t.array(t.string) }),
    requestTemplate: t.string,
    responseTemplate: t.string,
    maxBatchSize: wholeNumber(0, 2_000),
  },
);
export type ResolverDefinition = t.TypeOf<typeof ResolverDefinition>;

/** Their execution differs: see resolver.ts. A function has the newer one alone. */
export const templateVersions = ["2018-05-29", "2017-02-28"] as const;
export type TemplateVersion = (typeof templateVersions)[number];
