import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { certificateName, keptCertificate } from "../../src/certificate";
import { region, roleAllowing, startApi } from "./harness";

const schema = `
  type Change @aws_iam @aws_cognito_user_pools { id: ID!, text: String }
  type Query { hello: String, operators: String @aws_cognito_user_pools(cognito_groups: ["operators"]) }
  type Mutation { change(id: ID!, text: String): Change @aws_iam }
  type Subscription {
    onChange(id: ID): Change @aws_subscribe(mutations: ["change"]) @aws_iam @aws_cognito_user_pools
  }
`;

it("AppSync serves an unmodified aws-amplify client over https and wss with a local certificate", async () => {
  const folder = await mkdtemp(join(tmpdir(), "appsync-"));
  const tls = await keptCertificate(folder);
  const certificate = join(folder, certificateName);
  const providers = [{ authenticationType: "AWS_IAM" }];
  const test = await startApi({ schema, additionalAuthenticationProviders: providers }, { tls });
  try {
    test.local("Query.hello", '"hello"');
    test.local("Mutation.change", "$util.toJson($ctx.args)");
    expect(test.api.uris.GRAPHQL).toMatch(/^https:/);
    expect(test.api.uris.REALTIME).toMatch(/^wss:/);

    const role = roleAllowing(test.iam, ["appsync:GraphQL"], `${test.api.arn}/*`);
    const input = {
      endpoint: test.api.uris.GRAPHQL,
      region,
      token: test.signIn.token({ token_use: "access", client_id: "c", aud: undefined }),
      credentials: test.iam.assumeRole(role),
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", join(__dirname, "amplify-client.ts"), JSON.stringify(input)],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate }, timeout: 50_000 },
    );
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({
      query: { data: { hello: "hello" } },
      mutation: { data: { change: { id: "1", text: "t" } } },
      rejected: { data: { operators: null }, errors: [{ errorType: "Unauthorized" }] },
    });
    const modes = new Set(seen.events.map(({ mode }: { mode: string }) => mode));
    expect(modes).toEqual(new Set(["userPool", "iam"]));
    for (const { event } of seen.events) {
      expect(event.data).toEqual({ onChange: { id: "1", text: "t" } });
    }
  } finally {
    await test.stop();
    await rm(folder, { recursive: true });
  }
});
