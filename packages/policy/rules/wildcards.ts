import { listed, named, type Statement, statementsOf } from "../documents";
import { ofType, resourceRule } from "../rule";

const isAttachment = ofType(
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
);

/** The `*` for the streams of one log group, the objects of one bucket, or the backups of one table: nothing else names them. */
const parts = [
  /^arn:aws:logs:[^*]+:log-group:[^*]+:\*$/,
  /^arn:aws:s3:::[^*/]+\/(?:[^*]+\/)?\*$/,
  /^arn:aws:dynamodb:[^*]+:table\/[^*/]+\/backup\/\*$/,
];

const isWildcard = (resource: string) =>
  resource.includes("*") && !parts.some((part) => part.test(resource));

/** In the policy of a key, `*` is that key. */
const isKey = ofType("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy");

function faultsOf(statement: Statement, itself?: string): readonly string[] {
  if (statement.Effect !== "Allow") return [];
  const where = named(statement);
  const faults = (["NotAction", "NotResource", "NotPrincipal"] as const)
    .filter((element) => statement[element] !== undefined)
    .map((element) => `${where} allows by ${element}, so whatever AWS adds later.`);
  const actions = listed(statement.Action).filter((action) => action.includes("*"));
  const resources = listed(statement.Resource)
    .filter(isWildcard)
    .filter((each) => each !== itself);
  return [
    ...faults,
    ...actions.map((action) => `${where} allows the actions ${action}.`),
    ...resources.map((resource) => `${where} allows its actions on ${resource}.`),
  ];
}

export const wildcards = resourceRule(
  "no-wildcards",
  "Policies allow exact actions on exact resources.",
  (resource) => {
    const { props } = resource;
    const managed = [
      ...(isAttachment(resource) ? [props.policyArn] : []),
      ...(props.managedPolicyArns ?? []),
    ].filter((arn) => /^arn:aws[\w-]*:iam::aws:/.test(String(arn)));
    return [
      ...statementsOf(resource).flatMap((each) =>
        faultsOf(each, isKey(resource) ? "*" : undefined),
      ),
      ...managed.map((arn) => `${arn} is AWS's: it has wildcards, and AWS changes it.`),
    ];
  },
);
