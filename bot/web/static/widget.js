/* Adds a button to a page, which opens Selon in a frame of its own. */
(() => {
  "use strict";
  const home = document.currentScript.src.replace(/\/widget\.js.*$/, "");
  const language = (document.documentElement.lang || navigator.language || "fr").toLowerCase();
  const texts = TEXTS[language.startsWith("en") ? "en" : "fr"];
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial !important; position: fixed !important; right: 16px !important;
      bottom: 16px !important; z-index: 2147483647 !important; color-scheme: light dark; }
    button { font: bold 16px/24px system-ui, sans-serif; padding: 10px 18px; border: 0;
      border-radius: 12px; background: #1c1b19; color: #fbfaf6; cursor: pointer; float: right; }
    button:focus-visible { outline: 2px solid #1f4b99; outline-offset: 2px; }
    div { width: min(440px, calc(100vw - 32px)); height: min(640px, calc(100dvh - 96px));
      margin-bottom: 8px; border: 1px solid #6b675f; border-radius: 12px; overflow: hidden;
      background: #fbfaf6; color: #1c1b19; font: 16px/24px system-ui, sans-serif; }
    div[hidden] { display: none; }
    iframe { width: 100%; height: 100%; border: 0; }
    @media print { :host { display: none !important; } }
    p { margin: 24px; } a { color: #1f4b99; }
  `);
  root.adoptedStyleSheets = [style];
  const panel = document.createElement("div");
  panel.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = texts.open;
  button.setAttribute("aria-expanded", "false");
  root.append(panel, button);
  let frame;

  function fail() {
    const message = document.createElement("p");
    message.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = `${home}/`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = texts.link;
    message.append(texts.failed, " ", link);
    panel.replaceChildren(message);
    frame = undefined;
  }

  function load() {
    frame = document.createElement("iframe");
    frame.title = "Selon";
    frame.referrerPolicy = "origin";
    frame.src = `${home}/embed`;
    const waiting = setTimeout(fail, 10000);
    frame.addEventListener("error", fail);
    addEventListener("message", (event) => {
      if (frame && event.source === frame.contentWindow && event.data === "selon:ready") {
        clearTimeout(waiting);
      }
    });
    panel.replaceChildren(frame);
  }

  function toggle(open) {
    if (open && !frame) load();
    panel.hidden = !open;
    button.textContent = open ? texts.close : texts.open;
    button.setAttribute("aria-expanded", String(open));
  }

  button.addEventListener("click", () => toggle(panel.hidden));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
  });
  document.body.append(host);
})();
