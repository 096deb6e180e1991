// Conveniences on top of pages that work without them: keys, the sign-out warning, live regions.
"use strict";
(() => {
  // htmx notes the page's address there; nothing of ours stays in the browser.
  sessionStorage.removeItem("htmx-current-path-for-history");

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  // --- keys: j, k, Enter through the worklist, / to the search field ---------------------------------
  const rows = () => [...document.querySelectorAll("[data-row] .opens")];

  function step(by) {
    const links = rows();
    if (links.length === 0) return;
    const at = links.findIndex((link) => link === document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  }

  if (document.body.dataset.shortcuts === "on") {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else if (event.key === "/") {
        const field = document.querySelector("#find");
        if (!field) return;
        event.preventDefault();
        field.focus();
        field.select();
      }
    });
  }

  // --- the warning before the session ends -----------------------------------------------------------
  const warning = document.querySelector("#expiring");
  if (warning) {
    let endsAt = Date.now() + Number(warning.dataset.endsIn) * 1000;
    const warnBefore = Number(warning.dataset.warnBefore) * 1000;
    const said = warning.querySelector("[data-left]");
    const keep = warning.querySelector("[data-keep]");
    let shown = "";

    const tick = () => {
      const left = endsAt - Date.now();
      if (left <= 0) {
        location.assign("/sign-in?ended=1");
        return;
      }
      warning.hidden = left > warnBefore;
      const words = left > 60000 ? `${Math.ceil(left / 60000)} minutes` : `${Math.ceil(left / 10000) * 10} seconds`;
      if (!warning.hidden && words !== shown) said.textContent = shown = words;
    };
    setInterval(tick, 1000);
    keep.addEventListener("click", async () => {
      const answer = await fetch("/session/keep", {
        method: "POST",
        headers: { "X-CSRF-Token": warning.dataset.csrf },
        redirect: "manual",
      });
      if (answer.status !== 204) {
        location.assign("/sign-in?ended=1");
        return;
      }
      endsAt = Date.now() + Number(answer.headers.get("X-Session-Seconds")) * 1000;
      warning.hidden = true;
    });
  }

  // --- whom somebody may mean by a payer's name ------------------------------------------------------
  for (const suggestions of document.querySelectorAll("[data-suggests]")) {
    // One list of names is enough; without this script the browser's own is there.
    document.getElementById(suggestions.dataset.suggests)?.removeAttribute("list");
  }
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-suggests] [data-fill]");
    if (!chosen) return;
    const suggestions = chosen.closest("[data-suggests]");
    const field = document.getElementById(suggestions.dataset.suggests);
    field.value = chosen.dataset.fill;
    suggestions.replaceChildren();
    field.focus();
  });

  // --- live regions ----------------------------------------------------------------------------------
  const dirty = () => [...document.querySelectorAll("form:not(.find)")].some((form) =>
    [...form.elements].some((field) =>
      field.type === "checkbox" || field.type === "radio"
        ? field.checked !== field.defaultChecked
        : field.defaultValue !== undefined && field.value !== field.defaultValue));

  let focused = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    // Signed out, or the server is away: leave what is shown, and say nothing false.
    if (event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
    const link = document.activeElement;
    focused = event.detail.target.contains(link) ? link.getAttribute("href") : null;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    if (focused) document.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    focused = null;
    const done = document.querySelector("[data-done]");
    if (!done) return;
    if (dirty()) done.querySelector("[data-reload]").hidden = false;
    else location.reload();
  });

  // A page kept by the browser must not come back after signing out.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  document.querySelector("#error-summary")?.focus();
})();
