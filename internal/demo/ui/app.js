"use strict";

// What the page shows comes by one stream of events; what it changes goes out as POST with the token that the page carries.

const token = document.querySelector('meta[name="token"]').content;
const site = document.querySelector('meta[name="site"]').content;
const byId = (id) => document.getElementById(id);

const kept = 150; // lines of the log

// element makes an element with a class and with children, which are elements or texts.
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function duration(milliseconds) {
  if (milliseconds < 1) return Math.round(milliseconds * 1000) + " µs";
  if (milliseconds < 10) return milliseconds.toFixed(1) + " ms";
  if (milliseconds < 1000) return Math.round(milliseconds) + " ms";
  const seconds = milliseconds / 1000;
  if (seconds < 120) return seconds.toFixed(1) + " s";
  return Math.round(seconds / 60) + " min";
}

function size(bytes) {
  return bytes < 1000 ? bytes + " B" : (bytes / 1000).toFixed(1) + " kB";
}

// ---- calls

function complain(words) {
  const box = byId("trouble");
  box.textContent = words;
  box.hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => { box.hidden = true; }, 8000);
}

async function call(path, order = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Demo-Token": token },
      body: JSON.stringify(order),
    });
  } catch {
    throw new Error("The demo does not answer. Is it still running?");
  }
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

// during disables a button while something is done, and says what went wrong.
async function during(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    complain(error.message);
  } finally {
    button.disabled = false;
  }
}

function onClick(id, work) {
  const button = byId(id);
  button.addEventListener("click", () => during(button, work));
}

// ---- the log

const log = byId("log");
let paused = false;
let waiting = []; // transactions that came while the log paused

byId("pause").addEventListener("click", (event) => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", String(paused));
  if (!paused) {
    waiting.forEach(addLine);
    waiting = [];
  }
});

const whose = { visitor: "the demo’s visitor", herd: "one of a herd", purger: "the demo", "soft purger": "the demo" };

// addLine shows a transaction. Like ones that follow each other, as those of a herd do, are one line with a number.
function addLine(t) {
  const kind = [t.method, t.uri, t.result, t.who, t.status].join(" ");
  const top = log.firstElementChild;
  if (top && top.dataset.kind === kind && t.who !== "browser") {
    top.dataset.times = Number(top.dataset.times) + 1;
    top.querySelector(".times-seen").textContent = " × " + top.dataset.times;
    return;
  }
  const line = element("li", "new " + t.result,
    element("b", "badge " + t.result, t.result),
    element("span", "what", (t.method === "GET" ? "" : t.method + " ") + t.uri, element("span", "times-seen"),
      element("small", "", " " + [whose[t.who], t.status === 200 ? "" : t.status].filter(Boolean).join(", "))),
    element("span", "times", duration(t.took)),
    element("span", "why", t.why),
  );
  if (t.result !== "purge") {
    const bar = element("i");
    bar.style.width = Math.min(100, Math.max(0.5, 100 * t.took / t.origin)) + "%";
    line.querySelector(".times").append(element("small", "", "of " + duration(t.origin)));
    line.querySelector(".why").append(" · " + size(t.bytes));
    line.append(element("span", "bar", bar));
  }
  line.title = t.cache ? "Cache-Status: lacquer; " + t.cache : "";
  line.dataset.kind = kind;
  line.dataset.times = 1;
  line.dataset.number = t.number;
  log.prepend(line);
  while (log.children.length > kept) log.lastElementChild.remove();
}

// ---- what the stream brings

let seen = 0; // number of the newest transaction that was shown

function show(news) {
  for (const t of news.transactions) {
    if (t.number <= seen) continue;
    seen = t.number;
    if (paused) waiting.push(t);
    else addLine(t);
  }
  waiting = waiting.slice(-kept);
  const c = news.counters;
  byId("requests").textContent = c.requests.toLocaleString("en");
  byId("origin").textContent = c.origin.toLocaleString("en");
  byId("spared").textContent = c.spared.toLocaleString("en");
  byId("saved").textContent = duration(c.saved);
  showOrigin(news.origin_up);
  showHerd(news.herd);
}

let originUp = true;

function showState(id, up, words) {
  byId(id).querySelector(".dot").className = "dot " + (up ? "up" : "down");
  const text = byId(id).querySelector(".words");
  if (text.textContent !== words) text.textContent = words;
}

function showOrigin(up) {
  originUp = up;
  showState("origin-state", up, up ? "up" : "down");
  byId("toggle").textContent = up ? "Take it down" : "Bring it up";
}

let herdShown = "";

function showHerd(h) {
  const bar = byId("progress");
  byId("send").disabled = h.running;
  if (!h.clients) return;
  bar.max = h.clients;
  bar.value = h.done;
  const words = JSON.stringify(h);
  if (words === herdShown) return;
  herdShown = words;
  const result = byId("herd-result");
  if (h.running) {
    result.textContent = `${h.done} of ${h.clients} have their answer …`;
    return;
  }
  const fetches = element("strong", "", h.fetches === 1 ? "1 fetch" : h.fetches + " fetches");
  const failed = h.failed ? ` ${h.failed} got no page.` : "";
  result.replaceChildren(`${h.clients} visitors, `, fetches, ` from the origin. The slowest waited ${duration(h.slowest)}; ` +
    `without a cache the origin had ${duration(h.alone)} of work to do.${failed}`);
}

const stream = new EventSource("events");
stream.addEventListener("message", (event) => show(JSON.parse(event.data)));
stream.addEventListener("open", () => showState("connection", true, "live"));
stream.addEventListener("error", () => showState("connection", false, "the demo does not answer"));

// ---- the frame

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => { byId("frame").src = site + button.dataset.show; });
}

// ---- articles

const article = byId("article");

const chosen = () => Number(article.value);
const chosenPath = () => article.selectedOptions[0].dataset.path;

async function readArticle() {
  const now = await call("api/article", { article: chosen() });
  byId("title").value = now.title;
  byId("text").value = now.text;
  byId("at-origin").textContent = now.title;
}

function forgetVisitors() {
  byId("at-visitors").textContent = "press “Look as a visitor”";
}

async function look() {
  const v = await call("api/visit", { path: chosenPath() });
  byId("at-visitors").replaceChildren(v.title || "no page: " + v.status,
    element("small", "", element("b", "badge " + v.result, v.result), " in " + duration(v.took)));
}

article.addEventListener("change", () => {
  forgetVisitors();
  readArticle().catch((error) => complain(error.message));
});

byId("edit").addEventListener("submit", (event) => {
  event.preventDefault();
  during(event.submitter || byId("edit").querySelector("[type=submit]"), async () => {
    await call("api/edit", { article: chosen(), title: byId("title").value, text: byId("text").value });
    byId("at-origin").textContent = byId("title").value;
    article.selectedOptions[0].textContent = chosen() + ". " + byId("title").value;
    await look();
  });
});

for (const soft of [false, true]) {
  onClick(soft ? "purge-soft" : "purge-hard", async () => {
    await call("api/purge", { path: chosenPath(), soft });
    await look();
  });
}

onClick("purge-tag", async () => {
  await call("api/tag", { article: chosen() });
  await look();
});

onClick("look", look);

// ---- the herd

byId("herd").addEventListener("submit", (event) => {
  event.preventDefault();
  during(byId("send"), () => call("api/herd", { path: byId("herd-path").value, clients: Number(byId("clients").value) }));
});

// ---- the origin

onClick("toggle", () => call("api/origin", { up: !originUp }));

onClick("soften", async () => {
  await call("api/soften");
  byId("tour-list").replaceChildren();
  byId("tour-result").textContent = "All that is stored is now too old.";
});

onClick("tour", async () => {
  byId("tour-result").textContent = "visiting …";
  byId("tour-list").replaceChildren();
  const visits = await call("api/tour");
  const good = visits.filter((v) => v.status === 200).length;
  byId("tour-result").replaceChildren(element("strong", "", `${good} of ${visits.length}`), " pages and pictures were served.");
  byId("tour-list").replaceChildren(...visits.map((v) => element("li", "",
    element("span", "", v.path), element("b", "badge " + v.result, v.status === 200 ? v.result : String(v.status)))));
});

readArticle().catch((error) => complain(error.message));
