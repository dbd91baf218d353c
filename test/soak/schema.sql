-- What the soak test works on: tenants, and rows of theirs. Whatever the rules, user u<n> may
-- meet rows of two tenants only. So say the constraints, and every rule that is ever stated.
CREATE FUNCTION may(user_id text, tenant int) RETURNS boolean IMMUTABLE LANGUAGE sql
AS 'SELECT tenant IN (substr(user_id, 2)::int % 5 + 1, (substr(user_id, 2)::int + 2) % 5 + 1)';
CREATE FUNCTION sound(decoy boolean) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN NOT decoy; END';
CREATE FUNCTION readable(title text) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN title IS NOT NULL; END';

CREATE TABLE tenants (id int PRIMARY KEY, name text);
-- A decoy would give its user a role elsewhere: every assignment passes it over by IF.
CREATE TABLE memberships (id int PRIMARY KEY, user_id text, tenant_id int CONSTRAINT memberships_tenant REFERENCES tenants,
	kind text, valid boolean DEFAULT true, decoy boolean NOT NULL DEFAULT false, CHECK (decoy OR may(user_id, tenant_id)));
CREATE TABLE staff (user_id text PRIMARY KEY, tenant_id int CONSTRAINT staff_tenant REFERENCES tenants,
	CHECK (may(user_id, tenant_id)));
CREATE TABLE projects (id int PRIMARY KEY, tenant_id int NOT NULL CONSTRAINT projects_tenant REFERENCES tenants,
	name text, note text, secret text DEFAULT 's', owner_id text, UNIQUE (id, tenant_id), CHECK (may(owner_id, tenant_id)));
CREATE TABLE issues (id int PRIMARY KEY, tenant_id int NOT NULL CONSTRAINT issues_tenant REFERENCES tenants,
	project_id int, title text, note text, secret text DEFAULT 's', version int DEFAULT 1, stamp int DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false, author text, UNIQUE (id, tenant_id), CHECK (may(author, tenant_id)),
	CONSTRAINT issues_project FOREIGN KEY (project_id, tenant_id) REFERENCES projects (id, tenant_id));
CREATE TABLE comments (id int PRIMARY KEY, tenant_id int NOT NULL, issue_id int NOT NULL, author text, body text,
	secret text DEFAULT 's', CHECK (may(author, tenant_id)), CONSTRAINT comments_issue FOREIGN KEY (issue_id, tenant_id)
	REFERENCES issues (id, tenant_id) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE events (id int, tenant_id int CONSTRAINT events_tenant REFERENCES tenants, title text,
	secret text DEFAULT 's', PRIMARY KEY (id, tenant_id)) PARTITION BY LIST (tenant_id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1, 2);
CREATE TABLE events_2 (gone int, secret text DEFAULT 's', title text, tenant_id int NOT NULL, id int NOT NULL);
ALTER TABLE events_2 DROP COLUMN gone;
ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES IN (3, 4, 5);
CREATE TABLE vault (id int PRIMARY KEY, tenant_id int CONSTRAINT vault_tenant REFERENCES tenants, body text);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int CONSTRAINT notes_tenant REFERENCES tenants, body text,
	secret text DEFAULT 's');
CREATE INDEX ON memberships (user_id);
CREATE INDEX ON memberships (tenant_id);
CREATE INDEX ON issues (project_id, tenant_id);
CREATE INDEX ON comments (issue_id, tenant_id);
CREATE VIEW open_issues WITH (security_invoker = true) AS SELECT * FROM issues WHERE note IS NULL;
GRANT SELECT ON open_issues TO client;

-- What the owner's triggers set does not count as changed by the statement.
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.stamp := OLD.stamp + 1; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON issues FOR EACH ROW EXECUTE FUNCTION stamp();

-- follows_issue: has the comment only followed its issue, which was deleted or moved?
CREATE FUNCTION follows_issue(was jsonb, is_now jsonb) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS $$
	SELECT CASE WHEN is_now IS NULL THEN NOT EXISTS (SELECT FROM issues WHERE id = (was ->> 'issue_id')::int)
		ELSE was ->> 'tenant_id' <> is_now ->> 'tenant_id' AND was - 'tenant_id' = is_now - 'tenant_id' END
$$;

-- audit refuses, with a SQLSTATE of its own, what no rule that is ever stated allows. Its arguments are the
-- columns that some rule lets a client update.
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	who text := electric.user_id();
	was jsonb;
	is_now jsonb;
	fault text;
BEGIN
	IF current_user <> 'client' THEN
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
	IF TG_OP <> 'DELETE' THEN is_now := to_jsonb(NEW); END IF;
	fault := CASE
		WHEN who IS NULL THEN 'nobody'
		WHEN NOT coalesce(may(who, (was ->> 'tenant_id')::int), TG_OP = 'INSERT') THEN 'old tenant'
		WHEN NOT coalesce(may(who, (is_now ->> 'tenant_id')::int), TG_OP = 'DELETE') THEN 'new tenant'
		WHEN TG_OP = 'INSERT' AND is_now ->> 'secret' <> 's' THEN 'secret'
		WHEN TG_OP = 'INSERT' AND (is_now ->> 'decoy')::boolean THEN 'decoy'
		WHEN TG_OP = 'UPDATE' AND was - TG_ARGV <> is_now - TG_ARGV THEN 'columns'
		WHEN TG_TABLE_NAME = 'issues' AND TG_OP = 'UPDATE' AND (is_now ->> 'version')::int <> (was ->> 'version')::int + 1 THEN 'version'
		WHEN (was ->> 'hidden')::boolean OR (is_now ->> 'hidden')::boolean THEN 'hidden'
		WHEN TG_TABLE_NAME = 'comments' AND coalesce(was, is_now) ->> 'author' IS DISTINCT FROM who
			AND NOT coalesce(follows_issue(was, is_now), false) THEN 'author'
		WHEN TG_TABLE_NAME = 'vault' AND electric.claims() #>> '{data,level}' IS DISTINCT FROM 'high' THEN 'level'
	END;
	IF fault IS NOT NULL THEN
		RAISE '% of % by %: %: % -> %', TG_OP, TG_TABLE_NAME, who, fault, was, is_now USING ERRCODE = 'SK001';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION audit('kind', 'valid');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON projects FOR EACH ROW EXECUTE FUNCTION audit('name', 'note');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON issues FOR EACH ROW
	EXECUTE FUNCTION audit('title', 'note', 'version', 'stamp', 'project_id', 'tenant_id', 'author', 'extra_1', 'extra_2');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION audit('body', 'tenant_id');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION audit('title', 'tenant_id');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON vault FOR EACH ROW EXECUTE FUNCTION audit('body');
CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE OR DELETE ON notes FOR EACH ROW EXECUTE FUNCTION audit('body');
