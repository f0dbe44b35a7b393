import type { RunningStack } from "../../../packages/local-aws/src/running-stack";

/** Where an API is, and as whom to use it. */
export interface Access {
  readonly graphqlUrl: string;
  readonly realtimeUrl: string;
  readonly idToken: string;
  /** The certificate to trust (PEM), where the API has one that nobody has signed. */
  readonly certificate?: string | undefined;
}

export const accessTo = ({ outputs, certificate }: RunningStack, idToken: string): Access => ({
  graphqlUrl: String(outputs.graphqlUrl),
  realtimeUrl: String(outputs.realtimeUrl),
  idToken,
  certificate,
});
