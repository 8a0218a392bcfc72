"""Scripted attacks, one readable module each, and the tuple that names them."""

from secmon.simulate.scenarios import ssh_guessing, sweep_scan
from secmon.simulate.scenarios.script import Scenario

SCENARIOS: tuple[Scenario, ...] = (ssh_guessing.SCENARIO, sweep_scan.SCENARIO)
