# What the server's log and other extensions see of an ELECTRIC statement: its own text,
# never the carrier. Needs settings and libraries that regression tests cannot choose.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE TABLE t (id int PRIMARY KEY);
	ELECTRIC ENABLE t;
	CREATE FUNCTION inner_grant() RETURNS void LANGUAGE plpgsql AS
		$$ BEGIN ELECTRIC GRANT READ ON t TO 'inner'; END $$;
));

# logged returns the lines that the statements left in the log under log_statement.
sub logged
{
	my ($setting, $sql) = @_;
	my $from = -s $node->logfile;
	my ($out, $err);
	$node->psql('postgres', "SET client_min_messages = warning; SET log_statement = '$setting'; $sql", stdout => \$out, stderr => \$err);
	is($err, '', "log_statement = $setting: no error");
	my $log = substr(slurp_file($node->logfile), $from);
	unlike($log, qr/UNLISTEN|_e_/, "log_statement = $setting: no carrier");
	return grep { !/SET (log_statement|client_min)/ } $log =~ /LOG:  statement: (.*)/g;
}

my $grant = q(ELECTRIC GRANT READ ON t TO 'r');
my $enable = 'ALTER TABLE t ADD IF NOT EXISTS a int, DISABLE RULE x, ENABLE ELECTRIC';
for my $setting ('ddl', 'mod', 'all')
{
	is_deeply([ logged($setting, "/* why */ $grant;") ], [ $setting eq 'all' ? "/* why */ $grant;" : $grant ],
		"log_statement = $setting: once, as it was typed");
	is_deeply([ logged($setting, 'ALTER TABLE t ENABLE ELECTRIC;') ], ['ALTER TABLE t ENABLE ELECTRIC;'],
		"log_statement = $setting: ALTER TABLE once");
	is_deeply([ logged($setting, 'SELECT inner_grant();') ], [ $setting eq 'all' ? 'SELECT inner_grant();' : () ],
		"log_statement = $setting: in a function not, like any statement there");
}
is_deeply([ logged('none', "$grant;") ], [], 'log_statement = none: nothing');

# An error is logged with the statement and the place in it.
my $from = -s $node->logfile;
$node->psql('postgres', q(ELECTRIC GRANT READ ON nowhere TO 'r'));
like(substr(slurp_file($node->logfile), $from),
	qr/ERROR:  table "nowhere" does not exist at character 24.*STATEMENT:  ELECTRIC GRANT READ ON nowhere/s,
	'an error names the statement and the place');

# pg_stat_activity shows the text.
is($node->safe_psql('postgres', q(
	ELECTRIC GRANT READ ON t TO 'activity';
	SELECT count(*) FROM pg_stat_activity WHERE query ~ 'UNLISTEN' AND query !~ 'pg_stat_activity')),
	'0', 'pg_stat_activity does not show the carrier');

# statements returns what pg_stat_statements has counted of ours, with the number of calls.
sub statements
{
	return $node->safe_psql('postgres', q(
		SELECT calls, query FROM pg_stat_statements WHERE query ~ '^(ELECTRIC|ALTER TABLE t |UNLISTEN)'
		ORDER BY query COLLATE "C"));
}

SKIP:
{
	skip 'pg_stat_statements is not installed', 4
	  unless -e `pg_config --pkglibdir` =~ s/\n//r . '/pg_stat_statements.so';

	for my $order ('electric_perm, pg_stat_statements', 'pg_stat_statements, electric_perm')
	{
		$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'$order'");
		$node->restart;
		$node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()');
		$node->safe_psql('postgres', $_)
		  for $grant, $grant, q(ELECTRIC REVOKE READ ON t FROM 'r'), 'ALTER TABLE t ENABLE ELECTRIC', "SELECT 1; $grant; SELECT 2";
		my $seen = statements();
		unlike($seen, qr/UNLISTEN|_e_/, "$order: no carrier");
		# ALTER TABLE is another carrier, which the server could not carry out
		my @altered = $order =~ /^electric/ ? '1|ALTER TABLE t ENABLE ELECTRIC' : ();
		is($seen, join("\n", @altered, "3|$grant", q(1|ELECTRIC REVOKE READ ON t FROM 'r')),
			"$order: every statement is counted as it was typed");
		is($node->safe_psql('postgres', 'SELECT string_agg(role, \',\' ORDER BY role) FROM electric.grants'),
			'activity,inner,r', "$order: carried out");
	}
}
$node->stop;
done_testing();
