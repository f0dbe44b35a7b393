import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { supportDocument, supportFile } from "./support-document";

describe("the document of what is supported", () => {
  it("is current: `npm run docs:local-aws` writes it", () => {
    expect(readFileSync(supportFile, "utf8")).toBe(supportDocument());
  });

  it("names what is used, what has no local meaning and what is refused", () => {
    const [, table = ""] = supportDocument().split("### aws.dynamodb.Table\n");
    expect(table).toMatch(
      /^\n- \*\*Used\*\*: .*`hashKey`.*\n- \*\*No local meaning\*\*: .*`tags`.*\n/,
    );
    expect(table).toMatch(/- \*\*Refused\*\*: .*`replicas`/);
  });
});
