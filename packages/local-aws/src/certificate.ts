/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A fresh certificate for this machine's own names, signed by nobody: browsers ask before they trust it, and Node.js
 * trusts it where NODE_EXTRA_CA_CERTS names a file with `cert`.
 */
export async function createCertificate(): Promise<Certificate> {
  // Loading it takes longer than all the rest of this package, and few stacks need it.
  const { generate } = await import("selfsigned");
  const names = [
    { type: 2, value: "localhost" },
    { type: 7, ip: "127.0.0.1" },
  ] as const;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [...names] },
    ],
  });
  return { key, cert };
}
