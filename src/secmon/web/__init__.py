"""Screens and REST API in Korean and English."""
