/** AWS would not authenticate or authorize the request. `type` is the name of AWS's exception. */
export class IamError extends Error {
  override readonly name = "IamError";

  constructor(
    readonly type:
      | "MissingAuthenticationTokenException"
      | "IncompleteSignatureException"
      | "UnrecognizedClientException"
      | "InvalidSignatureException"
      | "AccessDeniedException",
    message: string,
  ) {
    super(message);
  }
}
