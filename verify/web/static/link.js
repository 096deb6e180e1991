// The token of a sign-in link stands after the #, which browsers never send: it reaches no log.
"use strict";
(() => {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const field = document.querySelector("#token");
  field.value = token;
  field.closest(".field").hidden = true;
  document.querySelector("#link button").focus();
})();
