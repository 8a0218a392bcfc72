"""Registry of the 226 basic local governments and the 17 provinces they belong to."""

from secmon.sites.registry import Kind, Province, Site, load_provinces, load_sites

__all__ = ["Kind", "Province", "Site", "load_provinces", "load_sites"]
