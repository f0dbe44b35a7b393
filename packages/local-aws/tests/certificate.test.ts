import { X509Certificate } from "node:crypto";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keptCertificate } from "../src/certificate";

const dayMs = 24 * 60 * 60 * 1000;
const folder = (): string => mkdtempSync(join(tmpdir(), "certificate-"));

describe("the certificate of a folder", () => {
  it("is made once and kept", async () => {
    const kept = folder();
    const first = await keptCertificate(kept);
    expect(await keptCertificate(kept)).toEqual(first);
    expect(new X509Certificate(first.cert).checkHost("localhost")).toBe("localhost");
  });

  it("is made anew a week before it ends", async () => {
    const kept = folder();
    const first = await keptCertificate(kept);
    const soon = Date.now() + 359 * dayMs;
    expect((await keptCertificate(kept, soon)).cert).not.toBe(first.cert);
  });

  it.each([
    ["no certificate", "certificate.pem"],
    ["no key", "certificate-key.pem"],
  ])("is made anew where the file is %s", async (_, name) => {
    const kept = folder();
    const first = await keptCertificate(kept);
    writeFileSync(join(kept, name), "garbage");
    expect((await keptCertificate(kept)).cert).not.toBe(first.cert);
  });

  it("has a key that only this user can read", async () => {
    const kept = folder();
    await keptCertificate(kept);
    expect(statSync(join(kept, "certificate-key.pem")).mode & 0o777).toBe(0o600);
  });
});
