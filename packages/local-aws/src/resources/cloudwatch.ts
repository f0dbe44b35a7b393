import { alarmInputs } from "../cloudwatch/alarm-definition";
import { knowing, physicalName } from "./resource";

/** aws.cloudwatch.MetricAlarm */
export const metricAlarm = knowing(alarmInputs, (name, inputs, { cloudwatch }) => {
  const alarmName = physicalName(name, inputs);
  const { arn } = cloudwatch.putAlarm(alarmName, inputs);
  return { id: alarmName, state: { name: alarmName, arn } };
});
