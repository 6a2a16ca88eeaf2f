"""Without Redis nobody is kept from a page: what it counts is not counted, and what it keeps is asked anew."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from oil_portal import start_page
from oil_portal.core.kept import kept
from partners.models import Partner


@pytest.fixture(autouse=True)
def no_redis(settings):
    """An address at which nothing listens."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    settings.FIGURES_KEPT = 300
    settings.RATE_LIMITS = {"write": (60, 1, 1), "search": (60, 1, 1)}
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip", "login_failed": "1/m/ip,1/5m/key", "reset_password": "1/m/ip"}


@pytest.mark.parametrize(("password", "status"), [("geheim-geheim", 302), ("geraden-wachtwoord", 200)])
def test_people_log_in_and_staff_can_read_why_nothing_is_limited(client, region, password, status, monkeypatch):
    said = []
    monkeypatch.setattr("oil_portal.cache.log.warning", lambda words, *more: said.append(words))
    words = {"login": region.contact.email, "password": password}
    assert [client.post(reverse("account_login"), words).status_code for _turn in range(2)] == [status, status]
    assert said and said[0].startswith("Redis does not answer")


def test_a_password_can_be_asked_for_anew(client, region):
    assert client.post(reverse("account_reset_password"), {"email": region.contact.email}).status_code == 302


@pytest.mark.parametrize("path", ["/", "/projecten/?q=water", "/partners/netwerk/"])
def test_pages_that_count_or_keep_open(client, region, path):
    assert client.get(path).status_code == 200


def test_a_form_works_as_often_as_it_is_sent(region, login):
    client, words = (
        login(region.broker),
        {"text": "Nu.", "csrfmiddlewaretoken": "x"},
    )  # with Redis the second is the first
    for _turn in range(2):
        assert client.post(reverse("partners:notes", args=[region.company.pk]), words).status_code == 302
    assert region.company.notes.count() == 2


def test_figures_are_counted_each_time(region):
    assert start_page.counted().value["partners"] == Partner.objects.filter(status="accepted").count()
    counted = []
    often = kept(slow=0)(lambda: counted.append(1) or len(counted))
    assert [often().value for _turn in range(2)] == [1, 2]


def test_what_is_not_known_is_not_known():
    cache.set("a", 1)
    cache.set_many({"a": 1})
    cache.delete("a")
    cache.delete_many(["a"])
    assert cache.add("a", 1) is True and cache.touch("a") is False and cache.get("a", 7) == 7
    assert "a" not in cache and cache.get_many(["a"]) == {}
    with pytest.raises(ValueError, match="a"):
        cache.incr("a")
