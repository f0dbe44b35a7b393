import { named, principalsOf, statementsOf } from "../documents";
import { isBucket, ofType, refers, resourceRule, stackRule } from "../rule";

const isFunctionUrl = ofType("aws:lambda/functionUrl:FunctionUrl");
const isPermission = ofType("aws:lambda/permission:Permission");
const isAcl = ofType("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2");
const isPublicAccessBlock = ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");

export const publicAccess = resourceRule(
  "no-public-access",
  "Nothing is open to everybody.",
  (resource) => {
    const { props } = resource;
    const faults = statementsOf(resource)
      .filter((each) => each.Effect === "Allow" && principalsOf(each).includes("*"))
      .map((each) => `${named(each)} allows everybody.`);
    if (isFunctionUrl(resource) && props.authorizationType !== "AWS_IAM") {
      faults.push("The function's URL asks for no signature.");
    }
    if (isPermission(resource) && props.principal === "*") {
      faults.push("Everybody may call the function.");
    }
    if ((isAcl(resource) || isBucket(resource)) && /^public|^authenticated/.test(props.acl ?? "")) {
      faults.push(`The bucket's ACL is ${props.acl}.`);
    }
    return faults;
  },
);

const blocks = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;

export const publicBuckets = stackRule(
  "no-public-buckets",
  "Every bucket blocks public access, whatever its policy says.",
  (resources) => {
    const blocking = resources
      .filter(isPublicAccessBlock)
      .filter(({ props }) => blocks.every((block) => props[block] === true));
    return resources
      .filter(isBucket)
      .filter(
        (bucket) => !blocking.some((each) => refers(each, "bucket", bucket, ["id", "bucket"])),
      )
      .map((bucket) => [bucket, `No BucketPublicAccessBlock has ${blocks.join(", ")}.`] as const);
  },
);
