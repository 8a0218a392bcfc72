"""Speaks to the control desk of a simulator: what is played when, and the clock where it is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import httpx


@dataclass(frozen=True)
class Director:
    """`desk` is the address of /control, `token` what the simulator wrote down."""

    desk: str
    token: str

    def scenarios(self) -> list[str]:
        """The names of everything that can be played."""
        answer = httpx.get(f"{self.desk}/scenarios", headers=self._headers, trust_env=False).raise_for_status()
        return [one["name"] for one in answer.json()["scenarios"]]

    def plan(self, scenario: str, when: datetime) -> None:
        """Have a scenario played at an aware time."""
        body = {"scenario": scenario, "when": when.isoformat()}
        httpx.post(f"{self.desk}/scenarios", json=body, headers=self._headers, trust_env=False).raise_for_status()

    async def move(self, session: aiohttp.ClientSession, now: datetime) -> None:
        """Move the clock on."""
        body = {"now": now.isoformat()}
        async with session.post(f"{self.desk}/clock", json=body, headers=self._headers) as answer:
            answer.raise_for_status()

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
