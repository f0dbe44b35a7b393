import * as t from "io-ts";
import { resourceInputs } from "../inputs";
import { provisioner } from "./resource";

const queueInputs = resourceInputs(
  {},
  { name: t.string, messageRetentionSeconds: t.number, visibilityTimeoutSeconds: t.number },
  ["sqsManagedSseEnabled"],
);

/** aws.sqs.Queue */
export const queue = provisioner("queue", queueInputs, (name, inputs, { sqs }) => {
  const { name: _, ...settings } = inputs;
  const made = sqs.createQueue(name, settings);
  return { id: made.url, state: { name, ...made } };
});
