"""Settings: a TOML file, overridden by `SECMON_*` environment variables, overridden by command-line options."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from secmon.errors import UsageError
from secmon.taxonomy import Tlp

_PLACED_ROLE = re.compile(r"^(administrator|supervisor|operator|viewer|demo|province:[0-9]{2}|municipality:[0-9]{5})$")


class FeedSource(BaseModel):
    """One kind of feed that every site has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="Short name of the feed, such as ids.")
    format: str = Field(description="Log format, one of `secmon.store.formats.FORMATS`.")
    url: str = Field(description="Address: http(s)://… or file:///…/*.log*; {site} is replaced by the 5-digit code.")
    every: float = Field(0.0, ge=0, description="Seconds between requests to the feed; 0 for every round.")


class SyslogListener(BaseModel):
    """Address that receives syslog pushed by sites."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="Name of the feed that the lines belong to.")
    protocol: str = Field(pattern="^(udp|tcp|tls)$", description="udp, tcp (both framings of RFC 6587) or tls.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(ge=0, le=65535, description="Port to listen on; 0 for any free port.")
    format: str = Field("auto", description="Log format of the lines; auto recognises the format of each line.")
    trust_names: bool = Field(
        False, description="Identify the site by the host name in the header if nothing else identifies it."
    )
    certificate: Path | None = Field(None, description="Certificate chain (PEM) of a tls listener.")
    key: Path | None = Field(None, description="Private key (PEM) of the certificate, if it is not in the same file.")
    client_ca: Path | None = Field(None, description="CA (PEM) that must have issued the senders' certificates.")


class IdentityProvider(BaseModel):
    """OpenID Connect provider for logins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(
        pattern="^https?://", description="Issuer URL exactly as the provider states it; used for discovery."
    )
    client_id: str = Field(min_length=1, description="Client id of this centre at the provider.")
    client_secret_file: Path | None = Field(None, description="File with the client secret, if there is a secret.")
    title: str = Field("OpenID Connect", description="Name of the provider on the login page.")
    scope: str = Field("openid profile", description="Scopes to request.")
    name_claim: str = Field("preferred_username", description="Claim with the account's name.")
    role_claim: str = Field("groups", description="Claim with the groups that determine the role.")
    roles: dict[str, str] = Field(
        default_factory=dict, description="Role of each group: operator, province:11, municipality:11110, …"
    )

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, roles: dict[str, str]) -> dict[str, str]:
        for text in roles.values():
            if not _PLACED_ROLE.match(text):
                raise ValueError(f"{text!r} is not a valid role: write operator, province:11 or municipality:11110")
        return roles

    def secret(self) -> str:
        """Return the client secret, '' if there is none; raise UsageError when the file cannot be read."""
        if self.client_secret_file is None:
            return ""
        try:
            return self.client_secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError.literal(f"client_secret_file {self.client_secret_file}: {error.strerror}") from error


class MailServer(BaseModel):
    """SMTP server for digests and notifications."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, description="Host name of the server.")
    port: int = Field(587, ge=1, le=65535, description="Port: 587 for starttls, 465 for tls, 25 for none.")
    security: str = Field("starttls", pattern="^(starttls|tls|none)$", description="starttls, tls or none.")
    username: str = Field("", description="User name; empty for no login.")
    password_file: Path | None = Field(None, description="File with the password.")
    ca_file: Path | None = Field(None, description="Additional CA (PEM) to verify the server's certificate.")
    sender: str = Field(pattern="^[^@\\s]+@[^@\\s]+$", description="Sender address of the mail.")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds to wait for an answer.")

    def password(self) -> str:
        """Return the password, '' if there is none; raise UsageError when the file cannot be read."""
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError.literal(f"password_file {self.password_file}: {error.strerror}") from error


_ADDRESSES = {
    "mail": (r"^[^@\s]+@[^@\s]+$", "name@host"),
    "webhook": (r"^https?://[^/\s]+", "https://host/path"),
    "chat": (r"^[a-z0-9]+://\S+", "slack://..."),
}
"""Pattern and example of an address for each channel."""


class DigestRecipient(BaseModel):
    """Recipient of digests, notices and letters."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = Field(min_length=1, max_length=64, description="Unique name of the recipient.")
    channel: str = Field("mail", pattern="^(mail|webhook|chat)$", description="mail, webhook or chat (Apprise).")
    address: str = Field(min_length=1, description="Mail address, URL of the webhook, or Apprise URL.")
    language: str = Field("ko", pattern="^(ko|en)$", description="ko or en.")
    scope: str = Field(
        "",
        pattern="^([0-9]{2}|[0-9]{5})?$",
        description="Empty for the centre, 11 for a province, 11110 for a municipality.",
    )
    kinds: tuple[str, ...] = Field((), description="Kinds of digests and notices to send; docs/digests.md lists them.")
    quiet: str = Field(
        "",
        pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$",
        description="Hours in Korean time, such as 22:00-07:00, with urgent messages only.",
    )
    masked: bool = Field(False, description="Mask names of municipalities and addresses.")
    active: bool = Field(True, description="False pauses all messages.")

    @model_validator(mode="after")
    def _has_an_address_of_its_channel(self) -> "DigestRecipient":
        pattern, example = _ADDRESSES[self.channel]
        if not re.match(pattern, self.address):
            raise ValueError(f"{self.address[:64]} is not a valid address for {self.channel}: write it as {example}")
        return self

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> "DigestRecipient":
        """Build a recipient from these fields; raise UsageError that names the invalid fields."""
        try:
            return cls(**given)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise UsageError("recipient.not_valid", name=str(given.get("name", "")), reason=problems) from error


class Settings(BaseSettings):
    """Settings of `secmon serve`; each line is a name, a default and a description."""

    model_config = SettingsConfigDict(env_prefix="SECMON_", env_nested_delimiter="__", extra="forbid", frozen=True)

    host: str = Field(
        "127.0.0.1", description="Address to listen on; an address that other machines reach requires an account."
    )
    port: int = Field(8050, ge=1, le=65535, description="Port of the dashboard and the API.")
    data: Path = Field(
        Path("data"), description="Folder for the embedded event store, the operational database and the spool."
    )
    store: str = Field("", description="Address of the event store; empty for embedded chDB in the data folder.")
    desk: str = Field(
        "", description="SQLAlchemy URL of the operational database; empty for SQLite in the data folder."
    )
    language: str = Field("ko", pattern="^(ko|en)$", description="Language of a first visit: ko or en.")

    public_url: str = Field(
        "", pattern="^(https?://[^/]+)?$", description="Address for browsers, such as https://soc.example."
    )
    proxies: tuple[str, ...] = Field(
        (), description="Addresses of reverse proxies whose forwarding headers are trusted."
    )
    session_hours: float = Field(12.0, gt=0, le=168, description="Maximum session length in hours.")
    session_idle_hours: float = Field(2.0, gt=0, le=168, description="Idle timeout in hours.")
    api_per_minute: int = Field(600, ge=1, description="API requests per minute for each session and token.")
    oidc: IdentityProvider | None = Field(None, description="OpenID Connect provider for logins.")

    feeds: tuple[FeedSource, ...] = Field((), description="Feeds that every site serves.")
    token_file: Path | None = Field(None, description="CSV with the columns site,token: one bearer token per site.")
    listeners: tuple[SyslogListener, ...] = Field((), description="Addresses that receive syslog pushed by sites.")
    senders_file: Path | None = Field(
        None, description="CSV with the columns sender,site: the site of each syslog sender."
    )
    inbox_megabytes: int = Field(64, ge=1, description="Megabytes of pushed lines held in memory before senders wait.")
    collect_seconds: float = Field(5.0, gt=0, description="Seconds between collection rounds.")
    collect_timeout: float = Field(10.0, gt=0, description="Seconds to wait for the answer of a site.")
    collect_parallel: int = Field(32, ge=1, le=512, description="Number of sites polled at the same time.")
    retry_first: float = Field(
        2.0, ge=0, description="Seconds before a failed site is polled again; doubled at each failure."
    )
    retry_longest: float = Field(300.0, ge=0, description="Maximum seconds before a failed site is polled again.")
    collect_gzip: bool = Field(True, description="Request compressed answers from sites.")
    batch_lines: int = Field(100_000, ge=1_000, le=1_000_000, description="Maximum number of lines per round.")
    spool_batches: int = Field(400, ge=1, description="Number of spooled batches at which collection pauses.")
    spool_megabytes: int = Field(2_000, ge=1, description="Megabytes of spooled batches at which collection pauses.")
    late_after: float = Field(5400.0, gt=0, description="Seconds without a line after which an answering feed is late.")
    silent_after: float = Field(
        10800.0, gt=0, description="Seconds without a line after which an answering feed is silent."
    )
    rules: tuple[Path, ...] = Field(
        (), description="Folders with additional Sigma rules; reloaded when a file changes."
    )
    placeholders: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Values that `%name%` stands for in rule fields with the modifier `expand`."
    )
    quiet_hours: float = Field(6.0, gt=0, description="Hours without a finding after which a new alert is opened.")
    flood_site: int = Field(
        20, ge=1, description="Alerts per hour of a rule at a site; further findings go to one alert."
    )
    flood_rule: int = Field(
        300, ge=1, description="Alerts per hour of a rule at all sites; further findings go to one alert per site."
    )

    mail: MailServer | None = Field(None, description="SMTP server for digests and notifications.")
    recipients: tuple[DigestRecipient, ...] = Field((), description="Recipients of digests, notices and notifications.")
    webhook_secret_file: Path | None = Field(None, description="File with the key that signs webhooks.")
    digest_tlp: Tlp = Field(Tlp.AMBER, description="Traffic Light Protocol mark of digests.")

    @property
    def store_dsn(self) -> str:
        """Address of the event store."""
        return self.store or f"chdb://{self.data.resolve() / 'store'}"

    @property
    def desk_dsn(self) -> str:
        """SQLAlchemy URL of the operational database."""
        return self.desk or f"sqlite:///{self.data.resolve() / 'desk.sqlite3'}"

    @property
    def spool(self) -> Path:
        """Folder of the batches that wait to be loaded into the event store."""
        return self.data / "spool"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: options given in code override the environment, which overrides the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(config: Path | None = None, **options: object) -> Settings:
    """Load settings from a TOML file, the environment and the options that are not None.

    Raises UsageError that names each invalid setting.
    """
    if config is not None and not config.is_file():
        raise UsageError.literal(f"no configuration file at {config}: write one, or leave --config out")
    given = {name: value for name, value in options.items() if value is not None}

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=config)

    try:
        return FromFile(**given)  # type: ignore[arg-type]  # pydantic checks them, and says which is wrong
    except ValidationError as error:
        where = f" in {config}" if config else ""
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError.literal(f"settings{where}: {problems}") from error
    except ValueError as error:
        raise UsageError.literal(f"settings in {config}: {error}") from error
