"""Tables, and the constraints that make bad states impossible.

The statements are PostgreSQL's own: most of what matters here (partial indexes, triggers,
policies) has no other spelling. Later steps may change anything but this file.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCOUNTS = """
CREATE TABLE accounts (
  id uuid CONSTRAINT accounts_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CONSTRAINT accounts_email_lower CHECK (email = lower(email)),
  password_hash text NOT NULL,
  is_admin boolean NOT NULL DEFAULT false,
  token_generation integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  CONSTRAINT accounts_email_unique UNIQUE (email)
);
CREATE TABLE subscriptions (
  id uuid CONSTRAINT subscriptions_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL CONSTRAINT subscriptions_account REFERENCES accounts (id),
  tier text NOT NULL CONSTRAINT subscriptions_tier
    CHECK (tier IN ('free', 'starter', 'professional')),
  status text NOT NULL CONSTRAINT subscriptions_status
    CHECK (status IN ('incomplete', 'active', 'past_due', 'canceled')),
  stripe_subscription_id text,
  stripe_customer_id text,
  -- The order of the Stripe event that this state comes from: see billing/events.py.
  stripe_order text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  canceled_at timestamptz,
  CONSTRAINT subscriptions_stripe_unique UNIQUE (stripe_subscription_id),
  CONSTRAINT subscriptions_of_account UNIQUE (id, account_id),
  CONSTRAINT subscriptions_canceled CHECK ((status = 'canceled') = (canceled_at IS NOT NULL))
);
CREATE UNIQUE INDEX subscriptions_one_free ON subscriptions (account_id)
  WHERE tier = 'free' AND status <> 'canceled';
"""

INSTANCES = """
CREATE TABLE versions (
  version text CONSTRAINT versions_pkey PRIMARY KEY
    CONSTRAINT versions_tag CHECK (version ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'),
  published_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE TABLE instance_transitions (
  before text NOT NULL,
  after text NOT NULL,
  CONSTRAINT instance_transitions_pkey PRIMARY KEY (before, after)
);
INSERT INTO instance_transitions (before, after) VALUES
  ('pending', 'provisioning'), ('pending', 'failed'), ('pending', 'deprovisioning'),
  ('provisioning', 'running'), ('provisioning', 'failed'), ('provisioning', 'deprovisioning'),
  ('running', 'stopping'), ('running', 'restarting'), ('running', 'upgrading'),
  ('running', 'deprovisioning'),
  ('stopping', 'stopped'), ('stopping', 'failed'), ('stopping', 'deprovisioning'),
  ('stopped', 'starting'), ('stopped', 'deprovisioning'),
  ('starting', 'running'), ('starting', 'failed'), ('starting', 'deprovisioning'),
  ('restarting', 'running'), ('restarting', 'failed'), ('restarting', 'deprovisioning'),
  ('upgrading', 'running'), ('upgrading', 'failed'), ('upgrading', 'deprovisioning'),
  ('failed', 'deprovisioning'),
  ('deprovisioning', 'deprovisioned');
CREATE TABLE instances (
  id uuid CONSTRAINT instances_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL CONSTRAINT instances_account REFERENCES accounts (id),
  subscription_id uuid NOT NULL,
  name text NOT NULL CONSTRAINT instances_name CHECK (name ~ '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$'),
  namespace text NOT NULL GENERATED ALWAYS AS ('room-' || id::text) STORED
    CONSTRAINT instances_namespace UNIQUE,
  status text NOT NULL DEFAULT 'pending',
  wanted_version text NOT NULL CONSTRAINT instances_wanted_version REFERENCES versions (version),
  -- Changes when a restart is asked for: pods carry it, so one request restarts once.
  restart_mark uuid,
  -- What the cluster was last seen to run: only the worker writes these.
  tier text CONSTRAINT instances_tier CHECK (tier IN ('free', 'starter', 'professional')),
  version text CONSTRAINT instances_version REFERENCES versions (version),
  error text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT instances_subscription FOREIGN KEY (subscription_id, account_id)
    REFERENCES subscriptions (id, account_id),
  CONSTRAINT instances_of_account UNIQUE (id, account_id),
  CONSTRAINT instances_known CHECK (status IN ('pending', 'provisioning', 'running', 'stopping',
    'stopped', 'starting', 'restarting', 'upgrading', 'failed', 'deprovisioning',
    'deprovisioned')),
  CONSTRAINT instances_running CHECK (status <> 'running' OR
    (tier IS NOT NULL AND version IS NOT NULL))
);
CREATE UNIQUE INDEX instances_one_active ON instances (subscription_id)
  WHERE status <> 'deprovisioned';
CREATE UNIQUE INDEX instances_name_unique ON instances (account_id, name)
  WHERE status <> 'deprovisioned';
CREATE TABLE instance_events (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT instance_events_pkey PRIMARY KEY,
  instance_id uuid NOT NULL,
  account_id uuid NOT NULL,
  before text,
  after text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT instance_events_instance FOREIGN KEY (instance_id, account_id)
    REFERENCES instances (id, account_id)
);
CREATE INDEX instance_events_of ON instance_events (instance_id, id);
"""

WORK = """
CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT jobs_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT jobs_kind CHECK
    (kind IN ('provision', 'start', 'stop', 'restart', 'upgrade', 'deprovision')),
  instance_id uuid NOT NULL,
  account_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'queued' CONSTRAINT jobs_state
    CHECK (state IN ('queued', 'leased', 'done', 'dead')),
  step integer NOT NULL DEFAULT 0 CONSTRAINT jobs_step CHECK (step >= 0),
  step_since timestamptz NOT NULL DEFAULT now(),
  amending boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  lease uuid,
  lease_until timestamptz,
  worker text NOT NULL DEFAULT '',
  error text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CONSTRAINT jobs_instance FOREIGN KEY (instance_id, account_id)
    REFERENCES instances (id, account_id),
  CONSTRAINT jobs_leased CHECK
    ((state = 'leased') = (lease IS NOT NULL) AND (lease IS NULL) = (lease_until IS NULL)),
  CONSTRAINT jobs_finished CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
);
CREATE INDEX jobs_next ON jobs (run_after, id) WHERE state IN ('queued', 'leased');
CREATE INDEX jobs_of_instance ON jobs (instance_id, id) WHERE state IN ('queued', 'leased');
CREATE UNIQUE INDEX jobs_leased_once ON jobs (instance_id) WHERE state = 'leased';
CREATE TABLE usage_periods (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT usage_periods_pkey PRIMARY KEY,
  instance_id uuid NOT NULL,
  account_id uuid NOT NULL,
  tier text NOT NULL CONSTRAINT usage_periods_tier
    CHECK (tier IN ('free', 'starter', 'professional')),
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT usage_periods_instance FOREIGN KEY (instance_id, account_id)
    REFERENCES instances (id, account_id),
  CONSTRAINT usage_periods_order CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX usage_periods_one_open ON usage_periods (instance_id) WHERE ended_at IS NULL;
"""

MONEY = """
CREATE TABLE stripe_events (
  id text CONSTRAINT stripe_events_pkey PRIMARY KEY,
  kind text NOT NULL,
  created bigint NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  effect text NOT NULL DEFAULT ''
);
CREATE TABLE invoices (
  id text CONSTRAINT invoices_pkey PRIMARY KEY,
  account_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  status text NOT NULL CONSTRAINT invoices_status CHECK (status IN ('open', 'failed', 'paid')),
  amount_cents bigint NOT NULL CONSTRAINT invoices_amount CHECK (amount_cents >= 0),
  currency text NOT NULL CONSTRAINT invoices_currency CHECK (currency ~ '^[a-z]{3}$'),
  created_at timestamptz NOT NULL,
  CONSTRAINT invoices_subscription FOREIGN KEY (subscription_id, account_id)
    REFERENCES subscriptions (id, account_id)
);
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_log_pkey PRIMARY KEY,
  account_id uuid CONSTRAINT audit_log_account REFERENCES accounts (id),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL DEFAULT '',
  detail jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX audit_log_of ON audit_log (account_id, id);
CREATE TABLE rate_limits (
  key text CONSTRAINT rate_limits_pkey PRIMARY KEY,
  tokens double precision NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""

GUARDS = """
CREATE FUNCTION instance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'pending' OR NEW.tier IS NOT NULL OR NEW.version IS NOT NULL THEN
      RAISE EXCEPTION 'an instance begins as pending, not as %', NEW.status
        USING ERRCODE = 'check_violation', CONSTRAINT = 'instances_begin';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.account_id, NEW.subscription_id, NEW.name)
      IS DISTINCT FROM (OLD.id, OLD.account_id, OLD.subscription_id, OLD.name) THEN
    RAISE EXCEPTION 'an instance keeps its account, subscription and name'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'instances_identity';
  END IF;
  IF NEW.status <> OLD.status AND NOT EXISTS (
      SELECT FROM instance_transitions WHERE before = OLD.status AND after = NEW.status) THEN
    RAISE EXCEPTION 'an instance cannot go from % to %', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'instances_transition';
  END IF;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER instance_guard BEFORE INSERT OR UPDATE ON instances
  FOR EACH ROW EXECUTE FUNCTION instance_guard();

-- Runs as the owner: nobody else may write this history.
CREATE FUNCTION instance_history() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO instance_events (instance_id, account_id, after)
      VALUES (NEW.id, NEW.account_id, NEW.status);
  ELSIF NEW.status <> OLD.status THEN
    INSERT INTO instance_events (instance_id, account_id, before, after)
      VALUES (NEW.id, NEW.account_id, OLD.status, NEW.status);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER instance_history AFTER INSERT OR UPDATE ON instances
  FOR EACH ROW EXECUTE FUNCTION instance_history();

CREATE FUNCTION unchangeable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_unchangeable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION unchangeable();
CREATE TRIGGER instance_events_unchangeable BEFORE UPDATE OR DELETE OR TRUNCATE ON instance_events
  FOR EACH STATEMENT EXECUTE FUNCTION unchangeable();

CREATE FUNCTION subscription_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'canceled' AND NEW.status <> 'canceled' THEN
    RAISE EXCEPTION 'a canceled subscription stays canceled'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_final';
  END IF;
  IF (NEW.id, NEW.account_id) IS DISTINCT FROM (OLD.id, OLD.account_id) THEN
    RAISE EXCEPTION 'a subscription keeps its account'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_identity';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscription_guard BEFORE UPDATE ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION subscription_guard();
"""

DROP = """
DROP TABLE rate_limits, audit_log, invoices, stripe_events, usage_periods, jobs,
  instance_events, instances, instance_transitions, versions, subscriptions, accounts;
DROP FUNCTION instance_guard, instance_history, unchangeable, subscription_guard;
"""


def upgrade() -> None:
    """Make it all."""
    for statements in (ACCOUNTS, INSTANCES, WORK, MONEY, GUARDS):
        op.execute(statements)


def downgrade() -> None:
    """Remove it all."""
    op.execute(DROP)
