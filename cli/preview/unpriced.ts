import type { Recorded } from "./recording";

/** Services that cost nothing idle, or whose resources `cost.ts` has a price for. */
const known =
  /^awsx?:(appsync|backup|cloudtrail|cloudwatch|cognito|dynamodb|iam|kms|lambda|s3|scheduler|sns|sqs|wafv2)[:/]|^aws:index[:/]/;

/** What costs by the hour all the same. */
const dear = /apiCache|globalTable|provisionedConcurrency|tableReplica/i;

/** The types of resources that cost something, and have no price here. */
export function unpriced(resources: readonly Recorded[]): readonly string[] {
  const types = resources
    .map(({ type }) => type)
    .filter((type) => /^aws[a-z-]*:/.test(type) && (!known.test(type) || dear.test(type)));
  return [...new Set(types)].sort();
}
