// A note is stored as soon as it is left, whatever is done next. Without this script, its button does.
"use strict";

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.name !== "note" || !form.matches("form.clip")) return;
  const body = new URLSearchParams(new FormData(form));
  fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" });
});
