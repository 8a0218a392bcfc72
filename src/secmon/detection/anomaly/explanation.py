"""Explain in both languages why a detector that is not a rule raised a finding."""

from collections.abc import Mapping

_BASIS = {
    "week": ("같은 요일·시간대", "the same hour of the week"),
    "day": ("같은 성격의 날 같은 시간대", "the same hour on days of its kind"),
}
_WHAT = {
    "country": ("국가", "country of a login"),
    "admin": ("관리자", "administrator"),
    "device": ("단말", "machine"),
}


def explanation(details: Mapping[str, str]) -> tuple[str, str]:
    """Return the details of a finding in Korean and in English; two empty texts when there are none.

    Values may come from logs and must be escaped like any text.
    """
    if "expected" in details:
        ko, en = _BASIS.get(details.get("basis", ""), ("", ""))
        seen, expected, most, samples = (details.get(name, "") for name in ("seen", "expected", "most", "samples"))
        korean = f"1시간 동안 {seen}건. {ko} {samples}회의 중앙값은 {expected}건, 통상 최대치는 {most}건입니다."
        english = f"{seen} in one hour; {expected} expected, the median of {samples} times {en}; {most} at most usual."
        return korean, english
    if "what" in details:
        ko, en = _WHAT.get(details["what"], ("", ""))
        value, since = details.get("value", ""), details.get("known_since", "")[:10]
        return (
            f"{since}부터 수집한 이래 처음 확인된 {ko}입니다: {value}",
            f"First {en} of this name since collection began on {since}: {value}",
        )
    if "silent_since" in details:
        since, what = details["silent_since"], details.get("precursor", "")
        return (
            f"{details.get('feed', '')} 수집이 {since} 이후 중단되었고, 직전에 '{what}' 탐지가 있었습니다.",
            f"Feed {details.get('feed', '')} is silent since {since}, shortly after the finding '{what}'.",
        )
    return "", ""
