// Starts a demo and a browser, and sees to it that both end.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const patience = 60_000; // milliseconds; far longer than anything takes on the slowest machine

// startDemo starts the binary on free ports and waits for the addresses that it prints.
export function startDemo(binary) {
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error("the demo never said where it is; it said: " + said)), patience);
    child.stdout.on("data", (piece) => {
      said += piece;
      const control = said.match(/control page +(http:\S+)/);
      const site = said.match(/the site +(http:\S+)/);
      if (!control || !site) return;
      clearTimeout(timer);
      resolve({
        control: control[1],
        site: site[1],
        stop() {
          child.kill("SIGINT");
          return ended;
        },
      });
    });
    ended.then((code) => reject(new Error(`the demo ended with ${code}; it said: ${said}`)));
  });
}

// openBrowser starts Chromium with a profile of its own, and without what it would look for in the network.
export async function openBrowser(cache) {
  const { chromium } = createRequire(join(cache, "node_modules/"))("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "lacquer-demo-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
  context.setDefaultTimeout(patience);
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
