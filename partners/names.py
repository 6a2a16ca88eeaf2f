"""What is compared of two organisations, kept in the database so that indexes can answer: for the first migration."""

# Without accents, punctuation and legal forms. The dictionary is named, which is what makes it immutable.
KEY = r"""
CREATE FUNCTION partner_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT nullif(btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        lower(public.unaccent('public.unaccent', name)), '[.''’`]', '', 'g'),
        '[^a-z0-9]+', ' ', 'g'), '\m(bv|nv|vof|cv|stichting|vereniging|cooperatie)\M', '', 'g'), ' +', ' ', 'g'
    )), '')
$$;
"""
DROP_KEY = "DROP FUNCTION partner_key(text);"

# A site without its path, and what stands behind the @.
SITE = r"""
CREATE FUNCTION partner_site(website text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(substring(website from '^[a-z]+://(?:www\.)?([^/:?#]+)'))
$$;
CREATE FUNCTION mail_domain(email text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(split_part(email, '@', 2))
$$;
"""
DROP_SITE = "DROP FUNCTION partner_site(text), mail_domain(text);"

# The nearest twenty. The index answers to the operator %, whose threshold is a setting of the session: here it holds
# for the function. At 0.6 of pg_trgm's similarity, 0 to 1, one letter more or less still counts as the same name.
LIKE = """
CREATE FUNCTION partners_named_like(key text) RETURNS TABLE (id bigint, similarity real)
LANGUAGE sql STABLE STRICT ROWS 10 SET pg_trgm.similarity_threshold = 0.6 AS $$
    SELECT one.id, similarity(partner_key(one.name), key) FROM partners_partner AS one WHERE partner_key(one.name) % key
    ORDER BY partner_key(one.name) <-> key LIMIT 20
$$;
"""
DROP_LIKE = "DROP FUNCTION partners_named_like(text);"
