// Answers and errors in place. Without this script, the forms do.
"use strict";

const SLOW_MS = 8000;
const SILENCE_MS = 30000; // three heartbeats of the server
const answers = document.getElementById("answers");
const status = document.getElementById("status");
const texts = status.dataset;
let stop = null;
let shown = location.pathname;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.ask, form.vote, form.keep")) return;
  event.preventDefault();
  if (!form.matches(".ask")) return replace(form, event.submitter);
  const place = document.createElement("div");
  answers.prepend(place);
  ask(form, new URLSearchParams(new FormData(form, event.submitter)), place);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && stop) stop.abort();
});

addEventListener("popstate", () => {
  if (location.pathname !== shown) location.reload(); // not for a place on the page
});

function tell(place, question, text, retry) {
  const card = document.createElement("article");
  card.className = "card";
  for (const [tag, words] of [["h2", question], ["p", text]]) {
    const element = document.createElement(tag);
    element.textContent = words;
    if (tag === "p") element.className = "note";
    card.append(element);
  }
  if (retry) {
    const button = document.createElement("button");
    button.className = "plain";
    button.textContent = texts.retry;
    button.onclick = retry;
    card.append(button);
  }
  place.replaceChildren(card);
  status.textContent = text;
}

async function ask(form, body, place) {
  if (stop) stop.abort();
  const own = (stop = new AbortController());
  const question = body.get("reading") || body.get("q");
  tell(place, question, texts.searching);
  let watch;
  const listen = () => {
    clearTimeout(watch);
    watch = setTimeout(() => own.abort(SILENCE_MS), SILENCE_MS);
  };
  listen();
  const slow = setTimeout(() => tell(place, question, texts.slow), SLOW_MS);
  let problem = navigator.onLine ? texts.down : texts.offline;
  try {
    const response = await fetch("/answer", { method: "POST", body, signal: own.signal });
    problem = response.ok ? texts.cut : texts.failed;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let piece; !(piece = await reader.read()).done; text += piece.value) listen();
    const part = JSON.parse(text);
    problem = part.problem;
    if (problem) throw new Error(problem);
    place.innerHTML = part.html;
    place.replaceWith(...place.childNodes);
    if (part.url && part.url !== shown) {
      history.pushState(null, "", part.url);
      shown = part.url;
    }
    document.title = part.title;
    if (form.q.value === body.get("q")) form.q.value = "";
    form.q.placeholder = part.next;
    status.textContent = texts.ready;
  } catch (error) {
    if (own.signal.aborted && own.signal.reason !== SILENCE_MS) {
      place.remove();
      if (stop === own) status.textContent = texts.stopped;
    } else {
      tell(place, question, problem, () => {
        body.set("retry", "1");
        ask(form, body, place);
        form.q.focus();
      });
    }
  } finally {
    clearTimeout(slow);
    clearTimeout(watch);
    if (stop === own) stop = null;
  }
}

async function replace(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" } });
    if (!response.ok) throw new Error(response.status);
    form.outerHTML = await response.text();
  } catch (error) {
    const note = form.querySelector("[role=status]");
    note.className = "";
    note.textContent = texts.unsent;
  }
}

document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches("details.copy[open]") || details.querySelector("button")) return;
  for (const pre of details.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = details.dataset.copy;
    button.onclick = async () => {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = details.dataset.copied;
    };
    pre.before(button);
  }
}, true);
