"""Asset register of the municipalities: hosts, suppliers and contacts."""
