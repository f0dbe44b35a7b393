/** Where a GraphQL API is, and as whom to use it. */
export interface Access {
  readonly graphqlUrl: string;
  readonly realtimeUrl: string;
  /** Of a signed-in user. */
  readonly idToken: string;
  /** The certificate to trust (PEM), where the API has one that nobody has signed. */
  readonly certificate?: string | undefined;
}
