import { readdirSync } from "node:fs";
import { UsageError } from "local-aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, Program } from "./program";

const before = `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
console.log("the program says hello");
const table = new aws.dynamodb.Table("shop-orders", {
  attributes: [{ name: "id", type: "S" }], hashKey: "id", billingMode: "PAY_PER_REQUEST",
}, { protect: true });
const role = new aws.iam.Role("shop-role", {
  assumeRolePolicy: JSON.stringify({ Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } } }),
});
new aws.iam.RolePolicy("shop-policy", {
  role: role.name,
  policy: pulumi.jsonStringify({ Statement: [{ Sid: "ReadOrders", Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: [table.arn] }] }),
});
new aws.lambda.Function("shop-function", {
  role: role.arn, runtime: "nodejs24.x", handler: "index.handler", memorySize: 512,
  code: new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset("one\\ntwo\\nthree"),
    "bundle.js": new pulumi.asset.StringAsset("x".repeat(2_000)),
  }),
});
new aws.sns.Topic("shop-topic");
export const tableName = table.name;
`;

const after = before
  .replaceAll('"id"', '"orderId"')
  .replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Scan"]')
  .replace("memorySize: 512", "memorySize: 1024")
  .replace("two", "TWO")
  .replace('new aws.sns.Topic("shop-topic")', 'new aws.sqs.Queue("shop-queue")');

const project = "name: shop\nruntime: nodejs\n";
const settings = "config:\n  aws:region: eu-central-1\n";
const lock = '{ "lockfileVersion": 3 }\n';

let program: Program;

beforeAll(() => {
  program = new Program({
    "Pulumi.yaml": project,
    "Pulumi.dev.yaml": settings,
    "package-lock.json": lock,
    "index.ts": before,
  });
});

afterAll(() => program.delete());

describe("npm run preview", () => {
  let text: Ended;
  beforeAll(async () => {
    program.write({ "index.ts": after, "Pulumi.prod.yaml": settings });
    text = await program.command("--diff", "HEAD");
  });

  it("needs neither credentials nor a cloud, and keeps what is not the page out of standard output", () => {
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^Preview of dev\n/);
    expect(text.out).not.toContain("hello");
    expect(text.err).toContain("the program says hello");
    expect(text.err).toContain("Evaluating dev of the working tree …");
  });

  it("shows what is added, removed and changed against another revision", () => {
    expect(text.out).toContain("- Topic shop-topic\n+ Queue shop-queue\n");
    expect(text.out).toContain("~ Lambda function shop-function\n");
    expect(text.out).toContain("    memorySize: 512 → 1024\n");
  });

  it("says which resources the change replaces, and that Pulumi refuses where one is protected", () => {
    expect(text.out).toContain(
      "! Table shop-orders   REPLACED, for hashKey   protected: the update will be refused\n",
    );
  });

  it("shows a file of an archive as a difference of its lines, and nothing of one that is the same", () => {
    expect(text.out).toContain('    code["index.js"]:\n-     two\n+     TWO\n');
    expect(text.out).not.toContain("bundle.js");
  });

  it("tells the difference of the permissions in words", () => {
    expect(text.out).toContain(
      "- shop-role may read orders: dynamodb GetItem on shop-orders\n" +
        "+ shop-role may read orders: dynamodb GetItem, Scan on shop-orders\n",
    );
    expect(text.out).toContain("    policy: see the permissions\n");
  });

  it("leaves no files of the other revision behind", () => {
    // What tsx has compiled stays for the next time.
    expect(readdirSync(program.temporary).filter((name) => !name.startsWith("tsx-"))).toEqual([]);
  });

  it("adds everything where the stack was not there, and writes Markdown for a pull request", async () => {
    const page = await program.page("--diff", "HEAD", "--format", "markdown", "--stack", "prod");
    expect(page).toMatch(/^## Preview of prod\n\n### Difference to HEAD \(\w+\)\n/);
    expect(page).toMatch(/There was no stack prod in HEAD \(\w+\)\./);
    expect(page).toContain("```diff\n+ Table shop-orders\n+ Role shop-role\n");
    expect(page).toContain("<details><summary>Permissions</summary>");
  });

  it("shows nothing where nothing differs, and says so where other packages may have changed something", async () => {
    program.commit();
    program.write({ "package-lock.json": lock.replace("3", "2") });
    const page = await program.page("--diff", "HEAD");
    expect(page).toContain("package-lock.json differs from HEAD");
    expect(page).toContain("No resource differs.");
    expect(page).not.toContain("Difference of the permissions");
  });
});

it("npm run preview -- --help explains the options", async () => {
  expect(await program.page("--help")).toContain("--diff REVISION");
});

describe("npm run preview refuses", () => {
  it.each([
    ["an unknown option", ["--stak", "dev"], "Unknown option '--stak'. See"],
    ["an unknown stack", ["--stack", "test"], 'there is no stack "test"; the stacks: dev, prod'],
    ["an unknown revision", ["--diff", "nope"], 'git knows no revision "nope" here'],
    ["an option of git in its place", ["--diff=--all"], 'git knows no revision "--all" here'],
    ["an unknown format", ["--format", "html"], "expected text or markdown, found html"],
  ])("%s", async (_, args, message) => {
    const refused = program.page(...args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    [
      "a RunError",
      'import { RunError } from "@pulumi/pulumi";\nthrow new RunError("logLevel is LOUD");',
      "logLevel is LOUD",
    ],
    ["any other error", 'null.table = "x";', "null (setting 'table')\n  at index.ts:1:"],
    [
      "an error beside its resources",
      'import * as pulumi from "@pulumi/pulumi";\npulumi.output(1).apply(() => { throw new Error("too late"); });',
      "too late\n  at index.ts:2:",
    ],
    ["a text that is no program", "const = 1;", 'Expected identifier but found "="'],
  ])("a program that does not evaluate, in its own words: %s", async (_, index, message) => {
    program.write({ "index.ts": index });
    const refused = program.page();
    await expect(refused).rejects.toThrow(
      "the program of the working tree does not evaluate for dev:",
    );
    await expect(refused).rejects.toThrow(message);
  });
});
