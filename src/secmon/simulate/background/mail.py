"""Background of the `mail` feed: mail between offices and citizens, newsletters, and refused spam."""

from secmon.simulate.addresses import NOISE_CAPACITY, noise_slot, noise_source
from secmon.simulate.background.mixture import ROOM, Draw, Mixture, Share
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import rspamd
from secmon.simulate.lines.rspamd import Message
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.webpages import SERVICES

_GOOD = (("R_SPF_ALLOW", -0.2), ("R_DKIM_ALLOW", -0.2), ("DMARC_POLICY_ALLOW", -0.5), ("MIME_GOOD", -0.1))
_LETTERS = (
    *(
        Message.of(subject, _GOOD)
        for subject in (
            "회의 자료 송부의 건",
            "2026년도 예산 편성 협조 요청",
            "민원 처리 결과 안내",
            "Re: 현장 점검 일정",
        )
    ),
    Message.of("주간 업무 보고", _GOOD, attachment=("주간업무보고.hwp", "weekly report")),
    Message.of("견적서 송부드립니다", (*_GOOD, ("HAS_ATTACHMENT", 0.0)), attachment=("견적서.pdf", "estimate")),
    Message.of(
        "뉴스레터: 이달의 행사", (*_GOOD, ("HAS_LIST_UNSUB", -0.01)), urls=("https://news0.halla-soft.example/",)
    ),
    Message.of("Conference invitation: smart city", (*_GOOD, ("MIME_TRACE", 0.0))),
)
_BAD = (("R_SPF_FAIL", 1.0), ("FORGED_SENDER", 0.3), ("BAYES_SPAM", 5.1), ("RBL_SENDERSCORE", 2.0))
_SPAM = (
    Message.of("[광고] 무료 대출 상담", (*_BAD, ("SPAM_FLAG", 7.5))),
    Message.of("You have won a prize", (*_BAD, ("FUZZY_DENIED", 12.0))),
    Message.of("Cheap watches", _BAD, urls=("http://offer.invalid/w",)),
    Message.of("배송 조회 안내", (*_BAD, ("PHISHING", 2.0)), urls=("http://parcel.invalid/track",)),
)


def _letter(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, which, *_ = draw
    at = when * BUCKET >> 32
    service = SERVICES[what & 255]
    ends = (
        service.address,
        service.host,
        f"info{what >> 12}@{service.host}",
        f"{town.staff[who & 15].name}@{town.domain}",
    )
    line = rspamd.mail(minute.epoch(at), big, ends, _LETTERS[which % len(_LETTERS)], 2_000 + port)
    return ((at, line),)


def _sent(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a mail from a member of staff to an outside recipient."""
    big, when, port, who, what, _, which, *_ = draw
    at, account = when * BUCKET >> 32, town.staff[who & 15]
    recipient = f"team{what >> 12}@{SERVICES[what & 255].host}"
    ends = (account.pc, town.domain, f"{account.name}@{town.domain}", recipient)
    line = rspamd.mail(minute.epoch(at), big, ends, _LETTERS[which % 6], 1_500 + port, user=account.name)
    return ((at, line),)


def _spam(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, which, _, _, _, turn = draw
    at = when * ROOM >> 32
    source = noise_source(town.index, noise_slot("mail", minute.bucket, turn), what)
    name = f"mx{what & 511}.bulk.example"
    ends = (source, name, f"promo{port & 255}@{name}", f"{town.staff[who & 15].name}@{town.domain}")
    return ((at, rspamd.mail(minute.epoch(at), big, ends, _SPAM[which & 3], 3_000 + (port >> 2))),)


MIXTURE = Mixture((Share(_letter, 120, 1), Share(_sent, 56, 1), Share(_spam, 80, 1, most=NOISE_CAPACITY["mail"])))
