"""Providers are those of the settings, asked with their key; a robots.txt for crawlers stands for everything else."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from channel_servers import SEARXNG_ROBOTS
from net.doors import Kind, cleared
from net.polite_site import PoliteDoor, Site, text
from rempart.app.searching import (
    SearchFetcher,
    make_providers,
    make_search_permissions,
    make_search_policy,
    make_wanted,
)
from rempart.collect import first_asks
from rempart.config import Settings, load_settings
from rempart.errors import KeyFileError, SettingValueError
from rempart.model.courtesy import Blocked, BlockKind
from rempart.model.gate import Cleared
from rempart.model.source import Place, SourceKind
from rempart.model.web import Address, FetchMode, NotFetched, NotFetchedReason, Page
from rempart.net import PoliteOutcome, Wanted
from rempart.net.visits import NoPermissions

QUERY = Place(kind=SourceKind.SEARCH, text="calendar 2027")
KEY = "BSA-of-a-test-0123456789"


def configured(**variables: str) -> Settings:
    """Read settings."""
    return load_settings(environment={f"REMPART_SEARCH_{name}": value for name, value in variables.items()}).settings


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Write a key."""
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    "variables",
    [
        {"PROVIDERS": "google"},
        {"PROVIDERS": "searxng"},
        {"SEARXNG_URL": "search.example"},
        {"SEARXNG_URL": "http://search.example/"},
        {"SEARXNG_URL": "http://127.0.0.1.evil.example/"},
        {"SEARXNG_URL": "file:///etc"},
        {"SEARXNG_URL": "https://user:secret@search.example/"},
        {"SEARXNG_URL": "https://search.example/?q=x"},
        {"SEARXNG_URL": "https://search.example/#x"},
        {"LOCALE": "french"},
        {"LOCALE": "fr-FR&safesearch=1"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(variables: dict[str, str]) -> None:
    """Before anybody is asked; a password is not in the message."""
    with pytest.raises(SettingValueError) as caught:
        configured(**variables)
    assert "secret" not in str(caught.value)


def test_nobody_is_asked_unless_the_settings_name_somebody() -> None:
    """Each provider is told the query."""
    assert make_providers(Settings()) == ()
    assert first_asks(QUERY, "", make_providers(Settings())) == ()


def test_providers_are_asked_in_the_order_of_the_settings() -> None:
    """In their locale."""
    settings = configured(PROVIDERS="brave, searxng", SEARXNG_URL="https://search.example/", LOCALE="en-GB")
    asks = first_asks(QUERY, "", make_providers(settings))

    assert [(ask.provider, ask.locale) for ask in asks] == [("brave", "en-GB"), ("searxng:search.example", "en-GB")]


def test_only_brave_is_told_its_key(key_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is in no representation of the request, and in no log."""
    caplog.set_level(logging.DEBUG)
    settings = configured(
        PROVIDERS="brave,searxng", SEARXNG_URL="https://search.example/", BRAVE_KEY_FILE=str(key_file)
    )
    brave, searxng = (make_wanted(ask, settings, {}) for ask in first_asks(QUERY, "", make_providers(settings)))

    assert brave.credential
    assert (brave.credential.header, brave.credential.value) == ("X-Subscription-Token", KEY)
    assert searxng.credential is None
    assert brave.accept == "application/json"
    assert KEY not in repr(brave) + repr(settings) + caplog.text


def test_without_a_key_brave_is_not_asked() -> None:
    """And whoever runs it is told what to set."""
    settings = configured(PROVIDERS="brave")
    (ask,) = first_asks(QUERY, "", make_providers(settings))

    with pytest.raises(KeyFileError) as caught:
        make_wanted(ask, settings, {})
    assert "search.brave_key_file" in caught.value.advice


def test_a_channel_needs_no_key() -> None:
    """It is public."""
    (ask,) = first_asks(Place(kind=SourceKind.BLUESKY, text="site.example"), "")

    assert make_wanted(ask, Settings(), {}).credential is None


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("kind", list(Kind))
def test_an_instance_is_asked_whatever_it_says_to_crawlers(kind: Kind) -> None:
    """SearXNG's own robots.txt forbids every address with a query; only that of the settings is asked all the same."""
    with Site("127.0.0.1", text(SEARXNG_ROBOTS)) as site:
        settings = configured(PROVIDERS="searxng", SEARXNG_URL=site.url("/"))
        providers = make_providers(settings)
        (ask,) = first_asks(QUERY, "", providers)
        with PoliteDoor(kind, site, permissions=make_search_permissions(NoPermissions(), providers)) as door:
            asked = door.fetch(ask.url, wait_s=60)
            other = door.fetch(site.url("/stats?q=x"), wait_s=60)

    assert isinstance(asked, Page)
    assert isinstance(other, Blocked)
    assert other.kind is BlockKind.ROBOTS


@pytest.mark.parametrize(
    "url, allowed",
    [
        ("http://127.0.0.1:8080/", {("127.0.0.1", 8080)}),
        ("http://[::1]:8080", {("::1", 8080)}),
        ("https://search.example/", set()),
        ("https://localhost:8080/", set()),
        ("", set()),
    ],
)
def test_the_settings_vouch_for_one_address_of_this_network(url: str, allowed: set[tuple[str, int]]) -> None:
    """Never for a name, which can lead anywhere."""
    assert make_search_policy(configured(SEARXNG_URL=url)).allowed == allowed


class Noting:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.asked: list[str] = []

    def fetch(self, cleared: Cleared[Address], wanted: Wanted, *, wait_at_most_s: float = 0.0) -> PoliteOutcome:
        """Note it."""
        del wanted, wait_at_most_s
        self.asked.append(cleared.item.url)
        return NotFetched(reason=NotFetchedReason.CONNECT)


def test_what_strangers_write_never_reaches_an_instance_of_our_network() -> None:
    """Only the address that is searched goes through the client that may connect there."""
    general, searching = Noting(), Noting()
    providers = make_providers(configured(PROVIDERS="searxng", SEARXNG_URL="http://127.0.0.1:8080/"))
    fetcher = SearchFetcher(general, searching, providers)
    urls = [
        "http://127.0.0.1:8080/search?q=x&format=json",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/preferences?q=x",
        "http://127.0.0.1:8080/search/../config",
        "https://leaks.example/search?q=x",
    ]
    for url in urls:
        fetcher.fetch(cleared(url), Wanted(accept="application/json"))

    assert searching.asked == urls[:1]
    assert general.asked == urls[1:]


@pytest.mark.parametrize("mode", FetchMode)
def test_a_strangers_picture_is_no_search(mode: FetchMode) -> None:
    """Whose address is that of our instance, with a query of his: it would be asked in our name."""
    general, searching = Noting(), Noting()
    providers = make_providers(configured(PROVIDERS="searxng", SEARXNG_URL="http://127.0.0.1:8080/"))

    SearchFetcher(general, searching, providers).fetch(
        cleared("http://127.0.0.1:8080/search?q=x&format=json"), Wanted(mode=mode)
    )

    assert (len(general.asked), searching.asked) == (1, [])
