// Answers in place. Without this script, or where it fails, the forms do.
"use strict";

const answers = document.getElementById("answers");
const status = document.getElementById("status");
let stop = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form.ask") && answers) {
    event.preventDefault();
    ask(form, event.submitter);
  } else if (form.matches("form.vote")) {
    event.preventDefault();
    vote(form, event.submitter);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && stop) stop.abort();
});

let shown = location.pathname;
addEventListener("popstate", () => {
  if (location.pathname !== shown) location.reload(); // not for a place on the page
});

async function ask(form, submitter) {
  if (stop) stop.abort();
  const own = (stop = new AbortController());
  const place = document.createElement("div");
  answers.prepend(place);
  status.textContent = status.dataset.searching;
  place.innerHTML = `<p class="card note">${status.dataset.searching}</p>`;
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const response = await fetch("/answer", { method: "POST", body, signal: own.signal });
    if (!response.ok) throw new Error(response.status);
    const part = await response.json();
    if (part.failed) throw new Error("failed");
    place.innerHTML = part.html;
    place.replaceWith(...place.childNodes);
    if (part.refused) {
      status.textContent = "";
      return;
    }
    if (part.url && part.url !== shown) {
      history.pushState(null, "", part.url);
      shown = part.url;
    }
    document.title = part.title;
    form.q.value = "";
    form.q.placeholder = part.next;
    status.textContent = status.dataset.ready;
  } catch (error) {
    place.remove();
    if (own.signal.aborted) {
      if (stop === own) status.textContent = status.dataset.stopped;
    } else form.submit(); // the plain way, which says what is wrong
  } finally {
    if (stop === own) stop = null;
  }
}

async function vote(form, button) {
  const body = new URLSearchParams([[button.name, button.value]]);
  const response = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" } });
  if (response.ok) form.outerHTML = await response.text();
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
