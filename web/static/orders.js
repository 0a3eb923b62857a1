// The page of one request: the words a field was read in stand out while one is in it; what was changed is marked.
(() => {
  "use strict";
  const light = (field) => {
    for (const mark of document.querySelectorAll(".evidence-on")) mark.classList.remove("evidence-on");
    const fact = field && field.dataset.evidence;
    if (!fact) return;
    const marks = [...document.querySelectorAll(".evidence, .paper-picture rect")].filter((mark) => mark.dataset.fact === fact);
    for (const mark of marks) mark.classList.add("evidence-on");
    if (marks.length) marks[0].scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  const fieldOf = (target) => {
    const place = target instanceof Element ? target.closest(".field") : null;
    return place && place.querySelector("[data-evidence]");
  };
  document.addEventListener("focusin", (event) => light(fieldOf(event.target)));
  document.addEventListener("mouseover", (event) => { const field = fieldOf(event.target); if (field) light(field); });
  // Another empty line in the form, numbered after the last one.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-line-more]") : null;
    if (!button) return;
    const last = [...document.querySelectorAll("#line-more [data-line]")].pop();
    const number = Number(last.dataset.line) + 1, line = last.cloneNode(true);
    line.dataset.line = String(number);
    line.querySelector("legend").textContent = button.dataset.say.replace("{num}", String(number));
    for (const part of line.querySelectorAll("[id],[for],[name],[data-field],[data-evidence]")) {
      for (const name of ["id", "for"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/^more-\d+/, `more-${number}`));
      for (const name of ["name", "data-field", "data-evidence"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/\.\d+\./, `.${number}.`));
      if (part.matches("input")) { part.value = part.defaultValue = ""; } else if (part.matches("select")) part.selectedIndex = 0;
      part.classList.remove("field-changed");
    }
    last.after(line);
    line.querySelector("input,select").focus();
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches(".line-drop input")) event.target.closest(".order-line").classList.toggle("line-dropped", event.target.checked);
  });
  document.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (field) field.closest(".field").classList.toggle("field-changed", field.tagName === "SELECT" ? ![...field.options].some((o) => o.defaultSelected && o.selected) : field.value !== field.defaultValue);
  });
})();
