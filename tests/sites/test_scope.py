"""Scopes: what somebody may see."""

from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope


def test_a_scope_covers_its_sites_only() -> None:
    """Everything covers also what belongs to no site; a narrower scope does not."""
    one = Scope.of_sites(["11110"])
    assert EVERYTHING.covers("26110")
    assert EVERYTHING.covers("")
    assert one.covers("11110")
    assert not one.covers("26110")
    assert not one.covers("")
    assert not Scope.of_sites([]).covers("11110")


def test_a_province_is_its_sites() -> None:
    """Seoul has 25 districts."""
    seoul = Scope.of_province("11", load_sites())
    assert seoul.codes is not None
    assert len(seoul.codes) == 25
    assert not seoul.everything


def test_narrowing_never_widens() -> None:
    """What two scopes have in common."""
    one, two = Scope.of_sites(["11110", "26110"]), Scope.of_sites(["26110", "26140"])
    assert one.narrowed(two) == Scope.of_sites(["26110"])
    assert one.narrowed(EVERYTHING) == EVERYTHING.narrowed(one) == one
