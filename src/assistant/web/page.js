// What the browser does by itself: the conversation, its history, and the evidence beside it.
// Any tab may hold `[data-question]` (asked in the conversation; `data-only` names documents),
// `[data-poser]` (the conversation, with that document alone to search) and `a.renvoi` (opens the
// evidence in the nearest `.panneau`).
(() => {
  document.documentElement.lang = "fr";

  const KEPT = "assistant.conversations"; // in localStorage: all, newest first
  const CURRENT = "assistant.conversation"; // in sessionStorage: the one this window shows
  const MAX_KEPT = 100;
  const HISTORY_TURNS = 5;

  const find = (selector) => document.querySelector(selector);
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const say = (text) => { const place = find("#annonce"); if (place) place.textContent = text; };
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

  // --- what this browser keeps --------------------------------------------------------------

  const isConversation = (item) => typeof item?.id === "string" && Array.isArray(item.exchanges);
  const readKept = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isConversation) : [];
    } catch { return []; } // storage closed, or not ours
  };
  const writeKept = (kept) => {
    for (let list = kept.slice(0, MAX_KEPT); ; list = list.slice(0, -1)) {
      try { localStorage.setItem(KEPT, JSON.stringify(list)); return; }
      catch { if (list.length < 2) return; } // full: the oldest goes
    }
  };
  const freshConversation = () => ({
    id: Date.now().toString(36) + Math.random().toString(36).slice(2, 8), when: "", only: [], exchanges: [],
  });

  let conversation = freshConversation();
  let running = null; // the request under way
  let live = null; // the exchange it answers, and its element: a page drawn again shows it as it grows
  let draft = ""; // what is typed and not sent, for a page drawn again
  let edited = -1; // the exchange that the next question replaces
  let opened = null; // the link whose evidence is shown
  let restored = false; // the conversation of this window, once
  let version = ""; // of the index that the starting questions and the documents come from

  const remember = () => {
    try { sessionStorage.setItem(CURRENT, conversation.id); } catch { /* storage closed */ }
  };
  const keep = (item = conversation) => {
    item.when = new Date().toISOString();
    remember();
    writeKept([item, ...readKept().filter((other) => other.id !== item.id)]);
    listKept();
  };

  // --- the list of conversations ------------------------------------------------------------

  const titleOf = (item) => item.exchanges[0]?.question || "Sans question";
  const dayOf = (item) => new Date(item.when).toLocaleDateString("fr-FR", { day: "numeric", month: "long" });
  function listKept() {
    const kept = readKept().filter((item) => item.exchanges.length);
    if (!find("#gardees")) return;
    find("#nombre").textContent = kept.length;
    find("#tout-supprimer").hidden = !kept.length;
    find("#gardees").replaceChildren(...kept.map((item) => {
      const title = titleOf(item);
      const open = make("button", { type: "button", className: "ouvrir" }, title);
      if (item.id === conversation.id) open.setAttribute("aria-current", "true");
      open.dataset.ouvrir = item.id;
      const remove = make("button", { type: "button", className: "supprimer" }, "Supprimer");
      remove.append(make("span", { className: "lu" }, ` « ${title} »`));
      remove.dataset.supprimer = item.id;
      return make("li", {}, open, make("span", { className: "discret" }, dayOf(item)), remove);
    }));
  }
  function openConversation(item) {
    stop();
    conversation = item;
    edited = -1;
    remember();
    showConversation();
    listKept();
  }
  function startConversation() {
    const only = conversation.only;
    openConversation({ ...freshConversation(), only });
    find("#question").focus();
  }
  function removeConversations(ids) {
    writeKept(readKept().filter((item) => !ids.includes(item.id)));
    if (ids.includes(conversation.id)) openConversation(freshConversation());
    listKept();
    find("#historique summary").focus();
    say(ids.length > 1 ? "Conversations supprimées." : "Conversation supprimée.");
  }

  // --- the thread ---------------------------------------------------------------------------

  const ACTIONS = [
    ["copier", "Copier"], ["imprimer", "Imprimer"], ["modifier", "Modifier la question"], ["relancer", "Relancer"],
    ["avis", "Donner un avis"],
  ];
  function exchangeElement(exchange) {
    const reply = make("div", { className: "reponse" });
    reply.innerHTML = exchange.html; // escaped by the server; see message.py
    if (exchange.running) reply.append(make("p", { className: "arret" }, "Réponse interrompue."));
    const actions = make("div", { className: "actions" });
    for (const [action, name] of ACTIONS) {
      const button = make("button", { type: "button" }, name);
      button.dataset.action = action;
      actions.append(button);
    }
    return make(
      "article", { className: "echange" }, make("h3", { className: "question" }, exchange.question), reply, actions,
    );
  }
  function showConversation() {
    const elementOf = (exchange) => live?.exchange === exchange ? live.element : exchangeElement(exchange);
    find("#fil").replaceChildren(...conversation.exchanges.map(elementOf));
    find("#accueil").hidden = conversation.exchanges.length > 0;
    find("#modification").hidden = edited < 0;
    showChosen();
    const last = find("#fil article:last-child a.renvoi");
    if (last) openEvidence(last, { focus: false });
    else emptyPanel();
    find("#fil article:last-child")?.scrollIntoView({ block: "start" });
  }
  // What the server takes of the conversation before an exchange.
  const historyOf = (row) => conversation.exchanges
    .slice(Math.max(0, row - HISTORY_TURNS), row)
    .map((turn) => ({ question: turn.question, answer: turn.text }));
  const rowOf = (element) => [...find("#fil").children].indexOf(element.closest("article"));

  // --- asking -------------------------------------------------------------------------------

  function stop() { running?.abort(); }
  function busy(is) {
    find("#arreter").hidden = !is;
    find("#demander").hidden = is;
  }
  // `row`: the exchange to answer again, alone; without it the question comes last.
  async function ask(question, row = -1) {
    question = question.trim();
    if (!question) return;
    stop();
    if (row < 0) {
      if (edited >= 0) conversation.exchanges.splice(edited);
      edited = -1;
      row = conversation.exchanges.length;
    }
    const mine = conversation;
    const history = historyOf(row);
    const exchange = { question, html: "", text: "", copy: "", only: [...mine.only] };
    mine.exchanges[row] = exchange;
    const element = exchangeElement({ ...exchange, html: '<p class="attente">Recherche dans les documents…</p>' });
    exchange.running = true; // still so in what is kept: the page was closed before the end
    const reply = element.querySelector(".reponse");
    element.setAttribute("aria-busy", "true");
    const place = find("#fil");
    while (place.children.length > mine.exchanges.length) place.lastElementChild.remove();
    if (place.children[row]) place.children[row].replaceWith(element);
    else place.append(element);
    find("#accueil").hidden = true;
    find("#modification").hidden = edited < 0; // another exchange may be answered again meanwhile
    element.scrollIntoView({ block: "start", behavior: calm() });
    const controller = running = new AbortController();
    live = { exchange, element };
    busy(true);
    keep();
    say("Recherche dans les documents…");
    const show = (html) => { exchange.html = html; reply.innerHTML = html; };
    try {
      for await (const line of stream({ question, history, only: mine.only }, controller.signal)) {
        if (line.piece) show(exchange.html + line.piece);
        if (line.done) finish(exchange, element, line.done, history);
      }
    } catch (error) {
      if (controller.signal.aborted) {
        show(`${exchange.html}<p class="arret">Réponse arrêtée.</p>`);
        say("Réponse arrêtée.");
      } else {
        show('<p class="erreur"></p>');
        reply.firstChild.textContent = error.said ?? "La page ne joint plus l’assistant. Réessayez dans un instant.";
        exchange.html = reply.innerHTML;
        say(reply.textContent);
      }
    }
    element.removeAttribute("aria-busy");
    delete exchange.running;
    if (running === controller) { running = live = null; busy(false); }
    if (readKept().some((item) => item.id === mine.id)) keep(mine); // not deleted meanwhile
  }
  function finish(exchange, element, done, history) {
    exchange.text = done.text;
    exchange.copy = done.copy;
    exchange.status = done.status;
    if (done.index && done.index !== version) fillWelcome();
    let words = [...element.querySelectorAll(".reponse > p:not(.confiance), .reponse > ul:not(.suites)")];
    if (!words.length) words = [...element.querySelectorAll("blockquote")];
    words.push(...element.querySelectorAll(".confiance"));
    say(`Réponse : ${words.map((part) => part.textContent).join(" ")}`);
    const first = element.querySelector("ol.citations a.renvoi");
    if (first) openEvidence(first, { focus: false });
    else emptyPanel();
    const asked = { question: exchange.question, history, only: exchange.only, status: done.status };
    element.dispatchEvent(new CustomEvent("assistant:reponse", { bubbles: true, detail: asked }));
  }
  async function* stream(body, signal) {
    const response = await fetch("conversation", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
    });
    if (!response.ok) throw Object.assign(new Error("refused"), { said: await refusalOf(response) });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }
  async function refusalOf(response) {
    const said = await response.json().then((body) => body.detail, () => undefined);
    return typeof said === "string" ? said : undefined;
  }
  async function copy(exchange) {
    try {
      await navigator.clipboard.writeText(exchange.copy || exchange.text);
      say("Réponse copiée, avec ses sources.");
      return true;
    } catch {
      say("La copie n’est pas permise par ce navigateur.");
      return false;
    }
  }
  const actions = {
    copier: async (row, button) => {
      if (!await copy(conversation.exchanges[row])) return;
      button.textContent = "Copié";
      setTimeout(() => { button.textContent = "Copier"; }, 2000);
    },
    modifier: (row) => {
      edited = row;
      write(conversation.exchanges[row].question);
      find("#modification").hidden = false;
      find("#question").focus();
    },
    imprimer: (row) => { // the answer sheet, in a tab of its own
      const exchange = conversation.exchanges[row];
      const fields = [["question", exchange.question], ["history", JSON.stringify(historyOf(row))]];
      for (const id of exchange.only ?? []) fields.push(["only", id]);
      const form = make("form", { method: "post", action: "sheet", target: "_blank" });
      form.append(...fields.map(([name, value]) => make("input", { type: "hidden", name, value })));
      document.body.append(form);
      form.submit();
      form.remove();
    },
    relancer: (row) => ask(conversation.exchanges[row].question, row),
    avis: (row, button) => { // see opinions.js
      const { question, only } = conversation.exchanges[row];
      const detail = { question, history: historyOf(row), only: only ?? [] };
      button.closest("article").dispatchEvent(new CustomEvent("assistant:avis", { bubbles: true, detail }));
    },
  };

  // --- the evidence -------------------------------------------------------------------------

  const EMPTY = "Les passages cités s’affichent ici.";
  // The way back from a passage to the link that opened it.
  function showWayBack(panel) {
    const own = panel.closest("#preuves") && find("#retour");
    if (own) own.hidden = !opened?.isConnected;
    else if (opened?.isConnected) {
      panel.prepend(make("button", { type: "button", className: "retour" }, "Revenir à la liste"));
    }
  }
  function goBack() {
    if (!opened?.isConnected) return;
    opened.focus();
    opened.scrollIntoView({ block: "nearest" });
    if (find("#retour")) find("#retour").hidden = true;
    document.querySelectorAll(".panneau .retour").forEach((button) => button.remove());
  }
  function emptyPanel(panel = find("#preuves .panneau")) {
    opened?.removeAttribute("aria-current");
    opened = null;
    panel?.replaceChildren(make("p", { className: "vide" }, EMPTY));
    if (find("#retour")) find("#retour").hidden = true;
  }
  const panelOf = (link) =>
    link?.closest(".panneau") ?? link?.closest('[role="tabpanel"]')?.querySelector(".panneau") ?? find("#preuves .panneau");
  // Whoever wrote a link to this page chose what follows its #: nothing but a passage is drawn.
  const isEvidence = (address) =>
    new URL(address, document.baseURI).href.startsWith(new URL("evidence/", document.baseURI).href);
  async function openEvidence(link, { focus = true } = {}) {
    const panel = panelOf(link);
    const inside = panel.contains(link); // a neighbour of the passage shown
    const address = link.getAttribute("href");
    panel.dataset.adresse = address; // the last one asked for wins
    let html = "";
    try {
      const response = isEvidence(address) ? await fetch(address) : new Response("", { status: 404 });
      if (response.ok) html = await response.text();
      else html = make("p", { className: "absent" }, await refusalOf(response) ?? "Ce passage ne peut pas être montré.").outerHTML;
    } catch {
      html = make("p", { className: "absent" }, "La page ne joint plus l’assistant. Réessayez dans un instant.").outerHTML;
    }
    if (panel.dataset.adresse !== address) return;
    panel.innerHTML = html; // escaped by the server; see evidence.py
    if (!inside) {
      opened?.removeAttribute("aria-current");
      opened = link;
      link.setAttribute("aria-current", "true");
    }
    const shown = panel.querySelector(".preuve, .absent");
    const mark = panel.querySelector("mark");
    const passage = mark?.closest(".passage");
    if (passage) passage.scrollTop = Math.max(0, mark.offsetTop - passage.clientHeight / 3);
    panel.scrollTop = 0;
    if (!focus) return;
    showWayBack(panel);
    shown?.setAttribute("tabindex", "-1");
    shown?.focus({ preventScroll: true });
    const around = panel.closest("#preuves") ?? panel;
    const seen = around.getBoundingClientRect().top;
    if (seen < 0 || seen > innerHeight / 2) around.scrollIntoView({ block: "start", behavior: calm() });
  }

  // --- the documents to search --------------------------------------------------------------

  const boxes = () => [...document.querySelectorAll('#documents input[name="only"]')];
  function showChosen() {
    const there = boxes().map((box) => box.value); // none before the documents have come
    if (there.length) conversation.only = conversation.only.filter((id) => there.includes(id));
    for (const box of boxes()) box.checked = conversation.only.includes(box.value);
    const count = boxes().filter((box) => box.checked).length;
    find("#choisis").textContent = count ? `${count} sur ${boxes().length}` : "tous";
    find("#tous").hidden = !count;
  }
  function choose(only) {
    conversation.only = only;
    showChosen();
    if (conversation.exchanges.length) keep();
  }
  async function fillWelcome() {
    try {
      const welcome = await (await fetch("conversation")).json();
      find("#accueil").innerHTML = welcome.questions; // escaped by the server; see welcome.py
      find("#documents").innerHTML = welcome.documents;
      version = welcome.index;
      showChosen();
    } catch { /* the conversation works without them */ }
  }

  // --- what the user does -------------------------------------------------------------------

  function write(text) { find("#question").value = draft = text; }
  // Beside the field, and aloud; an empty text takes the last remark away.
  function remark(text) {
    find("#remarque").textContent = text;
    find("#remarque").hidden = !text;
    if (text) say(text);
  }
  function submit() {
    const box = find("#question");
    const question = box.value;
    remark(question.trim() ? "" : "Écrivez votre question.");
    if (!question.trim()) { box.focus(); return; }
    write("");
    ask(question);
  }
  function cancelEdit() {
    edited = -1;
    write("");
    find("#modification").hidden = true;
    find("#question").focus();
  }
  function showTab(name) {
    const tab = [...document.querySelectorAll('[role="tab"]')].find((one) => one.textContent.trim() === name);
    if (tab?.getAttribute("aria-selected") !== "true") tab?.click();
  }
  const CLICKS = {
    "a.renvoi": (link) => openEvidence(link),
    "[data-question]": (button) => {
      if (!find("#conversation")?.contains(button)) showTab("Conversation");
      if (button.dataset.only) choose(button.dataset.only.split(" "));
      ask(button.dataset.question);
    },
    "[data-poser]": (button) => {
      showTab("Conversation");
      choose([button.dataset.poser]); // kept by the conversation: the boxes may not be there yet
      find("#filtre").open = true;
      requestAnimationFrame(() => requestAnimationFrame(() => find("#question").focus())); // once shown
    },
    "#nouvelle": startConversation,
    "#arreter": () => { stop(); find("#question").focus(); },
    "#annuler": cancelEdit,
    "#tous": () => choose([]),
    "#retour, .retour": goBack,
    "a.evitement": () => {
      const panels = [...document.querySelectorAll('[role="tabpanel"]')];
      const title = panels.find((panel) => panel.offsetParent)?.querySelector("h2");
      title?.setAttribute("tabindex", "-1");
      title?.focus();
    },
    "[data-action]": (button) => actions[button.dataset.action]?.(rowOf(button), button),
    "[data-ouvrir]": (button) => {
      const item = readKept().find((one) => one.id === button.dataset.ouvrir);
      if (item) { openConversation(item); find("#question").focus({ preventScroll: true }); }
    },
    "[data-supprimer]": (button) => removeConversations([button.dataset.supprimer]),
    "#tout-supprimer": () => {
      if (confirm("Supprimer toutes les conversations de ce navigateur ?")) {
        removeConversations(readKept().map((item) => item.id));
      }
    },
  };
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const [selector, action] of Object.entries(CLICKS)) {
      const target = event.target.closest?.(selector);
      if (target) {
        event.preventDefault();
        action(target);
        return;
      }
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "saisie") { event.preventDefault(); submit(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.('#documents input[name="only"]')) {
      choose(boxes().filter((box) => box.checked).map((box) => box.value));
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "question") draft = event.target.value;
  });
  document.addEventListener("focusin", (event) => { // browsers show the caret, even under the form
    if (event.target.matches?.("#fil textarea, #fil input")) event.target.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("beforeinput", (event) => { // the browser cuts at `maxlength` and says nothing
    if (event.target.id !== "question") return;
    const { value, selectionStart, selectionEnd, maxLength } = event.target;
    const added = (event.data ?? "").replaceAll("\r\n", "\n");
    const cut = value.length - (selectionEnd - selectionStart) + added.length > maxLength;
    remark(cut ? `${maxLength.toLocaleString("fr-FR")} caractères au plus\u00a0: la fin a été coupée.` : "");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.(".panneau, .preuves, #preuves")) goBack();
    const tab = event.target.closest?.('[role="tab"]');
    if (tab && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')];
      const to = { ArrowLeft: tabs.indexOf(tab) - 1, ArrowRight: (tabs.indexOf(tab) + 1) % tabs.length, Home: 0, End: -1 };
      event.preventDefault();
      tabs.at(to[event.key]).focus();
    }
    if (event.target.id !== "question" || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && edited >= 0) cancelEdit();
  });
  window.addEventListener("storage", (event) => { if (event.key === KEPT) listKept(); });

  // --- beginning ----------------------------------------------------------------------------

  // What the form covers of the thread, for the style sheet.
  const sized = new ResizeObserver((forms) => {
    for (const { target } of forms) target.parentElement?.style.setProperty("--saisie", `${target.offsetHeight}px`);
  });
  // Gradio draws the page, and may draw it again when tabs change.
  function mount() {
    const frame = find("#conversation");
    if (!frame || frame.dataset.pret) return;
    frame.dataset.pret = "oui";
    if (!restored) {
      restored = true;
      let id = "";
      try { id = sessionStorage.getItem(CURRENT) ?? ""; } catch { /* storage closed */ }
      conversation = readKept().find((item) => item.id === id) ?? conversation;
    }
    fillWelcome();
    sized.observe(find("#saisie"));
    showConversation();
    listKept();
    busy(running !== null);
    write(draft || find("#question").value); // typed before this script, or before the page was drawn again
    if (location.hash.startsWith("#evidence/")) {
      openEvidence(make("a", { href: location.hash.slice(1) }));
      history.replaceState(null, "", location.pathname);
    } else if (!conversation.exchanges.length) find("#question").focus({ preventScroll: true });
  }
  // What gradio says in English alone.
  const NAMES = {
    "Click to upload or drop files": "Choisir ou déposer des fichiers", "File upload": "Fichiers",
  };
  function translate() {
    for (const [english, french] of Object.entries(NAMES)) {
      for (const one of document.querySelectorAll(`[aria-label="${english}"]`)) one.setAttribute("aria-label", french);
    }
  }
  const look = () => { mount(); translate(); };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  look(); // what was drawn before this script ran

  // A session that has ended: the page to sign in.  The conversation stays in the browser.
  const send = window.fetch;
  window.fetch = async (...request) => {
    const reply = await send(...request);
    if (reply.status === 401) window.location.assign("/login");
    return reply;
  };
})();
