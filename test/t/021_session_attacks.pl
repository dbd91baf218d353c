# What a client brings along when he connects, or has stored for his role, shows him no
# row and makes him nobody else. Regression tests cannot show this: their sessions
# are a superuser's, who may go back to what he was.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	CREATE SCHEMA own AUTHORIZATION client;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('client');
	SET ROLE owner;
	CREATE TABLE projects (id int PRIMARY KEY);
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, public boolean);
	CREATE INDEX ON issues (project_id);
	CREATE TABLE members (project_id int REFERENCES projects, user_id text);
	INSERT INTO projects VALUES (1), (2);
	INSERT INTO issues VALUES (1, 1, false), (2, 2, false), (3, 2, true);
	INSERT INTO members VALUES (1, 'alice'), (2, 'bob');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE issues;
		ELECTRIC ASSIGN 'projects:member' TO members.user_id;
		ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:member';
		ELECTRIC GRANT READ ON issues TO ANYONE WHERE (public);
	$$;
	SET ROLE client;
	CREATE FUNCTION own.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
	CREATE FUNCTION own.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE OPERATOR own.= (FUNCTION = own.same, LEFTARG = text, RIGHTARG = text);
	CREATE TABLE own.members AS SELECT 2 AS project_id, NULL::text AS user_id;
));

# Nobody is set, so that what anyone may see is all there is: row 3.
my $look = q(SELECT 'sees ' || string_agg(id::text, ' ' ORDER BY id) FROM public.issues; UPDATE public.issues SET public = true RETURNING 'changes ' || id;);

# run returns what the script prints to the client, and apart what it is refused.
sub run
{
	my ($sql, %options) = @_;
	my ($out, $err);
	local $ENV{PGOPTIONS} = $options{with} // '';
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-U', $options{as} // 'client' ]);
	return ($out, $err);
}

# The tool works: the owner sees and changes every row.
my ($out, $err) = run("BEGIN; $look", as => 'owner');
like($out, qr/^sees 1 2 3\nchanges 1\nchanges 2\nchanges 3$/m, 'the owner sees and changes all');

for my $preload ('', 'electric_perm')
{
	my $name = $preload ? 'preloaded' : 'not preloaded';
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'");
	$node->restart;

	# Connection options that every client may give change no answer.
	for my $option (
		'-c search_path=own,public,pg_catalog', '-c electric_perm.native_syntax=off',
		'-c ignore_system_indexes=on', '-c plan_cache_mode=force_generic_plan',
		'-c enable_seqscan=off', '-c enable_indexscan=off -c enable_bitmapscan=off',
		'-c force_parallel_mode=on', '-c default_transaction_isolation=serializable',
		'-c client_encoding=SQL_ASCII', '-c transform_null_equals=on')
	{
		($out, $err) = run($look, with => $option);
		is($out, 'sees 3', "$name: $option changes nothing");
	}

	# Settings of our name that there are not, and values that they do not have, are refused
	# by the library, or mean nothing before it is loaded.
	for my $option ('-c electric_perm.native_syntax=nonsense', '-c electric_perm.enforce=off')
	{
		($out, $err) = run($look, with => $option);
		is($out, $preload ? '' : 'sees 3', "$name: $option changes nothing");
		like($err, qr/electric_perm/, "$name: $option is named") if $preload;
	}

	# Options that would change one are refused, and the connection with them.
	for my $option (
		'-c session_replication_role=replica', '-c allow_system_table_mods=on', '-O',
		'-c session_preload_libraries=', '-c local_preload_libraries=electric_perm',
		'-c role=owner', '-c role=postgres', '-c session_authorization=owner', '-c session_authorization=postgres',
		'-c jit_provider=x', '-c dynamic_library_path=/tmp', '-c is_superuser=on', '-c zero_damaged_pages=on')
	{
		($out, $err) = run($look, with => $option);
		is($out, '', "$name: $option shows nothing");
		like($err, qr/FATAL:/, "$name: $option is refused");
	}

	# row_security = off is an error, however it is set.
	($out, $err) = run($look, with => '-c row_security=off');
	is($out, '', "$name: row_security=off shows nothing");
	like($err, qr/query would be affected by row-level security/, "$name: row_security=off says so");
}

# A client stores for his role what he might set, and no more: a role that he is not
# a member of is passed over with a WARNING or keeps him out.
for my $default (
	q(row_security = off), q(role = 'owner'), q(role = 'postgres'),
	q(session_authorization = 'owner'), q(search_path = own, public, pg_catalog),
	q(electric_perm.native_syntax = off), q(enable_seqscan = off), q(session_replication_role = replica),
	q(session_preload_libraries = ''), q(local_preload_libraries = 'electric_perm'))
{
	run("ALTER ROLE client SET $default");
	($out, $err) = run("SELECT current_user, session_user; $look");
	unlike($out, qr/owner|postgres|sees .*[12]|changes/, "ALTER ROLE client SET $default makes him nobody else");
	$node->safe_psql('postgres', 'ALTER ROLE client RESET ALL');
}
is((run($look))[0], 'sees 3', 'his defaults are gone');

# In a session of his own no statement leads to another role.
for my $sql (
	'SET ROLE owner', 'SET LOCAL ROLE owner', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION owner', 'SET SESSION AUTHORIZATION postgres',
	"SELECT set_config('role', 'owner', false)", "SELECT set_config('session_authorization', 'owner', false)",
	"SELECT set_config('is_superuser', 'on', false)",
	"CREATE FUNCTION own.f() RETURNS bigint LANGUAGE sql SET role = owner AS 'SELECT count(*) FROM public.issues'; SELECT 'sees ' || own.f()",
	'GRANT owner TO client', 'ALTER FUNCTION own.now() OWNER TO owner', 'SET ROLE NONE; RESET ROLE; RESET SESSION AUTHORIZATION; SELECT 1 / 0',
	"ALTER ROLE client BYPASSRLS", 'CREATE ROLE other IN ROLE owner', "DO 'BEGIN SET ROLE owner; END'",
	"COPY issues TO PROGRAM 'cat'", "SELECT pg_read_file('postgresql.conf')", "SELECT * FROM pg_statistic", "SELECT * FROM pg_authid")
{
	($out, $err) = run("BEGIN; $sql; ROLLBACK; SELECT current_user; $look");
	like($err, qr/ERROR:/, "$sql is refused");
	is((split /client\n/, $out, 2)[1], 'sees 3', "$sql changes nothing");
}

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'no crash');
$node->stop;
done_testing();
