"""Model of a municipality: its servers, its staff and its suppliers."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from secmon.errors import UsageError
from secmon.simulate.addresses import SITES
from secmon.simulate.suppliers import PROVIDERS, VENDORS, Supplier
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
ADMINISTRATORS = 4
PCS = 64


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the staff; the first four of a municipality administer its servers."""

    name: str
    uid: int
    pc: str
    number: int

    @property
    def admin(self) -> bool:
        """True if the account administers servers."""
        return self.number < ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality as its own network sees it: addresses of its servers, its people and its suppliers.

    `firewall` holds the members by which its FortiGate names itself; `vendor` made the web site's software and
    `provider` maintains servers and PCs, both for many municipalities.
    """

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
    vpn: str
    was: str
    dc: str
    files: str
    db: str
    pcs: tuple[str, ...]
    staff: tuple[Account, ...]
    firewall: str
    vendor: Supplier
    provider: Supplier

    @property
    def domain(self) -> str:
        """Domain of its mail addresses."""
        return f"{self.slug}.example"

    @property
    def windows(self) -> str:
        """NetBIOS name of its Windows domain."""
        return self.slug.upper()[:15]

    def pc_name(self, number: int) -> str:
        """Return the host name of an endpoint; `number` is its position in `pcs`."""
        return f"PC{self.code}-{number:02d}"

    @property
    def www(self) -> str:
        """Host name of the public web site."""
        return f"www.{self.slug}.example"

    @property
    def bastion_host(self) -> str:
        """Name of the bastion in its log lines."""
        return f"bastion01.{self.slug}"


def build_municipalities(sites: Sequence[Site], copies: int = 1) -> tuple[Municipality, ...]:
    """Build the municipalities in the order of their codes; only their networks depend on that order.

    With `copies` every municipality exists that many times: all but the first have codes that begin with X and do
    not collide, share the networks of the original, and write logs of their own.
    """
    if len(sites) > SITES:
        raise UsageError.literal(f"the simulator has addresses for {SITES} sites, the registry lists {len(sites)}")
    ordered = sorted(sites, key=lambda site: site.code)
    slugs = Counter(_slug(site.en) for site in ordered)
    total = sum(site.size for site in ordered)
    towns = tuple(
        _build(site, index, site.size / total / copies, unique=slugs[_slug(site.en)] == 1)
        for index, site in enumerate(ordered)
    )
    more = (
        replace(town, code=_copy_code(SITES * number + town.index)) for number in range(copies - 1) for town in towns
    )
    return (*towns, *more)


def _copy_code(number: int) -> str:
    """Return `X` and four digits in base 36."""
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return f"X{digits}"


def _build(site: Site, index: int, share: float, *, unique: bool) -> Municipality:
    digest = hashlib.blake2b(site.code.encode(), digest_size=4).digest()
    name = _slug(site.en)
    slug = name if unique else f"{name}-{site.province}"  # six cities have a Jung-gu
    net = f"10.{index + 1}"
    pcs = tuple(f"{net}.{16 + n // 32}.{20 + n % 32}" for n in range(PCS))
    return Municipality(
        code=site.code,
        province=site.province,
        index=index,
        share=share,
        slug=slug,
        suricata=8 if digest[0] < 64 else 7,
        iface=("eth1", "ens5", "enp3s0", "bond0")[digest[1] & 3],
        web=f"{net}.1.10",
        web6=f"2001:0db8:{index:04x}:0001:0000:0000:0000:0010",
        mail=f"{net}.1.25",
        dns=f"{net}.1.53",
        bastion=f"{net}.1.22",
        vpn=f"{net}.1.94",
        was=f"{net}.2.10",
        dc=f"{net}.2.5",
        files=f"{net}.2.20",
        db=f"{net}.3.10",
        pcs=pcs,
        staff=tuple(_account(digest[2] + n, n, pcs) for n in range(STAFF)),
        firewall=f'devname="FGT-{slug.upper()}" devid="FG100FTK2{int.from_bytes(digest, "little") % 10**7:07d}"',
        vendor=VENDORS[digest[3] % len(VENDORS)],
        provider=PROVIDERS[int(site.province) % len(PROVIDERS)],
    )


def _account(turn: int, number: int, pcs: tuple[str, ...]) -> Account:
    name = f"{FAMILY_NAMES[turn % len(FAMILY_NAMES)]}.{INITIALS[(turn * 5 + number) % len(INITIALS)]}"
    return Account(name=name, uid=1001 + number, pc=pcs[number * 3 % len(pcs)], number=number)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
