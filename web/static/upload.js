// The customers' form: files by drag and drop, what is too large said before it is sent, progress while it is sent.
(() => {
  "use strict";
  const form = document.querySelector("[data-upload]");
  if (!form || !window.DataTransfer) return;
  const say = form.dataset;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-chosen]");
  const why = form.querySelector("[data-files-why]");
  const bar = form.querySelector("[data-progress]");
  const told = document.querySelector("#told");
  let chosen = [];

  const size = (bytes) => {
    const french = document.documentElement.lang === "fr";
    const unit = bytes < 1e6 ? [1e3, french ? "Ko" : "KB"] : [1e6, french ? "Mo" : "MB"];
    return `${(bytes / unit[0]).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit[1]}`;
  };
  const wrong = (file) => (file.size > Number(say.mostFile) ? say.sayLarge : file.size === 0 ? say.sayEmpty : "");

  const show = () => {
    list.replaceChildren(...chosen.map((file, at) => {
      const row = document.createElement("li");
      const icon = document.createElement("span");
      const name = document.createElement("span");
      const weight = document.createElement("span");
      const remove = document.createElement("button");
      icon.textContent = "•";
      name.className = "name";
      name.textContent = file.name;
      weight.textContent = size(file.size);
      weight.className = "text-secondary";
      remove.type = "button";
      remove.className = "btn btn-sm";
      remove.textContent = say.sayRemove;
      remove.setAttribute("aria-label", `${say.sayRemove} ${file.name}`);
      remove.addEventListener("click", () => { chosen.splice(at, 1); show(); input.focus(); });
      row.append(icon, name, weight, remove);
      const problem = wrong(file);
      if (problem) {
        row.className = "bad";
        const sentence = document.createElement("small");
        sentence.textContent = problem;
        row.append(sentence);
      }
      return row;
    }));
    const sum = chosen.reduce((all, file) => all + file.size, 0);
    why.textContent = chosen.length > Number(say.mostFiles) ? say.sayMany : sum > Number(say.mostAll) ? say.sayAll : "";
    const carrier = new DataTransfer();
    for (const file of chosen) carrier.items.add(file);
    input.files = carrier.files;
  };

  const add = (files) => {
    for (const file of files) {
      if (!chosen.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified)) chosen.push(file);
    }
    show();
  };

  input.addEventListener("change", () => add([...input.files]));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); add([...event.dataTransfer.files]); });
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());

  const complain = (sentence, fields = {}, files = []) => {
    told.querySelector("[data-told]").textContent = sentence;
    told.hidden = !sentence;
    for (const place of form.querySelectorAll("[data-why]")) {
      const problem = fields[place.dataset.why] || "";
      const field = form.elements[place.dataset.why];
      place.textContent = problem;
      field.classList.toggle("is-invalid", Boolean(problem));
      field.toggleAttribute("aria-invalid", Boolean(problem));
    }
    if (files.length) why.textContent = files.join(" ");
    const first = form.querySelector(".is-invalid");
    if (first) first.focus();
    else if (sentence) told.scrollIntoView({ block: "center" });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (chosen.some(wrong) || why.textContent) {
      drop.scrollIntoView({ block: "center" });
      return;
    }
    const request = new XMLHttpRequest();
    const button = form.querySelector("[data-send]");
    const done = () => { bar.hidden = true; button.disabled = false; };
    const label = form.querySelector("[data-progress-label]");
    button.disabled = true;
    bar.hidden = false;
    complain("");
    request.upload.addEventListener("progress", (moved) => {
      const percent = moved.total ? Math.round((100 * moved.loaded) / moved.total) : 0;
      form.querySelector("progress").value = percent;
      label.textContent = `${say.saySending} – ${percent} %`;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours: told below */ }
      if (request.status === 201 && answer.place) { location.assign(answer.place); return; }
      done();
      complain(answer.error || say.sayLost, answer.fields, answer.files);
    });
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => { done(); complain(say.sayLost); });
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "guichet");
    request.send(new FormData(form));
  });
})();
