import * as t from "io-ts";
import { oneOf, resourceInputs, textLike } from "../inputs";
import { provisioner } from "./resource";

const topicInputs = resourceInputs({}, { name: t.string }, [
  "deliveryPolicy",
  "displayName",
  "kmsMasterKeyId",
  // Alarms alone publish here.
  "policy",
  "signatureVersion",
  "tracingConfig",
]);

/** aws.sns.Topic: a standard topic, to which alarms publish. */
export const topic = provisioner("topic", topicInputs, (name, _inputs, { topics }) => {
  const arn = topics.create(name);
  return { id: arn, state: { name, arn } };
});

const subscriptionInputs = resourceInputs(
  {
    topic: textLike("the ARN of a topic", /^arn:aws:sns:/),
    protocol: oneOf("email"),
    endpoint: textLike("an e-mail address", /^[^@\s]+@[^@\s]+$/),
  },
  {},
  ["confirmationTimeoutInMinutes", "deliveryPolicy"],
);

/** aws.sns.TopicSubscription: an address that gets e-mails. */
export const topicSubscription = provisioner(
  "subscription",
  subscriptionInputs,
  (name, { topic: topicArn, endpoint }, { topics }) => {
    topics.subscribe(topicArn, name, endpoint);
    const arn = `${topicArn}:${name}`;
    return { id: arn, state: { arn, pendingConfirmation: false } };
  },
);
