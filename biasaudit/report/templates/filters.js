// Filters: a finding stays when it, or one folded under it, has the verdict, the kind and the words that are asked for.
const filters = ["by-verdict", "by-kind", "by-text"].map((id) => document.getElementById(id));
const findings = [...document.querySelectorAll("[data-verdict]")];
const texts = new Map();

function textOf(element) {
  if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
  return texts.get(element);
}

function filter() {
  const [verdict, kind, text] = filters.map((control) => control.value.trim().toLowerCase());
  const asked = Boolean(verdict || kind || text);
  const kept = new Set();
  for (const element of findings) {
    const { verdict: its, kind: sort } = element.dataset;
    if ((verdict && its !== verdict) || (kind && sort !== kind) || (text && !textOf(element).includes(text))) continue;
    kept.add(element);
  }
  for (const element of findings) {
    const shown = kept.has(element) || [...element.querySelectorAll("[data-verdict]")].some((part) => kept.has(part));
    element.classList.toggle("filtered", !shown);
    const fold = element.closest("details.folded");
    if (asked && shown && fold) fold.open = true;
  }
  const told = asked ? `${kept.size} of ${findings.length} shown.` : `All ${findings.length} shown.`;
  document.getElementById("filtered").textContent = told;
}

function showAll() {
  for (const control of filters) control.value = "";
  filter();
}

for (const control of filters) control.addEventListener("input", filter);
document.getElementById("show-all").addEventListener("click", showAll);
filter();
