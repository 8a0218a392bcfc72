"""Tables as one component."""

import orjson
from dash import dcc, html

from secmon.web.components.panel import severity_pill, table, value
from secmon.web.components.raw_table import plain

HOSTILE = "<img src=x onerror=alert(1)>"


def test_a_table_of_texts_is_one_component() -> None:
    """Cells are texts and elements in data; what is hostile stays text among them."""
    made = table(["Source", "Times"], [[value("src_endpoint_ip", HOSTILE), 12], [severity_pill(5, "en"), None]], [1])
    assert getattr(made, "children", None) is None
    cells = orjson.loads(getattr(made, "data-cells"))
    button = ["button", {"class": "value", "data-field": "src_endpoint_ip", "data-value": HOSTILE}, HOSTILE]
    assert cells == {
        "head": ["Source", "Times"],
        "styles": ["", "number"],
        "rows": [[button, "12"], [["span", {"class": "pill s5"}, "Critical"], ""]],
    }


def test_what_is_in_a_cell_keeps_its_order() -> None:
    """Texts, links and elements one after the other, and within each other."""
    cell = [html.B("a"), " b ", dcc.Link(["c", html.Br()], href="/site/11110")]
    assert plain(cell) == ["", {}, ["b", {}, "a"], " b ", ["a", {"href": "/site/11110"}, ["", {}, "c", ["br", {}]]]]


def test_a_table_with_a_control_stays_as_it_is() -> None:
    """A button that the server hears of is a component, and so is all of its table."""
    made = table(["What"], [[html.Button("Approve", id={"type": "do", "to": "1"})]])
    assert not hasattr(made, "data-cells")
    assert "Approve" in str(made)
