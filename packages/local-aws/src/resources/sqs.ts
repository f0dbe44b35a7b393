import { type Provisioner, physicalName, refuseUnknown } from "./resource";

/** aws.sqs.Queue */
export const queue: Provisioner = (name, inputs, { sqs }) => {
  refuseUnknown(inputs, `queue ${name}`, {
    used: ["name", "messageRetentionSeconds", "visibilityTimeoutSeconds"],
    meaningless: ["sqsManagedSseEnabled"],
  });
  const { messageRetentionSeconds, visibilityTimeoutSeconds } = inputs as {
    messageRetentionSeconds?: number;
    visibilityTimeoutSeconds?: number;
  };
  const made = sqs.createQueue(physicalName(name, inputs), {
    ...(messageRetentionSeconds !== undefined && { messageRetentionSeconds }),
    ...(visibilityTimeoutSeconds !== undefined && { visibilityTimeoutSeconds }),
  });
  return { id: made.url, state: { ...inputs, name: physicalName(name, inputs), ...made } };
};
