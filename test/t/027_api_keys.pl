# API keys where regression tests cannot go: over TCP, in other sessions, across a restart, on a
# standby and through a dump; and what the server's log says of them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1, extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
# all other settings are PostgreSQL's own, those of the log as well
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlisten_addresses = '127.0.0.1'\nlog_statement = none");
$node->append_conf('pg_hba.conf', "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust");
$ENV{PGUSER} = 'postgres';
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	CREATE ROLE server LOGIN;
	SELECT electric.add_client_role('client');
	SELECT electric.add_client_role('server', service => true);
	CREATE TABLE posts (id int PRIMARY KEY, app text);
	INSERT INTO posts SELECT i, CASE WHEN i <= 3 THEN 'site' ELSE 'shop' END FROM generate_series(1, 10) i;
	DO LANGUAGE ddlx $$ ELECTRIC ENABLE posts; ELECTRIC GRANT READ ON posts TO ANYONE WHERE (app = auth.claims ->> 'app'); $$;
));

my @secrets;

# create makes a key and remembers its secret part; id_of tells its id.
sub create
{
	my ($arguments) = @_;
	my $key = $node->safe_psql('postgres', "SET client_min_messages = warning; SELECT electric.create_api_key($arguments)");
	push @secrets, substr($key, -43);
	return $key;
}
sub id_of { my ($key) = @_; return (split /_/, $key)[2] }

# rows returns the first column of what the session's last statement gives, or its error.
sub rows
{
	my ($session, @statements) = @_;
	$session->simple($_) for @statements;
	return $session->{error} ? "error $session->{error}{C}" : join ' ', @{ $session->{column} };
}
sub session { my ($user, $on) = @_; return Wire->new($on // $node, 'postgres', $user) }
my $count = 'SELECT count(*) FROM posts';

my $site = create(q('site', claims => '{"app": "site"}'));
my $shop = create(q('shop', claims => '{"app": "shop"}'));
my $job = create(q('job', 'secret'));

# Networks: over TCP the client's address decides.
sub over_tcp
{
	my ($key, $user) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET client_min_messages = warning; SELECT 'accepted' FROM electric.authenticate('$key')",
		stdout => \$out, stderr => \$err, connstr => "host=127.0.0.1 port=" . $node->port . " dbname=postgres user=" . ($user // 'client'));
	return $err =~ /ERROR:  (.*)/ ? $1 : $out;
}
my %networks = (
	'127.0.0.1' => 'accepted', '127.0.0.0/8' => 'accepted', '0.0.0.0/0' => 'accepted', '10.0.0.0/8,127.0.0.1/32' => 'accepted',
	'127.0.0.2' => 'API key is not accepted', '10.0.0.0/8' => 'API key is not accepted', '::1' => 'API key is not accepted',
	'::/0' => 'API key is not accepted', '128.0.0.0/1' => 'API key is not accepted');
for my $networks (sort keys %networks)
{
	my $key = create("'net', networks => '{$networks}'");
	is(over_tcp($key), $networks{$networks}, "over TCP from 127.0.0.1: a key for $networks");
	is(rows(session('client'), "SELECT electric.authenticate('$key')"), 'error 28000', '... and never through a Unix socket');
}
is(over_tcp($site), 'accepted', 'a key without networks over TCP');
is(rows(session('client'), 'BEGIN', "SELECT electric.authenticate('$site')", $count), '3', '... and through a Unix socket');
my $job_there = create(q('job', 'secret', networks => '{127.0.0.1}'));
is(over_tcp($job_there, 'server'), 'accepted', 'a secret key for a network');
is(over_tcp($job_there, 'client'), 'role "client" cannot use secret API keys', '... through another role');

# Revocation: from the next statement on, in every session, whatever it keeps.
my $session = session('client');
my $service = session('server');
my $idle = session('client');
is(rows($session, "SELECT electric.authenticate('$shop', false)", $count), '7', 'a session by a key');
is(rows($service, "SELECT electric.authenticate('$job', false)", $count), '10', 'a service');
is(rows($idle, 'BEGIN', "SELECT electric.authenticate('$shop')", 'PREPARE p AS ' . $count, 'EXECUTE p'), '7', 'in a transaction, prepared');
is(rows($idle, 'DECLARE c CURSOR FOR SELECT id FROM posts ORDER BY id', 'FETCH 2 FROM c'), '4 5', '... with a cursor');
$node->safe_psql('postgres', "SELECT electric.revoke_api_key('" . id_of($shop) . "'), electric.revoke_api_key('" . id_of($job) . "')");
is(rows($session, $count), '0', 'revoked: nothing');
is(rows($session, 'SELECT electric.claims()'), '{}', '... no claims');
is(rows($session, 'BEGIN', $count), '0', '... in a new transaction as well');
is(rows($session, 'ROLLBACK', "SELECT electric.authenticate('$shop')"), 'error 28000', '... nor again');
is(rows($service, $count), '0', 'a revoked service: nothing');
is(rows($service, 'SELECT role FROM electric.roles()'), 'ANYONE', '... and no role');
is(rows($service, 'DELETE FROM posts RETURNING id'), '', '... nothing to delete');
is(rows($service, "INSERT INTO posts VALUES (99, 'x')"), 'error 42501', '... nothing to insert');
is(rows($idle, 'EXECUTE p'), '0', 'within the transaction: nothing');
is(rows($idle, 'SELECT electric.claims()'), '{}', '... no claims');
is(rows($idle, 'FETCH 2 FROM c'), '6 7', '... but a statement that had begun goes on');
is(rows($idle, 'ROLLBACK', $count), '0', 'and afterwards nothing');

# What is known of one key is nothing about another: who comes back to a key with a savepoint is asked about that one.
my ($one, $two) = map { create(qq('key $_', claims => '{"app": "site", "n": $_}')) } 1, 2;
$session = session('client');
is(rows($session, 'BEGIN', "SELECT electric.authenticate('$one')", 'SAVEPOINT s', "SELECT electric.authenticate('$two')", $count), '3', 'two keys, one behind the other');
$node->safe_psql('postgres', "SELECT electric.revoke_api_key('" . id_of($one) . "')");
is(rows($session, q(SELECT electric.claims() ->> 'n')), '2', 'the first one is revoked: the second counts');
is(rows($session, 'ROLLBACK TO s', 'SELECT electric.claims()'), '{}', '... and the first does not come back');
is(rows($session, $count), '0', '... nor any row');
rows($session, 'ROLLBACK');

# A session that has missed the news of a revocation, for there were too many, forgets what it knew.
is(rows($session, "SELECT electric.authenticate('$two', false)", $count), '3', 'a session by a key');
my $busy = session('postgres');
$busy->simple('SELECT pg_advisory_lock(1)');
$session->put('Q', "SELECT pg_advisory_lock(1); SELECT electric.claims()\0");
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory')) or die 'nobody waits';
$busy->simple($_) for "SELECT electric.revoke_api_key('" . id_of($two) . "')", 'BEGIN; ' . join(' ', map { "CREATE TEMPORARY TABLE news$_ (a int);" } 1 .. 1000) . ' COMMIT', 'SELECT pg_advisory_unlock(1)';
$session->answers;
is($session->{value}, '{}', '.. is nobody when its key was revoked meanwhile');
$busy->close;

# Who revokes a key that his snapshot does not have is told that he has not.
my $early = session('postgres');
$early->simple($_) for 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM electric.api_keys';
my $young = create(q('young', claims => '{"app": "site"}'));
is(rows($early, "SELECT electric.revoke_api_key('" . id_of($young) . "')"), 'error 40001', 'a key that is younger than the snapshot');
rows($early, 'ROLLBACK');
is(rows(session('client'), 'BEGIN', "SELECT electric.authenticate('$young')", $count), '3', '... is not revoked');

# .. so it is where a superuser deletes the row himself.
my $by_hand = create(q('by hand', claims => '{"app": "site"}'));
$session = session('client');
is(rows($session, "SELECT electric.authenticate('$by_hand', false)", $count), '3', 'a session by a key');
$node->safe_psql('postgres', "DELETE FROM electric.api_key_store WHERE name = 'by hand'");
is(rows($session, $count), '0', 'deleted by hand: nothing');

# Noting a key's use holds up nobody: neither who uses the same key, nor who revokes it.
my $held = create(q('held', claims => '{"app": "site"}'));
my $id = id_of($held);
my $first = session('client');
my $second = session('client');
is(rows($first, 'BEGIN', "SELECT electric.authenticate('$held')", $count), '3', 'the first use is noted, not yet committed');
$second->simple("SET statement_timeout = '10s'");
is(rows($second, 'BEGIN', "SELECT electric.authenticate('$held')", $count), '3', 'a second session does not wait for it');
is(rows($second, 'COMMIT', 'SELECT pg_current_xact_id_if_assigned()'), '', '... and goes on');
is($node->safe_psql('postgres', "SELECT last_use FROM electric.api_keys WHERE id = '$id'"), '', 'nothing is noted before the commit');
is(rows(session('postgres'), "SET statement_timeout = '10s'", "SELECT electric.revoke_api_key('$id')"), '', 'who revokes it does not wait');
is(rows($first, $count), '0', '... and it counts at once');
is(rows($first, 'COMMIT'), '', 'the first session ends as it would');
my $later = create(q('later'));
$node->safe_psql('postgres', "SELECT electric.revoke_api_key('" . id_of($later) . "')");
is($node->safe_psql('postgres', 'SELECT count(*) FROM electric.api_key_use WHERE id NOT IN (SELECT id FROM electric.api_key_store)'), '0', 'what was left behind goes with a later key');
my $often = create(q('often', claims => '{"app": "site"}'));
$session = session('client');
rows($session, 'BEGIN', "SELECT electric.authenticate('$often')", 'COMMIT');
is(rows($session, 'BEGIN', "SELECT electric.authenticate('$often')", 'SELECT pg_current_xact_id_if_assigned()'), '', 'after the first use in an hour nothing is written');
rows($session, 'ROLLBACK');

# Keys outlive a restart; a standby accepts them, notes nothing, and learns of a revocation.
$job = create(q('job', 'secret'));
$node->restart;
is(rows(session('client'), 'BEGIN', "SELECT electric.authenticate('$site')", $count), '3', 'after a restart');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $there = session('client', $standby);
my $service_there = session('server', $standby);
is(rows($there, 'BEGIN', "SELECT electric.authenticate('$site')", $count), '3', 'on a standby');
is(rows($service_there, "SELECT electric.authenticate('$job', false)", $count), '10', '... a service');
is(rows(session('postgres', $standby), "SELECT electric.create_api_key('x')"), 'error 25006', '... makes no keys');
$node->safe_psql('postgres', "SELECT electric.revoke_api_key('" . id_of($job) . "')");
$node->wait_for_catchup($standby);
is(rows($service_there, $count), '0', '... which are revoked there as well');

# A dump has the keys, so that they are accepted where it is restored, and answer alike.
$job = create(q('job', 'secret', claims => '{"n": 1}', expires => now() + interval '1 day', networks => NULL));
my $dump = PostgreSQL::Test::Utils::tempdir . '/dump';
sub described
{
	my ($database) = @_;
	return $node->safe_psql($database, q(SELECT k FROM electric.api_keys k ORDER BY id; SELECT digest FROM electric.api_key_store ORDER BY id;
		SELECT tablename, roles, qual FROM pg_policies WHERE policyname = 'electric_service'; TABLE electric.client_roles;
		SELECT a.privilege_type FROM pg_class, aclexplode(relacl) a WHERE grantee = 'server'::regrole ORDER BY 1; SELECT * FROM electric.verify()));
}
for my $format ('-Fc', '-Fd')
{
	my $copy = $format eq '-Fc' ? 'copy' : 'copy_in_parallel';
	$node->command_ok([ 'pg_dump', $format, '-f', "$dump$format", '-d', $node->connstr('postgres') ], "pg_dump $format");
	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	$node->command_ok([ 'pg_restore', '-e', ($format eq '-Fd' ? ('-j', 2) : ()), '-d', $node->connstr($copy), "$dump$format" ], "restored as $copy");
	is(described($copy), described('postgres'), "$copy: the same keys, policies and privileges");
	is(rows(Wire->new($node, $copy, 'client'), 'BEGIN', "SELECT electric.authenticate('$site')", $count), '3', "$copy: a publishable key");
	is(rows(Wire->new($node, $copy, 'server'), 'BEGIN', "SELECT electric.authenticate('$job')", $count), '10', "$copy: a secret key");
}
my $stored = $node->safe_psql('postgres', 'SELECT s, encode(digest, $$escape$$) FROM electric.api_key_store s; TABLE electric.api_key_use');
is(scalar(grep { index($stored, $_) >= 0 } @secrets), 0, 'no secret is stored');

# A thousand failures of all kinds, by both protocols, leave no secret in the log, but the reason and the id.
$session = session('client');
for my $i (1 .. 112)
{
	my @keys = ($site, create("'expired $i'"), $job, $job_there, $shop, "x$site");
	my @failures = (
		"SELECT electric.authenticate('$keys[1]A')", "SELECT electric.authenticate('Bearer $keys[2]')",
		"SELECT electric.authenticate('$keys[3]')", "SELECT electric.authenticate('$keys[4]')",
		"SELECT electric.authenticate('$keys[5]')", "SELECT electric.authenticate('$keys[0]', NULL)",
		"DO \$\$ BEGIN PERFORM electric.authenticate('$keys[4]'); END \$\$",
		"SELECT electric.authenticate(k) FROM (VALUES ('$keys[2]'), ('$keys[3]')) v (k)",
		"SELECT 1 WHERE electric.authenticate('" . reverse($keys[0]) . "') IS NULL");
	push @secrets, scalar reverse substr($keys[0], -43);
	for my $sql (@failures)
	{
		$session->simple($sql) if $i % 2;
		if ($i % 2 == 0) { $session->parse('', $sql); $session->bind(''); $session->execute; $session->sync; }
		ok(0, "no failure: $sql") unless $session->{error};
		ok(0, "the error tells it") if grep { index("$session->{error}{M} " . ($session->{error}{D} // '') . ($session->{error}{H} // ''), $_) >= 0 } map { substr($_, -43) } @keys;
	}
	# who takes the key for its id
	is(rows(session('postgres'), "SELECT electric.revoke_api_key('$keys[0]')"), 'error 22023', 'the key is not its id') if $i % 10 == 0;
	# with a session identity the error is raised by another room
	rows($session, "SELECT electric.authenticate('$site', false)", 'BEGIN', "SELECT electric.authenticate('$often')", 'ROLLBACK', 'SELECT electric.logout()') if $i % 10 == 0;
}
my $log = slurp_file($node->logfile);
is(scalar(grep { index($log, $_) >= 0 } @secrets), 0, 'no secret is in the log');
cmp_ok(() = $log =~ /LOG:  API key "[0-9a-f]{16}" is not accepted: there is no such key/g, '>=', 100, 'the reasons are: unknown');
for my $reason ("the client's address is in none of its networks", 'the role is no client role for services')
{
	like($log, qr/LOG:  API key "[0-9a-f]{16}" is not accepted: \Q$reason\E/, "... $reason");
}
like($log, qr/LOG:  API key is not accepted: it is not the text of a key/, '... not a key, of which nothing is repeated');
# .. whatever is wrong with it: only what has the form of a key has an id, which the log may repeat.
for my $odd ("ek_secret_SECRETS-IN-HERE._" . 'A' x 43, "ek_secret_0123456789abcdef_" . 'A' x 42, "ek_secret_0123456789abcdef_" . 'A' x 44, 'ek_secret_0123456789abcdefA' . 'A' x 43, 'ek_secret_0123456789abcdef_' . 'A' x 42 . '+', 'ek_secret_0123456789abcdef_' . 'A' x 43 . '+', "ek_secret_\nLOG:  an event\n_" . 'A' x 43)
{
	my $from = -s $node->logfile;
	is(rows(session('client'), "SELECT electric.authenticate('$odd')"), 'error 28000', 'not quite a key');
	my $said = substr slurp_file($node->logfile), $from;
	like($said, qr/LOG:  API key is not accepted: it is not the text of a key\n/, '... is none');
	unlike($said, qr/SECRETS|0123456789abcdef|an event/, '... of which the log repeats nothing');
}
# client_min_messages brings none of it to the client
my ($out, $err);
$node->psql('postgres', "SET client_min_messages = debug5; SELECT electric.authenticate('$shop')", stdout => \$out, stderr => \$err, extra_params => [ '-U', 'client' ]);
unlike($err, qr/no such key/, 'the client is told no reason');
like($err, qr/API key is not accepted/, '... but that it is refused');

$standby->stop;
$node->stop;
done_testing();
