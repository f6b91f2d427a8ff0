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
    const panel = document.getElementById("section");
    if (panel.getBoundingClientRect().top > window.innerHeight / 2) title.scrollIntoView({ block: "start" });
    else panel.scrollTop = 0;
  });

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest?.("#plan [data-section]");
    if (!chosen) return;
    document.querySelectorAll("#plan [aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    chosen.setAttribute("aria-current", "true");
  }, true);

  // A question about one document: the conversation, with that document alone to search.
  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-poser]");
    if (!asked) return;
    [...document.querySelectorAll('[role="tab"]')].find((tab) => tab.textContent.trim() === "Conversation")?.click();
    const boxes = [...document.querySelectorAll('#documents input[name="only"]')];
    for (const box of boxes) box.checked = box.value === asked.dataset.poser;
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    document.getElementById("filtre")?.setAttribute("open", "");
    shownAgain(() => document.querySelector("#saisie textarea")?.focus());
  });
})();
