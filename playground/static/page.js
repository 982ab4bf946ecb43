// The server renders everything. This module sends forms and follows links without leaving the
// page, and takes from each answer the regions that have changed.

const body = document.body;
const shown = new Map();
let place = 0;

const regionsOf = (root) =>
  new Map([...root.querySelectorAll("[data-region]")].map((one) => [one.dataset.region, one]));

const remember = (root) => {
  shown.clear();
  for (const [name, region] of regionsOf(root)) shown.set(name, region.outerHTML);
};

// Getting the page ------------------------------------------------------------------------------

// Whoever refreshes opens nothing; whoever goes to the Home tab does, as in Slack.
const REFRESHING = { "X-Refresh": "yes" };

const take = async (address, options) => {
  const mine = place;
  const response = await fetch(address, options);
  const html = await response.text();
  if (!response.ok) {
    say(html);
    return;
  }
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const isNewer = Number(fresh.body.dataset.turn) > Number(body.dataset.turn);
  if (mine === place && isNewer) show(fresh);
};

const refresh = (options = { headers: REFRESHING }) =>
  take(location.href, options).catch(() => say("The service does not answer."));

const say = (text) => {
  document.querySelector("[data-region=news]").textContent = text;
};

const show = (fresh) => {
  body.dataset.turn = fresh.body.dataset.turn;
  const focused = focusKey();
  const next = regionsOf(fresh), now = regionsOf(document);
  const same = next.size === now.size && [...next.keys()].every((name) => now.has(name));
  const atEnd = isAtEnd();
  if (same) {
    for (const [name, region] of next) if (region.outerHTML !== shown.get(name)) put(now.get(name), region);
  } else {
    const kept = document.querySelector("main");
    for (const name of ["people", "now", "news", "modal"]) put(now.get(name), next.get(name), true);
    kept.replaceWith(document.importNode(fresh.querySelector("main"), true));
  }
  remember(fresh);
  settle();
  if (atEnd || !same) toEnd();
  refocus(focused);
};

const put = (stale, region) => {
  const made = document.importNode(region, true);
  if (made.dataset.keep && made.dataset.keep === stale.dataset.keep) carryOver(stale, made);
  stale.replaceWith(made);
};

// What somebody has typed stays, as in Slack, while the input is the same one.
const carryOver = (stale, made) => {
  for (const old of stale.querySelectorAll("input, select, textarea")) {
    if (old.type === "hidden" || !old.name) continue;
    const isChoice = old.type === "radio" || old.type === "checkbox";
    const value = isChoice ? `[value="${CSS.escape(old.value)}"]` : "";
    const twin = made.querySelector(`[name="${CSS.escape(old.name)}"]${value}`);
    if (!twin || twin.type !== old.type) continue;
    if (isChoice) twin.checked = old.checked;
    else if (old.type === "file") twin.files = old.files;
    else if (old.multiple) for (const one of twin.options) one.selected = [...old.selectedOptions].some((o) => o.value === one.value);
    else twin.value = old.value;
  }
};

// Focus and scrolling ---------------------------------------------------------------------------

const focusKey = () => {
  const at = document.activeElement;
  if (!at || at === body) return null;
  const region = at.closest("[data-region]")?.dataset.region;
  if (!region) return null;
  const part = at.id ? `#${CSS.escape(at.id)}` : at.getAttribute("href") ? `[href="${CSS.escape(at.getAttribute("href"))}"]` : at.name && at.value ? `[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]` : null;
  return { region, part, element: at };
};

const refocus = (before) => {
  if (!before || before.element.isConnected) return;
  const region = document.querySelector(`[data-region="${before.region}"]`);
  const found = before.part && region?.querySelector(before.part);
  if (found) found.focus({ preventScroll: true });
};

const scroller = () => document.querySelector("#scroll[data-region=messages]");
const isAtEnd = () => {
  const box = scroller();
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
};
const toEnd = () => {
  const box = scroller();
  if (box) box.scrollTop = box.scrollHeight;
};

// After something was put on the page -------------------------------------------------------------

const settle = () => {
  const modal = document.querySelector("#modal");
  if (modal && !modal.open) {
    modal.showModal();
    const wrong = modal.querySelector("[aria-invalid]");
    (wrong ?? modal.querySelector(".dialog-body :is(input, select, textarea)"))?.focus();
  }
  for (const frame of document.querySelectorAll("iframe.paper")) {
    const fit = () => (frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 8}px`);
    if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.body?.childElementCount) fit();
    frame.onload = fit;
  }
};

// Forms and links -------------------------------------------------------------------------------

const send = async (address, data, from) => {
  from?.setAttribute("aria-busy", "true");
  try {
    await take(address, { method: "POST", body: data, headers: REFRESHING });
  } catch {
    say("The service does not answer.");
  } finally {
    from?.removeAttribute("aria-busy");
  }
};

const confirmed = (question) => {
  const dialog = document.querySelector("#confirm");
  const [no, yes] = dialog.querySelectorAll("button");
  dialog.querySelector("h2").textContent = question.title.text;
  dialog.querySelector("p").textContent = question.text.text;
  yes.textContent = question.confirm?.text ?? "Yes";
  no.textContent = question.deny?.text ?? "No";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.onclose = () => done(dialog.returnValue === "yes");
  });
};

document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  if (!("act" in form.dataset)) return;
  event.preventDefault();
  if (button?.dataset.confirm && !(await confirmed(JSON.parse(button.dataset.confirm)))) return;
  const address = button?.getAttribute("formaction") ?? form.action;
  const data = new FormData(form, button);
  button?.closest("details")?.removeAttribute("open");
  if (form.matches(".composer")) {
    form.reset();
    offer();
  }
  await send(address, data, button);
  if (form.matches(".reply") && form.isConnected) form.reset();
});

document.addEventListener("click", (event) => {
  const filler = event.target.closest("[data-fills]");
  if (filler) {
    const box = document.getElementById(filler.dataset.fills);
    box.value = filler.textContent;
    box.focus();
    return;
  }
  const link = event.target.closest("a[href]");
  const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
  if (!link || !plain || link.target || link.origin !== location.origin || !link.search || link.hash) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  goes();
});

// Elsewhere: what was asked for before is not shown any more.
const goes = () => {
  place += 1;
  refresh({});
};

addEventListener("popstate", goes);

document.addEventListener("change", (event) => {
  if (event.target.matches(".composer input[type=file]")) event.target.form.requestSubmit();
  const select = event.target.closest("select[data-uses]");
  if (!select || !select.value) return;
  const option = select.selectedOptions[0], form = select.closest("form");
  const data = new FormData();
  data.set("where", form.elements.where.value);
  data.set("act", option.dataset.act ?? option.value);
  send(select.dataset.uses, data, select);
});

document.addEventListener("cancel", (event) => {
  if (event.target.id !== "modal") return;
  event.preventDefault();
  event.target.querySelector(".close").click();
}, true);

document.addEventListener("keydown", (event) => {
  const inText = event.target.matches("textarea, .modal input");
  if (inText && event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("input"))) {
    event.preventDefault();
    event.target.form.querySelector("[data-default]")?.click();
  }
  if (event.key === "Escape") for (const one of document.querySelectorAll("details[open].menu")) one.open = false;
});

// Slash commands --------------------------------------------------------------------------------

const completing = () => ({ line: document.querySelector("#line"), list: document.querySelector("#completions") });

const offer = () => {
  const { line, list } = completing();
  const typed = line.value.toLowerCase();
  const options = [...list.children];
  for (const one of options) one.hidden = !typed.startsWith("/") || !`${one.dataset.command} `.startsWith(typed.split(" ")[0]) || (typed.includes(" ") && typed.split(" ")[0] !== one.dataset.command);
  const any = options.some((one) => !one.hidden);
  list.hidden = !any;
  line.setAttribute("aria-expanded", String(any));
  choose(null);
};

const choose = (option) => {
  const { line, list } = completing();
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    line.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else line.removeAttribute("aria-activedescendant");
};

const complete = (option) => {
  const { line } = completing();
  line.value = `${option.dataset.command} `;
  line.focus();
  offer();
};

document.addEventListener("input", (event) => event.target.id === "line" && offer());

document.addEventListener("focusout", (event) => {
  if (event.target.id === "line") setTimeout(() => { const { list } = completing(); if (list) list.hidden = true; }, 150);
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#completions [role=option]");
  if (!option) return;
  event.preventDefault();
  complete(option);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "line") return;
  const { list } = completing();
  const open = [...list.children].filter((one) => !one.hidden);
  const at = open.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (list.hidden || !open.length) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(open.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1)) % open.length));
  } else if ((event.key === "Tab" || event.key === "Enter") && (at >= 0 || (event.key === "Tab" && open.length === 1))) {
    event.preventDefault();
    complete(open[Math.max(at, 0)]);
  } else if (event.key === "Escape") {
    list.hidden = true;
  }
});

// -----------------------------------------------------------------------------------------------

remember(document);
settle();
toEnd();
new EventSource(body.dataset.events).onmessage = () => refresh();
