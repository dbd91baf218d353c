# What pg_dump writes and pg_restore reads gives the same rules, policies, triggers, privileges and
# answers: in every format, by a superuser and by an ordinary owner, under another owner, and on
# a cluster that lacks the client role. Ten users are asked, row by row, before and after.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('source');
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $folder = PostgreSQL::Test::Utils::tempdir;

sub new_cluster
{
	my ($name) = @_;
	my $cluster = PostgreSQL::Test::Cluster->new($name);
	$cluster->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
	# nothing preloaded: what is restored loads the library by itself
	$cluster->append_conf('postgresql.conf', "shared_preload_libraries = ''\nfsync = off\nautovacuum = off");
	$cluster->start;
	return $cluster;
}

$node->safe_psql('postgres', q(
	CREATE ROLE app LOGIN;
	CREATE ROLE heir LOGIN;
	CREATE ROLE client LOGIN;
	CREATE ROLE backend LOGIN;
	CREATE DATABASE source OWNER app;
));
$node->safe_psql('source', q(
	CREATE EXTENSION electric_perm;
	SELECT electric.add_client_role('client');
	SELECT electric.add_jwt_key('{"kty": "OKP", "crv": "Ed25519", "kid": "kept", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'::jsonb);
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	GRANT CREATE ON SCHEMA public TO app, heir;

	SET SESSION AUTHORIZATION app;
	CREATE SCHEMA "Work space";
	CREATE TYPE state AS ENUM ('open', 'done');
	CREATE TABLE users (id text PRIMARY KEY, name text);
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
	CREATE TABLE members (user_id text, project_id int, role text, until int, PRIMARY KEY (user_id, project_id));
	CREATE TABLE "Work space".issues (a int, b int, project_id int, title text, state state DEFAULT 'open', PRIMARY KEY (a, b));
	CREATE TABLE "Work space".comments (id serial PRIMARY KEY, issue_a int, issue_b int, author text, body text);
	CREATE TABLE admins (id uuid PRIMARY KEY, rank text);
	CREATE TABLE notes (id int, project_id int, body text) PARTITION BY RANGE (id);
	CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM (0) TO (100);
	CREATE TABLE notes_2 PARTITION OF notes FOR VALUES FROM (100) TO (200);
	CREATE TABLE free (id int);
	ALTER TABLE members ADD CONSTRAINT members_project FOREIGN KEY (project_id) REFERENCES projects;
	ALTER TABLE "Work space".issues ADD CONSTRAINT "of / project" FOREIGN KEY (project_id) REFERENCES projects;
	ALTER TABLE "Work space".comments ADD CONSTRAINT on_issue FOREIGN KEY (issue_a, issue_b) REFERENCES "Work space".issues;
	ALTER TABLE "Work space".comments ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users;
	ALTER TABLE notes ADD CONSTRAINT notes_project FOREIGN KEY (project_id) REFERENCES projects;
	CREATE FUNCTION is_valid(int) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT $1 > 0 $$;
	INSERT INTO users SELECT 'u' || i, 'user ' || i FROM generate_series(0, 9) i;
	INSERT INTO projects SELECT i, 'u' || i FROM generate_series(0, 4) i;
	INSERT INTO members SELECT 'u' || (i + p) % 10, p, CASE i WHEN 1 THEN 'editor' ELSE 'member' END, (i + p) % 3
		FROM generate_series(0, 4) p, generate_series(1, 3) i;
	INSERT INTO "Work space".issues SELECT i, i + 1, i % 5, 'issue ' || i, (CASE i % 3 WHEN 0 THEN 'done' ELSE 'open' END)::state FROM generate_series(1, 20) i;
	INSERT INTO "Work space".comments (issue_a, issue_b, author, body) SELECT 1 + i % 20, 2 + i % 20, 'u' || i % 10, 'comment ' || i FROM generate_series(1, 40) i;
	INSERT INTO admins VALUES ('00000000-0000-0000-0000-000000000001', 'admin');
	INSERT INTO notes SELECT i, i % 5, 'note ' || i FROM generate_series(0, 199, 7) i;
	CREATE POLICY narrow ON projects AS RESTRICTIVE USING (id <> 4);
	CREATE POLICY wide ON users FOR SELECT USING (id = 'u9');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE users; ELECTRIC ENABLE projects; ELECTRIC ENABLE members; ELECTRIC ENABLE notes;
		ELECTRIC ENABLE "Work space".issues; ELECTRIC ENABLE "Work space".comments;
		ELECTRIC ASSIGN (projects, members.role) TO members.user_id IF (is_valid(until));
		ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
		ELECTRIC ASSIGN 'users:self' TO users.id;
		ELECTRIC ASSIGN admins.rank TO admins.id;
		ELECTRIC GRANT ALL ON projects, "Work space".issues TO 'projects:owner';
		ELECTRIC GRANT READ ON projects, notes TO 'projects:member', 'projects:editor';
		ELECTRIC GRANT READ ON "Work space".issues TO 'projects:member', 'projects:editor' WHERE (state = 'open');
		ELECTRIC GRANT UPDATE (title) ON "Work space".issues TO 'projects:editor' CHECK (old.title <> new.title);
		ELECTRIC GRANT READ ON "Work space".comments TO 'projects:member' USING on_issue/"of / project";
		ELECTRIC GRANT INSERT (issue_a, issue_b, author, body) ON "Work space".comments TO 'projects:editor' USING issue_a/project_id CHECK (author = auth.user_id);
		ELECTRIC GRANT UPDATE (body) ON notes TO 'projects:owner';
		ELECTRIC GRANT READ ON users TO 'projects:member' USING written_by/on_issue/"of / project";
		ELECTRIC GRANT ALL ON users TO 'users:self' CHECK (auth.data.level IS NULL);
		ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED CHECK (new.owner_id = auth.user_id);
		ELECTRIC GRANT ALL ON members TO 'admin';
	$$;
));
$node->safe_psql('source', q(DO LANGUAGE ddlx $$ ELECTRIC SQLITE 'PRAGMA x' $$;));

# answers returns what ten users, an admin and nobody see and may do: the rows, and whether an
# update, an insert and a delete of each table's first row goes through.
sub answers
{
	my ($cluster, $database) = @_;
	my $sql = '';
	for my $user ((map { "'u$_'" } 0 .. 9), "'00000000-0000-0000-0000-000000000001'", 'NULL')
	{
		for my $table ('users', 'projects', 'members', '"Work space".issues', '"Work space".comments', 'notes', 'notes_1', 'free')
		{
			(my $name = $table) =~ s/"/""/g;
			$sql .= "BEGIN; SELECT FROM electric.set_user($user); SELECT 'user ' || coalesce($user, 'nobody') || ' $table: ' || coalesce(string_agg(t::text, ' ' ORDER BY t::text), '-') FROM $table t; ROLLBACK;\n";
		}
		for my $write (
			'UPDATE "Work space".issues SET title = title || \'!\' RETURNING a', 'UPDATE "Work space".issues SET state = \'done\' RETURNING a',
			'UPDATE notes SET body = \'x\' RETURNING id', 'DELETE FROM projects WHERE false RETURNING id', 'UPDATE users SET name = \'x\' RETURNING id',
			"INSERT INTO projects VALUES (77, $user)", "INSERT INTO \"Work space\".comments (issue_a, issue_b, author, body) VALUES (1, 2, $user, 'new')",
			'DELETE FROM members RETURNING user_id')
		{
			(my $what = $write) =~ s/'/''/g;
			$sql .= "BEGIN; SELECT FROM electric.set_user($user); SELECT '$what'; $write; ROLLBACK;\n";
		}
	}
	my ($out, $err);
	$cluster->psql($database, $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'client', '-qAt' ]);
	$err =~ s/^psql:<stdin>:\d+: //gm;
	return "$out\n$err";
}

# The rules, policies, triggers and privileges, without what depends on owners and OIDs.
sub described
{
	my ($cluster, $database) = @_;
	my $text = $cluster->safe_psql($database, q(
		SET search_path = pg_catalog;
		SELECT dump FROM electric.dump() AS dump;
		SELECT tbl, privilege, role, scope, path, path_keys, column_name, check_sql FROM electric.grants;
		SELECT tbl, had_rls FROM electric.tables;
		SELECT schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies;
		SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgrelid NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 'electric'::regnamespace);
		SELECT oid::regclass, relrowsecurity FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('public', '"Work space"');
		SELECT c.oid::regclass, a.privilege_type FROM pg_class c, aclexplode(relacl) a WHERE a.grantee = 'client'::regrole;
		SELECT attrelid::regclass, attname, a.privilege_type FROM pg_attribute, aclexplode(attacl) a WHERE a.grantee = 'client'::regrole;
		SELECT obj_description(oid, 'pg_policy') FROM pg_policy;
		TABLE electric.client_roles; TABLE electric.client_sql;));
	return join "\n", sort split /\n/, $text;
}

my $answers = answers($node, 'source');
my $described = described($node, 'source');
like($answers, qr/user u1 "Work space"\.issues: \(/, 'some users see rows');
like($answers, qr/user u0 projects: \(0,u0\)/, 'as owners and members');
like($answers, qr/permission denied for table notes_1/, 'a partition is closed');
like($answers, qr/is not granted for this row/, 'some writes are refused');

# same_lines compares two texts and shows the lines that differ.
sub same_lines
{
	my ($got, $expected, $what) = @_;
	ok($got eq $expected, $what) and return;
	my %got = map { $_ => 1 } split /\n/, $got;
	my %expected = map { $_ => 1 } split /\n/, $expected;
	diag("missing: $_") for grep { !$got{$_} } sort keys %expected;
	diag("too much: $_") for grep { !$expected{$_} } sort keys %got;
	return;
}

# same: does the database have the rules, and give the answers, of the source?
sub same
{
	my ($what, $cluster, $database) = @_;
	same_lines(described($cluster, $database), $described, "$what: the same rules, policies, triggers and privileges");
	same_lines(answers($cluster, $database), $answers, "$what: the same answers");
	return;
}

# run_quietly runs a client program that must not fail; its errors.
sub run_program
{
	my ($cluster, @command) = @_;
	my ($out, $err) = ('', '');
	local $ENV{PGHOST} = $cluster->host;
	local $ENV{PGPORT} = $cluster->port;
	my $ok = IPC::Run::run(\@command, '>', \$out, '2>', \$err);
	$err =~ s/^[^\n]*(?:NOTICE|WARNING|HINT|DETAIL)[^\n]*\n//gm;
	return ($ok, $err);
}
sub runs
{
	my ($what, $cluster, @command) = @_;
	my ($ok, $err) = run_program($cluster, @command);
	ok($ok && $err eq '', "$what: $command[0]") or diag($err);
}

# Plain text, by a superuser.
runs('plain', $node, 'pg_dump', '-f', "$folder/plain.sql", 'source');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
runs('plain', $node, 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-o', "$folder/out", '-f', "$folder/plain.sql", 'plain');
same('plain', $node, 'plain');

# Custom format, in two jobs; then over the restored database again, with --clean.
runs('custom', $node, 'pg_dump', '-Fc', '-f', "$folder/custom", 'source');
$node->safe_psql('postgres', 'CREATE DATABASE custom');
runs('custom', $node, 'pg_restore', '-j', '2', '-d', 'custom', "$folder/custom");
same('custom, in parallel', $node, 'custom');
runs('clean', $node, 'pg_restore', '--clean', '--if-exists', '-d', 'custom', "$folder/custom");
same('over itself, with --clean', $node, 'custom');
is($node->safe_psql('custom', 'TABLE electric.jwt_keys'), $node->safe_psql('source', 'TABLE electric.jwt_keys'), '... and the keys of tokens');

# A plain script of --clean runs through as well: policies are dropped before the keys of their rules.
runs('clean script', $node, 'pg_dump', '--clean', '--if-exists', '-f', "$folder/clean.sql", 'source');
runs('clean script', $node, 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-o', "$folder/out", '-f', "$folder/clean.sql", 'plain');
same('over itself, by a plain script', $node, 'plain');

# The schema first, and the rows, rules among them, later.
runs('schema', $node, 'pg_dump', '-Fc', '--schema-only', '-f', "$folder/schema", 'source');
runs('data', $node, 'pg_dump', '-Fc', '--data-only', '-f', "$folder/data", 'source');
$node->safe_psql('postgres', 'CREATE DATABASE parts');
runs('schema', $node, 'pg_restore', '-d', 'parts', "$folder/schema");
unlike(answers($node, 'parts'), qr/: \(/, 'the schema alone: nobody sees a row');
# keys refer to each other, so rows arrive without checks
runs('data', $node, 'pg_restore', '--disable-triggers', '-d', 'parts', "$folder/data");
same('schema and data', $node, 'parts');

# The session that saw no rules sees them when they have been loaded.
$node->safe_psql('postgres', 'CREATE DATABASE session');
runs('schema', $node, 'pg_restore', '-d', 'session', "$folder/schema");
my $session = $node->background_psql('session', extra_params => [ '-U', 'client' ]) if $node->can('background_psql');
SKIP:
{
	skip 'this PostgreSQL::Test::Cluster has no session object with query()', 2 unless $session && $session->can('query');
	is($session->query(q(BEGIN; SELECT FROM electric.set_user('u0'); SELECT count(*) FROM projects; COMMIT)), 0, 'before the rows arrive');
	runs('data', $node, 'pg_restore', '--disable-triggers', '-d', 'session', "$folder/data");
	is($session->query(q(BEGIN; SELECT FROM electric.set_user('u0'); SELECT count(*) FROM projects; COMMIT)), 1, 'after it, in the same session');
}

# By the owner of the database, who is no superuser: the extension is made for him, and client
# roles are a superuser's to add.
my ($refused, $denied) = run_program($node, 'pg_dump', '-U', 'app', '-Fc', '-f', "$folder/keys", 'source');
ok(!$refused, 'the keys of tokens are not the owner\'s to dump');
like($denied, qr/permission denied for table jwt_keys/, '... and pg_dump says so');
runs('by the owner', $node, 'pg_dump', '-U', 'app', '--exclude-table-data=electric.jwt_keys', '-Fc', '-f', "$folder/app", 'source');
sub prepared_database
{
	my ($cluster, $database, $owner) = @_;
	$cluster->safe_psql('postgres', "CREATE DATABASE $database OWNER $owner");
	$cluster->safe_psql($database, "CREATE EXTENSION electric_perm; GRANT EXECUTE ON FUNCTION electric.set_user TO client; GRANT CREATE, USAGE ON SCHEMA public TO $owner");
}
prepared_database($node, 'by_owner', 'app');
my ($ok, $err) = run_program($node, 'pg_restore', '-U', 'app', '-d', 'by_owner', "$folder/app");
$err =~ s/^pg_restore: (?:from TOC entry|while|warning)[^\n]*\n//gm;
my @errors = $err =~ /ERROR:  ([^\n]*)/g;
is(join('; ', sort @errors), join('; ', sort 'must be owner of extension electric_perm', 'permission denied for table client_roles', 'permission denied for function set_user',
		'permission denied for table api_key_store', 'permission denied for table api_key_use'),
	'restored by the owner: what he may not do, and nothing else, is refused') or diag($err);
$node->safe_psql('by_owner', q(SELECT electric.add_client_role('client')));
same('by the owner', $node, 'by_owner');

# Under another owner.
prepared_database($node, 'other_owner', 'heir');
run_program($node, 'pg_restore', '-U', 'heir', '--no-owner', '-d', 'other_owner', "$folder/app");
is($node->safe_psql('other_owner', q(SELECT DISTINCT tableowner FROM pg_tables WHERE tablename = 'projects')), 'heir', 'under another owner');
$node->safe_psql('other_owner', q(SELECT electric.add_client_role('client')));
same('under another owner', $node, 'other_owner');

# Rules granted again after the restore change nothing, and say no more than on the source.
my $rules = $node->safe_psql('plain', q(SELECT dump FROM electric.dump() AS dump WHERE dump NOT LIKE 'ELECTRIC SQLITE%'));
$node->safe_psql('plain', 'SET client_min_messages = warning; SELECT FROM electric.ddlx($all$' . $rules . '$all$)');
same('granted again', $node, 'plain');

# A table that was dropped where the library was not loaded leaves no rule behind, so no number
# that would be another table's there. Nor does one whose drop nobody followed.
$node->safe_psql('plain', 'DROP TABLE notes');
$node->safe_psql('plain', q(ALTER EVENT TRIGGER electric_ddl_start DISABLE; ALTER EVENT TRIGGER electric_ddl_end DISABLE; DROP TABLE members;
	ALTER EVENT TRIGGER electric_ddl_start ENABLE ALWAYS; ALTER EVENT TRIGGER electric_ddl_end ENABLE ALWAYS;));
cmp_ok($node->safe_psql('plain', q(SELECT count(*) FROM electric.grants WHERE tbl::text ~ '^\d')), '>', 0, 'a rule of a table that is gone');
is($node->safe_psql('plain', q(SELECT count(*) FROM electric.grants WHERE role = 'owner' AND path = 'notes_project')), 0, '... but of one whose drop was followed');
runs('after drops', $node, 'pg_dump', '-Fc', '-f', "$folder/dropped", 'plain');
$node->safe_psql('postgres', 'CREATE DATABASE dropped');
runs('after drops', $node, 'pg_restore', '-d', 'dropped', "$folder/dropped");
is($node->safe_psql('dropped', q(SELECT (SELECT count(*) FROM electric.grants WHERE tbl::text ~ '^\d'), (SELECT count(*) FROM electric.assignments WHERE tbl::text ~ '^\d'), (SELECT count(*) FROM electric.tables WHERE tbl::text ~ '^\d')
)), '0|0|0', 'the dump has none of them');

# A cluster that lacks the client role: the rules are there, and the role gets what is its as soon as it is.
my $other = new_cluster('other');
$other->safe_psql('postgres', "CREATE ROLE app LOGIN; CREATE ROLE heir LOGIN; CREATE ROLE backend; CREATE DATABASE lacking OWNER app");
($ok, $err) = run_program($other, 'pg_restore', '-d', 'lacking', "$folder/custom");
is(join(' ', sort { $a cmp $b } keys %{ { map { $_ => 1 } $err =~ /ERROR:  ([^\n]*)/g } }), 'role "client" does not exist', 'without the client role: its privileges are what is missing');
$other->safe_psql('lacking', 'CREATE ROLE client LOGIN; GRANT EXECUTE ON FUNCTION electric.set_user TO client');
unlike(answers($other, 'lacking'), qr/: \(/, 'it sees nothing yet');
$other->safe_psql('lacking', q(SELECT electric.add_client_role('client')));
same('with the client role', $other, 'lacking');

# Whoever owns nothing loads nothing, and no table that is not his.
my %refused = (
	q(INSERT INTO electric.tables VALUES ('projects', false)) => 'must be owner of table "projects"',
	q(INSERT INTO electric.grants (tbl, privilege, role) VALUES ('projects', 'SELECT', 'ANYONE')) => 'must be owner of table "projects"',
	q(INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('members', 'user_id', 'x')) => 'must be owner of table "members"',
	q(INSERT INTO electric.grants (tbl, privilege, role) VALUES (4000000, 'SELECT', 'ANYONE')) => 'table with OID 4000000 does not exist',
	q(INSERT INTO electric.client_roles VALUES ('backend', false)) => 'permission denied for table client_roles',
	q(INSERT INTO electric.client_sql VALUES (99, 'x')) => 'must be owner of the database',
	q(CREATE TABLE mine (user_id text, p int); INSERT INTO electric.assignments (tbl, user_column, role, scope, path, path_keys) VALUES ('mine', 'user_id', 'owner', 'projects', 'x', '{x}')) => 'must be owner of table "projects"',
	q(CREATE TABLE mine (id int); CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION electric.check_loaded_row(); INSERT INTO mine VALUES (1)) => 'is not a table of extension',
	q(UPDATE electric.grants SET role = 'ANYONE') => 'permission denied for table grants',
	q(DELETE FROM electric.assignments) => 'permission denied for table assignments');
for my $sql (sort keys %refused)
{
	my ($out, $err);
	$node->psql('by_owner', "BEGIN; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-U', 'heir' ]);
	like($err, qr/\Q$refused{$sql}\E/, "refused: $sql");
}
$node->safe_psql('by_owner', 'GRANT CREATE ON SCHEMA public TO heir');

$node->stop;
$other->stop;
done_testing();
