# An identity cannot be forged from outside the session, nor before the library is
# loaded. Regression tests cannot show this: they run in one server, in
# sessions whose connection options and time of loading they do not choose.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $forged = q(E'{"admin": true}\nmallory');
my $who = q(SELECT coalesce(electric.user_id(), 'nobody'), electric.claims(););
my $anonymous = 'nobody|{}';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 2');
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	CREATE ROLE app LOGIN;
	GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO app;
	CREATE DATABASE mine OWNER client;
	CREATE SCHEMA own AUTHORIZATION client;
));

# run returns what the script prints as the role and, apart, warnings and errors.
sub run
{
	my ($role, $sql, %options) = @_;
	my ($out, $err);
	$node->psql($options{db} // 'postgres', $sql,
		stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	return ($out, $err);
}

# is_anonymous checks that the session's last answer is nobody's and that the server
# said what it refused.
sub is_anonymous
{
	my ($name, $role, $sql, $message) = @_;
	my ($out, $err) = run($role, $sql);
	is((split /\n/, $out)[-1], $anonymous, "$name: anonymous");
	like($err, $message, "$name: says so") if $message;
	return;
}

sub configure
{
	my ($name, $value) = @_;
	$node->adjust_conf('postgresql.conf', $name, $value);
	$node->restart;
	return;
}

my $refused = qr/WARNING:.*parameter "electric_perm.identity" cannot be set directly/;
my $denied = qr/WARNING:.*permission denied to set parameter "electric_perm.identity"/;

# A setting of our name made before the library is loaded is a placeholder; it is
# dropped at the load, whatever the state of the transaction and the value's scope.
is_anonymous('placeholder', 'client', "SET electric_perm.identity = $forged; $who", $denied);
is_anonymous('placeholder of a superuser', 'postgres', "SET electric_perm.identity = $forged; $who", $refused);
is_anonymous('placeholder, LOAD', 'postgres', "SET electric_perm.identity = $forged; LOAD 'electric_perm'; $who", $refused);
is_anonymous('local placeholder', 'client', "BEGIN; SET LOCAL electric_perm.identity = $forged; $who", $denied);
is_anonymous('local over session placeholder', 'client',
	"SET electric_perm.identity = $forged; BEGIN; SET LOCAL electric_perm.identity = $forged; $who", $denied);
for my $end ('COMMIT', 'ROLLBACK', 'ROLLBACK TO s', 'RELEASE s', 'RESET ALL')
{
	is_anonymous("stacked placeholders, $end", 'client', qq(
		SET electric_perm.identity = $forged;
		BEGIN;
		SET electric_perm.identity = 'one';
		SAVEPOINT s;
		SET LOCAL electric_perm.identity = $forged;
		$who
		$end;
		$who), $denied);
}
is_anonymous('placeholder, DISCARD ALL', 'client', "SET electric_perm.identity = $forged; $who DISCARD ALL; $who", $denied);
is_anonymous('placeholder by set_config()', 'client',
	"SELECT set_config('electric_perm.identity', $forged, false); $who", $denied);
is_anonymous('load within a function that set the placeholder', 'client', qq(
	DO \$\$ BEGIN PERFORM set_config('electric_perm.identity', $forged, true);
		RAISE NOTICE '%', coalesce(electric.user_id(), 'still nobody'); END \$\$;
	$who), qr/still nobody/);

# A client cannot store a value for the unknown setting anywhere.
for my $sql (
	"ALTER ROLE client SET electric_perm.identity = $forged",
	"ALTER DATABASE mine SET electric_perm.identity = $forged",
	"CREATE FUNCTION own.f() RETURNS text LANGUAGE sql SET electric_perm.identity = $forged AS 'SELECT 1::text'")
{
	my (undef, $err) = run('client', $sql);
	like($err, qr/ERROR:  permission denied to set parameter/, "before the load: $sql");
}

# What a superuser stored or wrote for the unknown setting plants no identity
# either, and does not keep anybody from connecting. A function that sets it can be made only
# where no event trigger loads the library.
my $function = qq(CREATE FUNCTION g() RETURNS text LANGUAGE sql SET electric_perm.identity = $forged
		AS \$\$ SELECT electric.user_id() \$\$;);
like((run('postgres', $function))[1], qr/ERROR:  parameter "electric_perm.identity" cannot be set directly/,
	'a function with a SET clause is not made');
run('postgres', qq(
	ALTER ROLE client SET electric_perm.identity = $forged;
	ALTER DATABASE mine SET electric_perm.identity = $forged;
	ALTER EVENT TRIGGER electric_ddl_start DISABLE;
	ALTER EVENT TRIGGER electric_ddl_end DISABLE;
	$function
	ALTER EVENT TRIGGER electric_ddl_start ENABLE ALWAYS;
	ALTER EVENT TRIGGER electric_ddl_end ENABLE ALWAYS;));
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_db_role_setting'), '2', 'defaults of a role and a database are stored');
$node->append_conf('postgresql.conf', "electric_perm.identity = 'mallory'");
my @preloads = (
	[ 'no preload' ],
	[ 'session preload', 'session_preload_libraries' ],
	[ 'shared preload', 'shared_preload_libraries' ]);
for my $preload (@preloads)
{
	my ($name, $setting) = @$preload;
	configure($setting, 'electric_perm') if $setting;
	is_anonymous("$name: default of the role", 'client', $who);
	is_anonymous("$name: default of the role, RESET ALL", 'client', "$who RESET ALL; $who");
	is_anonymous("$name: configuration file", 'app', $who);
	like((run('client', $who, db => 'mine'))[1], qr/schema "electric" does not exist/,
		"$name: the database with a default can be entered");
	is_anonymous("$name: function with a SET clause", 'app', "SELECT g(); $who");
	my ($out, $err) = run('app', "SELECT coalesce(g(), 'nobody');");
	like("$out$err", qr/^nobody|ERROR:  parameter "electric_perm.identity" cannot be set directly/m,
		"$name: function with a SET clause gives no other user");
	unlike($out, qr/mallory/, "$name: function with a SET clause does not say the name");
	for my $options ('-c electric_perm.identity=mallory', '--electric_perm.identity=mallory')
	{
		local $ENV{PGOPTIONS} = $options;
		is_anonymous("$name: connection option $options", 'app', $who);
		is_anonymous("$name: connection option $options of a superuser", 'postgres', "$who RESET ALL; $who");
	}
	$node->reload;
	is_anonymous("$name: reload", 'app', $who);
	configure($setting, '') if $setting;
}
run('postgres', qq(
	ALTER ROLE client RESET ALL;
	ALTER DATABASE mine RESET ALL;));
$node->adjust_conf('postgresql.conf', 'electric_perm.identity', undef);
$node->restart;

# DISCARD ALL between two clients of a pool leaves nothing of the first.
my ($out) = run('app', qq(
	SELECT electric.set_user('alice', '{"a": 1}', false);
	$who
	DISCARD ALL;
	$who));
is($out, qq(\nalice|{"a": 1}\n$anonymous), 'DISCARD ALL ends the identity of a session');

# A pool of transactions: each starts anonymous, as COMMIT, ROLLBACK and an error end
# the identity.
($out) = run('app', join "\n", map {
	qq(BEGIN; SELECT electric.set_user('alice'); $who $_; $who) }
	'COMMIT', 'ROLLBACK', 'SELECT 1/0; COMMIT', "PREPARE TRANSACTION 'p'");
is($out, join("\n", ("\nalice|{}\n$anonymous") x 4), 'the end of a transaction ends a local identity');
run('app', "COMMIT PREPARED 'p'");

# A superuser is told that the identity does not bind him, once a session.
my (undef, $err) = run('postgres', q(SELECT electric.set_user('alice', '{}', false) FROM generate_series(1, 3);
	SELECT electric.set_user('bob', '{}', false);));
is(scalar(() = $err =~ /WARNING:  the identity has no effect/g), 1, 'one warning for a superuser');

# Workers that were really started know the identity; so do they where text is not UTF-8.
$node->safe_psql('postgres', q(CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'));
$node->safe_psql('latin', 'CREATE EXTENSION electric_perm; GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO app;');
for my $db ('postgres', 'latin')
{
	$node->safe_psql($db, q(
		CREATE TABLE numbers WITH (parallel_workers = 2) AS
			SELECT n, U&'j\00F6rg' AS owner FROM generate_series(1, 1000) n;
		GRANT SELECT ON numbers TO app;));
	($out) = run('app', q(
		SET client_encoding = 'UTF8';
		SET parallel_setup_cost = 0;
		SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
		SET parallel_leader_participation = off;
		SELECT electric.set_user(U&'j\00F6rg', U&'{"town": "K\00F6ln"}', false);
		SELECT count(*) FROM numbers WHERE owner = electric.user_id() AND electric.claims()->>'town' = U&'K\00F6ln';
		EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM numbers WHERE owner = electric.user_id();),
		db => $db);
	like($out, qr/^1000$/m, "$db: workers know the identity");
	like($out, qr/Workers Launched: [12]/, "$db: workers were launched");
}

# None of this brought a backend down.
unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'no crash');
$node->stop;
done_testing();
