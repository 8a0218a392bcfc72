"""Names of sites, rules and types in the language of the screen."""

from secmon.web.console import Console
from secmon.web.i18n import catalogue, t

_PROVINCE = 2  # digits of its code


def site_name(console: Console, code: str, language: str) -> str:
    """A site with its province; its code when the registry does not have it."""
    site = console.site(code)
    if site is None:
        return code
    province = console.province(site.province)
    return f"{province.short_ko} {site.ko}" if language == "ko" else f"{site.en}, {province.short_en}"


def place_name(console: Console, code: str, language: str) -> str:
    """What a scope is called: '' all municipalities, 2 digits a province, 5 a site."""
    if not code:
        return t("people.everywhere", language)
    if len(code) > _PROVINCE:
        return site_name(console, code, language)
    place = console.province(code)
    return place.ko if language == "ko" else place.en


def rule_title(console: Console, rule_id: str, language: str) -> str:
    """Title of a rule; its id when the rule is gone."""
    rule = console.rules.get(rule_id)
    if rule is None:
        return rule_id
    return rule.title_ko if language == "ko" else rule.title_en


def type_name(name: str, language: str) -> str:
    """An attack type in words; a log line may name one that nobody knows, which is shown as it came."""
    return catalogue(language).get(f"type.{name}", name)
