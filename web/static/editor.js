// The editor of a document: line numbers that follow what is typed, jumps to a line, a word before leaving unsaved text.
(() => {
  "use strict";
  const form = document.querySelector("[data-editor]");
  const area = form.querySelector("textarea");
  const lines = form.querySelector("[data-lines]");
  const forms = [...document.querySelectorAll("[data-keeps]")];
  let leaving = false;

  const follow = () => {
    const wanted = area.value.split("\n").length;
    while (lines.children.length < wanted) {
      const number = document.createElement("span");
      number.textContent = lines.children.length + 1;
      number.id = `L${number.textContent}`;
      lines.append(number);
    }
    while (lines.children.length > wanted) lines.lastElementChild.remove();
    area.rows = wanted;
  };

  const go = (line) => {
    const starts = area.value.split("\n");
    const at = starts.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(at, at + (starts[line - 1] || "").length);
    const place = document.querySelector(`#L${line}`);
    if (place) place.scrollIntoView({ block: "center" });
  };

  area.addEventListener("input", follow);
  area.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button"));
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (link) {
      event.preventDefault();
      go(Number(link.dataset.line));
    }
  });
  // What stands changed in the table or in the text: keeping one of them would drop the other's.
  const changed = (one) => [...one.elements].some((field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue);
  for (const one of forms) {
    const told = one.querySelector("[data-other]");
    one.addEventListener("submit", (event) => {
      if (told && forms.some((other) => other !== one && changed(other))) {
        event.preventDefault();
        event.stopImmediatePropagation();
        told.hidden = false;
        told.scrollIntoView({ block: "nearest" });
      } else leaving = true;
    });
    if (told) told.querySelector("[data-other-back]").addEventListener("click", () => {
      for (const other of forms) if (other !== one) other.reset();
      told.hidden = true;
      follow();
    });
  }
  addEventListener("beforeunload", (event) => { if (!leaving && forms.some(changed)) event.preventDefault(); });
  follow();
  const bad = lines.querySelector(".bad");
  if (bad && !location.hash) go(Number(bad.textContent));
})();
