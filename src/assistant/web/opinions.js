// What one says of an answer: a form that the server makes, opened under the answer and sent on purpose.
(() => {
  const post = (address, body) => fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const problemOf = (reply) => reply.json().then((body) => body.detail, () => undefined);
  const say = (place, text, name) => {
    const line = place.querySelector(".suite") ?? place.appendChild(document.createElement("p"));
    line.className = `suite ${name}`;
    line.setAttribute("role", "status");
    line.tabIndex = -1;
    line.textContent = text;
    line.focus();
  };
  const LOST = "La page ne joint plus l’assistant. Réessayez dans un instant.";

  document.addEventListener("assistant:avis", async ({ target, detail }) => {
    const opened = target.querySelector(":scope > .opinion");
    if (opened) { opened.remove(); return; }
    const place = document.createElement("div");
    place.className = "opinion";
    place.question = detail;
    target.append(place);
    try {
      const reply = await post("feedback/form", detail);
      if (!reply.ok) { say(place, await problemOf(reply) ?? LOST, "erreur"); return; }
      place.innerHTML = await reply.text(); // escaped by the server; see opinions.py
      place.scrollIntoView({ block: "nearest" }); // whole, above the question
      place.querySelector("input").focus({ preventScroll: true });
    } catch { say(place, LOST, "erreur"); }
  });

  document.addEventListener("submit", async (event) => {
    const place = event.target.matches("form.avis") && event.target.closest(".opinion");
    if (!place) return;
    event.preventDefault();
    const button = event.target.querySelector('[type="submit"]');
    button.disabled = true; // once is enough
    try {
      const reply = await post("feedback", { ...place.question, ...Object.fromEntries(new FormData(event.target)) });
      const message = reply.ok ? (await reply.json()).message : await problemOf(reply) ?? LOST;
      if (reply.ok) place.replaceChildren();
      say(place, message, reply.ok ? "" : "erreur");
    } catch { say(place, LOST, "erreur"); }
    button.disabled = false;
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('[data-avis="annuler"]')) return;
    const article = event.target.closest("article");
    event.target.closest(".opinion").remove();
    article?.querySelector('[data-action="avis"]')?.focus();
  });
})();
