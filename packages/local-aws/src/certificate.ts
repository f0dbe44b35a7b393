import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** The certificate's file, in the folder that keeps it. */
export const certificateName = "certificate.pem";
const keyName = "certificate-key.pem";

/** A certificate that ends sooner than this is made anew, so that it does not end while a stack runs. */
const leastRemainingMs = 7 * 24 * 60 * 60 * 1000;

/**
 * The certificate that the folder keeps, so that whoever has trusted it once goes on trusting it. It is made where there
 * is none, and anew before it ends. It is for this machine's own names, and signed by nobody: browsers ask before they
 * trust it, and Node.js trusts it where NODE_EXTRA_CA_CERTS names its file.
 */
export async function keptCertificate(folder: string, now = Date.now()): Promise<Certificate> {
  const [certFile, keyFile] = [join(folder, certificateName), join(folder, keyName)];
  if (existsSync(certFile) && existsSync(keyFile)) {
    const kept = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    if (isGood(kept, now)) {
      return kept;
    }
  }
  const made = await createCertificate(now);
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  writeFileSync(certFile, made.cert);
  return made;
}

/** False also for a file that is no certificate, or whose key is another one's. */
function isGood({ cert, key }: Certificate, now: number): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const remainingMs = Date.parse(certificate.validTo) - now;
    return remainingMs > leastRemainingMs && certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function createCertificate(now: number): Promise<Certificate> {
  // Loading it takes longer than all the rest of this package, and few stacks need it.
  const { generate } = await import("selfsigned");
  const names = [
    { type: 2, value: "localhost" },
    { type: 7, ip: "127.0.0.1" },
  ] as const;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    algorithm: "sha256",
    notBeforeDate: new Date(now),
    notAfterDate: new Date(now + 365 * 24 * 60 * 60 * 1000),
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [...names] },
    ],
  });
  return { key, cert };
}
