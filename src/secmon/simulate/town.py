"""What stands in a municipality's machine room, and who works there."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from secmon.errors import UsageError
from secmon.simulate.addresses import SITES
from secmon.sites.registry import Site

FAMILY_NAMES = (
    "kim",
    "lee",
    "park",
    "choi",
    "jung",
    "kang",
    "cho",
    "yoon",
    "jang",
    "lim",
    "han",
    "oh",
    "seo",
    "shin",
)
INITIALS = ("ms", "jh", "sy", "hj", "yj", "dh", "sw", "ey", "jw", "kh", "mj", "sh", "ys", "hk", "tw", "bn")
STAFF = 16
PCS = 64


@dataclass(frozen=True, slots=True)
class Account:
    """A login of the staff; the first four of a town administer its servers."""

    name: str
    uid: int
    pc: str


@dataclass(frozen=True, slots=True)
class Town:
    """One municipality as its own network sees it."""

    code: str
    province: str
    index: int
    share: float
    slug: str
    suricata: int
    iface: str
    web: str
    web6: str
    mail: str
    dns: str
    bastion: str
    pcs: tuple[str, ...]
    staff: tuple[Account, ...]

    @property
    def www(self) -> str:
        """Host name of the public web site."""
        return f"www.{self.slug}.example"

    @property
    def bastion_host(self) -> str:
        """Name the bastion writes into its log lines."""
        return f"bastion01.{self.slug}"


def build_towns(sites: Sequence[Site]) -> tuple[Town, ...]:
    """Towns in the order of their codes; networks depend on that order, nothing else does."""
    if len(sites) > SITES:
        raise UsageError(f"the simulator has addresses for {SITES} sites, the registry lists {len(sites)}")
    ordered = sorted(sites, key=lambda site: site.code)
    slugs = Counter(_slug(site.en) for site in ordered)
    total = sum(site.size for site in ordered)
    return tuple(
        _build(site, index, site.size / total, unique=slugs[_slug(site.en)] == 1) for index, site in enumerate(ordered)
    )


def _build(site: Site, index: int, share: float, *, unique: bool) -> Town:
    digest = hashlib.blake2b(site.code.encode(), digest_size=4).digest()
    name = _slug(site.en)
    net = f"10.{index + 1}"
    pcs = tuple(f"{net}.{16 + n // 32}.{20 + n % 32}" for n in range(PCS))
    return Town(
        code=site.code,
        province=site.province,
        index=index,
        share=share,
        slug=name if unique else f"{name}-{site.province}",  # six cities have a Jung-gu
        suricata=8 if digest[0] < 64 else 7,
        iface=("eth1", "ens5", "enp3s0", "bond0")[digest[1] & 3],
        web=f"{net}.1.10",
        web6=f"2001:0db8:{index:04x}:0001:0000:0000:0000:0010",
        mail=f"{net}.1.25",
        dns=f"{net}.1.53",
        bastion=f"{net}.1.22",
        pcs=pcs,
        staff=tuple(_account(digest[2] + n, n, pcs) for n in range(STAFF)),
    )


def _account(turn: int, number: int, pcs: tuple[str, ...]) -> Account:
    name = f"{FAMILY_NAMES[turn % len(FAMILY_NAMES)]}.{INITIALS[(turn * 5 + number) % len(INITIALS)]}"
    return Account(name=name, uid=1001 + number, pc=pcs[number * 3 % len(pcs)])


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
