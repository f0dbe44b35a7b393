import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filledText, template } from "../../infra/templates";

describe("a template", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "templates-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Writes files below a folder for the domain's own and one for shared templates. */
  const folders = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return { own: join(root, "own"), shared: join(root, "shared") };
  };
  const shown = (file: string) => relative(process.cwd(), join(root, file));

  it("gets the values of the deployment, as they are", () => {
    const files = folders({ "own/query/a.request.vtl": "'^{{pattern}}\\z' {{pattern}}" });
    expect(filledText("query/a.request.vtl", files, { pattern: "[a-z]{0,3}$&" })).toBe(
      "'^[a-z]{0,3}$&\\z' [a-z]{0,3}$&",
    );
  });

  it("gets fragments of both folders, with their own fragments and values", () => {
    const files = folders({
      "own/query/a.graphql": "type A {\n  {{shared/b}}\n  {{query/c}}\n}\n",
      "own/query/c.graphql": "c: {{type}}\n",
      "shared/b.graphql": "# {{type}}\n{{shared/d}}\n",
      "shared/d.graphql": "d: Int\ne: Int\n",
    });
    expect(filledText("query/a.graphql", files, { type: "ID" })).toBe(
      "type A {\n  # ID\n  d: Int\n  e: Int\n  c: ID\n}\n",
    );
  });

  it("with an unknown value ends the program, naming the file, the gap and the known values", () => {
    const files = folders({ "shared/a.request.vtl": "{{readModelTable}}" });
    const fill = () => template("shared/a.request", files, { idName: "a", ownerIndex: "b" });
    expect(fill).toThrow(RunError);
    expect(fill).toThrow(
      `${shown("shared/a.request.vtl")} asks for {{readModelTable}}; the values that it can have: idName, ownerIndex`,
    );
  });

  it("with an unknown value in a fragment ends the program, naming the fragment", () => {
    const files = folders({ "own/a.before.vtl": "{{shared/b}}", "shared/b.vtl": "{{eventType}}" });
    expect(() => template("a.before", files, {})).toThrow(
      `${shown("shared/b.vtl")} asks for {{eventType}}`,
    );
  });

  it("with an unknown fragment ends the program, naming file and gap", () => {
    const files = folders({ "own/query/a.request.vtl": "{{shared/none}}" });
    const fill = () => template("query/a.request", files, {});
    expect(fill).toThrow(RunError);
    expect(fill).toThrow(
      `${shown("own/query/a.request.vtl")} asks for {{shared/none}}, and there is no file ${shown("shared/none.vtl")}.`,
    );
  });

  it("that is not there ends the program, naming the file", () => {
    const files = folders({});
    expect(() => template("query/none.request", files, {})).toThrow(
      `The wiring names ${shown("own/query/none.request.vtl")}, and there is no such file.`,
    );
  });
});
