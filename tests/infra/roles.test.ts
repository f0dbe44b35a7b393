import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  permissionsCommand,
  permissionsDocument,
  permissionsFile,
} from "../../cli/preview/permissions-document";
import { differences, documentsOf, mutantsOf, type Statement } from "./policy-documents";
import { type Recording, record } from "./record";

let prod: Recording;

beforeAll(async () => {
  prod = await record("prod");
});

/** Word by word: who may assume the roles, and what else says who may do something with a resource. */
const expected: Readonly<Record<string, readonly Statement[]>> = JSON.parse(
  readFileSync("tests/infra/resource-policies.json", "utf8"),
);

describe("the policies", () => {
  it("allow each role what it needs, and nothing else; every other one is known word by word", () => {
    expect(differences(documentsOf(prod), expected)).toEqual([]);
  });

  it("are in dev those of prod, as far as there are such resources", async () => {
    const dev = documentsOf(await record("dev"));
    expect(documentsOf(prod)).toEqual(expect.arrayContaining([...dev]));
  });

  it("cannot lose or gain a statement, an action or a resource without this test's notice", () => {
    const mutants = mutantsOf(documentsOf(prod));
    expect(mutants.length).toBeGreaterThan(100);
    const unnoticed = mutants.filter(
      ({ documents }) => differences(documents, expected).length === 0,
    );
    expect(unnoticed.map(({ what }) => what)).toEqual([]);
  });
});

it(`docs/permissions.md is current (${permissionsCommand} writes it again)`, () => {
  expect(readFileSync(permissionsFile, "utf8")).toBe(permissionsDocument(prod));
});
