"""Guided tour for visitors: chapters, replay protocol and the switch to the sandbox."""
