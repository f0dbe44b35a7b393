import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, it } from "vitest";
import { type Credentials, Iam, type SignedRequest } from "../../src/iam/iam";

const region = "eu-central-1";
const body = '{"TableName":"events"}';

async function sign(
  credentials: Credentials,
  options: { date?: Date; region?: string; service?: string; path?: string } = {},
): Promise<SignedRequest> {
  const signer = new SignatureV4({
    credentials,
    region: options.region ?? region,
    service: options.service ?? "dynamodb",
    sha256: Sha256,
  });
  const request = {
    method: "POST",
    protocol: "http:",
    hostname: "127.0.0.1",
    path: options.path ?? "/",
    query: { b: "2 3", a: "/ä" },
    headers: { host: "127.0.0.1:8000", "content-type": "application/json", "x-amz-target": "T.Op" },
    body,
  };
  const signed = await signer.sign(request, { signingDate: options.date ?? new Date() });
  const { method, path, query, headers } = { ...request, headers: signed.headers };
  return { method, path, query, headers, body };
}

const minutes = (count: number) => new Date(Date.now() + count * 60_000);

describe("IAM authentication", () => {
  const iam = new Iam({ region });
  const roleArn = iam.createRole("reader");
  const credentials = iam.assumeRole(roleArn);

  it("returns the principal that signed a request", async () => {
    expect(await iam.authenticate(await sign(iam.administrator), "dynamodb")).toMatchObject({
      arn: "arn:aws:iam::000000000000:user/administrator",
    });
    expect(await iam.authenticate(await sign(credentials), "dynamodb")).toEqual({
      arn: "arn:aws:iam::000000000000:role/reader",
      userArn: "arn:aws:sts::000000000000:assumed-role/reader/local",
    });
  });

  it("verifies paths with encoded characters", async () => {
    const request = await sign(credentials, { path: "/a%20b/c%2Fd" });
    await expect(iam.authenticate(request, "dynamodb")).resolves.toMatchObject({ arn: roleArn });
  });

  it.each<[string, (request: SignedRequest) => SignedRequest, string]>([
    // The header x-amz-content-sha256 still has the old hash, which is an unverified claim.
    ["its body", (r) => ({ ...r, body: `${body} ` }), "does not match"],
    ["its path", (r) => ({ ...r, path: "/other" }), "does not match"],
    ["its query", (r) => ({ ...r, query: { ...r.query, c: "1" } }), "does not match"],
    ["its method", (r) => ({ ...r, method: "GET" }), "does not match"],
    ["a signed header", (r) => withHeader(r, "x-amz-target", "T.Other"), "does not match"],
    ["the host", (r) => withHeader(r, "host", "elsewhere"), "does not match"],
    ["an added x-amz- header", (r) => withHeader(r, "x-amz-extra", "1"), "x-amz-extra"],
  ])("rejects a request with a change in %s", async (_, change, message) => {
    const changed = change(await sign(credentials));
    await expect(iam.authenticate(changed, "dynamodb")).rejects.toMatchObject({
      type: "InvalidSignatureException",
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["signed with another secret", { ...credentials, secretAccessKey: "x" }, {}, "does not match"],
    ["signed long ago", credentials, { date: minutes(-6) }, "Signature expired"],
    ["signed in the future", credentials, { date: minutes(6) }, "Signature not yet current"],
    ["for another region", credentials, { region: "us-east-1" }, "us-east-1"],
    ["for another service", credentials, { service: "sqs" }, "correct service: 'dynamodb'"],
  ])("rejects a request %s", async (_, signer, options, message) => {
    await expect(iam.authenticate(await sign(signer, options), "dynamodb")).rejects.toMatchObject({
      type: "InvalidSignatureException",
      message: expect.stringContaining(message),
    });
  });

  it("rejects unknown access keys, and a role's key without its session token", async () => {
    const stranger = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" };
    const { sessionToken: _, ...withoutToken } = credentials;
    for (const signer of [stranger, withoutToken]) {
      await expect(iam.authenticate(await sign(signer), "dynamodb")).rejects.toMatchObject({
        type: "UnrecognizedClientException",
      });
    }
  });

  it.each([
    ["a day that no calendar has", "20261340T000000Z", "IncompleteSignatureException"],
    ["no date", "today", "IncompleteSignatureException"],
  ])("rejects a request with %s", async (_title, date, type) => {
    const signed = withHeader(await sign(credentials), "x-amz-date", date);
    const authorization = String(signed.headers.authorization).replace(/\d{8}(?=\/)/, "20261340");
    const request = withHeader(signed, "authorization", authorization);
    await expect(iam.authenticate(request, "dynamodb")).rejects.toMatchObject({ type });
  });

  it("rejects a signature of a header that is not there, whatever its name", async () => {
    const request = await sign(credentials);
    for (const name of ["constructor", "__proto__", "toString"]) {
      const authorization = String(request.headers.authorization).replace("host;", `host;${name};`);
      const changed = withHeader(request, "authorization", authorization);
      await expect(iam.authenticate(changed, "dynamodb")).rejects.toMatchObject({
        type: "InvalidSignatureException",
      });
    }
  });

  it("rejects a missing or an incomplete signature", async () => {
    const { authorization: _, ...unsigned } = (await sign(credentials)).headers;
    const request = { ...(await sign(credentials)), headers: unsigned };
    await expect(iam.authenticate(request, "dynamodb")).rejects.toMatchObject({
      type: "MissingAuthenticationTokenException",
    });
    const broken = withHeader(request, "authorization", "AWS4-HMAC-SHA256 Credential=a/b");
    await expect(iam.authenticate(broken, "dynamodb")).rejects.toMatchObject({
      type: "IncompleteSignatureException",
    });
  });
});

describe("an IAM role", () => {
  it("has the same credentials at every assumption", () => {
    const iam = new Iam({ region });
    const arn = iam.createRole("writer");
    expect(iam.assumeRole(arn)).toBe(iam.assumeRole(arn));
    expect(() => iam.assumeRole("arn:aws:iam::000000000000:role/none")).toThrow("no role");
  });

  it("is assumed only by the services that it trusts", () => {
    const iam = new Iam({ region });
    const arn = iam.createRole("function", {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com" },
        },
      ],
    });
    expect(iam.assumeRole(arn, "lambda.amazonaws.com").accessKeyId).toMatch(/^ASIA/);
    expect(() => iam.assumeRole(arn, "appsync.amazonaws.com")).toThrow("trust policy");
  });

  it("are for the one resource that the trust policy names, if it names one", () => {
    const iam = new Iam({ region });
    const source = `arn:aws:lambda:${region}:000000000000:function:projector`;
    const arn = iam.createRole("projector", {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "000000000000" },
            ArnLike: { "aws:SourceArn": [source, `${source}-*`] },
          },
        },
      ],
    });
    const assume = (of?: string) => iam.assumeRole(arn, "lambda.amazonaws.com", of);
    expect(assume(source).accessKeyId).toMatch(/^ASIA/);
    expect(assume(`${source}-1a2b3c4`).accessKeyId).toMatch(/^ASIA/);
    expect(() => assume(`arn:aws:lambda:${region}:000000000000:function:other`)).toThrow("trust");
    expect(() => assume()).toThrow("trust policy");
  });

  it("may do what any of its policies allows; the administrator may do everything", () => {
    const iam = new Iam({ region });
    const principal = iam.principalOf(iam.createRole("writer"));
    const policy = (Action: string) => ({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    });
    expect(iam.allows(principal, "sqs:SendMessage", "q")).toBe(false);
    iam.putRolePolicy("writer", "one", policy("sqs:SendMessage"));
    iam.putRolePolicy("writer", "two", policy("dynamodb:GetItem"));
    expect(iam.allows(principal, "sqs:SendMessage", "q")).toBe(true);
    iam.putRolePolicy("writer", "one", policy("sqs:ReceiveMessage"));
    expect(iam.allows(principal, "sqs:SendMessage", "q")).toBe(false);
    const administrator = { arn: "arn:aws:iam::000000000000:user/administrator", userArn: "" };
    expect(iam.allows(administrator, "anything:Goes", "x")).toBe(true);
  });

  it("may do what a resource's policy allows, and nothing that it denies: not even the administrator", () => {
    const iam = new Iam({ region });
    const arn = iam.createRole("writer");
    const [writer, reader] = [iam.principalOf(arn), iam.principalOf(iam.createRole("reader"))];
    const administrator = { arn: "arn:aws:iam::000000000000:user/administrator", userArn: "admin" };
    const table = `arn:aws:dynamodb:${region}:000000000000:table/events`;
    iam.putResourcePolicy(table, {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: arn }, Action: "dynamodb:PutItem", Resource: table },
        {
          Effect: "Deny",
          Principal: "*",
          Action: "dynamodb:PutItem",
          Resource: [table, `${table}/index/*`],
          Condition: { ArnNotEquals: { "aws:PrincipalArn": arn } },
        },
      ],
    });
    expect(iam.allows(writer, "dynamodb:PutItem", table)).toBe(true);
    expect(iam.allows(writer, "dynamodb:GetItem", table)).toBe(false);
    expect(iam.allows(reader, "dynamodb:PutItem", table)).toBe(false);
    expect(iam.allows(administrator, "dynamodb:GetItem", table)).toBe(true);
    expect(iam.allows(administrator, "dynamodb:PutItem", `${table}/index/byOwner`)).toBe(false);
    expect(iam.allows(administrator, "dynamodb:PutItem", `${table}2`)).toBe(true);
    expect(iam.refusal(administrator, "dynamodb:PutItem", table)?.message).toBe(
      `User: admin is not authorized to perform: dynamodb:PutItem on resource: ${table} with an explicit deny in a resource-based policy`,
    );
  });
});

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
