"""Suppliers of the municipalities' systems: invented companies that many sites share."""

from dataclasses import dataclass

from secmon.simulate.addresses import supplier


@dataclass(frozen=True, slots=True)
class Supplier:
    """A company; it maintains its systems remotely, with one account, from one address."""

    name: str
    ko: str
    account: str
    address: str
    product: str


def _supplier(number: int, name: str, ko: str, account: str, product: str) -> Supplier:
    return Supplier(name, ko, account, supplier(number), product)


VENDORS = (
    _supplier(0, "Hangang CMS", "한강씨엠에스", "hgcms", "portal"),
    _supplier(1, "Seorak Soft", "설악소프트", "srsoft", "egov"),
    _supplier(2, "Halla Web", "한라웹", "hallaweb", "site"),
    _supplier(3, "Jiri Systems", "지리시스템즈", "jirisys", "cms"),
    _supplier(4, "Dongbaek Info", "동백정보", "dbinfo", "home"),
    _supplier(5, "Namsan Lab", "남산랩", "nslab", "www"),
    _supplier(6, "Geumgang Net", "금강넷", "ggnet", "board"),
    _supplier(7, "Baekdu Works", "백두웍스", "bdworks", "open"),
    _supplier(8, "Yeongsan Tech", "영산테크", "ystech", "culture"),
)
"""Makers of the web content management systems; `product` is the first folder of their URLs."""

PROVIDERS = (
    _supplier(20, "Nakdong Managed Services", "낙동매니지드", "ndmsp", "RemoteView Agent"),
    _supplier(21, "Seomjin IT Service", "섬진아이티", "sjmsp", "RemoteView Agent"),
    _supplier(22, "Mansu Support", "만수서포트", "msmsp", "HelpLink Agent"),
    _supplier(23, "Taebaek Operations", "태백운영", "tbmsp", "HelpLink Agent"),
    _supplier(24, "Odae Network", "오대네트워크", "odmsp", "RemoteView Agent"),
    _supplier(25, "Sobaek Care", "소백케어", "sbmsp", "HelpLink Agent"),
)
"""Service providers for the sites' servers and PCs; `product` is their remote-maintenance agent."""
