"""Who sees and changes which rows, in Supabase's manner.

Policies ask for the claims of the request (``request.jwt.claims``); the roles are ``anon``,
``authenticated`` and ``service_role``. A server that is not Supabase's gets these here, which
needs the right to create roles.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

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
  IF NOT pg_has_role(current_user, 'anon', 'MEMBER') THEN
    EXECUTE format('GRANT anon, authenticated, service_role TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
CREATE FUNCTION current_account() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
"""

TABLES = (
    "accounts",
    "subscriptions",
    "versions",
    "instance_transitions",
    "instances",
    "instance_events",
    "jobs",
    "usage_periods",
    "stripe_events",
    "invoices",
    "audit_log",
    "rate_limits",
)

# Supabase grants all to everybody by default: taken back, then given one by one.
POLICIES = """
GRANT SELECT (id, email, is_admin, created_at, closed_at) ON accounts TO authenticated;
CREATE POLICY own ON accounts FOR SELECT TO authenticated USING (id = current_account());

GRANT SELECT, INSERT (account_id, tier, status) ON subscriptions TO authenticated;
CREATE POLICY own ON subscriptions FOR SELECT TO authenticated
  USING (account_id = current_account());
CREATE POLICY begin ON subscriptions FOR INSERT TO authenticated
  WITH CHECK (account_id = current_account()
    AND status = CASE tier WHEN 'free' THEN 'active' ELSE 'incomplete' END);

GRANT SELECT ON versions, instance_transitions TO anon, authenticated;
CREATE POLICY everybody ON versions FOR SELECT USING (true);
CREATE POLICY everybody ON instance_transitions FOR SELECT USING (true);

GRANT SELECT, INSERT (account_id, subscription_id, name, wanted_version),
  UPDATE (status, wanted_version, restart_mark) ON instances TO authenticated;
CREATE POLICY own ON instances FOR SELECT TO authenticated
  USING (account_id = current_account());
CREATE POLICY begin ON instances FOR INSERT TO authenticated
  WITH CHECK (account_id = current_account() AND EXISTS (
    SELECT FROM subscriptions s WHERE s.id = subscription_id AND s.status = 'active'));
-- What a customer may ask for. That it has happened is for the worker to say.
CREATE POLICY ask ON instances FOR UPDATE TO authenticated
  USING (account_id = current_account())
  WITH CHECK (account_id = current_account()
    AND status IN ('stopping', 'starting', 'restarting', 'upgrading', 'deprovisioning'));

GRANT SELECT ON instance_events TO authenticated;
CREATE POLICY own ON instance_events FOR SELECT TO authenticated
  USING (account_id = current_account());
CREATE POLICY written ON instance_events FOR INSERT WITH CHECK (true);

GRANT SELECT, INSERT (kind, instance_id, account_id) ON jobs TO authenticated;
CREATE POLICY own ON jobs FOR SELECT TO authenticated USING (account_id = current_account());
CREATE POLICY ask ON jobs FOR INSERT TO authenticated WITH CHECK (account_id = current_account());

GRANT SELECT ON usage_periods, invoices TO authenticated;
CREATE POLICY own ON usage_periods FOR SELECT TO authenticated
  USING (account_id = current_account());
CREATE POLICY own ON invoices FOR SELECT TO authenticated USING (account_id = current_account());

GRANT SELECT, INSERT (account_id, actor, action, subject, detail) ON audit_log TO authenticated;
CREATE POLICY own ON audit_log FOR SELECT TO authenticated USING (account_id = current_account());
CREATE POLICY write ON audit_log FOR INSERT TO authenticated
  WITH CHECK (account_id = current_account() AND actor = current_account()::text);
"""

DROP_POLICIES = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
  END LOOP;
END $$;
DROP FUNCTION current_account;
"""


def upgrade() -> None:
    """Nobody sees anything but by a policy, not even the tables' owner."""
    op.execute(ROLES)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM anon, authenticated, PUBLIC")
        op.execute(f"GRANT ALL ON {table} TO service_role")
    op.execute(POLICIES)


def downgrade() -> None:
    """Everybody who has rights on a table sees all of it again."""
    op.execute(DROP_POLICIES)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
