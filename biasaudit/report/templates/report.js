"use strict";
// A link to a finding that is folded away opens what it is folded into. Without script, the reader opens it.
function reveal() {
  let target = null;
  try {
    target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return; // a hash that is no valid encoding names nothing here
  }
  if (!target) return;
  for (let node = target; node; node = node.parentElement) {
    if (node instanceof HTMLDetailsElement) node.open = true;
  }
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
