"""`secmon sites`: the registry."""

from secmon.sites.registry import load_provinces, load_sites, site_record
from secmon.terminal import Json, print_answer


def sites(as_json: Json = False) -> None:
    """The registry of the 226 municipalities."""
    provinces = {province.code: province for province in load_provinces()}
    print_answer([site_record(site, provinces[site.province]) for site in load_sites()], as_json=as_json)
