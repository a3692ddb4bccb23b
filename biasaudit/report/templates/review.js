// Reviews: what is decided below a finding stands in the sign-off as well, and is saved as a file by the reader.
{
  const save = document.getElementById("save-review");
  const forms = new Map([...document.querySelectorAll("fieldset.decision")].map((form) => [form.dataset.case, form]));
  const rows = new Map([...document.querySelectorAll(".sign-off tr[data-case]")].map((row) => [row.dataset.case, row]));
  const reviewer = document.getElementById("reviewer");
  const day = document.getElementById("review-date");
  const status = document.getElementById("review-status");
  const signed = new Map(); // key -> name and date of a decision that an earlier file holds, and nobody has changed
  let unsaved = false;

  for (const [key, form] of forms) {
    form.append(document.getElementById(`form-${form.dataset.form}`).content.cloneNode(true));
    for (const radio of form.querySelectorAll("input")) radio.name = `decision-${key}`;
  }

  const decided = (form) => form.querySelector("input:checked")?.value ?? "";
  const commented = (form) => form.querySelector("textarea").value.trim();
  const made = () => [...forms].filter(([, form]) => decided(form));

  function mirror(key, form) {
    form.querySelector(".withdraw").hidden = !decided(form);
    const row = rows.get(key);
    if (!row) return;
    for (const tick of row.querySelectorAll(".tick")) {
      tick.classList.toggle("ticked", tick.dataset.decision === decided(form));
    }
    row.querySelector(".comment").textContent = commented(form);
  }

  function tell(text) {
    status.textContent = text || `${made().length} of ${forms.size} decided${unsaved ? ", not saved yet" : ""}.`;
  }

  function changed(key, form) {
    signed.delete(key);
    unsaved = made().length > 0;
    mirror(key, form);
    tell();
  }

  function download() {
    const reviews = made().map(([key, form]) => ({
      finding: decodeURIComponent(key),
      decision: decided(form),
      comment: commented(form),
      ...(signed.get(key) ?? { name: reviewer.value.trim(), date: day.value }),
    }));
    if (!reviews.length) return tell("Nothing decided yet.");
    const missing = made().some(([key]) => !signed.has(key)) && !(reviewer.value.trim() && day.value);
    if (missing) {
      tell("Say who decided, and when.");
      return (reviewer.value.trim() ? day : reviewer).focus();
    }
    const file = { schema_version: "1.0", audit: save.dataset.audit, reviews };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
    link.download = "review.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    tell(`${reviews.length} of ${forms.size} decided, saved as review.json.`);
  }

  async function goOn(file) {
    let reviews = [];
    try {
      const saved = JSON.parse(await file.text());
      reviews = (Array.isArray(saved) ? saved : saved.reviews).filter((each) => typeof each.finding === "string");
    } catch {
      return tell("That is no review file.");
    }
    let taken = 0;
    for (const review of reviews) {
      const key = [...forms.keys()].find((each) => decodeURIComponent(each) === review.finding);
      const form = forms.get(key);
      const radio = form && [...form.querySelectorAll("input")].find((each) => each.value === review.decision);
      if (!radio) continue;
      radio.checked = true;
      form.querySelector("textarea").value = String(review.comment ?? "");
      signed.set(key, { name: String(review.name ?? ""), date: String(review.date ?? "") });
      mirror(key, form);
      taken += 1;
    }
    tell(`${taken} of the ${reviews.length} decisions in that file belong to findings of this audit.`);
  }

  if (save) {
    const now = new Date();
    day.value = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
    for (const [key, form] of forms) {
      form.addEventListener("input", () => changed(key, form));
      form.querySelector(".withdraw").addEventListener("click", () => {
        form.querySelector("input:checked").checked = false;
        changed(key, form);
        form.querySelector("input").focus();
      });
    }
    document.getElementById("download-review").addEventListener("click", download);
    const earlier = document.getElementById("earlier-review");
    earlier.addEventListener("change", () => earlier.files.length && goOn(earlier.files[0]));
    addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
  }
}
