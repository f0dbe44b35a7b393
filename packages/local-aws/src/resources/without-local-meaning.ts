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

/** aws.s3.Bucket: nothing is written to it here, but its settings, policies and trails refer to it. */
export const bucket: Provisioner = (name, inputs) => {
  const bucketName = typeof inputs.bucket === "string" ? inputs.bucket : name;
  return { id: bucketName, state: { bucket: bucketName, arn: `arn:aws:s3:::${bucketName}` } };
};

/** aws.kms.Key: disks are as they are here, but what AWS would encrypt refers to its key. */
export const encryptionKey: Provisioner = (name, _, { region }) => {
  const arn = `arn:aws:kms:${region}:${localAccountId}:key/${name}`;
  return { id: name, state: { keyId: name, arn } };
};

/** aws.wafv2.WebAcl: nobody else reaches this machine's API, so every request comes through. */
export const webAcl: Provisioner = (name, inputs, { region }) => {
  const aclName = physicalName(name, inputs);
  const arn = `arn:aws:wafv2:${region}:${localAccountId}:regional/webacl/${aclName}/${aclName}`;
  return { id: aclName, state: { name: aclName, arn } };
};
