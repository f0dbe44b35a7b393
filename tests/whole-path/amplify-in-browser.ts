import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Seen, Settings } from "./amplify-client";

/** Chromium as systems have it installed, if this one has. */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

/** Runs the front end in a page of its own origin, as a browser's user does who has accepted the certificate. */
export async function useStackInBrowser(executablePath: string, settings: Settings): Promise<Seen> {
  const bundle = await build({
    entryPoints: [join(__dirname, "amplify-client.ts")],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "frontEnd",
    logLevel: "silent",
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  const site = createServer((request, response) => {
    const isScript = request.url === "/front-end.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : `<!doctype html><script src="/front-end.js"></script>`);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath,
    // Containers lack what its sandbox needs.
    args: ["--no-sandbox", "--ignore-certificate-errors"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    // Read from the page's own scope: the bundle is no module here.
    const call = `frontEnd.useStack(${JSON.stringify(settings)})`;
    return await page.evaluate<Seen>(call);
  } finally {
    await browser.close();
    site.close();
    site.closeAllConnections();
  }
}
