# What regression tests of verify() and rebuild() cannot show: a standby, and who waits for whom.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1, extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION electric_perm;
CREATE ROLE owner;
CREATE ROLE client;
SELECT electric.add_client_role('client');
GRANT CREATE ON SCHEMA public TO owner;
SET ROLE owner;
CREATE TABLE docs (id int PRIMARY KEY, open boolean);
CREATE TABLE admins (user_id text PRIMARY KEY, live boolean);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC GRANT READ ON docs TO ANYONE CHECK (open);
	ELECTRIC GRANT UPDATE ON docs TO 'admin';
	ELECTRIC ASSIGN 'admin' TO admins.user_id IF (live);
$$;
SQL
$node->backup('copy');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;

my $verify = "SELECT object || ': ' || problem FROM electric.verify()";

# verified returns what verify() lists on a server.
sub verified
{
	my ($server) = @_;
	$node->wait_for_catchup($standby);
	my ($out, $err);
	my $status = $server->psql('postgres', $verify, stdout => \$out, stderr => \$err);
	is("$status$err", '0', 'verify() raises and warns nothing');
	return $out;
}

is(verified($node), '', 'primary: all is right');
is(verified($standby), '', 'standby: all is right');

$node->safe_psql('postgres', q(
	ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
	ALTER POLICY electric_update ON docs USING (true);
	UPDATE electric.grants SET check_sql = 'this.gone' WHERE check_sql IS NOT NULL;
	UPDATE electric.assignments SET if_sql = 'this.gone'));
my $found = verified($node);
like($found, qr/^$_/m, "primary: listed: $_") for 'table public.docs: row-level security is off',
	'policy electric_update on public.docs: it is not what the rules say',
	'grant on public.docs: SELECT to ANYONE CHECK \(this.gone\): its condition can no longer be used',
	'assignment on public.admins: \'admin\' to column user_id: its IF can no longer be used';
is(verified($standby), $found, 'standby: the same, conditions included that raise when they are read');

my ($out, $err);
isnt($standby->psql('postgres', '\set VERBOSITY verbose' . "\nSELECT electric.rebuild()", stdout => \$out, stderr => \$err),
	0, 'standby: rebuild() is refused');
like($err, qr/ERROR:  25006: cannot execute electric\.rebuild\(\)/, '... by name');
$standby->stop;

# Who writes rows keeps verify() not waiting, and the other way round; a rebuild waits for him.
$node->safe_psql('postgres', q(
	UPDATE electric.grants SET check_sql = 'this.open' WHERE check_sql IS NOT NULL;
	UPDATE electric.assignments SET if_sql = 'this.live'));
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; INSERT INTO docs VALUES (1, true)');
like($node->safe_psql('postgres', "SET lock_timeout = '100ms'; $verify"), qr/row-level security is off/,
	'verify() does not wait for a writer');
isnt($node->psql('postgres', "SET lock_timeout = '100ms'; SELECT electric.rebuild('docs')", stderr => \$err), 0,
	'rebuild() does');
like($err, qr/canceling statement due to lock timeout/, '... and no longer than lock_timeout');
$session->query_safe("COMMIT; BEGIN; $verify");
$node->safe_psql('postgres', "SET lock_timeout = '100ms'; INSERT INTO docs VALUES (2, true)");
pass('a transaction that has verified keeps no writer waiting');
$session->query_safe('COMMIT');
$session->quit;

is($node->safe_psql('postgres', 'SELECT count(*) FROM electric.rebuild()'), '2', 'rebuild() puts two things right');
is($node->safe_psql('postgres', $verify), '', '... and all is right again');

$node->stop;
done_testing();
