/** The functions of the AWS provider that a program may call. */
import type { Cloud } from "../cloud";
import { localAccountId } from "../iam/iam";
import { decodeInputs, type Inputs, resourceInputs } from "../inputs";
import { policyDocumentInputs, renderPolicyDocument } from "./policy-document";

type Invoke = (inputs: Inputs, cloud: Pick<Cloud, "region">) => Inputs;

/** A function that takes nothing. */
const plain =
  (answer: (cloud: Pick<Cloud, "region">) => Inputs): Invoke =>
  (inputs, cloud) => {
    decodeInputs(resourceInputs({}, {}), inputs, "the call");
    return answer(cloud);
  };

export const invokes: Readonly<Record<string, Invoke>> = {
  "aws:iam/getPolicyDocument:getPolicyDocument": (inputs) => ({
    ...inputs,
    ...renderPolicyDocument(decodeInputs(policyDocumentInputs, inputs, "policy document")),
  }),
  "aws:index/getCallerIdentity:getCallerIdentity": plain(() => ({
    id: localAccountId,
    accountId: localAccountId,
    arn: `arn:aws:iam::${localAccountId}:user/administrator`,
    userId: "AIDAADMINISTRATOR",
  })),
  "aws:index/getPartition:getPartition": plain(() => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  })),
  "aws:index/getRegion:getRegion": plain(({ region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  })),
};

/** Answers a call, or refuses it in a line. */
export function invoke(token: string, inputs: Inputs, cloud: Pick<Cloud, "region">): Inputs {
  const found = invokes[token];
  if (found === undefined) {
    throw new Error(`the program calls ${token}, which is not supported locally`);
  }
  return found(inputs, cloud);
}
