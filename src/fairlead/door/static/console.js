// What every page does: hears that it must look again, and looks; keeps the clock; opens dialogs.
//
// 1. Looking again is asking for this very address and putting the new parts in place of the old ones that differ. A part that
//    came back the same is not touched, so nothing flickers.
// 2. On `reset` the parts are emptied at once, before the answer comes: what may no longer be seen is gone first.
// 3. Nothing is kept in the browser: no storage, no history snapshots.

const QUIET_MS = 30_000;
const body = document.body;
const last = new Map([...document.querySelectorAll("[data-live]")].map((one) => [one.id, one.innerHTML])); // as the node sent them

async function lookAgain() {
  const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) {
    location.reload();
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let changed = false;
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (!next || next.innerHTML === last.get(old.id)) continue;
    last.set(old.id, next.innerHTML);
    put(old, next);
    changed = true;
  }
  body.classList.remove("blank");
  body.dataset.looks = String(Number(body.dataset.looks ?? 0) + 1);
  if (changed) document.dispatchEvent(new CustomEvent("fairlead:changed"));
}

function put(old, next) {
  const open = [...old.querySelectorAll("details[open]")].map((one) => one.closest("[id]").id);
  if (old.className !== next.className) old.className = next.className;
  old.replaceChildren(...next.childNodes);
  for (const id of open) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
  window.htmx?.process(old);
}

let looking = Promise.resolve();
function again() {
  looking = looking.then(lookAgain).catch(() => {});
  return looking;
}

function emptied() {
  body.classList.add("blank");
  for (const old of document.querySelectorAll("[data-live]")) {
    if (old.id === "banner") continue;
    old.replaceChildren();
    last.set(old.id, "");
  }
  document.dispatchEvent(new CustomEvent("fairlead:changed"));
}

// --- the stream ------------------------------------------------------------------------------------------------------

if (body.dataset.events) {
  const person = location.pathname.split("/")[2];
  const source = new EventSource(`/as/${person}/events?${body.dataset.events}`);
  let lost = false;
  source.addEventListener("now", (event) => {
    keepClock(Number(event.data));
    body.dataset.stream = "open";
    if (lost) again();
    lost = false;
  });
  source.addEventListener("reset", () => {
    emptied();
    again();
  });
  source.addEventListener("receipts", again);
  source.addEventListener("error", () => {
    lost = true;
  });
  addEventListener("pagehide", () => source.close());
}

const pinned = new URLSearchParams(location.search);
if (body.classList.contains("tab-picture") && !pinned.get("from") && !pinned.get("to")) {
  setInterval(() => document.visibilityState === "visible" && again(), QUIET_MS);
}

// --- the clock -------------------------------------------------------------------------------------------------------

let offset = null;
function keepClock(nowMs) {
  const first = offset === null;
  offset = nowMs - Date.now();
  if (first) setInterval(tick, 250);
  tick();
}
function tick() {
  document.getElementById("clock").textContent = new Date(Date.now() + offset).toISOString().slice(11, 19);
}

// --- forms and dialogs -----------------------------------------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => event.target.tagName === "SELECT" && form.requestSubmit());
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.tagName === "DIALOG" && !event.target.open) event.target.showModal();
});
document.addEventListener("click", (event) => {
  const closes = event.target.closest("[data-closes]");
  if (closes) document.getElementById(closes.dataset.closes).close();
  const saves = event.target.closest("[data-saves]");
  if (saves) save(saves.dataset.saves, saves.closest(".preview").querySelector("textarea").value);
});
function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
document.addEventListener("htmx:afterRequest", (event) => {
  const path = event.detail.pathInfo?.requestPath ?? "";
  if (event.detail.successful && /\/(resume|case-act)(\?|$)/.test(path)) again();
});
