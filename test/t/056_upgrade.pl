# Upgrades from every published version, and the end of it all: ALTER EXTENSION UPDATE keeps rules
# and answers, and gives the same database as a new installation; DROP EXTENSION refuses while
# policies stand, and with CASCADE leaves tables that nobody reads, not open ones.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('upgraded');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nfsync = off");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE app; CREATE ROLE client LOGIN');

my $rules = q(
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	SELECT electric.add_client_role('client');
	GRANT CREATE, USAGE ON SCHEMA public TO app;
	SET ROLE app;
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
	CREATE TABLE members (user_id text, project_id int REFERENCES projects, until int);
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text, state text);
	INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
	INSERT INTO members VALUES ('carol', 1, 1), ('dave', 1, 0);
	INSERT INTO issues VALUES (10, 1, 'a', 'open'), (11, 1, 'b', 'done'), (20, 2, 'c', 'open');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
		ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
		ELECTRIC ASSIGN 'projects:member' TO members.user_id IF (until > 0);
		ELECTRIC GRANT ALL ON projects, issues TO 'projects:owner';
		ELECTRIC GRANT READ ON issues TO 'projects:member' WHERE (state = 'open');
		ELECTRIC GRANT UPDATE (title) ON issues TO 'projects:member';
	$$;);

# answers returns what five users see, and what becomes of their updates.
sub answers
{
	my ($database) = @_;
	my ($out, $err);
	my $sql = join '', map { "BEGIN; SELECT FROM electric.set_user($_); SELECT $_, 'projects', id FROM projects ORDER BY 3; "
		. "SELECT $_, 'issues', id FROM issues ORDER BY 3; UPDATE issues SET title = title || '!' RETURNING id; UPDATE issues SET state = 'x'; ROLLBACK;\n" }
		"'alice'", "'bob'", "'carol'", "'dave'", 'NULL';
	$node->psql($database, $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'client', '-qAt' ]);
	return "$out\n$err";
}

# members returns what the extension is made of, in this database.
sub members
{
	my ($database) = @_;
	return $node->safe_psql($database, q(
		SELECT pg_describe_object(classid, objid, objsubid) AS object, coalesce(obj_description(objid, classid::regclass::text::name), '-'),
			coalesce((SELECT proacl::text FROM pg_proc p WHERE p.oid = objid AND classid = 'pg_proc'::regclass),
				(SELECT relacl::text FROM pg_class c WHERE c.oid = objid AND classid = 'pg_class'::regclass), '-')
		FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'electric_perm') ORDER BY 1;
		SELECT evtname, evtevent, evtenabled FROM pg_event_trigger ORDER BY 1;
		SELECT extversion, extcondition, array_length(extconfig, 1) FROM pg_extension WHERE extname = 'electric_perm';
		SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgname = 'check_loaded_row' ORDER BY 1;));
}

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', "CREATE EXTENSION electric_perm; $rules");
my $answers = answers('fresh');
my $members = members('fresh');
like($answers, qr/^carol\|issues\|10$/m, 'a member sees the open issue');
unlike($answers, qr/^carol\|issues\|11$/m, '... and no other');

# From every version for which there is an install script.
my $newest = $node->safe_psql('postgres', q(SELECT default_version FROM pg_available_extensions WHERE name = 'electric_perm'));
my @versions = split /\n/, $node->safe_psql('postgres', q(
	SELECT DISTINCT source FROM pg_extension_update_paths('electric_perm') WHERE path IS NOT NULL ORDER BY 1));
is($versions[0], '0.1.0', 'there is a way from the first published version');
for my $version (grep { $_ ne $newest } @versions)
{
	(my $database = "from_$version") =~ s/\./_/g;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE EXTENSION electric_perm VERSION '$version'; $rules");
	same_answers($database, "$version: the rules work");
	my $dump = $node->safe_psql($database, 'SELECT dump FROM electric.dump() AS dump');
	$node->safe_psql($database, 'ALTER EXTENSION electric_perm UPDATE');
	same_answers($database, "$version: they work as before after the update");
	is($node->safe_psql($database, 'SELECT dump FROM electric.dump() AS dump'), $dump, '... and are the same');
	is(members($database), $members, '... the extension is that of a new installation');
	is($node->safe_psql($database, 'SELECT * FROM electric.verify()'), '', '... and nothing is amiss');
	$node->safe_psql($database, 'SET ROLE app; ALTER TABLE issues RENAME COLUMN project_id TO of_project; ALTER TABLE issues RENAME COLUMN of_project TO project_id');
	same_answers($database, '... and what is new works');
}

sub same_answers
{
	my ($database, $what) = @_;
	is(answers($database), $answers, $what);
	return;
}

# Where default privileges gave a role the tables of the old version, the update takes them back, and gives nothing new.
# What an administrator granted stays; so does what default privileges gave of old functions, which nobody can tell from it.
$node->safe_psql('postgres', 'CREATE ROLE anon; CREATE DATABASE defaults');
$node->safe_psql('defaults', q(
	ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO anon;
	CREATE EXTENSION electric_perm VERSION '0.1.0';
	GRANT EXECUTE ON FUNCTION electric.set_user TO app;
	ALTER EXTENSION electric_perm UPDATE;));
is($node->safe_psql('defaults', q(
		SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'electric'::regnamespace AND relkind = 'r' AND
			has_table_privilege('anon', oid, 'UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))), '', 'default privileges: no table is left');
is($node->safe_psql('defaults', q(
		SELECT has_function_privilege(role, 'electric.' || name, 'EXECUTE') FROM (VALUES ('app', 'set_user(text, jsonb, boolean)'),
			('anon', 'set_user(text, jsonb, boolean)'), ('anon', 'create_api_key(text, text, timestamptz, cidr[], jsonb)'), ('anon', 'authenticate(text, boolean)')) t (role, name))),
	"t\nt\nf\nt", '... what was granted stays, what is new is not given');

# DROP EXTENSION refuses as long as a policy stands, and names it.
my ($out, $err);
$node->psql('fresh', 'DROP EXTENSION electric_perm', stdout => \$out, stderr => \$err);
like($err, qr/cannot drop extension electric_perm because other objects depend on it/, 'DROP EXTENSION refuses');
like($err, qr/policy electric_select on table issues depends on function electric\.allows/, '... and says why');
is(answers('fresh'), $answers, '... nothing has changed');

# With CASCADE the tables stay denied: row-level security stays on, and no policy allows anything.
$node->safe_psql('fresh', 'DROP EXTENSION electric_perm CASCADE');
$node->psql('fresh', 'SELECT count(*) FROM issues; SELECT count(*) FROM projects; UPDATE issues SET title = 1 RETURNING id; DELETE FROM projects RETURNING id; INSERT INTO issues VALUES (99, 1)',
	stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'client', '-qAt' ]);
is($out, "0\n0", 'with CASCADE: no rows');
like($err, qr/new row violates row-level security policy/, '... and none can be added');
is($node->safe_psql('fresh', q(SELECT count(*) FROM pg_event_trigger)), 0, 'no event trigger is left');
is($node->safe_psql('fresh', 'SET ROLE app; SELECT count(*) FROM issues'), 3, 'the owner has his rows');

# The extension can be made again, and the rules stated again from a dump().
$node->safe_psql('fresh', q(CREATE EXTENSION electric_perm; GRANT EXECUTE ON FUNCTION electric.set_user TO client; SELECT electric.add_client_role('client')));
($out) = $node->safe_psql('from_0_1_0', 'SELECT dump FROM electric.dump() AS dump');
$node->safe_psql('fresh', 'SET ROLE app; SET client_min_messages = warning; SELECT FROM electric.ddlx($all$' . $out . '$all$)');
same_answers('fresh', 'made again, with the rules of a dump()');

# And removed without a trace, table by table.
$node->safe_psql('from_0_1_0', q(
	SET ROLE app;
	DO LANGUAGE ddlx $$
		ELECTRIC REVOKE ALL ON projects, issues FROM 'projects:owner', 'projects:member';
		ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id; ELECTRIC UNASSIGN 'projects:member' FROM members.user_id;
		ELECTRIC DISABLE projects; ELECTRIC DISABLE issues;
	$$;
	RESET ROLE; SELECT electric.drop_client_role('client'); DROP EXTENSION electric_perm));
is($node->safe_psql('from_0_1_0', q(SELECT (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM pg_class WHERE relrowsecurity))), '0|0|0', 'removed: nothing is left');

$node->stop;
done_testing();
