import type { Input } from "../aws-json";
import { integer, invalidValue, refuseUnknown } from "./request";

/** SQS lists as many where no number is asked for, and has no token then. */
const maximumResults = 1_000;

/**
 * Lists the queues by their names.
 * @param names of all queues
 * @returns QueueUrls, and NextToken where MaxResults has left some out
 */
export function listQueues(
  input: Input,
  names: Iterable<string>,
  urlOf: (name: string) => string,
): { readonly QueueUrls?: readonly string[]; readonly NextToken?: string } {
  refuseUnknown("ListQueues", input, ["QueueNamePrefix", "MaxResults", "NextToken"]);
  const { QueueNamePrefix: prefix = "", NextToken: token } = input;
  if (typeof prefix !== "string") {
    throw invalidValue(prefix, "QueueNamePrefix", "Must be a text.");
  }
  if (token !== undefined && typeof token !== "string") {
    throw invalidValue(token, "NextToken", "Must be a text.");
  }
  const limit = integer(input, "MaxResults", 1, maximumResults);
  const after = token === undefined ? "" : Buffer.from(token, "base64").toString("utf8");
  const left = [...names].filter((name) => name.startsWith(prefix) && name > after).sort();
  const page = left.slice(0, limit ?? maximumResults);
  const last = page.at(-1);
  return {
    ...(page.length > 0 && { QueueUrls: page.map(urlOf) }),
    ...(limit !== undefined &&
      last !== undefined &&
      page.length < left.length && { NextToken: Buffer.from(last).toString("base64") }),
  };
}
