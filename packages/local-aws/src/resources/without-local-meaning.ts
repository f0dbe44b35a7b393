import { localAccountId } from "../iam/iam";
import { type Provisioner, physicalName } from "./resource";

/** A resource that changes nothing on one machine: it is answered, and that is all. */
export const withoutLocalMeaning: Provisioner = (name, inputs) => {
  const id = physicalName(name, inputs);
  return { id, state: { ...inputs, name: id } };
};

/** aws.cloudwatch.LogGroup: logs are printed here, but policies and functions refer to their group. */
export const logGroup: Provisioner = (name, inputs, { region }) => {
  const groupName = physicalName(name, inputs);
  const arn = `arn:aws:logs:${region}:${localAccountId}:log-group:${groupName}`;
  return { id: groupName, state: { ...inputs, name: groupName, arn } };
};

/** aws.sns.Topic: nobody listens here, but alarms refer to it. */
export const topic: Provisioner = (name, inputs, { region }) => {
  const topicName = physicalName(name, inputs);
  const arn = `arn:aws:sns:${region}:${localAccountId}:${topicName}`;
  return { id: arn, state: { ...inputs, name: topicName, arn } };
};
