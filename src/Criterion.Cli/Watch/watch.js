"use strict";

// Replaces each part of the page when the server sends a new one. A part with an enlarged picture waits until it is reduced.
const parts = ["runs", "cards", "curves", "samples", "options"];
const waiting = new Map();
const state = document.getElementById("state");

function show(name, html) {
  const part = document.getElementById(`part-${name}`);
  if (part.querySelector("input:checked")) {
    waiting.set(name, html);
    return;
  }
  waiting.delete(name);
  const isOpen = part.querySelector("details")?.open;
  part.innerHTML = html;
  if (isOpen === false) {
    part.querySelector("details").open = false;
  }
}

function report(text) {
  state.textContent = text;
}

const events = new EventSource("events" + location.search);
for (const name of parts) {
  events.addEventListener(name, event => show(name, event.data));
}
events.addEventListener("title", event => { document.title = event.data; });
events.addEventListener("end", () => {
  events.close();
  report("The training has ended, and with it this page: it no longer changes.");
});
events.onopen = () => report("");
events.onerror = () => report(events.readyState === EventSource.CLOSED
  ? "The server refuses this address. It was started anew: use the address that it printed."
  : "The server does not answer. This page continues as soon as it does.");

document.addEventListener("change", () => {
  for (const [name, html] of [...waiting]) {
    show(name, html);
  }
});
document.addEventListener("keydown", event => {
  if (event.key === "Escape") {
    for (const picture of document.querySelectorAll("input:checked")) {
      picture.click();
    }
  }
});
