"""The shared region: every test finds it as it was made, and who asks for none finds nothing."""

import pytest

from partners.models import Partner
from tests import factories as f


@pytest.mark.parametrize("time", range(6))
def test_what_a_test_changes_is_undone_before_the_next(time, region):
    assert region.company.name == Partner.objects.get(pk=region.company.pk).name == "Marewijk Bouw"
    assert Partner.objects.count() == 6
    region.company.name = "Anders"
    region.company.save()
    f.PartnerFactory()


@pytest.mark.parametrize("time", range(2))
def test_without_a_region_there_is_nobody(time, db):
    assert not Partner.objects.exists()


def test_one_that_commits_makes_its_own(transactional_db, region):
    assert Partner.objects.count() == 6
