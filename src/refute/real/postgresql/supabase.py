"""Row-level security in Supabase's manner: its three roles, and what policies ask for.

Policies there are written against ``auth.uid()``, ``auth.role()`` and ``auth.jwt()``, which read
the claims of the request from the setting ``request.jwt.claims``.
"""

from __future__ import annotations

ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anon') THEN
    CREATE ROLE anon NOLOGIN NOINHERIT;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') THEN
    CREATE ROLE authenticated NOLOGIN NOINHERIT;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'service_role') THEN
    CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
  END IF;
END $$;
GRANT anon, authenticated, service_role TO OWNER;
"""
"""The roles belong to the whole server; OWNER may become each of them."""

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS auth;
CREATE OR REPLACE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb
$$;
CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT nullif(auth.jwt() ->> 'sub', '')::uuid
$$;
CREATE OR REPLACE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT nullif(auth.jwt() ->> 'role', '')
$$;
GRANT USAGE ON SCHEMA auth, public TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE OWNER IN SCHEMA public
  GRANT ALL ON TABLES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE OWNER IN SCHEMA public
  GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
"""
"""For each database. What OWNER creates in it later is granted by default, as Supabase does."""


def acting_as(role: str) -> list[str]:
    """Statements that make the rest of a transaction run as a role, with claims as ``%s``."""
    return [
        f'SET LOCAL ROLE "{role}"',
        "SELECT set_config('request.jwt.claims', %s, true)",
    ]
