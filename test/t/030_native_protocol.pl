# ELECTRIC statements in the extended protocol, where a text is parsed at one time and
# executed at another, once or often, and on a standby. psql of PostgreSQL 15
# sends simple queries only, so regression tests cannot show this.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1, extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	GRANT CREATE ON SCHEMA public TO owner;
	SET ROLE owner;
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
	ELECTRIC ENABLE projects;
));

# grants returns who may do what, sorted, and revokes all of it.
sub grants
{
	return $node->safe_psql('postgres', q(
		SELECT coalesce(string_agg(privilege || ' ' || role, ', ' ORDER BY privilege, role), 'none')
		FROM electric.grants;
		DO $$ DECLARE r text; BEGIN
			FOR r IN SELECT DISTINCT role FROM electric.grants LOOP
				EXECUTE format('ELECTRIC REVOKE ALL ON projects FROM %L', r);
			END LOOP;
		END $$));
}

my $client = Wire->new($node, 'postgres', 'owner');
my $read = q(ELECTRIC GRANT READ ON projects TO 'a');

is($client->simple($read), 'tag GRANT', 'simple query');
is(grants(), 'SELECT a', 'simple query: granted');

$client->parse('', $read);
is($client->sync, 'parsed', 'unnamed statement: Parse alone');
is(grants(), 'none', 'unnamed statement: Parse has granted nothing');
$client->parse('', $read); $client->describe(''); $client->bind(''); $client->execute;
is($client->sync, 'parsed; nodata; bound; tag GRANT', 'unnamed statement: executed');
is(grants(), 'SELECT a', 'unnamed statement: granted');

# A named statement does the same each time, in transactions of its own.
$client->parse('again', $read);
is($client->sync, 'parsed', 'named statement: Parse');
for my $time (1 .. 7)
{
	$client->bind('again'); $client->execute($time % 2);
	is($client->sync, 'bound; tag GRANT', "named statement: execution $time");
	is(grants(), 'SELECT a', "named statement: execution $time has granted");
}

# It survives what invalidates plans, and what changes how texts are parsed.
$client->simple('SET electric_perm.native_syntax = off; SET standard_conforming_strings = off');
$client->simple('CREATE TABLE other (id int PRIMARY KEY)');
$client->simple('ALTER TABLE projects ADD note text; ANALYZE projects; DISCARD PLANS');
$client->bind('again'); $client->execute;
is($client->sync, 'bound; tag GRANT', 'named statement: with the switch off meanwhile');
is(grants(), 'SELECT a', 'named statement: still granted');
like($client->simple($read), qr/^error 42601 1 syntax error at or near "ELECTRIC"/,
	'with the switch off no new one is parsed');
$client->simple('RESET ALL');

# String literals mean what they meant to Parse.
$client->parse('literal', q(ELECTRIC GRANT READ ON projects TO 'back\\slash'));
is($client->sync, 'parsed', 'literal: Parse');
$client->simple('SET standard_conforming_strings = off');
$client->bind('literal'); $client->execute;
is($client->sync, 'bound; tag GRANT', 'literal: executed under another setting');
$client->simple('RESET ALL');
is(grants(), 'SELECT back\\slash', 'literal: read as it was parsed');

# Every kind of statement is announced and tagged.
my @kinds = (
	[ 'ALTER TABLE other ENABLE ELECTRIC', 'ALTER TABLE' ],
	[ 'ELECTRIC DISABLE other', 'ALTER TABLE' ],
	[ q(ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id), 'GRANT ROLE' ],
	[ q(ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id), 'REVOKE ROLE' ],
	[ q(ELECTRIC REVOKE READ ON projects FROM 'nobody'), 'REVOKE' ]);
for my $kind (@kinds)
{
	$client->parse('', $kind->[0]); $client->describe(''); $client->bind(''); $client->execute;
	is($client->sync, "parsed; nodata; bound; tag $kind->[1]", $kind->[0]);
}
$client->parse('twice', 'ALTER TABLE other ADD IF NOT EXISTS a int, ENABLE ELECTRIC, DISABLE ELECTRIC');
for (1 .. 3)
{
	$client->bind('twice'); $client->execute;
	is($client->sync, ($_ == 1 ? 'parsed; ' : '') . 'bound; tag ALTER TABLE', "prepared ALTER TABLE, $_");
}

# Errors: at Parse for the syntax, at Execute for the rest, both with the position.
$client->parse('', 'ELECTRIC GRANT PAINT ON projects TO x'); $client->bind(''); $client->execute;
is($client->sync, 'error 42601 16 unrecognized privilege "paint"', 'syntax error at Parse');
$client->parse('', "/* \x{c3}\x{a9} */ ELECTRIC GRANT READ ON nowhere TO 'x'"); $client->bind(''); $client->execute;
is($client->sync, 'parsed; bound; error 42P01 32 table "nowhere" does not exist', 'unknown table at Execute');
$client->parse('', q(SELECT 1; ELECTRIC GRANT READ ON projects TO 'x'));
like($client->sync, qr/^error 42601 .*multiple commands/, 'one command in a prepared statement');
$client->parse('', q(ELECTRIC GRANT READ ON projects TO $1));
like($client->sync, qr/^error 42601 36 /, 'a parameter is no role');

# A pipeline without Sync is one transaction: what fails undoes what was before it.
for my $last ($read, 'SELECT 1 / 0')
{
	for my $sql (q(ELECTRIC GRANT UPDATE ON projects TO 'p'), q(ELECTRIC GRANT DELETE ON projects TO 'p'), $last)
	{
		$client->parse('', $sql); $client->bind(''); $client->execute;
	}
	my $answers = $client->sync;
	if ($last eq $read)
	{
		is($answers, join('; ', ('parsed; bound; tag GRANT') x 3), 'pipeline');
		is(grants(), 'DELETE p, SELECT a, UPDATE p', 'pipeline: all granted');
	}
	else
	{
		like($answers, qr/error 22012/, 'pipeline with an error');
		is(grants(), 'none', 'pipeline with an error: nothing granted');
	}
}

# In an aborted transaction neither Parse nor Execute goes on.
$client->parse('ready', $read); $client->sync;
$client->simple('BEGIN'); $client->simple('SELECT 1 / 0');
$client->parse('', $read);
like($client->sync, qr/^error 25P02/, 'aborted transaction: Parse');
$client->bind('ready'); $client->execute;
like($client->sync, qr/^error 25P02/, 'aborted transaction: Execute');
$client->simple('ROLLBACK');
is(grants(), 'none', 'aborted transaction: nothing granted');

# UNLISTEN typed by hand is UNLISTEN, whatever its name is.
$client->parse('', 'UNLISTEN _e_0123456789abcdef'); $client->bind(''); $client->execute;
is($client->sync, 'parsed; bound; tag UNLISTEN', 'a forged carrier is UNLISTEN');

# pgbench's modes are what real drivers do.
my $script = $node->basedir . '/grant.sql';
append_to_file($script, qq(ELECTRIC GRANT READ ON projects TO 'bench';
ALTER TABLE projects ENABLE ELECTRIC;
BEGIN;
\\startpipeline
ELECTRIC GRANT INSERT ON projects TO 'bench';
ELECTRIC REVOKE READ ON projects FROM 'bench';
\\endpipeline
END;
));
for my $mode ('extended', 'prepared')
{
	$node->command_ok([ 'pgbench', '-n', '-M', $mode, '-t', '5', '-U', 'owner', '-f', $script, 'postgres' ],
		"pgbench -M $mode");
	is(grants(), 'INSERT bench', "pgbench -M $mode: granted");
}

# A standby refuses what UNLISTEN would be allowed.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
my $reader = Wire->new($standby, 'postgres', 'owner');
like($reader->simple($read), qr/^error 25006 - cannot execute ELECTRIC GRANT/, 'standby: GRANT');
like($reader->simple('ALTER TABLE projects DISABLE ELECTRIC'), qr/^error 25006 /, 'standby: ALTER TABLE');
is($reader->simple('UNLISTEN x'), 'tag UNLISTEN', 'standby: UNLISTEN');

$_->close for $client, $reader;
$standby->stop;
$node->stop;
done_testing();
