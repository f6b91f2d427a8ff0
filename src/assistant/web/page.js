// What the browser does by itself: the language of the page, and what to bring into view.
document.documentElement.lang = "fr";

let wantedSection = ""; // of the evidence, for the number clicked last

const onceShown = (action) => requestAnimationFrame(() => requestAnimationFrame(action));

const showSection = () => {
  const section = wantedSection && document.getElementById(wantedSection);
  if (section) {
    section.scrollIntoView({ block: "start" });
    section.focus({ preventScroll: true });
  }
};

// After the evidence of an earlier answer has replaced what was shown.
window.montrerPreuve = () => onceShown(showSection);

// A new answer is read from its question down.
window.montrerReponse = () => onceShown(() => {
  const question = [...document.querySelectorAll('#conversation [data-testid="user"]')].at(-1);
  const list = question?.closest(".bubble-wrap");
  if (list) list.scrollTop += question.getBoundingClientRect().top - list.getBoundingClientRect().top - 16;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#preuve-"]');
  wantedSection = link ? link.getAttribute("href").slice(1) : "";
  if (link) {
    event.preventDefault(); // the address of the page has a base: following would load it again
    showSection();
  }
}, true);

// A session that has ended: the page to sign in.  The conversation stays in the browser.
const send = window.fetch;
window.fetch = async (...request) => {
  const reply = await send(...request);
  if (reply.status === 401) window.location.assign("/login");
  return reply;
};
