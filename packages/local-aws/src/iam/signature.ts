import type { IncomingMessage } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import { requestTarget } from "../http-request";
import { IamError } from "./errors";
import { Sha256 } from "./sha256";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A received HTTP request. Header names are lower case; `path` is the path as sent, without the query. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

export interface SignatureClaim {
  readonly accessKeyId: string;
  /** The date of the credential scope, YYYYMMDD. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** AWS rejects a signature whose date differs more from its clock. */
const maxClockSkewMinutes = 5;

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Converts a node:http request into the form that signatures are verified on. Throws HttpError for a bad target. */
export function signedRequestOf(message: IncomingMessage, body: Uint8Array): SignedRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) {
      headers[name] = Array.isArray(value) ? value.join(",") : value;
    }
  }
  return {
    method: message.method ?? "GET",
    ...requestTarget(message),
    headers,
    body,
  };
}

/** Parses the Authorization header. Verifies nothing. */
export function readClaim(request: SignedRequest): SignatureClaim {
  const authorization = request.headers.authorization;
  if (authorization === undefined || authorization === "") {
    throw new IamError(
      "MissingAuthenticationTokenException",
      "Request is missing Authentication Token",
    );
  }
  const [, accessKeyId, day, region, service, signedHeaders, signature] =
    authorizationPattern.exec(authorization) ?? [];
  if (
    accessKeyId === undefined ||
    day === undefined ||
    region === undefined ||
    service === undefined ||
    signedHeaders === undefined ||
    signature === undefined
  ) {
    throw new IamError(
      "IncompleteSignatureException",
      "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' of AWS4-HMAC-SHA256.",
    );
  }
  return {
    accessKeyId,
    day,
    region,
    service,
    signedHeaders: signedHeaders.split(";"),
    signature,
  };
}

/**
 * Signs the request again with the caller's secret and compares. Throws InvalidSignatureException if the signature
 * does not match, is too old or too far in the future, or omits a header that must be signed.
 * The messages are AWS's (IAM User Guide, "Troubleshoot signed requests for AWS APIs").
 */
export async function verifySignature(
  request: SignedRequest,
  claim: SignatureClaim,
  credentials: Credentials,
  expected: { readonly service: string; readonly region: string },
): Promise<void> {
  if (claim.service !== expected.service) {
    throw invalid(`Credential should be scoped to correct service: '${expected.service}'.`);
  }
  if (claim.region !== expected.region) {
    throw invalid(`Credential should be scoped to a valid Region, not '${claim.region}'.`);
  }
  requireSigned(request, claim);
  const date = signingDate(request, claim);

  const { signature } = await sign(request, claim, credentials, date);
  if (signature !== claim.signature) {
    throw invalid(
      "The request signature we calculated does not match the signature you provided. " +
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
}

async function sign(
  request: SignedRequest,
  claim: SignatureClaim,
  credentials: Credentials,
  date: Date,
): Promise<{ signature: string | undefined }> {
  const hashIsSigned = claim.signedHeaders.includes("x-amz-content-sha256");
  const headers: Record<string, string> = {};
  for (const name of claim.signedHeaders) {
    const value = request.headers[name];
    // The signer computes its own hash of the body: the header's value is an unverified claim.
    if (value !== undefined && name !== "x-amz-content-sha256") {
      headers[name] = value;
    }
  }
  const signer = new SignatureV4({
    credentials,
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    applyChecksum: hashIsSigned,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "http:",
      hostname: "",
      path: request.path,
      query: request.query,
      headers,
      body: request.body,
    },
    { signingDate: date, signableHeaders: new Set(claim.signedHeaders) },
  );
  return { signature: authorizationPattern.exec(signed.headers.authorization ?? "")?.[6] };
}

function requireSigned(request: SignedRequest, claim: SignatureClaim): void {
  const absent = claim.signedHeaders.find((name) => !Object.hasOwn(request.headers, name));
  if (absent !== undefined) {
    throw invalid(`'${absent}' is a 'SignedHeader' in the AWS Authorization, but no header of it.`);
  }
  const required = ["host", ...Object.keys(request.headers).filter((n) => n.startsWith("x-amz-"))];
  const missing = required.find((name) => !claim.signedHeaders.includes(name));
  if (missing !== undefined) {
    throw invalid(`'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
  }
}

function signingDate(request: SignedRequest, claim: SignatureClaim): Date {
  const stamp = request.headers["x-amz-date"] ?? "";
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(date.getTime())) {
    throw new IamError(
      "IncompleteSignatureException",
      "Date must be in ISO-8601 'basic format', in the header X-Amz-Date.",
    );
  }
  if (!stamp.startsWith(claim.day)) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.day}' != '${stamp}'.`,
    );
  }
  const minutesOff = (Date.now() - date.getTime()) / 60_000;
  if (minutesOff > maxClockSkewMinutes) {
    throw invalid(
      `Signature expired: ${stamp} is now earlier than ${amzDateIn(-maxClockSkewMinutes)}`,
    );
  }
  if (minutesOff < -maxClockSkewMinutes) {
    throw invalid(
      `Signature not yet current: ${stamp} is still later than ${amzDateIn(maxClockSkewMinutes)}`,
    );
  }
  return date;
}

/** The current time plus `minutes`, in the format of X-Amz-Date. */
function amzDateIn(minutes: number): string {
  const date = new Date(Date.now() + minutes * 60_000);
  return date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function invalid(message: string): IamError {
  return new IamError("InvalidSignatureException", message);
}
