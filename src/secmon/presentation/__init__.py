"""Presentations to visitors: a replay beside the live centre, steered by the chapters of a guided tour."""
