import * as t from "io-ts";
import { oneOf, resourceInputs, wholeNumber } from "../inputs";
import { provisioner } from "./resource";

const queueInputs = resourceInputs(
  {},
  {
    name: t.string,
    messageRetentionSeconds: wholeNumber(60, 1_209_600),
    visibilityTimeoutSeconds: wholeNumber(0, 43_200),
    redrivePolicy: t.string,
    fifoQueue: t.boolean,
    contentBasedDeduplication: t.boolean,
    deduplicationScope: oneOf("queue", "messageGroup"),
    fifoThroughputLimit: oneOf("perQueue", "perMessageGroupId"),
  },
  ["sqsManagedSseEnabled"],
);

/** aws.sqs.Queue. The name that Pulumi makes for a FIFO queue ends in .fifo; one that the program gives has to itself. */
export const queue = provisioner("queue", queueInputs, (physicalName, inputs, { sqs }) => {
  const { name: given, ...settings } = inputs;
  const name = given === undefined && settings.fifoQueue ? `${physicalName}.fifo` : physicalName;
  const made = sqs.createQueue(name, settings);
  return { id: made.url, state: { name, ...made } };
});
