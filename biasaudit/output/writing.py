"""Write: the record, the report with its pictures, and the tables beside it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from biasaudit.conclude.concluding import Concluded
from biasaudit.conclude.review import reviewed
from biasaudit.evidence.gathering import LEFT_OUT
from biasaudit.evidence.graph import Graph
from biasaudit.evidence.maps.attribution_record import save_averages
from biasaudit.images.names import as_unicode
from biasaudit.images.understood import understood
from biasaudit.output.pictures import save_pictures
from biasaudit.output.provenance import dataset_record, environment, model_record
from biasaudit.output.result import AuditResult
from biasaudit.output.tables import save_weights, write_tables
from biasaudit.results import Audit, Check, Review
from biasaudit.runtime.progress import Progress


def write(
    out: Path,
    folder: Path,
    graph: Graph,
    concluded: Concluded,
    *,
    scan: bool,
    reviews: Iterable[Review],
    began: float,
    command: str,
    progress: Progress,
) -> AuditResult:
    """Save everything into `out`, and return it.

    folder: what was audited. began: when, in seconds since 1970. command: how to do it again.
    """
    images, survey, settings = graph.get("images"), graph.get("survey"), graph.get("settings")
    model, maps = graph.get_or("fitted"), graph.get_or("attributions")
    likeness = {each.cue.id: each.likeness for each in graph.get("discovered")}
    save_pictures(concluded.findings, images, model, maps, likeness, out / "evidence", progress)
    if model is not None and concluded.attribution is not None:
        save_averages(graph.get("map_places"), survey, model.network.size, out / "evidence")
    save_weights(out, images, concluded.balance, settings.weights)
    given = graph.get("given")
    left_out = [Check(detector=name, status="skipped", reason=LEFT_OUT) for name in settings.without]
    record = Audit(
        verdict=concluded.verdict,
        headline=concluded.headline,
        dataset=dataset_record(folder, survey, understood(images, settings.missing), graph.get_or("field", "photo")),
        model=model_record((given or graph.get("backbone")).name, model) if model is not None else None,
        settings={**settings.to_record(), "scan": scan},
        environment=environment(),
        checks=(*concluded.checks, *left_out),
        conclusions=concluded.conclusions,
        untied=concluded.untied,
        findings=concluded.findings,
        attribution=concluded.attribution,
        representation=concluded.representation,
        subgroups=concluded.subgroups,
        selftest=concluded.selftest,
        run={
            "started": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
            "seconds": round(time.time() - began, 1),
            "command": as_unicode(command),
        },
    )
    record = reviewed(record, reviews)
    result = AuditResult(record, out)
    write_tables(out, survey, model, record.findings)
    result.save()
    return result
