import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOf, total } from "../../../cli/preview/cost";
import { differenceOf } from "../../../cli/preview/difference";
import { sentences } from "../../../cli/preview/permissions";
import { prices } from "../../../cli/preview/prices";
import { keyOf, type Recorded } from "../../../cli/preview/recording";
import { textDifference } from "../../../cli/preview/text-difference";
import { tree } from "../../../cli/preview/tree";
import { record } from "../../infra/record";

const resource = (type: string, name: string, more: Partial<Recorded> = {}): Recorded => ({
  type,
  name,
  protect: false,
  retainOnDelete: false,
  inputs: {},
  outputs: {},
  beside: [],
  ...more,
});

describe("the recorded resources of a stack", () => {
  it("know what they belong to, and what protects them", async () => {
    const { resources } = await record("prod");
    const known = new Set(resources.map(keyOf));
    const orphans = resources.filter(({ parent }) => parent !== undefined && !known.has(parent));
    expect(orphans).toEqual([]);
    const roots = resources.filter(({ parent }) => parent === undefined);
    expect(roots.map(({ name }) => name)).toEqual(["ledger"]);
    const [events] = resources.filter(({ name }) => name === "ledger-events");
    expect(events).toMatchObject({ protect: true, retainOnDelete: true });
  });

  it("are all in the tree, once each", async () => {
    const { resources } = await record("prod");
    const text = tree(resources).join("\n");
    for (const { name } of resources.filter(({ type }) => type.startsWith("aws:"))) {
      const last = name.split("-").at(-1) ?? name;
      expect(text).toContain(last);
    }
    const counted = [...text.matchAll(/×(\d+):/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    const single = [...text.matchAll(/(?:^ {4,}|; )[A-Z][\w ]* -/gm)].length;
    expect(counted + single).toBe(resources.filter(({ type }) => type.startsWith("aws")).length);
  });
});

describe("the difference of two recordings", () => {
  const type = "aws:dynamodb/table:Table";
  const table = (inputs: Recorded["inputs"], more: Partial<Recorded> = {}) =>
    resource(type, "t", { inputs, ...more });
  const paths = (before: Recorded, after: Recorded) =>
    differenceOf([before], [after]).changed.flatMap(({ properties }) =>
      properties.map(({ path }) => path),
    );

  it("is empty for the same", async () => {
    const { resources } = await record("dev");
    expect(differenceOf(resources, resources)).toEqual({
      added: [],
      removed: [],
      changed: [],
      permissions: { added: [], removed: [] },
    });
  });

  it("names a member of a list by its name, so that one more renames no other", () => {
    const index = (name: string, projection: string) => ({ name, projection });
    const before = table({ indexes: [index("a", "ALL"), index("b", "ALL")] });
    const after = table({ indexes: [index("new", "ALL"), index("a", "ALL"), index("b", "KEYS")] });
    expect(paths(before, after)).toEqual([
      "indexes[b].projection",
      "indexes[new].name",
      "indexes[new].projection",
    ]);
  });

  it("sees an option of the program as well as an input", () => {
    expect(paths(table({}, { protect: true }), table({}))).toEqual(["(protect)"]);
  });

  it("sees no change in a policy whose keys have another order", () => {
    const policy = (text: string) =>
      resource("aws:iam/rolePolicy:RolePolicy", "p", { inputs: { policy: text } });
    const one = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"a"}]}';
    const other = '{"Statement":[{"Action":"a","Effect":"Allow"}],"Version":"1"}';
    expect(paths(policy(one), policy(other))).toEqual([]);
  });

  it("says that a resource is another one below another kind of parent", () => {
    const below = (parent: string) => table({}, { parent });
    const [change] = differenceOf([below("x:Old a")], [below("x:New a")]).changed;
    expect(change?.replacedFor).toEqual(["another kind of parent, unless it has an alias"]);
    const [renamed] = differenceOf([below("x:Old a")], [below("x:Old b")]).changed;
    expect(renamed?.replacedFor).toEqual([]);
  });
});

describe("the difference of two texts", () => {
  const texts = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });

  it("leads from one to the other: what is taken away and what is added, with the rest unchanged", () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = textDifference(before.join("\n"), after.join("\n"), Number.POSITIVE_INFINITY);
        const [taken, added] = ["-", "+"].map((sign) =>
          lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(6)),
        ) as [string[], string[]];
        const from = before.length === 0 ? [""] : before;
        const to = after.length === 0 ? [""] : after;
        expect(from.length - taken.length).toBe(to.length - added.length);
        expect([...from, ...added].sort()).toEqual([...to, ...taken].sort());
      }),
    );
  });

  it("is nothing for the same text", () => {
    fc.assert(fc.property(fc.string(), (text) => textDifference(text, text).length === 0));
  });

  it("is cut off where it is long", () => {
    const many = Array.from({ length: 50 }, (_, index) => `line ${index}`).join("\n");
    expect(textDifference(many, "", 3)).toEqual([
      "-     line 0",
      "-     line 1",
      "-     line 2",
      "      … and 48 lines more",
    ]);
  });
});

describe("the permissions in words", () => {
  const statement = (more: object) =>
    resource("aws:sqs/queuePolicy:QueuePolicy", "p", {
      inputs: { policy: JSON.stringify({ Statement: [more] }) },
    });

  it.each([
    [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: "arn:aws:sqs:::q",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      "anybody must not sqs * on q, when aws:SecureTransport is false",
    ],
    [
      {
        Sid: "SendAlarms",
        Effect: "Allow",
        Principal: { Service: ["a.amazonaws.com"] },
        Action: ["sns:Publish"],
        Resource: "*",
      },
      "a.amazonaws.com may send alarms: sns Publish on *",
    ],
    [
      { Effect: "Allow", Principal: { AWS: "*" }, Action: "*", Resource: ["arn:aws:sqs:::other"] },
      "anybody may anything on arn:aws:sqs:::other",
    ],
  ])("say who may do what on which resource: %j", (policy, said) => {
    const queue = resource("aws:sqs/queue:Queue", "q", { outputs: { arn: "arn:aws:sqs:::q" } });
    expect(sentences([queue, statement(policy)])).toEqual([said]);
  });

  it("name managed policies, however a role came to them", () => {
    const role = resource("aws:iam/role:Role", "r", {
      inputs: { assumeRolePolicy: '{"Statement":[]}', managedPolicyArns: ["arn:one"] },
      outputs: { name: "r-1" },
    });
    const attachment = resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {
      inputs: { role: "r-1", policyArn: "arn:two" },
    });
    expect(sentences([role, attachment]).slice(1)).toEqual([
      "r has the managed policy arn:one",
      "r has the managed policy arn:two",
    ]);
  });
});

describe("the estimated cost", () => {
  it.each(["dev", "prod"])("knows a price for every resource of %s that has one", async (stack) => {
    const { resources } = await record(stack);
    expect(costOf(resources).unpriced).toEqual([]);
  });

  it("names what it knows no price of", () => {
    expect(costOf([resource("aws:ec2/natGateway:NatGateway", "n")]).unpriced).toEqual([
      "aws:ec2/natGateway:NatGateway",
    ]);
  });

  it("counts the alarms of the program, and the polls of its queues", async () => {
    const { resources } = await record("prod");
    const alarms = resources.filter(({ type }) => type.endsWith(":MetricAlarm")).length;
    const { idle } = costOf(resources);
    const quantities = Object.fromEntries(idle.map(({ what, quantity }) => [what, quantity]));
    expect(quantities).toMatchObject({
      alarms: alarms,
      // Five connections, each of which asks three times a minute, for 730 hours.
      "polls of FIFO queues": 5 * 3 * 60 * 730,
    });
  });

  it("counts for a command the units that the whole path's test measures, and the trail where there is one", async () => {
    const figures = async (stack: string) =>
      Object.fromEntries(
        costOf((await record(stack)).resources).commands.map((one) => [one.what, one.quantity]),
      );
    const prod = await figures("prod");
    expect(prod).toMatchObject({
      "append: write": 1e6,
      "append: read of the event before": 1e6,
      "fold: writes of summary and entry": 2e6,
      "function time, arm64": 50_000,
      "audit trail": 2e6,
    });
    expect(await figures("dev")).not.toHaveProperty("audit trail");
  });

  it("grows with what is added", async () => {
    const { resources } = await record("dev");
    const grown = (more: readonly Recorded[], part: "idle" | "commands" | "kept") =>
      total(costOf([...resources, ...more])[part]) - total(costOf(resources)[part]);
    const webAcl = resource("aws:wafv2/webAcl:WebAcl", "w", { inputs: { rules: [{}, {}] } });
    expect(grown([webAcl], "idle")).toBeCloseTo(5 + 2);
    expect(grown([resource("aws:kms/key:Key", "k")], "idle")).toBeCloseTo(1);
    const association = resource("aws:wafv2/webAclAssociation:WebAclAssociation", "a");
    expect(grown([association], "commands")).toBeCloseTo(2 * 0.6);
    const expression = { metricQueries: [{ metric: {} }, { metric: {} }, { expression: "a+b" }] };
    const alarm = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "m", { inputs: expression });
    expect(grown([alarm], "idle")).toBeCloseTo(0.2);
  });

  it("names the page of each price", () => {
    for (const { source, usd, per } of Object.values(prices)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z]+\/pricing\/$/);
      expect(usd).toBeGreaterThan(0);
      expect(per).toBeGreaterThan(0);
    }
  });
});
