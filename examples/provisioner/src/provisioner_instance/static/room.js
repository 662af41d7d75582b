// Reads on and sends without loading the page again. Without this file the forms do the same.
"use strict";

const list = document.getElementById("messages");
const form = document.getElementById("say");
const text = document.getElementById("text");
const trouble = document.getElementById("trouble");
const known = new Set(Array.from(list.children, (one) => one.dataset.id));
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function local(time) {
  time.textContent = clock.format(new Date(time.dateTime));
}

function show(message) {
  if (known.has(message.id)) return;
  known.add(message.id);
  const item = document.createElement("li");
  if (message.mine) item.className = "mine";
  const who = document.createElement("p");
  who.className = "who";
  const time = document.createElement("time");
  time.dateTime = message.at;
  local(time);
  who.append(message.who, " ", time);
  const words = document.createElement("p");
  words.className = "text";
  words.textContent = message.text;
  item.append(who, words);
  list.append(item);
  document.getElementById("empty").hidden = true;
  item.scrollIntoView({ block: "end" });
}

function pause(seconds) {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}

async function read() {
  let since = list.dataset.since;
  for (;;) {
    try {
      const answer = await fetch("/messages?since=" + encodeURIComponent(since), { redirect: "error" });
      if (answer.status === 401) return location.assign("/sign-in");
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      since = news.since;
      news.messages.forEach(show);
      trouble.hidden = true;
    } catch {
      trouble.hidden = false;
      await pause(3);
    }
  }
}

async function send(event) {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status !== 204) return form.submit();
    form.reset();
  } catch {
    trouble.hidden = false;
  } finally {
    button.disabled = false;
    text.focus();
  }
}

form.addEventListener("submit", send);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.querySelectorAll("time").forEach(local);
list.lastElementChild?.scrollIntoView({ block: "end" });
read();
