// The page of kit watch: it puts what the kit sends into its places, and tells the kit what the learner asks for.
"use strict";
(() => {
  const SILENCE = 15e3; // the kit sends something every 5 s
  const AWAY = 10 * 60e3; // a tab that nobody has seen for so long lets go of the kit
  const body = document.body, base = body.dataset.base;
  const at = (id) => document.getElementById(id);
  const hours = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
  let source = null, heard = 0, tries = 0, again = 0, away = 0, wished = 0, waiting = null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy !== undefined) copy(button);
    else if (button?.dataset.do) ask(button.dataset.do);
    else if (button?.id === "help") at("list").showModal();
  });

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
      if (at("said")) at("said").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("pre")); // Ctrl-C does the rest
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  }

  if (!base) return; // a page with a text of the course has nothing more

  async function ask(wish) {
    wished = Date.now();
    const button = document.querySelector(`[data-do="${wish}"]`);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 300);
    try {
      await fetch(`${base}do/${wish}`, { method: "POST", signal: AbortSignal.timeout(5000) });
    } catch {
      if (body.dataset.link === "live") lose();
    }
  }

  const jump = (id) => { at(id).focus(); at(id).scrollIntoView(); };
  const keys = {
    h: () => ask("hint"), s: () => ask("solution"), n: () => ask("next"), r: () => ask("rerun"),
    c: () => at("copy-line")?.click(), b: () => jump("p-brief"), v: () => jump("p-now"), "?": () => at("list").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // On a keyboard of another alphabet, the key in the same place counts.
    const key = event.key > "\x7f" && event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
    if (at("list").open) {
      if (key === "?") at("list").close();
    } else if (Object.hasOwn(keys, key)) {
      event.preventDefault();
      keys[key]();
    }
  });

  const asked = () => [...document.querySelectorAll(".hints li, .solution h3")];
  function show(now) {
    if (now.version !== body.dataset.version) return location.reload(); // another version of the kit
    const had = asked().length;
    for (const [name, html] of Object.entries(now.panels)) fill(at(`p-${name}`), html);
    body.dataset.state = now.state;
    document.title = now.title;
    icon(now.state);
    if (at("said").textContent !== now.said) at("said").textContent = now.said; // empty during a check, so it is said anew
    if (asked().length > had && Date.now() - wished < 5000) asked().at(-1).scrollIntoView({ block: "nearest" });
    ages();
  }

  function fill(place, html) {
    if (place.id === "p-service" && isSelecting(place)) { waiting = html; return; }
    const open = new Map([...place.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
    const output = place.querySelector(".output[data-read]");
    const top = output && output.scrollTop + output.clientHeight < output.scrollHeight - 8 ? output.scrollTop : null;
    place.innerHTML = html; // the kit has escaped what isn't its own
    for (const [id, was] of open) if (at(id)) at(id).open = was;
    if (focused !== null && document.activeElement === body) (at(focused) || place).focus({ preventScroll: true });
    const written = place.querySelector(".output");
    if (written) {
      written.scrollTop = top ?? written.scrollHeight;
      written.dataset.read = "";
    }
  }

  function isSelecting(place) {
    const selected = getSelection();
    return !selected.isCollapsed && place.contains(selected.anchorNode);
  }
  document.addEventListener("selectionchange", () => {
    if (waiting !== null && !isSelecting(at("p-service"))) {
      const html = waiting;
      waiting = null;
      fill(at("p-service"), html);
    }
  });

  function icon(state) {
    const colour = { fail: "#b3261e", pass: "#1b7f4b", unsure: "#8a5a00", checking: "#2456c8" }[state] || "#565f70";
    const mark = { fail: "✗", pass: "✓", unsure: "?", checking: "…" }[state] || "·";
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colour}"/><text x="8" y="12" font-size="11" text-anchor="middle" fill="#fff">${mark}</text></svg>`;
    at("icon").href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }

  function ages() {
    for (const time of document.querySelectorAll("time[data-at]")) {
      const seconds = Date.now() / 1000 - Number(time.dataset.at);
      time.textContent = seconds < 10 ? "just now" : seconds < 60 ? `${Math.round(seconds / 10) * 10} s ago`
        : seconds < 3600 ? `${Math.round(seconds / 60)} min ago`
        : seconds < 172800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86400)} days ago`;
    }
  }

  function link(state, alarm = "") {
    body.dataset.link = state;
    at("link").textContent = { opening: "connecting …", live: "live", lost: "not connected", ended: "ended", paused: "paused" }[state];
    const words = document.createElement("span");
    alarm.split("`").forEach((part, n) => {
      if (n % 2) words.append(Object.assign(document.createElement("code"), { textContent: part }));
      else words.append(part);
    });
    if (at("alarm").textContent !== words.textContent) at("alarm").replaceChildren(words);
    at("alarm").hidden = !alarm;
  }

  function connect() {
    clearTimeout(again);
    source?.close();
    heard = Date.now();
    source = new EventSource(`${base}events`);
    source.addEventListener("state", (event) => {
      heard = Date.now();
      tries = 0;
      link("live");
      show(JSON.parse(event.data));
    });
    source.addEventListener("beat", () => { heard = Date.now(); });
    source.addEventListener("ended", () => {
      link("ended", "kit watch has ended, so this page stands still. To go on, type `kit watch --web` in your project. This page then goes on by itself.");
      later();
    });
    source.addEventListener("paused", () => {
      source.close();
      link("paused", "Newer tabs show this watch, so this one pauses. It goes on when you come back to it.");
    });
    source.onerror = () => { if (body.dataset.link !== "paused") lose(); };
  }

  function lose() {
    if (body.dataset.link !== "ended" && body.dataset.link !== "lost")
      link("lost", `kit watch doesn't answer since ${hours.format(heard)}. If it has ended, type \`kit watch --web\` in your project. This page then goes on by itself.`);
    later();
  }

  function later() {
    source?.close();
    source = null;
    clearTimeout(again);
    again = setTimeout(connect, document.hidden ? 60e3 : Math.min(1000 * 2 ** tries++, 10e3));
  }

  function comeBack() {
    if (document.hidden) return;
    if (body.dataset.link !== "live" || Date.now() - heard > SILENCE) { tries = 0; connect(); }
  }
  for (const name of ["focus", "online", "pageshow"]) window.addEventListener(name, comeBack);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(away);
    if (!document.hidden) return comeBack();
    away = setTimeout(() => {
      if (body.dataset.link !== "live") return;
      source.close();
      link("paused", "Nobody has looked at this tab for a while, so it pauses. It goes on when you come back to it.");
    }, AWAY);
  });
  addEventListener("pagehide", () => source?.close());
  setInterval(() => {
    ages();
    if (body.dataset.link === "live" && Date.now() - heard > SILENCE) lose();
  }, 5000);
  icon(body.dataset.state);
  connect();
})();
