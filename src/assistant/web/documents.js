(() => {
  // The tab "Documents": what the browser does once the server has answered a click.
  const shownAgain = (action) => requestAnimationFrame(() => requestAnimationFrame(action));

  window.montrerPlan = () => shownAgain(() => {
    const title = document.getElementById("plan-titre");
    title?.scrollIntoView({ block: "start" });
    title?.focus({ preventScroll: true });
  });

  // The tree keeps the focus, so that one goes on reading it; what was shown beside is said.
  window.montrerSection = () => shownAgain(() => {
    const title = document.getElementById("section-titre");
    const said = document.getElementById("section-annonce");
    if (!title || !said) return;
    said.textContent = `${title.textContent}, ${title.nextElementSibling?.textContent ?? ""}`;
    const panel = document.querySelector("#section .defile");
    if (panel.getBoundingClientRect().top > window.innerHeight / 2) title.scrollIntoView({ block: "start" });
    else panel.scrollTop = 0;
  });

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest?.("#plan [data-section]");
    if (!chosen) return;
    document.querySelectorAll("#plan [aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    chosen.setAttribute("aria-current", "true");
  }, true);

  // Files too large, or of no known format, are refused here, in French: gradio would say it in English.
  const CHOSEN = "#administration input[type=file]";

  function reasonAgainst(file, limits) {
    if (!limits.formats.split(" ").some((suffix) => file.name.toLowerCase().endsWith(suffix))) {
      return `format non pris en charge. Formats lus\u00a0: ${limits.formats.replaceAll(" ", ", ")}.`;
    }
    return file.size > limits.mo * 1e6 ? `plus de ${limits.mo}\u00a0Mo. Découpez-le, ou allégez ses images.` : "";
  }

  function give(input, files) {
    const taken = new DataTransfer();
    for (const file of files) taken.items.add(file);
    input.files = taken.files;
    if (files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches?.(CHOSEN)) return;
    const limits = document.getElementById("limites").dataset;
    const files = [...event.target.files];
    const refused = files.filter((file) => reasonAgainst(file, limits));
    if (event.isTrusted || refused.length) {
      document.getElementById("refus").replaceChildren(...refused.map((file) => Object.assign(
        document.createElement("p"),
        { textContent: `✗ «\u00a0${file.name}\u00a0» refusé\u00a0: ${reasonAgainst(file, limits)}` },
      )));
    }
    if (!refused.length) return;
    event.stopImmediatePropagation();
    give(event.target, files.filter((file) => !refused.includes(file)));
  }, true);

  document.addEventListener("drop", (event) => {
    const input = event.target.closest?.("#administration") && document.querySelector(CHOSEN);
    if (!input || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    give(input, event.dataTransfer.files);
  }, true);
})();
