"use strict";
// What needs a script is shown by the script: without it, nothing on the page is dead.
for (const element of document.querySelectorAll(".scripted")) element.hidden = false;

// A link to a finding that is folded or filtered away brings it back. Without script, the reader opens the fold.
function reveal() {
  let target = null;
  try {
    target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return; // a hash that is no valid encoding names nothing here
  }
  if (!target) return;
  if (target.closest(".filtered")) showAll();
  for (let node = target; node; node = node.parentElement) {
    if (node instanceof HTMLDetailsElement) node.open = true;
  }
  target.scrollIntoView();
}
