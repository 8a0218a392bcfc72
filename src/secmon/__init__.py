"""Console of a shared cyber-security control centre for local governments."""

__version__ = "0.1.0"
