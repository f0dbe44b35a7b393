import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { faultsOfAction, faultsOfWorkflow, type Workflow } from "./rules";

const root = ".github";
const files = (folder: string, name = (entry: string) => entry) =>
  readdirSync(join(root, folder)).map((entry) => join(root, folder, name(entry)));
const workflows = files("workflows");
const actions = files("actions", (entry) => join(entry, "action.yml"));
const read = (file: string): string => readFileSync(file, "utf8");
const workflow = (name: string): Workflow => parse(read(join(root, "workflows", name)));

describe("the workflows", () => {
  it.each(workflows)("keep the rules: %s", (file) => {
    expect(faultsOfWorkflow(read(file))).toEqual([]);
  });

  it.each(actions)("use actions that keep them: %s", (file) => {
    expect(faultsOfAction(read(file))).toEqual([]);
  });

  it("run the tests as everybody does, on every release of Node.js from the oldest on", () => {
    const { test } = workflow("test.yml").jobs;
    expect(test?.steps?.at(-1)?.run).toBe("bash .ci/run");
    expect(test?.strategy?.matrix).toEqual({ node: [20, 22, 24] });
  });

  it("preview, deploy and watch every stack", () => {
    const stacks = ["dev", "staging", "prod"];
    expect(workflow("preview.yml").jobs.page?.strategy?.matrix).toEqual({ stack: stacks });
    expect(workflow("drift.yml").jobs.drift?.strategy?.matrix).toEqual({ stack: stacks });
    const { test, ...deployed } = workflow("deploy.yml").jobs;
    expect(test?.uses).toBe("./.github/workflows/test.yml");
    expect(Object.entries(deployed).map(([name, { environment }]) => [name, environment])).toEqual(
      stacks.map((stack) => [stack, stack]),
    );
  });

  it("show a page of forks' pull requests without any credential", () => {
    const page = workflow("preview.yml").jobs.page;
    expect(page?.if).toBeUndefined();
    expect(JSON.stringify(page)).not.toMatch(/secrets|id-token|vars|role/);
  });

  it("are moved by Dependabot, with the packages", () => {
    const { updates } = parse(read(join(root, "dependabot.yml")));
    const moved = updates.map((update: Record<string, unknown>) => [
      update["package-ecosystem"],
      update.directory ?? update.directories,
    ]);
    expect(moved).toEqual([
      ["npm", "/"],
      ["github-actions", ["/", "/.github/actions/*"]],
    ]);
  });
});

describe("a workflow is at fault", () => {
  const pinned = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
  const with_ = "with: { persist-credentials: false }";
  const steps = (...each: readonly string[]) =>
    `    steps:\n${each.map((step) => `      - ${step}\n`).join("")}`;
  const job = (text: string, on = "push", permissions = "{ contents: read }") =>
    faultsOfWorkflow(
      `on: ${on}\npermissions: ${permissions}\njobs:\n  job:\n    runs-on: ubuntu-latest\n${text}`,
    );
  const expression = (text: string) => `$\{{ ${text} }}`;
  const ours = "    if: github.event.pull_request.head.repo.full_name == github.repository\n";

  it("in none of these ways where it is right", () => {
    expect(job(steps(`uses: ${pinned}\n        ${with_}`, "run: npm ci --ignore-scripts"))).toEqual(
      [],
    );
    expect(job(`${ours}    permissions: { id-token: write }\n`, "pull_request")).toEqual([]);
  });

  it.each([
    ["a tag", job(steps(`uses: actions/setup-node@v7`)), "actions/setup-node@v7 is not pinned"],
    [
      "a commit without its version",
      job(steps(`uses: actions/setup-node@${"a".repeat(40)}`)),
      "is not pinned by a commit, with its version beside it",
    ],
    [
      "a fork's code with the repository's token",
      job("", "pull_request_target"),
      "pull_request_target",
    ],
    ["permissions for every job", job("", "push", "{ contents: write }"), "`contents: read`"],
    ["every permission for a job", job("    permissions: write-all\n"), "write-all"],
    [
      "a permission that nothing needs",
      job("    permissions: { contents: write }\n"),
      "contents: write",
    ],
    [
      "a role for forks",
      job("    permissions: { id-token: write }\n", "pull_request"),
      "a fork's code runs with credentials",
    ],
    [
      "a secret for forks",
      job(steps(`run: echo\n        env: { T: "${expression("secrets.T")}" }`), "pull_request"),
      "a fork's code runs with credentials",
    ],
    [
      "prod for every pull request",
      job(`${ours}    permissions: { id-token: write }\n    name: prod\n`, "pull_request"),
      "prod is not behind an environment",
    ],
    [
      "a secret for every step",
      job(`    env: { T: "${expression("secrets.T")}" }\n`),
      "every step",
    ],
    [
      "code after a pull request, with a token that writes",
      job(
        `    permissions: { pull-requests: write }\n${steps(`uses: ${pinned}\n        ${with_}`)}`,
        "workflow_run",
      ),
      "it runs code of a pull request",
    ],
    ["scripts of packages", job(steps("run: npm ci")), "packages' scripts run"],
    [
      "packages after credentials",
      job(
        steps(
          `uses: aws-actions/configure-aws-credentials@${"a".repeat(40)} # v1.0.0`,
          "run: npm ci --ignore-scripts",
        ),
      ),
      "where there are credentials already",
    ],
    [
      "a text of others in a script",
      job(steps(`run: echo ${expression("github.head_ref")}`)),
      "an expression",
    ],
    ["a token in git's files", job(steps(`uses: ${pinned}`)), "the repository's token stays"],
  ])("by %s", (_, faults, fault) => {
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});
