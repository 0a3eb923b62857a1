// The frame of a 3D file: what is packed is unpacked by our own copies, and what cannot be shown is told.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const viewer = document.querySelector("model-viewer");
    viewer.autoRotate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    viewer.addEventListener("error", () => {
      const told = document.createElement("p");
      told.className = "viewer-failed";
      told.textContent = viewer.dataset.failed;
      viewer.replaceWith(told);
    });
    viewer.addEventListener("load", () => { document.documentElement.dataset.shown = "yes"; });
  });
})();
