const region = "eu-central-1";
const account = "123456789012";
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** The outputs that AWS would add to a resource's inputs, as far as the program reads them. */
const answers: Readonly<Record<string, (name: string) => object>> = {
  "aws:appsync/dataSource:DataSource": (name) => ({ name }),
  "aws:appsync/function:Function": (name) => ({ functionId: `id-of-${name}` }),
  "aws:appsync/graphQLApi:GraphQLApi": () => ({
    arn: arn("appsync", "apis/api-id"),
    uris: {
      GRAPHQL: `https://api-host.appsync-api.${region}.amazonaws.com/graphql`,
      REALTIME: `wss://api-host.appsync-realtime-api.${region}.amazonaws.com/graphql`,
    },
  }),
  "aws:backup/vault:Vault": (name) => ({ name }),
  "aws:cloudwatch/logGroup:LogGroup": (name) => ({ name, arn: arn("logs", `log-group:${name}`) }),
  "aws:cognito/userPool:UserPool": () => ({
    arn: arn("cognito-idp", `userpool/${region}_Pool`),
    endpoint: `cognito-idp.${region}.amazonaws.com/${region}_Pool`,
  }),
  "aws:dynamodb/table:Table": (name) => ({
    name,
    arn: arn("dynamodb", `table/${name}`),
    streamArn: arn("dynamodb", `table/${name}/stream/2026-01-01T00:00:00.000`),
  }),
  "aws:kms/key:Key": (name) => ({ arn: arn("kms", `key/${name}`) }),
  "aws:s3/bucket:Bucket": (name) => ({ bucket: name, arn: `arn:aws:s3:::${name}` }),
  "aws:wafv2/webAcl:WebAcl": (name) => ({ arn: arn("wafv2", `regional/webacl/${name}/id`) }),
  "aws:iam/role:Role": (name) => ({ name, arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": (name) => ({ uuid: `uuid-of-${name}` }),
  "aws:lambda/function:Function": (name) => ({ name, arn: arn("lambda", `function:${name}`) }),
  "aws:sns/topic:Topic": (name) => ({ arn: arn("sns", name) }),
  "aws:sqs/queue:Queue": (name) => ({
    name,
    arn: arn("sqs", name),
    url: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  }),
};

/** Resources whose id, unlike most, is not their name. */
const ids: Readonly<Record<string, string>> = {
  "aws:appsync/graphQLApi:GraphQLApi": "api-id",
  "aws:cognito/userPool:UserPool": `${region}_Pool`,
  "aws:cognito/userPoolClient:UserPoolClient": "client-id",
};

/** The physical name of a resource to which the program gives none; that of a FIFO queue has to end like this. */
const nameOf = (
  name: string,
  { name: given, fifoQueue }: Readonly<Record<string, unknown>>,
): string =>
  typeof given === "string" ? given : `${name}-1a2b3c4${fifoQueue === true ? ".fifo" : ""}`;

/** A resource's id and outputs, as AWS could have answered its inputs. */
export function answer(
  type: string,
  name: string,
  inputs: Readonly<Record<string, NonNullable<unknown> | null>>,
) {
  const physicalName = nameOf(name, inputs);
  return {
    id: ids[type] ?? physicalName,
    state: { ...inputs, ...answers[type]?.(physicalName) },
  };
}
