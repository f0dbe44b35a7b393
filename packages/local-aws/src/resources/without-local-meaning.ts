import { localAccountId } from "../iam/iam";
import { type Provisioner, physicalName } from "./resource";

// Resources that change nothing on one machine: they are answered, and that is all. So their inputs mean nothing, too.

export const withoutLocalMeaning: Provisioner = (name, inputs) => {
  const id = physicalName(name, inputs);
  return { id, state: { name: id } };
};

/** aws.cloudwatch.LogGroup: logs are printed here, but policies and functions refer to their group. */
export const logGroup: Provisioner = (name, inputs, { region }) => {
  const groupName = physicalName(name, inputs);
  const arn = `arn:aws:logs:${region}:${localAccountId}:log-group:${groupName}`;
  return { id: groupName, state: { name: groupName, arn } };
};

/** aws.sns.Topic: nobody listens here, but alarms refer to it. */
export const topic: Provisioner = (name, inputs, { region }) => {
  const topicName = physicalName(name, inputs);
  const arn = `arn:aws:sns:${region}:${localAccountId}:${topicName}`;
  return { id: arn, state: { name: topicName, arn } };
};
