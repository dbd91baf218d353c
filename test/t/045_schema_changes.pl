# Changes of the schema are followed by sessions that have never heard of the library: the
# event triggers load it by firing. Each statement here is the first of its session, on a server
# that preloads nothing. (Regression tests schema_* show the cases in full.)
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('followed');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nsession_preload_libraries = ''");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	CREATE ROLE heir LOGIN;
	GRANT CREATE, USAGE ON SCHEMA public TO owner, heir;
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	SELECT electric.add_client_role('client');
	SET SESSION AUTHORIZATION owner;
	CREATE TABLE projects (id int PRIMARY KEY);
	CREATE TABLE members (user_id text, project_id int REFERENCES projects, role text, until int);
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, state text);
	CREATE TABLE notes (id int, project_id int REFERENCES projects) PARTITION BY RANGE (id);
	CREATE FUNCTION is_open(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'open' $$;
	INSERT INTO projects VALUES (1), (2);
	INSERT INTO members VALUES ('alice', 1, 'member', 1);
	INSERT INTO issues VALUES (10, 1, 'open'), (11, 1, 'done'), (20, 2, 'open');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE issues; ELECTRIC ENABLE notes;
		ELECTRIC ASSIGN (projects, members.role) TO members.user_id IF (until > 0);
		ELECTRIC GRANT READ ON issues TO 'projects:member' WHERE (is_open(state));
		ELECTRIC GRANT READ ON notes TO 'projects:member';
	$$;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO client;
));

# run runs one statement as the first of a session; returns its errors, and warnings.
sub run_first
{
	my ($user, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $user ], on_error_stop => 0);
	return $err;
}

# What alice sees of a table, asked by OID since names change.
my %oid = map { $_ => $node->safe_psql('postgres', "SELECT '$_'::regclass::oid") } qw(issues notes);
sub alice_sees
{
	my ($table) = @_;
	my $name = $node->safe_psql('postgres', "SELECT $oid{$table}::regclass");
	my ($out, $err);
	$node->psql('postgres', "BEGIN; SELECT FROM electric.set_user('alice'); SELECT count(*) FROM $name",
		stdout => \$out, stderr => \$err, extra_params => [ '-U', 'client', '-qAt' ]);
	return $out . $err;
}
is(alice_sees('issues'), 1, 'alice sees the open issue of her project');

# What is renamed or moved is followed.
for my $sql (
	'ALTER TABLE issues RENAME project_id TO of_project',
	'ALTER TABLE members RENAME user_id TO who',
	'ALTER TABLE members RENAME role TO rank',
	'ALTER TABLE members RENAME until TO valid',
	'ALTER TABLE issues RENAME state TO status',
	'ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO key',
	'ALTER TABLE members RENAME TO people',
	'ALTER TABLE projects RENAME TO things',
	'ALTER TABLE issues RENAME TO tickets',
	'ALTER FUNCTION is_open(text) RENAME TO not_done',
	'ALTER TABLE tickets ALTER status TYPE varchar(9)',
	'ALTER TABLE people ALTER who TYPE varchar, ALTER valid TYPE bigint',
	'ALTER TABLE tickets DROP CONSTRAINT key, ADD CONSTRAINT key FOREIGN KEY (of_project) REFERENCES things')
{
	is(run_first('owner', $sql), '', $sql);
	is(alice_sees('issues'), 1, '... and alice sees what she saw');
}
is(run_first($node->safe_psql('postgres', 'SELECT current_user'), 'ALTER SCHEMA public RENAME TO app'), '', 'ALTER SCHEMA .. RENAME');
is($node->safe_psql('postgres', "SELECT count(*) FROM electric.dump() AS dump WHERE dump LIKE '%public%'"), 0, '... and no rule says public');
$node->safe_psql('postgres', 'ALTER SCHEMA app RENAME TO public');
is(alice_sees('issues'), 1, '... and alice sees what she saw');

# What a rule stands on is not dropped without CASCADE, and nothing changes.
for my $sql (
	'ALTER TABLE tickets DROP CONSTRAINT key',
	'ALTER TABLE people DROP COLUMN who',
	'ALTER TABLE people DROP COLUMN rank',
	'ALTER TABLE people DROP COLUMN valid',
	'ALTER TABLE tickets DROP COLUMN status',
	'DROP FUNCTION not_done(text)',
	'ALTER TABLE people ALTER valid TYPE text',
	'ALTER TABLE people ALTER who TYPE text[] USING ARRAY[who]')
{
	my $err = run_first('owner', $sql);
	like($err, qr/ERROR/, "$sql: refused");
	is(alice_sees('issues'), 1, '... and alice sees what she saw');
}

# Partitions are born closed, and what would be read past the rules is refused.
unlike(run_first('owner', 'CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM (0) TO (100)'), qr/ERROR/, 'a new partition');
run_first('owner', 'CREATE TABLE notes_2 (LIKE notes)');
run_first('owner', 'ALTER TABLE notes ATTACH PARTITION notes_2 FOR VALUES FROM (100) TO (200)');
is($node->safe_psql('postgres', "SELECT bool_and(relrowsecurity) FROM pg_class WHERE relname IN ('notes_1', 'notes_2')"), 't', '... and an attached one have row-level security');
is($node->safe_psql('postgres', "SELECT bool_or(has_table_privilege('client', t, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')) FROM unnest(ARRAY['notes_1', 'notes_2']) t"), 'f', '... and give the client nothing');
like(run_first('owner', 'CREATE TABLE child () INHERITS (tickets)'), qr/is enabled and cannot have or be an inheritance child/, 'a child of an enabled table is refused');
like(run_first('owner', 'CREATE TABLE parent (LIKE tickets); ALTER TABLE tickets INHERIT parent'), qr/is enabled and cannot have or be an inheritance child/, '... and a parent');

# No owner who is a client; a permissive policy of others is told of.
$node->safe_psql('postgres', 'GRANT client TO owner; GRANT CREATE ON SCHEMA public TO client');
like(run_first('owner', 'ALTER TABLE tickets OWNER TO client'), qr/would have the rights of the owner/, 'a client role becomes no owner');
like(run_first('owner', 'CREATE POLICY wide ON tickets USING (false)'), qr/policy "wide" on table "tickets" is permissive/, 'a policy of others is named');
like(run_first('owner', 'ALTER TABLE notes DISABLE ROW LEVEL SECURITY'), qr/bind nobody/, 'row-level security switched off is told of');

# With CASCADE the rules go, and the policies stand without them.
like(run_first('owner', 'ALTER TABLE tickets DROP CONSTRAINT key CASCADE'), qr/drop cascades to rule ELECTRIC GRANT SELECT ON public.tickets/, 'CASCADE takes the rule along');
is(alice_sees('issues'), 0, '... and alice sees nothing more');
run_first('owner', 'DROP TABLE tickets');
run_first('owner', 'DROP TABLE things CASCADE');
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM electric.grants), (SELECT count(*) FROM electric.assignments), (SELECT count(*) FROM electric.tables)'), '0|0|1', 'what is left of the rules');

$node->stop;
done_testing();
