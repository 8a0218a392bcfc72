"""Demonstration: simulator process, tour and evaluation."""
