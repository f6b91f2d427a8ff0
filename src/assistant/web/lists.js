// Lists that a reader ticks (`[data-coche]`, in the list `data-liste`), kept by this browser alone;
// files and lists that the page hands over; search in a list shown whole.
(() => {
  const keyOf = (list) => `assistant.coches.${list}`;
  const onceShown = (action) => requestAnimationFrame(() => requestAnimationFrame(action));

  // --- ticks: identifier → day --------------------------------------------------------------

  const read = (list) => {
    try {
      const kept = JSON.parse(localStorage.getItem(keyOf(list)) ?? "{}");
      return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch { return {}; } // storage closed, or not ours
  };
  const write = (list, ticks) => {
    try { localStorage.setItem(keyOf(list), JSON.stringify(ticks)); } catch { /* the ticks last as long as the page */ }
  };
  const today = () => {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };

  window.coches = (list) => JSON.stringify(read(list));
  window.montrerCoches = (root = document) => {
    const lists = {};
    for (const box of root.querySelectorAll("[data-coche]")) {
      const ticks = lists[box.dataset.liste] ??= read(box.dataset.liste);
      box.checked = Object.hasOwn(ticks, box.dataset.coche);
    }
    showProgress(root);
  };
  window.effacerCoches = (list) => {
    if (!Object.keys(read(list)).length || !confirm("Effacer toutes les coches de cette liste ?")) return;
    write(list, {});
    window.montrerCoches();
  };
  // How many are ticked in each part that shows its progress.
  const showProgress = (root) => {
    for (const place of root.querySelectorAll("[data-progres]")) {
      const boxes = [...(place.closest("[data-etape]") ?? root).querySelectorAll("[data-coche]")];
      const done = boxes.filter((box) => box.checked).length;
      const text = `${done} sur ${boxes.length}`;
      if (place.textContent !== text) place.textContent = text;
    }
  };
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-coche]");
    if (!box) return;
    const ticks = read(box.dataset.liste);
    if (box.checked) ticks[box.dataset.coche] = today();
    else delete ticks[box.dataset.coche];
    write(box.dataset.liste, ticks);
    window.montrerCoches();
  });
  window.addEventListener("storage", (event) => { // another window of this browser
    if (event.key?.startsWith("assistant.coches.")) window.montrerCoches();
  });

  // --- the register -------------------------------------------------------------------------

  // How many there are is said; the rows are not read aloud at each letter typed.
  window.annoncerRegistre = () => {
    const title = document.getElementById("registre-titre");
    const place = document.getElementById("registre-annonce");
    if (title && place && place.textContent !== title.textContent) place.textContent = title.textContent;
  };
  window.montrerRegistre = () => onceShown(() => {
    const title = document.getElementById("registre-titre");
    title?.scrollIntoView({ block: "start" });
    title?.focus({ preventScroll: true });
  });

  // --- what the page hands over -------------------------------------------------------------

  window.emporter = (given) => (given.html ? printList(given.html) : save(given));
  const save = (file) => {
    const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    const link = Object.assign(document.createElement("a"), { href: address, download: file.name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    const said = document.getElementById("emporter-annonce");
    if (said) said.textContent = file.say;
  };
  // Not in lists.css: gradio keeps its styles to its own part of the page.
  const onPaper = new CSSStyleSheet();
  onPaper.replaceSync(`
    #impression { display: none; }
    @media print {
      body.imprime-liste > :not(#impression) { display: none !important; }
      body.imprime-liste #impression { display: block; color: #000; background: #fff; font: 11pt system-ui, sans-serif; }
      #impression ul { list-style: none; padding: 0; }
      #impression li { margin: 0 0 .5em; padding-left: 1.6em; text-indent: -1.6em; break-inside: avoid; }
      #impression small { display: block; text-indent: 0; color: #333; }
    }`);
  document.adoptedStyleSheets.push(onPaper);
  const printList = (html) => {
    const sheet = Object.assign(document.createElement("div"), { id: "impression", innerHTML: html }); // escaped by the server
    document.body.append(sheet);
    document.body.classList.add("imprime-liste");
    window.addEventListener("afterprint", () => {
      sheet.remove();
      document.body.classList.remove("imprime-liste");
    }, { once: true });
    window.print();
  };

  // --- a list shown whole: `input[data-cherche]` names it, its parts say their words -----------

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’']/g, " ").toLowerCase();
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("input[data-cherche]");
    const list = box && document.getElementById(box.dataset.cherche);
    if (!list) return;
    const words = fold(box.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const part of list.children) {
      const said = fold(part.textContent);
      part.hidden = !words.every((word) => said.includes(word));
      count += !part.hidden;
    }
    const place = document.getElementById(`${list.id}-nombre`);
    if (place) place.textContent = `${count} ${box.dataset.nom}${count > 1 ? "s" : ""}`;
  });
})();
