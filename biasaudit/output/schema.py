"""The published JSON Schema of `audit.json`, made from the records themselves, so that the two cannot differ."""

from __future__ import annotations

from typing import Any

from biasaudit.results import SCHEMA_VERSION, Audit


def audit_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) that every `audit.json` of this version meets."""
    schema = Audit.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:biasaudit:audit:{SCHEMA_VERSION}",
        **schema,
        "title": f"biasaudit audit.json {SCHEMA_VERSION}",
    }
