// Light or dark before anything is painted: what the person chose, else what the device says.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme || "auto";
    if (chosen === "dark" || (chosen === "auto" && dark.matches)) root.setAttribute("data-bs-theme", "dark");
    else root.removeAttribute("data-bs-theme");
  };
  root.classList.add("js");
  dark.addEventListener("change", apply);
  apply();
})();
