import { isQueue, isTable, isTopic, resourceRule } from "../rule";

// What S3, CloudWatch Logs and AWS Backup keep is always encrypted: they have no switch for it.

/** Tables by a key whose use is recorded in CloudTrail; queues and topics by any. */
export const encryption = resourceRule("encryption", "What keeps data encrypts it.", (resource) => {
  const { props } = resource;
  if (isTable(resource) && props.serverSideEncryption?.enabled !== true) {
    return ["The table has no serverSideEncryption: its key would be one that AWS owns."];
  }
  if (isQueue(resource) && props.sqsManagedSseEnabled !== true && !props.kmsMasterKeyId) {
    return ["The queue has neither sqsManagedSseEnabled nor a kmsMasterKeyId."];
  }
  if (isTopic(resource) && !props.kmsMasterKeyId) {
    return ["The topic has no kmsMasterKeyId: its messages are not encrypted."];
  }
  return [];
});
