"""Pressing a button of a page of the desk and confirming its dialog, as a browser asks Dash for it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx


def words(answer: httpx.Response) -> str:
    """What an answer of Dash says, its escapes undone."""
    return json.dumps(answer.json(), ensure_ascii=False)


async def press(client: httpx.AsyncClient, prefix: str, action: str, target: str = "", **filled: Any) -> dict[str, Any]:
    """What the page says then; `filled` are choice, title, number and note of the dialog, and the language."""
    output = f"{prefix}-said.children"
    entries: Sequence[dict[str, Any]] = (await client.get("/_dash-dependencies")).json()
    entry = next(one for one in entries if output in one["output"])
    values: Mapping[str, Any] = {
        f"{prefix}-ok.n_clicks": 1,
        f"{prefix}-asking.data": {"type": f"{prefix}-do-{action}", "to": target},
        f"{prefix}-title.value": filled.get("title"),
        f"{prefix}-amount.value": filled.get("number"),
        f"{prefix}-note.value": filled.get("note"),
        "language.data": filled.get("language", "en"),
    }
    choice = {"id": {"type": f"{prefix}-choice", "of": action}}
    parts = {"value": filled.get("choice"), "id": choice["id"]}

    def part(wanted: dict[str, Any]) -> Any:
        if wanted["id"].startswith("{"):
            name = wanted["property"]
            return [{**choice, "property": name, "value": parts[name]}]
        return {**wanted, "value": values.get(f"{wanted['id']}.{wanted['property']}")}

    names = entry["output"].strip(".").split("...")
    answer = await client.post(
        "/_dash-update-component",
        json={
            "output": entry["output"],
            "outputs": [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names],
            "inputs": [part(one) for one in entry["inputs"]],
            "state": [part(one) for one in entry["state"]],
            "changedPropIds": [f"{prefix}-ok.n_clicks"],
        },
    )
    answer.raise_for_status()
    given: dict[str, Any] = answer.json()["response"]
    return given
