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
  document.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (field) field.closest(".field").classList.toggle("field-changed", field.tagName === "SELECT" ? ![...field.options].some((o) => o.defaultSelected && o.selected) : field.value !== field.defaultValue);
  });
})();
