"""What was measured, as tables in Markdown."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.variants import COPIES


def _table(heads: list[str], rows: list[list[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def of_verdicts(found: dict[str, Any]) -> str:
    """False alarms in a line; recall and place by cue, strength and majority share."""
    rows = [
        [row["cue"], "{}/{}".format(*row["strength"]), f"{row['majority']:.0%}", row["sets"], f"{row['recall']:.0%}",
         f"{row['first']:.0%}", f"{row['unidentifiable']:.0%}", ", ".join(row["before_it"])]
        for row in found["cues"]
    ]  # fmt: skip
    table = _table(["cue", "strength", "majority", "sets", "recall", "first", "unidentifiable", "before it"], rows)
    real = f"Real photographs, {found['real']['by_folder']}. {_clean(found['real'])}\n\n" if "real" in found else ""
    return f"{_clean(found)}\n\n{real}{table}"


def _clean(found: dict[str, Any]) -> str:
    """What was flagged, and what was concluded, in clean sets."""
    low, high = found["false_alarm_interval"]
    rate, least, most = found["concluded_interval"]
    return (
        f"Clean sets: {found['clean_sets']}. Any conclusion but appearance: {found['concluded']} ({rate:.1%}, 95% "
        f"interval {least:.1%} to {most:.1%}): {found['conclusions'] or 'none'}. Any cue flagged: "
        f"{found['false_alarms']} ({found['false_alarm_rate']:.1%}, {low:.1%} to {high:.1%}): "
        f"{found['blamed'] or 'nothing'}; by kind of set: {found['false_alarms_by_kind']}."
    )


def of_shortcuts(found: dict[str, Any]) -> str:
    """A line a set: flagged under the right name, first, and all that was flagged."""
    rows = [
        [row["shortcut"], f"{row['share']:.0%}", row["n"], "yes" if row["right_name"] else "no",
         "yes" if row["first"] else "no", ", ".join(row["flagged"])]
        for row in found["rows"] + found["clean"]
    ]  # fmt: skip
    return f"{found['flagged_by_name']} of {found['of']} flagged under the right name.\n\n" + _table(
        ["shortcut", "share", "images", "right name", "first", "flagged"], rows
    )


def of_reliance(found: dict[str, Any]) -> str:
    """Correlations, then a line a training."""
    lines = [
        f"{name}: {some['trainings']} trainings, correlation {some['pearson']:.2f} (of ranks {some['spearman']:.2f})."
        for name, some in found.items()
        if name.startswith("drawn")
    ]
    lines.append(
        f"Present but balanced: called shortcut in {found['balanced_called_shortcut']} of {found['balanced']}.\n"
    )
    keys = ["cue", "drawn", "strength", "auc", "true", "estimated", "asked", "verdict"]
    return "\n".join(lines) + "\n" + _table(keys, [[row[key] for key in keys] for row in found["rows"]])


def of_artefacts(found: dict[str, Any]) -> str:
    """AUC against people's labels, and shares above the threshold on the controls."""
    shares = found["above_threshold"]
    rows = []
    for cue in next(iter(shares.values())):
        people = found["against_people"].get(cue)
        area = f"{people['auc']:.3f} ({people['low']:.3f} to {people['high']:.3f})" if people else "no labels"
        rows.append([cue, area, *(f"{some[cue]:.1%}" for some in shares.values())])
    return _table(["cue", f"AUC on {found['images']} photographs", *shares], rows)


def of_peers(found: dict[str, Any]) -> str:
    """What Datalab flagged."""
    rows = [[row["shortcut"], f"{row['share']:.0%}", row["n"], ", ".join(row["flagged"])] for row in found["rows"]]
    rows += [[row["shortcut"], "", row["n"], ", ".join(row["flagged"])] for row in found["clean"]]
    return f"{found['flagged']} of {found['of']} flagged under any name.\n\n" + _table(
        ["shortcut", "share", "images", "flagged"], rows
    )


def of_discovery(found: dict[str, Any]) -> str:
    """Sets in which the planted artefact was the first discovered finding, and a line a set."""
    heads = ["task", "artefact", "strength", "seed", "verdict", "right", "precision", "concentration", "seconds"]
    rows = [[row[head] for head in heads] for row in found["rows"] + found["clean"]]
    return (
        f"Right: {found['right']}; clean sets with something to review: {found['clean_sets_with_a_review']:.0%}.\n\n"
        + _table(heads, rows)
    )


def of_attribution(found: dict[str, Any]) -> str:
    """A line a comparison: the middle ratio of its pairs, above 1 where ours is faster."""
    sides = {name: part for name, part in found.items() if isinstance(part, dict) and "ratio" in part}
    for peer, methods in found["peers"].items():
        if isinstance(methods, str):
            sides[f"{peer}: {methods}"] = {}
        else:
            sides |= {f"{peer}, {name}": part for name, part in methods.items()}
    rows = []
    for name, part in sides.items():
        if isinstance(part, str):
            rows.append([name, part])
        elif "ratio" in part:
            rows.append([name, f"{part['ratio']:.2f} ({part['low']:.2f} to {part['high']:.2f})"])
            if "at_equal_completeness" in part:
                rows.append([f"{name}, at equal completeness", f"{part['at_equal_completeness']:.2f}"])
        else:
            rows.append([name, ""])
    return _table(["against", "ratio, and of pairs"], rows)


def of_populations(found: dict[str, Any]) -> str:
    """How often each planted fault was found, and how often a fair twin was flagged."""
    rows = [[fault, f"{n} of {found['sets']}"] for fault, n in found["found"].items()]
    return (
        f"Fair twins flagged: {found['false_alarms']} of {found['fair']}; blamed: {found['blamed'] or 'nothing'}.\n\n"
        + _table(["planted", "found"], rows)
    )


def of_coverage(found: list[dict[str, Any]]) -> str:
    """A line a method: the share of 95% intervals that held the truth, by people in the group."""
    sizes = sorted({row["n"] for row in found})
    names = list(dict.fromkeys(row["interval"] for row in found))
    held = {(row["interval"], row["n"]): f"{row['coverage']:.1%}" for row in found}
    return _table(["interval", *map(str, sizes)], [[name, *(held[name, n] for n in sizes)] for name in names])


def of_copies(found: dict[str, Any]) -> str:
    """A line a source: copies found by what was done to them, and how many other pairs; and a line a set, side and sort
    of picture: what copies and near misses were called."""
    among, apart = found["among"], found["apart"]
    changes = list(next(iter(among.values()))["found"])
    rows = [
        [name, part["images"], *("{} of {}".format(*part["found"][change]) for change in changes),
         len(part["others"]), part["one scene"], part["seconds"]]
        for name, part in among.items()
    ]  # fmt: skip
    first = _table(["pictures", "images", *changes, "other pairs", "pairs of one scene", "seconds"], rows)
    return first + "\n\n" + _apart(apart) if apart else first


def _apart(found: list[dict[str, Any]]) -> str:
    """Each cell of a kind: called one picture / called one scene / planted."""
    kinds = list(found[0]["kinds"])
    cells = []
    for part in found:
        called = ("{1}/{2}/{0}".format(*part["kinds"][kind]) for kind in kinds)
        cells.append([part["set"], part["side"], *called, len(part["others"]), part["one scene"], part["seconds"]])
    heads = ["set", "pixels", *kinds, "other pairs", "of one scene", "seconds"]
    return (
        "Called one picture / called one scene / planted:\n\n" + _table(heads, cells) + "\n\n"
        + _table(["pixels", "copies", "called one picture", "one picture or one scene", "near misses",
                  "of them called one picture", "precision"], _in_all(found))
    )  # fmt: skip


def _in_all(found: list[dict[str, Any]]) -> list[list[Any]]:
    """A line a side, over all sets."""
    rows = []
    for side in sorted({part["side"] for part in found}):
        parts = [(kind, counts) for part in found if part["side"] == side for kind, counts in part["kinds"].items()]
        copies = [counts for kind, counts in parts if kind in COPIES]
        near = [counts for kind, counts in parts if kind not in COPIES]
        planted, right, related = (sum(each[k] for each in copies) for k in range(3))
        missed, wrong = (sum(each[k] for each in near) for k in range(2))
        rows.append([side, planted, f"{right} ({right / planted:.1%})", f"{right + related} "
                     f"({(right + related) / planted:.1%})", missed, wrong,
                     f"{right / (right + wrong):.1%}" if right + wrong else "none called so"])  # fmt: skip
    return rows
