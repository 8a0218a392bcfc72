"""The API against its own description: requests made from it are answered as it says, never with a server error."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from secmon.alerts.triage import triage
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.store.client import Store
from web_centre import NOW, centre_over, group, new_desk

CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_SECONDS = 45.0


@pytest.fixture
def served(store: Store, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address of a real server over real databases with some alerts in them, and the token of its command line."""
    db = new_desk(tmp_path)
    at = NOW - timedelta(minutes=20)
    triage(db, [group(site, 4, at) for site in ("11110", "11140", "26110")], [], quiet=timedelta(hours=6), now=NOW)
    with Instance(tmp_path) as instance:
        centre = centre_over(store, db, tmp_path, instance)
        config = uvicorn.Config(application(centre), port=0, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", instance.token
        server.should_exit = True
        thread.join()
    db.close()


@pytest.mark.store
@pytest.mark.slow
def test_every_answer_is_as_described(served: tuple[str, str]) -> None:
    """Good and bad requests for every operation: no 5xx; status, content type and body as the description has them."""
    url, token = served
    headers = {"authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json", headers=headers)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    asked: Counter[str] = Counter()
    until = time.monotonic() + _SECONDS
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if time.monotonic() < until or not asked[operation.label]:
                ask(operation, mode, headers, until, asked)
    assert len(asked) == len(operations)


def ask(operation: Any, mode: GenerationMode, headers: dict[str, str], until: float, asked: Counter[str]) -> None:
    """A few requests for one operation, as long as there is time; the first for each is sent in any case."""

    @settings(
        max_examples=3,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def once(case: Any) -> None:
        if time.monotonic() > until and asked[operation.label]:
            return
        asked[operation.label] += 1
        case.call_and_validate(headers=headers, checks=CHECKED)

    try:
        once()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # without a parameter nothing can be asked wrongly
