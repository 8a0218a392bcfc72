"""The shipped rules on their sample logs."""

import re
from ipaddress import ip_address, ip_network

import pytest

from secmon.detection.rule_tests import run_samples, sample_files
from secmon.detection.sigma.ruleset import load_rules, shipped_rules
from secmon.store.client import Store
from secmon.store.scratch import scratch_store

INSIDE = ("169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")
OUTSIDE = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "100.64.0.0/10")


@pytest.mark.store
def test_every_shipped_rule_finds_its_hits_and_leaves_its_misses(engine: Store) -> None:
    """Each has samples of both kinds, and all of them come out right."""
    results = run_samples(lambda: scratch_store(beside=engine), load_rules())
    assert [result for result in results if not result.passed] == []
    assert len(results) == len(load_rules().signatures)


def test_samples_name_no_real_address() -> None:
    """Addresses outside are from the documentation and benchmarking ranges only."""
    allowed = [ip_network(network) for network in INSIDE + OUTSIDE]
    for file in shipped_rules().rglob("*.log"):
        for text in re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", file.read_text(encoding="utf-8")):
            octets = [int(octet) for octet in text.split(".")]
            if max(octets) < 256 and octets[1:] != [0, 0, 0] and octets[0] != 255:  # versions, masks
                assert any(ip_address(text) in network for network in allowed), f"{file.name}: {text}"


def test_every_sample_belongs_to_a_rule() -> None:
    """Every sample file lies next to its rule and is named after it."""
    files = set(shipped_rules().rglob("*.log"))
    assert files == {
        file for rule in load_rules().signatures for kind in ("hit", "miss") for file in sample_files(rule, kind)
    }
