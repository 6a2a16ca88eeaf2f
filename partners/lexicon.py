"""The words that can be found: the search configuration, what a text is found by, and a table of distinct lexemes.

The table answers a typing error or a part of a compound within a millisecond, where the texts themselves would take
hundreds. Triggers keep it true per statement. It holds words of public texts only, so a search learns nothing else.
"""

from collections.abc import Callable

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorCombinable, SearchVectorField
from django.db import connection, models, transaction

SEARCH_CONFIG = "dutch_unaccent"

# For the first migration. Unaccent stands before the stemmer: it hands its word on, and a stem ends a word's way.
CONFIGURE = f"""
CREATE TEXT SEARCH CONFIGURATION {SEARCH_CONFIG} (COPY = dutch);
ALTER TEXT SEARCH CONFIGURATION {SEARCH_CONFIG}
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, dutch_stem;

-- What Snowball leaves apart: kas and kassen, huis and huizen, brief and brieven.
CREATE FUNCTION lexeme_root(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(word, '([b-df-hj-np-tv-z])\\1$', '\\1'), 'z$', 's'), 'v$', 'f')
$$;

-- One lexeme as it stands, whatever signs it holds.
CREATE FUNCTION lexeme_query(word text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ('''' || replace(replace(word, '\\', '\\\\'), '''', '''''') || '''')::tsquery
$$;
"""
UNCONFIGURE = f"""
DROP FUNCTION lexeme_query(text);
DROP FUNCTION lexeme_root(text);
DROP TEXT SEARCH CONFIGURATION {SEARCH_CONFIG};
"""

SCOPES: dict[str, tuple[str, str, str]] = {}  # scope: table, which rows everybody may find, which words they have


class Mark(SearchVectorCombinable, models.Func):
    """A partner's number as a lexeme, '@12': a name is looked up first, so no text is written anew when it changes."""

    template = "array_to_tsvector(ARRAY['@' || COALESCE(%(expressions)s, 0)::text])"
    output_field = SearchVectorField()


class Lexeme(models.Model):
    """A word of at least one public text of a scope, such as 'projects', as it stands in that text's `document`."""

    pk = models.CompositePrimaryKey("scope", "word")
    scope = models.CharField(max_length=10)
    word = models.CharField(max_length=40)
    root = models.GeneratedField(
        expression=models.Func("word", function="lexeme_root"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["root"], name="lexeme_root"),
            # Without a list of pending words, which every search would have to read through.
            GinIndex(fields=["root"], opclasses=["gin_trgm_ops"], fastupdate=False, name="lexeme_root_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word


# --- Kept true --------------------------------------------------------------------------------------------------
# A word is added when it is new and taken out when no public text has it any more. There are no counts: common words
# would be rows that every saving of a project waits for. The price is a rare race, which `rebuild` mends at night: a
# word that leaves its last text while another text brings it.
ADD = """
INSERT INTO partners_lexeme (scope, word)
SELECT DISTINCT '{scope}', word FROM {rows}, unnest(tsvector_to_array({words})) AS word
WHERE {condition} AND word !~ '^@' AND length(word) <= 40
ORDER BY 2 ON CONFLICT DO NOTHING;
"""
TAKE_OUT = """
DELETE FROM partners_lexeme WHERE (scope, word) IN (
    SELECT lexeme.scope, lexeme.word FROM partners_lexeme AS lexeme
    JOIN (SELECT DISTINCT word FROM {rows}, unnest(tsvector_to_array({were})) AS word WHERE {condition}) AS gone
        ON lexeme.word = gone.word
    WHERE lexeme.scope = '{scope}'
        AND NOT EXISTS (SELECT 1 FROM {table} AS one WHERE ({public}) AND {words} @@ lexeme_query(lexeme.word))
    FOR UPDATE OF lexeme SKIP LOCKED
);
"""
REBUILD = """
WITH words AS MATERIALIZED (
    SELECT word FROM ts_stat(%(texts)s) WHERE word !~ '^@' AND length(word) <= 40
), gone AS (
    DELETE FROM partners_lexeme WHERE scope = %(scope)s AND word NOT IN (SELECT word FROM words)
)
INSERT INTO partners_lexeme (scope, word) SELECT %(scope)s, word FROM words ORDER BY 2 ON CONFLICT DO NOTHING
"""


def searchable(scope: str, *, public: str = "true", words: str = "one.document") -> Callable:
    """Class decorator: keep the words of a model's texts in the lexicon under `scope`.

    `public` and `words` are SQL about a row called `one`: whether everybody may find it, and by which tsvector.
    """

    def keep(model: type[models.Model]) -> type[models.Model]:
        SCOPES[scope] = (model._meta.db_table, public, words)
        pgtrigger.register(*_triggers(scope))(model)
        return model

    return keep


def _triggers(scope: str) -> list[pgtrigger.Trigger]:
    """One trigger per act, since those that see all rows of a statement may have no more than one."""
    table, public, words = SCOPES[scope]
    was_public, were = public.replace("one.", "was."), words.replace("one.", "was.")
    known = {"scope": scope, "table": table, "public": public, "words": words, "were": were}
    both = "new_rows AS one JOIN old_rows AS was USING (id)"
    added = f"({public}) AND (NOT ({was_public}) OR {words} IS DISTINCT FROM {were})"
    gone = (
        f"({was_public}) AND (NOT ({public}) OR {words} IS DISTINCT FROM {were} AND NOT {words} @@ lexeme_query(word))"
    )
    changed = ADD.format(rows=both, condition=added, **known) + TAKE_OUT.format(rows=both, condition=gone, **known)
    return [
        _trigger(
            f"{scope}_added", pgtrigger.Insert, ADD.format(rows="new_rows AS one", condition=f"({public})", **known)
        ),
        _trigger(f"{scope}_changed", pgtrigger.Update, changed),
        _trigger(
            f"{scope}_deleted",
            pgtrigger.Delete,
            TAKE_OUT.format(rows="old_rows AS was", condition=f"({was_public})", **known),
        ),
    ]


def _trigger(name: str, operation: pgtrigger.Operation, sql: str) -> pgtrigger.Trigger:
    tables = {"new": "new_rows"} if operation != pgtrigger.Delete else {}
    tables |= {"old": "old_rows"} if operation != pgtrigger.Insert else {}
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=f"{sql}RETURN NULL;",
    )


@transaction.atomic
def rebuild() -> None:
    """Make the lexicon what the texts say, as the triggers keep it: for every night, and after a restore."""
    with connection.cursor() as cursor:
        for scope, (table, public, words) in SCOPES.items():
            texts = f"SELECT {words} FROM {table} AS one WHERE {public}"  # noqa: S608 - our own words
            cursor.execute(REBUILD, {"texts": texts, "scope": scope})
