// What makes the desk's pages quick: keys, dialogs, changes shown as they happen. Every page works without it.
(() => {
  "use strict";

  // ---------------------------------------------------------------- keys

  const STORED = "guichet-keys";
  const lettersOn = () => localStorage.getItem(STORED) !== "off";
  let begun = "";
  let begunTimer = 0;

  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !["checkbox", "radio", "button", "submit"].includes(target.type);

  const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

  // A key, click or tap that decides something gives a few seconds to take it back; the same key again sends at once, a second tap
  // does not: people tap twice.
  const UNDO_SECONDS = 4;
  let armed = null;

  const disarm = () => {
    if (!armed) return;
    clearInterval(armed.timer);
    armed.bar.hidden = true;
    armed = null;
  };

  const send = () => {
    const { button } = armed;
    disarm();
    button.form.requestSubmit(button);
  };

  const arm = (button, again) => {
    const form = button.form;
    const bar = document.querySelector("[data-undo-bar]");
    if (armed && armed.button === button) {
      if (again) send();
      return;
    }
    disarm();
    if (form.dataset.sent) return;
    const amount = form.elements.amount;
    if (button.value !== "refuse" && amount && !amount.value.trim()) {
      amount.focus();
      return;
    }
    let left = UNDO_SECONDS;
    const say = bar.querySelector("[data-undo-say]");
    const tell = () => { say.textContent = `${button.dataset.keyLabel || button.textContent.trim()} : ${bar.dataset.say.replace("{num}", left)}`; };
    bar.hidden = false;
    tell();
    bar.scrollIntoView({ block: "nearest" });
    armed = { button, bar, timer: setInterval(() => {
      left -= 1;
      if (left > 0) tell();
      else send();
    }, 1000) };
  };

  const follow = (element) => {
    if (element.matches("[data-undo]")) arm(element, true);
    else if (element.matches("input, textarea, select")) {
      element.focus();
      if (element.select) element.select();
    } else element.click();
  };

  const find = (keys) => {
    const open = document.querySelector("dialog[open]");
    const among = [...(open || document).querySelectorAll("[data-key]")];
    return among.find((element) => element.dataset.key === keys && (visible(element) || element.closest(".side-nav")));
  };

  const move = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")].filter(visible);
    if (!rows.length) return;
    const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    (next.matches("a, button") ? next : next.querySelector("a, button") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || !lettersOn()) return;
    if (armed && (event.key === "z" || event.key === "Escape")) {
      event.preventDefault();
      disarm();
      return;
    }
    if (event.key.length !== 1) return;
    const keys = begun ? `${begun} ${event.key}` : event.key;
    begun = "";
    clearTimeout(begunTimer);
    const element = find(keys);
    if (element) {
      event.preventDefault();
      follow(element);
    } else if (keys === "j" || keys === "k") {
      event.preventDefault();
      move(keys === "j" ? 1 : -1);
    } else if (keys === "g") {
      begun = "g";
      begunTimer = setTimeout(() => { begun = ""; }, 1500);
    }
  });

  const tellKeys = () => {
    const list = document.querySelector("[data-keys]");
    if (!list) return;
    list.replaceChildren();
    const seen = new Set();
    const add = (keys, label) => {
      if (seen.has(keys)) return;
      seen.add(keys);
      const term = document.createElement("dt");
      for (const key of keys.split(" ")) {
        const shown = document.createElement("kbd");
        shown.textContent = key;
        term.append(shown, " ");
      }
      const told = document.createElement("dd");
      told.textContent = label;
      list.append(term, told);
    };
    for (const element of document.querySelectorAll("[data-key]")) {
      if (!element.closest("dialog")) add(element.dataset.key, element.dataset.keyLabel || element.textContent.trim());
    }
    if (document.querySelector("[data-row]")) add("j k", document.documentElement.lang === "fr" ? "Ligne suivante, précédente" : "Next, previous row");
  };

  // ---------------------------------------------------------------- dialogs, copying, asking twice

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const decides = target.closest("[data-undo]");
    if (decides) {
      event.preventDefault();
      arm(decides, false);
    }
    if (armed && target.closest("[data-undo-back]")) disarm();
    if (armed && target.closest("[data-undo-now]")) send();
    const opener = target.closest("[data-open]");
    if (opener) {
      const dialog = document.querySelector(opener.dataset.open);
      if (dialog) {
        event.preventDefault();
        if (dialog.id === "keys") tellKeys();
        dialog.showModal();
        const field = dialog.querySelector("[autofocus], textarea, input:not([type=hidden]):not([type=checkbox])");
        if (field) {
          field.focus();
          if (field.select) field.select();
        }
      }
    }
    const closer = target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    if (target.matches("dialog[open]")) target.close();
    const copier = target.closest("[data-copy]");
    if (copier) {
      navigator.clipboard.writeText(copier.dataset.copy).then(() => {
        copier.classList.add("copied");
        setTimeout(() => copier.classList.remove("copied"), 1500);
      });
    }
    if (!target.closest(".menu-toggle, .side-nav")) {
      for (const menu of document.querySelectorAll(".menu-toggle[open]")) menu.open = false;
    }
  });

  // What was decided and not sent yet would be lost with the page.
  addEventListener("beforeunload", (event) => { if (armed) event.preventDefault(); });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset.sent = "yes";
      setTimeout(() => { delete form.dataset.sent; }, 4000);
    }
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-keys-on]")) localStorage.setItem(STORED, field.checked ? "on" : "off");
    if (field.matches("[data-submits]") && !field.closest("[hx-get]")) field.form.requestSubmit();
  });

  // What is asked for stands in the address: it is kept when the page is renewed, left and come back to.
  document.addEventListener("htmx:after:swap", (event) => {
    const form = event.detail?.ctx?.sourceElement;
    if (!form?.matches?.("form.filters")) return;
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(history.state, "", asked.size ? `?${asked}` : location.pathname);
  });

  // ---------------------------------------------------------------- changes as they happen

  const busy = () => document.querySelector("dialog[open]") || typing(document.activeElement);
  let waiting = 0;

  const refresh = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (document.hidden || busy()) {
        refresh();
        return;
      }
      const parts = [...document.querySelectorAll("[data-live]")].map((part) => `#${part.id}`);
      const [first, ...others] = parts;
      const selectOOB = others.map((part) => `${part}:outerMorph`).join(",");
      htmx.ajax("GET", location.pathname + location.search, { target: first, select: first, selectOOB, swap: "outerMorph" });
    }, 400);
  };

  const listen = () => {
    const place = document.querySelector("[data-events]");
    if (!place || !document.querySelector("[data-live]") || !window.EventSource) return;
    const source = new EventSource(place.dataset.events);
    let lost = false;
    source.addEventListener("open", () => {
      place.hidden = true;
      document.documentElement.dataset.news = "on";
      if (lost) refresh();
      lost = false;
    });
    source.addEventListener("error", () => {
      lost = true;
      delete document.documentElement.dataset.news;
      place.textContent = place.dataset.lost;
      place.hidden = false;
    });
    for (const name of ["change", "inbox", "reset"]) source.addEventListener(name, refresh);
    addEventListener("pagehide", () => source.close());
  };

  const begin = () => {
    const toggle = document.querySelector("[data-keys-on]");
    if (toggle) toggle.checked = lettersOn();
    listen();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
