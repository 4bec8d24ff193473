// @ts-check
/** Lets the front page say who answered, and keeps its guest book live. */

/** @typedef {{ id: number, author: string, text: string, server: string, createdAt: string }} Entry */

/** Entries on the front page. */
const shown = 20;

/** The guest book is read again this often, in milliseconds, while the page is visible. */
const refreshMs = 10_000;

/** A write may wait for a new writer of the database; after this many milliseconds the visitor is told so. */
const patientMs = 1_500;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

/**
 * @param {string} id
 * @param {string} text
 */
function say(id, text) {
  element(id).textContent = text;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null;
}

/**
 * @param {unknown} value
 * @param {string} key
 * @returns {string}
 */
function text(value, key) {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === "string" ? found : "";
}

/**
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<{ ok: boolean, status: number, body: unknown }>}
 */
async function ask(url, options) {
  const response = await fetch(url, { cache: "no-store", ...options });
  /** @type {unknown} */
  const body = await response.json().catch(() => null);
  return { ok: response.ok, status: response.status, body };
}

/** @type {Map<string, number>} */
const answers = new Map();

/** @param {string} server */
function count(server) {
  answers.set(server, (answers.get(server) ?? 0) + 1);
  const parts = [...answers]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, times]) => `${name} ${times}×`);
  say("tally", parts.join(", "));
}

async function showWho() {
  const button = element("again");
  button.toggleAttribute("disabled", true);
  try {
    const { ok, body } = await ask("/api/whoami");
    if (!ok) throw new Error("no answer");
    const database = isRecord(body) ? body.database : null;
    say("server", text(body, "server"));
    say("zone", `zone ${text(body, "zone")}`);
    say("reader", text(database, "reader") || "not reachable");
    say("writer", text(database, "writer") || "being elected");
    say("client", text(body, "client") || "you");
    say("protocol", text(body, "protocol") === "https" ? "over HTTPS" : "over HTTP");
    count(text(body, "server"));
  } catch {
    say("tally", "No server answered. Trying again is worth it.");
  } finally {
    button.toggleAttribute("disabled", false);
  }
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string} content
 */
function node(name, className, content) {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = content;
  return made;
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {Entry} entry */
function item(entry) {
  const time = node("time", "", moment.format(new Date(entry.createdAt)));
  time.setAttribute("datetime", entry.createdAt);
  const by = node("p", "entry-by", "");
  by.append(node("strong", "", entry.author), time, node("span", "", `stored by ${entry.server}`));
  const made = node("li", "entry", "");
  made.append(node("p", "entry-text", entry.text), by);
  return made;
}

/**
 * @param {unknown} value
 * @returns {value is Entry}
 */
function isEntry(value) {
  return isRecord(value) && typeof value.id === "number" && typeof value.text === "string";
}

let drawn = "";

async function showEntries() {
  const { ok, body } = await ask(`/api/entries?limit=${shown}`).catch(() => ({ ok: false, body: null }));
  if (!ok || !isRecord(body) || !Array.isArray(body.entries)) {
    say("freshness", "The guest book does not answer at the moment.");
    return;
  }
  const entries = body.entries.filter(isEntry);
  say(
    "freshness",
    body.stale === true
      ? "The database is changing its writer; these are the last entries known."
      : `Read by ${text(body, "server")} from ${text(body, "database")}.`,
  );
  const state = entries.map(({ id }) => id).join();
  if (state === drawn) return;
  drawn = state;
  element("entries").replaceChildren(...entries.map(item));
  element("empty").hidden = entries.length > 0;
}

/** @param {HTMLFormElement} form */
async function leaveEntry(form) {
  const button = element("leave");
  const fields = new FormData(form);
  const entry = { author: fields.get("author"), text: fields.get("text"), token: form.dataset.token };
  button.toggleAttribute("disabled", true);
  const waiting = setTimeout(() => say("notice", "Still storing: waiting for the database…"), patientMs);
  try {
    const { ok, body } = await ask("/api/entries", {
      method: "POST",
      // Says to the balancer that the token makes a repetition safe.
      headers: { "Content-Type": "application/json", "Idempotency-Key": String(entry.token) },
      body: JSON.stringify(entry),
    });
    if (!ok) throw new Error(text(body, "error"));
    form.dataset.token = crypto.randomUUID();
    element("text").focus();
    form.reset();
    say("notice", `Stored by ${text(body, "server")} on ${text(body, "database")}.`);
    element("notice").classList.remove("bad");
    await showEntries();
  } catch (error) {
    // The token stays: sending again can't store the entry twice.
    say("notice", (error instanceof Error && error.message) || "The connection broke. Please send it again.");
    element("notice").classList.add("bad");
  } finally {
    clearTimeout(waiting);
    button.toggleAttribute("disabled", false);
  }
}

const form = element("form");
if (form instanceof HTMLFormElement) {
  form.dataset.token = crypto.randomUUID();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void leaveEntry(form);
  });
}
element("again").addEventListener("click", () => void showWho());
element("live").hidden = false;
void showWho();
void showEntries();
setInterval(() => {
  if (!document.hidden) void showEntries();
}, refreshMs);
