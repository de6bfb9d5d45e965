// What a newcomer does with the demo, in a real browser. Every wait is for something to be seen; nothing sleeps.

import assert from "node:assert/strict";
import { join } from "node:path";
import { openBrowser, patience, startDemo } from "./browser.mjs";

const cache = process.argv[2];
const browser = await openBrowser(cache);
try {
  await withDemo((demo) => tell(demo, { width: 1280, height: 900 }, "desk"));
  await withDemo(async (demo) => {
    await tell(demo, { width: 360, height: 740 }, "telephone");
    await takePictures(demo);
  });
} finally {
  await browser.close();
}
console.log(`pictures: ${cache}/*.png`);

// withDemo starts a demo of which nothing has been asked yet, and ends it in any case.
async function withDemo(work) {
  const demo = await startDemo(join(cache, "lacquer"));
  let code;
  try {
    await work(demo);
  } finally {
    code = await demo.stop();
  }
  assert.equal(code, 0, "the demo ends in good order");
}

// tell tells the story at one size of the window.
async function tell(demo, viewport, name) {
  const { page, troubles } = await openPage(demo, viewport);
  const step = (words) => console.log(`${name}: ${words}`);
  const log = page.getByRole("log", { name: "What Lacquer does" });
  const lines = (result, uri) => log.locator(`li.${result}`).filter({ hasText: uri });

  step("the front page is a miss, and is seen live");
  await page.getByText("live", { exact: true }).waitFor();
  await lines("miss", "/").first().waitFor();

  step("an article is a miss, and then a hit");
  const article = "2";
  const path = "/articles/2";
  const show = (target) => page.locator("#frame").evaluate((frame, url) => { frame.src = url; }, demo.site + target);
  await show(path);
  await lines("miss", path).first().waitFor();
  await show(path);
  await lines("hit", path).first().waitFor();
  assert.match(await lines("hit", path).first().innerText(), /from the store, fresh for another \d+ s/);
  await noScrolling(page);

  const old = await page.frameLocator("#frame").getByRole("heading", { level: 1 }).innerText();

  step("what comes from a newsletter is seen, and the basket is nobody else's");
  await page.getByRole("button", { name: "The basket" }).click();
  await lines("pass", "/basket").first().waitFor();
  await page.getByRole("button", { name: "From a newsletter" }).click();
  await log.locator("li.hit, li.stale").filter({ hasText: "/?utm_source=mail" }).first().waitFor();
  await log.scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(cache, `${name}-1-log.png`) });

  step("an article that was changed is served as it was, until it is purged");
  await page.getByRole("combobox", { name: "Article" }).selectOption(article);
  const title = page.getByLabel("Title");
  const visitors = page.locator("#at-visitors");
  await page.getByRole("button", { name: "Look as a visitor" }).click();
  await visitors.getByText(old).waitFor();
  const fresh = `Seen by a ${name}`;
  await title.fill(fresh);
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#at-origin").getByText(fresh).waitFor();
  await visitors.getByText(old).waitFor();
  await page.locator("#edit-title").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(cache, `${name}-2-changed.png`) });
  await page.getByRole("button", { name: "Purge hard" }).click();
  await visitors.getByText(fresh).waitFor();
  await lines("purge", `PURGE ${path}`).first().waitFor();

  step("after a soft purge the next visitor still gets the old one");
  const fresher = `Seen twice by a ${name}`;
  await title.fill(fresher);
  await page.getByRole("button", { name: "Save" }).click();
  await visitors.getByText(fresh).waitFor();
  await page.getByRole("button", { name: "Purge softly" }).click();
  await visitors.getByText("stale").waitFor();
  assert.match(await visitors.innerText(), new RegExp(fresh));
  await eventually("the new one is fetched behind", async () => {
    await page.getByRole("button", { name: "Look as a visitor" }).click();
    return (await visitors.innerText()).includes(fresher);
  });

  step("a purge by tag reaches the front page, too");
  await show("/");
  const front = page.frameLocator("#frame").getByRole("heading", { level: 2 });
  await front.first().waitFor();
  await title.fill(`Tagged by a ${name}`);
  await page.getByRole("button", { name: "Save" }).click();
  await visitors.getByText(fresher).waitFor();
  await page.getByRole("button", { name: "Purge by tag" }).click();
  await visitors.getByText(`Tagged by a ${name}`).waitFor();
  await show("/");
  await front.getByText(`Tagged by a ${name}`).waitFor();

  step("a herd is one fetch");
  await page.getByLabel("Visitors").fill("120");
  await page.getByRole("button", { name: "Send them" }).click();
  const herd = page.locator("#herd-result");
  await herd.getByText("120 visitors,").waitFor();
  assert.match(await herd.innerText(), /^120 visitors, 1 fetch from the origin\./);
  assert.doesNotMatch(await herd.innerText(), /got no page/);
  assert.equal(await page.getByLabel("Answers").evaluate((bar) => bar.value), 120);
  assert.ok(await log.locator("li.joined").filter({ hasText: "one of a herd" }).count() > 0, "most of the herd joined the fetch");

  step("with the origin down, the site is up");
  await page.getByRole("button", { name: "Visit every page" }).click();
  const visited = page.locator("#tour-result");
  await visited.getByText("11 of 11").waitFor();
  await page.getByRole("button", { name: "Take it down" }).click();
  await page.locator("#origin-state").getByText("down").waitFor();
  await page.getByRole("button", { name: "Make all pages too old" }).click();
  await visited.getByText("now too old").waitFor();
  await page.getByRole("button", { name: "Visit every page" }).click();
  await visited.getByText("11 of 11").waitFor();
  assert.equal(await page.locator("#tour-list .stale").count(), 11, "all of them are stale");
  await show(path);
  await lines("stale", path).filter({ hasNotText: "demo" }).first().waitFor();
  await page.frameLocator("#frame").getByRole("heading", { name: `Tagged by a ${name}` }).waitFor();
  await noScrolling(page);
  await page.locator("#herd-title").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(cache, `${name}-3-down.png`) });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(cache, `${name}-4-whole.png`), fullPage: true });

  step("and up again");
  await page.getByRole("button", { name: "Bring it up" }).click();
  await page.locator("#origin-state").getByText("up", { exact: true }).waitFor();
  await title.fill("Up again");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#at-origin").getByText("Up again").waitFor();
  await page.getByRole("button", { name: "Purge hard" }).click();
  await visitors.getByText("Up again").waitFor();

  assert.deepEqual(troubles, [], "nothing is complained of");
  await page.close();
}

// openPage opens the control page and gathers what goes wrong in it.
async function openPage(demo, viewport) {
  const page = await browser.context.newPage();
  await page.setViewportSize(viewport);
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
  });
  await page.goto(demo.control);
  return { page, troubles };
}

// noScrolling holds the page, and the site in its frame, to the width of the window.
async function noScrolling(page) {
  for (const frame of page.frames()) {
    const [content, width] = await frame.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= width, `${frame.url()} is ${content} px wide in a window of ${width} px`);
  }
}

// eventually tries until something holds.
async function eventually(what, holds) {
  const end = Date.now() + patience;
  while (!(await holds())) {
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// takePictures shows what a story does not: the dark, and the site by itself.
async function takePictures(demo) {
  const { page, troubles } = await openPage(demo, { width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("log").locator("li").first().waitFor();
  await page.frameLocator("#frame").getByRole("heading", { level: 1 }).waitFor();
  await page.screenshot({ path: join(cache, "dark-whole.png"), fullPage: true });
  await page.goto(demo.site + "/articles/1");
  await page.screenshot({ path: join(cache, "dark-site.png") });
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(demo.site + "/");
  await page.screenshot({ path: join(cache, "light-site.png") });
  assert.deepEqual(troubles, []);
  await page.close();
}
