import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { record } from "./record";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

const read = (name: string): { readonly Statement: readonly Statement[] } =>
  JSON.parse(readFileSync(`docs/deploying/${name}-policy.json`, "utf8"));
const deployer = read("deployer");

/** Types that another's statement is for: their actions are that one's. */
const within: Readonly<Record<string, string>> = {
  BackupSelection: "BackupPlan",
  BackupVaultLockConfiguration: "BackupVault",
  S3BucketLogging: "S3Bucket",
  S3BucketServerSideEncryptionConfiguration: "S3Bucket",
  S3BucketLifecycleConfiguration: "S3Bucket",
  S3BucketObjectLockConfiguration: "S3Bucket",
  S3BucketOwnershipControls: "S3Bucket",
  S3BucketPolicy: "S3Bucket",
  S3BucketPublicAccessBlock: "S3Bucket",
  S3BucketVersioning: "S3Bucket",
  SnsTopicPolicy: "SnsTopic",
  SqsQueuePolicy: "SqsQueue",
  Wafv2WebAclAssociation: "Wafv2WebAcl",
  Wafv2WebAclLoggingConfiguration: "Wafv2WebAcl",
};

/** `aws:dynamodb/table:Table` is `DynamodbTable`; a remote component is what it makes. */
const statementsFor = (type: string): readonly string[] => {
  if (type === "awsx:cloudtrail:Trail") return ["CloudtrailTrail", "S3Bucket"];
  const [, service = "", name = ""] = /^aws:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? [];
  const words = service.charAt(0).toUpperCase() + service.slice(1) + name;
  return [within[words] ?? words];
};

it("the deployer's policy in docs/deploying has a statement for each type of resource of every stack", async () => {
  const stacks = readdirSync(".").flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);
  const types = new Set<string>();
  for (const stack of stacks) {
    for (const { type } of (await record(stack)).resources) {
      if (/^awsx?:/.test(type)) types.add(type);
    }
  }
  expect(types.size).toBeGreaterThan(10);
  const sids = deployer.Statement.map(({ Sid }) => Sid);
  const missing = [...types].filter((type) => !statementsFor(type).every((s) => sids.includes(s)));
  expect(missing).toEqual([]);
});

it("the deployer's policy cannot read or write what the stack keeps, and fits a role", () => {
  const data =
    /^dynamodb:(.*Item|Query|Scan|PartiQL.*|GetRecords)$|^s3:(Get|Put|Delete)Object|^sqs:(Send|Receive)|^cognito-idp:Admin|^appsync:GraphQL$|^lambda:Invoke|\*/;
  const actions = deployer.Statement.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => data.test(action))).toEqual([]);
  // The most that the inline policies of a role have together, white space aside.
  expect(JSON.stringify(deployer).length).toBeLessThan(10_240);
});

it("the drift's policy has the deployer's reading actions, and no others", () => {
  const reading = deployer.Statement.filter(({ Condition }) => Condition === undefined)
    .map((each) => ({ ...each, Action: each.Action.filter((a) => /:(Get|List|Describe)/.test(a)) }))
    .filter(({ Action }) => Action.length > 0);
  expect(read("drift").Statement).toEqual(reading);
});
