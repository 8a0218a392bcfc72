"""Pages, browsers and cloud services that people use, and the probes every server receives."""

from dataclasses import dataclass
from hashlib import blake2b

from secmon.simulate.addresses import domestic_cloud, foreign_cloud

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_LINUX = "Mozilla/5.0 (Linux; Android"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
_CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = (
    f"{_WINDOWS}) {_CHROMIUM} Chrome/141.0.0.0 Safari/537.36",
    f"{_WINDOWS}) {_CHROMIUM} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    f"{_LINUX} 15; SM-S931N) {_CHROMIUM} Chrome/141.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_APPLE} Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Safari/605.1.15",
    f"{_WINDOWS}; rv:143.0) Gecko/20100101 Firefox/143.0",
    f"{_LINUX} 14; SM-A556N) {_CHROMIUM} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
)
_PATHS = (
    ("/", "text/html", "GET", 200),
    ("/portal/main.do", "text/html", "GET", 200),
    ("/portal/bbs/list.do?bbsId=notice&page=2", "text/html", "GET", 200),
    ("/portal/bbs/view.do?bbsId=notice&nttId=48213", "text/html", "GET", 200),
    ("/css/layout.css", "text/css", "GET", 304),
    ("/js/common.min.js", "application/javascript", "GET", 200),
    ("/images/main/visual_03.jpg", "image/jpeg", "GET", 200),
    ("/minwon/apply/step1.do", "text/html", "GET", 200),
    ("/minwon/apply/submit.do", "text/html", "POST", 302),
    ("/search.do?q=%EC%97%AC%EA%B6%8C", "text/html", "GET", 200),
    ("/tax/local/info.do", "text/html", "GET", 200),
    ("/health/center/hours.do", "text/html", "GET", 200),
    ("/library/book/search.do?keyword=%EC%A7%80%EB%8F%84", "text/html", "GET", 200),
    ("/api/weather/today.json", "application/json", "GET", 200),
    ("/images/icon/old_banner.gif", "text/html", "GET", 404),
    ("/bus/arrival.do?stop=11023", "application/json", "GET", 200),
    ("/file/download.do?fileId=7741", "application/pdf", "GET", 200),
    ("/favicon.ico", "image/x-icon", "GET", 200),
)
_PROBES = (
    ("/.env", "Go-http-client/1.1", 404),
    ("/wp-login.php", "Mozilla/5.0 zgrab/0.x", 404),
    ("/.git/config", "Go-http-client/1.1", 403),
    ("/robots.txt", "Mozilla/5.0 zgrab/0.x", 404),
    ("/phpmyadmin/index.php", "python-requests/2.32.5", 404),
    ("/actuator/health", "Go-http-client/1.1", 404),
    ("/server-status", "curl/8.14.1", 403),
    ("/admin/", "Mozilla/5.0 zgrab/0.x", 403),
)


def request(path: str, agent: str, kind: str, method: str, status: int) -> str:
    """Return the members of `http` between the host name and the length."""
    content = f'"http_content_type":"{kind}",' if kind else ""
    answered = f'"status":{status},' if status else ""
    return (
        f'"url":"{path}","http_user_agent":"{agent}",{content}"http_method":"{method}",'
        f'"protocol":"HTTP/1.1",{answered}"length":'
    )


def dropped(path: str, agent: str) -> str:
    """Return the members of a request the IPS dropped, without an answer."""
    return request(path, agent, "", "GET", 0) + "0"


PAGES = tuple(
    request(path, BROWSERS[turn % len(BROWSERS)], kind, method, status)
    for turn, (path, kind, method, status) in enumerate(_PATHS[n % len(_PATHS)] for n in range(256))
)
PROBES = tuple(
    request(path, agent, "text/html", "GET", status) for path, agent, status in (_PROBES[n % 8] for n in range(256))
)
VISITS = tuple((f"{method} {path}", status) for path, _, method, status in _PATHS)
"""Method and path of citizens' requests, with the status they get."""
PROBE_REQUESTS = _PROBES
PROBE_AGENTS = tuple(agent for _, agent, _ in _PROBES)


def _hex(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()


FINGERPRINTS = tuple(
    (
        f'"ja3":{{"hash":"{_hex(agent, 16)}"}}',
        f',"ja4":"t13d15{12 + n}h2_{_hex(agent, 6)}_{_hex(agent[::-1], 6)}"',
    )
    for n, agent in enumerate(BROWSERS)
)
"""JA3 and, for Suricata 8, JA4 of each browser; invented, in the right form."""


@dataclass(frozen=True, slots=True)
class Service:
    """An outside service the offices use; `certificate` holds the first members of `tls`."""

    host: str
    address: str
    certificate: str


def _service(number: int) -> Service:
    label = ("update", "mail", "api", "cdn", "drive", "news", "map", "auth")[number % 8]
    owner = ("hangang-cloud", "halla-soft", "seorak-net", "namsan-cdn", "dokdo-data")[number % 5]
    host = f"{label}{number >> 3}.{owner}.example"
    domestic = number % 4 != 0
    digest = _hex(host, 20)
    fingerprint = ":".join(digest[i : i + 2] for i in range(0, 40, 2))
    certificate = (
        f'"subject":"C={"KR" if domestic else "US"}, O={owner.title()}, CN=*.{owner}.example",'
        f'"issuerdn":"C=US, O=Example Trust Services, CN=Example TLS CA {number % 3 + 1}",'
        f'"serial":"{_hex(host, 8).upper()}","fingerprint":"{fingerprint}",'
        f'"sni":"{host}","version":"TLS 1.2",'
        '"notbefore":"2026-01-12T00:00:00","notafter":"2027-01-12T23:59:59",'
    )
    return Service(host, domestic_cloud(number) if domestic else foreign_cloud(number), certificate)


SERVICES = tuple(_service(number) for number in range(256))
