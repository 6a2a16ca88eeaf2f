"""Real files in, the same rows out, however often; and bad files that say what is wrong with them."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from modules.importing import read
from modules.models import Elective, LearningGoal, Programme
from partners.models import Collaboration, Partner, ProjectCard

DATA = settings.BASE_DIR / "data"
HEADER = "crebo,kwalificatie,niveau,kerntaak_code,kerntaak,werkproces_code,werkproces\n"
GOOD = "25919,Technicus engineering,4,B1-K1,Ontwerpt producten,B1-K1-W1,Werkt ontwerpen uit\n"


def run(command: str, path, **options) -> tuple[str, str]:
    """What the command says: (out, err)."""
    out, err = StringIO(), StringIO()
    call_command(command, str(path), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    """file(content) -> the path of a file that holds it."""

    def write(content: str | bytes):
        path = tmp_path / "invoer.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


# --- Learning goals: the real files -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_real_goals_and_again():
    out, err = run("import_goals", DATA / "werkprocessen.csv")
    assert "123 new, 0 changed, 0 as they were, 0 wrong" in out and not err
    assert (Programme.objects.count(), LearningGoal.objects.count()) == (13, 123)
    goal = LearningGoal.objects.get(programme__code="25919", code="B1-K1-W1")
    assert goal.title == "Verzamelt en verwerkt ontwerpgegevens"
    assert (goal.core_task_code, goal.core_task) == ("B1-K1", "Ontwerpt producten of systemen")
    assert (goal.programme.level, goal.programme.dossier_code) == (4, "23371")
    assert "0 new, 0 changed, 123 as they were" in run("import_goals", DATA / "werkprocessen.csv")[0]


@pytest.mark.django_db
def test_the_case_package_is_the_same_goals():
    run("import_goals", DATA / "werkprocessen.csv")
    before = list(LearningGoal.objects.values_list()), list(Programme.objects.values_list())
    out, err = run("import_goals", DATA / "case-cfpackage.json")
    assert "0 new, 0 changed, 123 as they were, 0 wrong" in out and not err
    assert before == (list(LearningGoal.objects.values_list()), list(Programme.objects.values_list()))


@pytest.mark.django_db
def test_the_case_package_alone():
    assert "123 new" in run("import_goals", DATA / "case-cfpackage.json")[0]
    assert Programme.objects.count() == 13
    assert "0 new, 0 changed, 123 as they were" in run("import_goals", DATA / "case-cfpackage.json")[0]


@pytest.mark.django_db
def test_the_real_electives_and_again():
    rows = len((DATA / "keuzedelen.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"{rows} new, 0 changed, 0 as they were, 0 wrong" in run("import_goals", DATA / "keuzedelen.csv")[0]
    assert Elective.objects.count() == rows
    assert f"0 new, 0 changed, {rows} as they were" in run("import_goals", DATA / "keuzedelen.csv")[0]


@pytest.mark.django_db
def test_a_new_wording_changes_the_goal(file):
    run("import_goals", file(HEADER + GOOD))
    out, _err = run("import_goals", file(HEADER + GOOD.replace("Werkt ontwerpen uit", "Werkt het ontwerp uit")))
    assert "0 new, 1 changed, 0 as they were" in out
    assert LearningGoal.objects.get().title == "Werkt het ontwerp uit"


# --- Learning goals: bad input ----------------------------------------------------------------------------------
BAD_ROWS = [
    ("259,X,4,B1-K1,T,B1-K1-W2,W", "vijf cijfers"),
    ("٢٥٩١٩,X,4,B1-K1,T,B1-K1-W2,W", "vijf cijfers"),
    ("25919,X,9,B1-K1,T,B1-K1-W2,W", "niveau"),
    ("25919,X,4,B1-K1,T,,W", "leeg"),
    ("25919,X,4", "leeg"),
    (f"25919,X,4,B1-K1,T,B1-K1-W2,{'w' * 251}", "te lang"),
    (f"25919,{'x' * 121},4,B1-K1,T,B1-K1-W2,W", "te lang"),
    (f"25919,X,4,{'k' * 21},T,B1-K1-W2,W", "te lang"),
    (f"25919,X,4,B1-K1,{'t' * 251},B1-K1-W2,W", "te lang"),
    ("25919,X,4,B1-K1,T,B1-K1-W2,W\0", "geen tekst"),
    (GOOD.strip(), "staat er al"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "sentence"), BAD_ROWS)
def test_a_bad_row_has_its_line_number_and_the_good_rows_stay(file, row, sentence):
    path = file(HEADER + GOOD + row + "\n" + GOOD.replace("W1", "W3"))
    out, err = run("import_goals", path)
    assert err.startswith("invoer.csv:3:") and sentence in err
    assert "2 new, 0 changed, 0 as they were, 1 wrong" in out


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "_sentence"), BAD_ROWS)
def test_strict_writes_nothing(file, row, _sentence):
    with pytest.raises(CommandError, match="nothing written"):
        run("import_goals", file(HEADER + GOOD + row), strict=True)
    assert not LearningGoal.objects.exists() and not Programme.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("row", ["K12,Te kort", "K00001,Te lang", "K0001,", f"K0001,{'x' * 151}", "K0001,Nul\0"])
def test_a_bad_elective(file, row):
    out, err = run("import_goals", file(f"code,naam\nK0072,Goed\n{row}\nK0072,Nog eens\n"))
    assert "invoer.csv:3:" in err and "invoer.csv:4:" in err
    assert "1 new" in out and "2 wrong" in out


@pytest.mark.django_db
def test_line_numbers_count_lines_not_rows(file):
    text = HEADER + GOOD.replace("Werkt ontwerpen uit", '"Werkt\nontwerpen uit"') + "259,X,4,B1-K1,T,B1-K1-W2,W\n"
    assert read(text).errors[0][0] == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", [HEADER + GOOD, (HEADER + GOOD).replace("\n", "\r\n"), (HEADER + GOOD).replace(",", ";")]
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_ways_a_spreadsheet_saves(file, mark, text):
    assert "1 new, 0 changed, 0 as they were, 0 wrong" in run("import_goals", file(mark + text))[0]


@pytest.mark.django_db
def test_case_with_a_byte_order_mark(file):
    text = (DATA / "case-cfpackage.json").read_text(encoding="utf-8")
    assert "123 new" in run("import_goals", file("\ufeff" + text))[0]


@pytest.mark.parametrize(
    "content",
    [
        "Crèche,É".encode("latin-1"),
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    ],
)
def test_a_file_that_is_no_utf8_is_refused(file, content):
    with pytest.raises(CommandError, match="UTF-8"):
        run("import_goals", file(content))


@pytest.mark.parametrize("path", ["bestaat-niet.csv", ".", "nul\0.csv"])
def test_a_path_that_is_no_file_is_refused(path):
    with pytest.raises(CommandError):
        run("import_goals", path)


def case(change) -> str:
    """A small CASE package after `change`."""
    items = [
        {"identifier": "q", "CFItemType": "Kwalificatie", "fullStatement": "Technicus", "humanCodingScheme": "25919",
         "educationLevel": ["mbo-4"]},
        {"identifier": "k", "CFItemType": "Kerntaak", "fullStatement": "Ontwerpt", "humanCodingScheme": "25919 B1-K1"},
        {"identifier": "w", "CFItemType": "Werkproces", "fullStatement": "Werkt uit",
         "humanCodingScheme": "25919 B1-K1-W1"},
    ]  # fmt: skip
    links = [
        {"associationType": "isChildOf", "originNodeURI": {"identifier": a}, "destinationNodeURI": {"identifier": b}}
        for a, b in (("w", "k"), ("k", "q"))
    ]
    package = {"CFItems": items, "CFAssociations": links}
    change(package)
    return json.dumps(package, indent=1)


def test_the_small_package_is_good():
    assert len(read(case(lambda package: None)).goals) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        "\0",
        "{",
        "{}",
        '{"CFItems": 5, "CFAssociations": []}',
        '{"CFItems": [5], "CFAssociations": []}',
        '{"CFItems": [{}], "CFAssociations": []}',
        '{"CFItems": [{"identifier": []}], "CFAssociations": []}',
        '{"a": ' + "[" * 100_000,
        '{"a": ' + "9" * 10_000 + "}",
        "a,b,c\n1,2,3\n",
        '"' + "x" * 200_000 + '"\n',
        HEADER + "25919," + "x" * 200_000 + "\n",
        HEADER + "25919,\rX\n",
        HEADER.replace("crebo", "crebo,crebo") + GOOD,
        case(lambda package: package["CFItems"][0].pop("educationLevel")),
        case(lambda package: package["CFItems"][0].update(educationLevel="mbo-4")),
        case(lambda package: package["CFItems"][0].update(educationLevel={"mbo": 4})),
        case(lambda package: package["CFItems"][2].update(fullStatement=None)),
        case(lambda package: package["CFItems"][2].update(humanCodingScheme=7) or package["CFItems"][0].clear()),
        case(lambda package: package["CFItems"][2].update(fullStatement="half \ud800")),
        case(lambda package: package["CFItems"].append({**package["CFItems"][2], "identifier": "w2"})),
        case(lambda package: package["CFAssociations"].clear()),
        case(lambda package: package["CFAssociations"].append({"associationType": "isChildOf"})),
    ],
)
def test_nothing_makes_the_reader_fall(text):
    reading = read(text)
    assert reading.errors or [goal.title for goal in reading.goals] == ["Werkt ontwerpen uit"]


@pytest.mark.django_db
def test_what_was_read_before_a_broken_cell_is_kept(file):
    out, err = run("import_goals", file(HEADER + GOOD + "25919," + "x" * 200_000 + "\n"))
    assert "invoer.csv:2:" in err or "invoer.csv:3:" in err
    assert "1 new" in out and "1 wrong" in out


# --- The partner network ----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_real_network_and_again():
    out, _err = run("import_network", DATA / "network.json")
    assert "11 new, 0 changed, 0 as they were" in out
    lab = Partner.objects.get(name="CIV Bio Sciences")
    assert (lab.kind, lab.glyph, lab.hue, lab.parent.name) == ("lab", "bio", "bio", "mboRijnland")
    school = Partner.objects.get(brin="25LN")
    assert school.email_domains == ["mborijnland.nl", "student.mborijnland.nl"]
    assert set(Partner.objects.values_list("status", flat=True)) == {"accepted"}
    assert "0 new, 0 changed, 11 as they were" in run("import_network", DATA / "network.json")[0]
    assert (Partner.objects.count(), Collaboration.objects.count()) == (7, 3)


@pytest.mark.django_db
def test_the_collaborations_and_the_project_card():
    run("import_network", DATA / "network.json")
    lab, academy = Collaboration.objects.get(name="Open Innovatie Lab"), Collaboration.objects.get(kind="academy")
    assert (lab.state, academy.state, academy.started_from) == ("completed", "running", lab)
    assert {str(partner) for partner in lab.continued_in.all()} == {"CIV Smart Technology", "CIV Bio Sciences"}
    assert lab.members.count() == 4
    card = ProjectCard.objects.get()
    assert card.collaboration == lab and len(card.results.splitlines()) == 3
    assert card.structure[0] == ["Bestuurlijk opdrachtgever", ["Stuurgroep Economie071"]]
    assert [label for label, _names in card.structure][-1] == "Projectboard"


@pytest.mark.django_db
def test_a_change_in_the_network_is_written(file):
    text = (DATA / "network.json").read_text(encoding="utf-8")
    run("import_network", file(text))
    out, _err = run("import_network", file(text.replace('"city": "Leiden"}', '"city": "Leiderdorp"}')))
    assert "changed" in out and "0 changed" not in out
    assert Partner.objects.filter(municipality="Leiderdorp").exists()


@pytest.mark.django_db
def test_a_sector_and_a_size_in_words_are_placed_and_what_nobody_knows_is_said(file):
    def change(data):
        for one, sector, size in zip(
            data["partners"], ["tuinbouw", "Zorg en welzijn", "Waarzeggen", "building"],
            ["12", "250+", "veel", ""], strict=False,
        ):  # fmt: skip
            one.update(sector=sector, size=size)

    _out, err = run("import_network", file(network(change)))
    names = [one["name"] for one in json.loads(network(change))["partners"]]
    found = {one.name: (one.sector, one.size) for one in Partner.objects.all()}
    assert [found[name] for name in names[:4]] == [
        ("food", "10-49"), ("care", "250+"), ("other", ""), ("building", ""),
    ]  # fmt: skip
    assert f"{names[2]}: sector 'Waarzeggen' is not known, kept as 'other'" in err and "'veel'" in err


def network(change) -> str:
    data = json.loads((DATA / "network.json").read_text(encoding="utf-8"))
    change(data)
    return json.dumps(data)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "{}",
        "[" * 100_000,
        '{"partners": 5, "collaborations": []}',
        '{"partners": [5], "collaborations": []}',
        network(lambda data: data["partners"][0].update(kind="planeet")),
        network(lambda data: data["partners"][0].update(name="x" * 121)),
        network(lambda data: data["partners"][0].update(name=None)),
        network(lambda data: data["partners"][0].update(city="nul\0")),
        network(lambda data: data["partners"][0].update(city="half \ud800")),
        network(lambda data: data["partners"][2].update(brin="XX")),
        network(lambda data: data["partners"][4].update(parent="Nergens")),
        network(lambda data: data["collaborations"][0]["members"].append("Nergens")),
        network(lambda data: data["collaborations"][2].update(started_from="Nergens")),
        network(lambda data: data["project_card"].pop("labels_nl")),
        network(lambda data: data["project_card"].update(collaboration="Nergens")),
    ],
)
def test_a_bad_network_says_why_and_writes_nothing(file, text):
    with pytest.raises(CommandError):
        run("import_network", file(text))
    assert not Partner.objects.exists() and not Collaboration.objects.exists()


@pytest.mark.parametrize("content", ["é".encode("latin-1"), b"\xff\xfe\0"])
def test_a_network_that_is_no_utf8_is_refused(file, content):
    with pytest.raises(CommandError):
        run("import_network", file(content))
