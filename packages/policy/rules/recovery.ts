import { isBucket, isTable, ofType, resourceRule } from "../rule";

const isUserPool = ofType("aws:cognito/userPool:UserPool");

export const recovery = resourceRule(
  "recovery",
  "What keeps data can be restored, and is not deleted by mistake.",
  (resource) => {
    const { props } = resource;
    const faults: string[] = [];
    if (isTable(resource)) {
      if (props.pointInTimeRecovery?.enabled !== true) {
        faults.push("The table has no pointInTimeRecovery.");
      }
      if (props.deletionProtectionEnabled !== true) {
        faults.push("The table has no deletionProtectionEnabled.");
      }
    }
    if (isUserPool(resource) && props.deletionProtection !== "ACTIVE") {
      faults.push("The user pool's deletionProtection is not ACTIVE.");
    }
    if (isBucket(resource) && props.forceDestroy === true) {
      faults.push("The bucket's forceDestroy would delete its objects with it.");
    }
    return faults;
  },
);
