import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../src/iam/iam";
import { Sha256 } from "../src/iam/sha256";

export interface SignedCall {
  readonly endpoint: string;
  readonly service: string;
  /** <service>.<operation>, or whatever is sent instead. */
  readonly target: string;
  readonly body: string;
  readonly credentials: Credentials;
}

/** Calls a service by its JSON protocol with inputs that AWS's SDK would not send. */
export async function signedCall(
  call: SignedCall,
): Promise<{ readonly status: number; readonly output: Readonly<Record<string, unknown>> }> {
  const { host } = new URL(call.endpoint);
  const signer = new SignatureV4({
    credentials: call.credentials,
    region: "eu-central-1",
    service: call.service,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname: host,
    path: "/",
    headers: { host, "content-type": "application/x-amz-json-1.0", "x-amz-target": call.target },
    body: call.body,
  });
  const response = await fetch(call.endpoint, { method: "POST", headers, body: call.body });
  return { status: response.status, output: (await response.json()) as Record<string, unknown> };
}
