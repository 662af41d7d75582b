// Follows what changes by itself. Without this file the page is loaded again every few seconds.
"use strict";

const live = document.getElementById("live");
const said = document.getElementById("said");
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", dateStyle: "medium" });

function local() {
  for (const time of live.querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));
}

function state() {
  return live.firstElementChild.dataset;
}

// A form that somebody writes in stays as it is.
function busy() {
  const field = live.querySelector("input:not([type=hidden])");
  return field !== null && (field.value !== "" || document.activeElement === field);
}

async function look(before) {
  const answer = await fetch(live.dataset.live, { redirect: "error" });
  if (answer.status === 401 || answer.status === 404) return location.reload();
  if (!answer.ok) throw new Error(String(answer.status));
  const now = await answer.text();
  if (now === before || busy()) return before;
  const was = state().state;
  const held = live.contains(document.activeElement);
  live.innerHTML = now;
  local();
  if (state().state !== was) said.textContent = state().state;
  if (held) live.querySelector("a, button")?.focus();
  return now;
}

async function follow() {
  let before = "";
  for (;;) {
    const wait = document.hidden ? 15 : state().moving === "yes" ? 1 : 8;
    await new Promise((done) => setTimeout(done, wait * 1000));
    try {
      before = await look(before);
    } catch {
      // The next look may reach it.
    }
  }
}

local();
follow();
