# A case: random tables, rows, rules and statements, as a server is to be told of them.
#
# {seed, settings, tables, people, rows, keys, rules, scenarios}: rows and keys are lists of
# statements, {table, sql}, so that a case can be made smaller without knowing what they say.
package Case;
use strict;
use warnings;
use Chance;
use Tables;
use Rules;
use Statements;
use Exporter 'import';

our @EXPORT = qw(random_case case_sql scenarios_sql forget_sql plain_script);

# Types that columns have beside PostgreSQL's own
my @types = (
	"CREATE TYPE app.letter AS ENUM (" . join(', ', map { "'e$_'" } 1 .. 30) . ')',
	"CREATE TYPE app.person AS ENUM ('bob', 'ann', '2', '1')",
	"CREATE TYPE app.rank AS ENUM ('Owner', 'editor', 'member')",
	'CREATE DOMAIN app.positive AS int CHECK (value > 0)');

my @claims = ('{}', '{"n": 2, "data": {"level": "high"}}', '{"n": 1, "staff": true, "data": {"level": {"a": 1}, "a": {"b": 0}}}');

# random_people: users who are likely to hold something, perhaps one who is not, and nobody.
sub random_people
{
	my @people = map { { id => $_, claims => pick(@claims) } } some(between(3, 4), @ids);
	push @people, { id => pick('stranger', '99999999999999999999', '{', '01'), claims => '{}' } if chance(0.3);
	return [ @people, { id => undef, claims => pick(@claims) } ];
}

# random_settings make PostgreSQL choose other plans than it would for a few rows.
sub random_settings
{
	my %settings = (
		enable_seqscan => chance(0.5) ? 'off' : 'on', enable_bitmapscan => chance(0.3) ? 'off' : 'on',
		plan_cache_mode => chance(0.3) ? 'force_generic_plan' : 'auto', 'oracle.prepared' => chance(0.4) ? 'on' : 'off');
	return [ map { "SET $_ = $settings{$_}" } sort keys %settings ];
}

# random_case returns the case of a seed, for a server that supports some of the language.
sub random_case
{
	my ($seed, $supports) = @_;
	srand($seed);
	my $people = random_people();
	my $tables = random_tables(grep { defined } map { $_->{id} } @$people);
	my $indexed = chance(0.7);
	my ($rules, $contested) = random_rules($tables, $supports);
	return {
		seed => $seed, people => $people, tables => $tables, rules => $rules, settings => random_settings(),
		rows => [ map { my $table = $_; map { { table => $table->{name}, sql => [ row_sql($table, $_) ] } } @{ $table->{rows} } } @$tables ],
		keys => [ map { { table => $_->{table}, ref => $_->{ref}, sql => [ key_sql($_, $indexed) ] } } map { @{ $_->{fks} } } @$tables ],
		scenarios => random_scenarios($tables, $people, $contested, writes => 26, updates => 10, stories => 5) };
}

sub literal
{
	my ($text) = @_;
	return defined $text ? "'" . $text =~ s/'/''/gr . "'" : 'NULL';
}

sub array { my ($list) = @_; return $list ? 'ARRAY[' . join(', ', map { literal($_) } @$list) . ']::text[]' : "'{}'" }

# table_statements make the tables with their rows and keys.
sub table_statements
{
	my ($case) = @_;
	return ('CREATE SCHEMA app', 'GRANT ALL ON SCHEMA app TO PUBLIC', @types, 'SET search_path = app', (map { table_sql($_) } @{ $case->{tables} }),
		map { @{ $_->{sql} } } @{ $case->{rows} }, @{ $case->{keys} });
}

# case_sql returns what prepares a database that has the oracle; the last statement
# returns, for each rule, why it was refused.
sub case_sql
{
	my ($case) = @_;
	return join ";\n", table_statements($case), @{ $case->{settings} },
	  (map { 'SELECT oracle.make_mirror(' . literal($_->{name}) . ')' } @{ $case->{tables} }),
	  (map { "INSERT INTO oracle.people VALUES ($_, " . literal($case->{people}[$_]{id}) . ', ' . literal($case->{people}[$_]{claims}) . ')' } 0 .. $#{ $case->{people} }),
	  'SELECT to_json(ARRAY[' . join(",\n", map { 'oracle.state_rule(' . literal($_->{owner}) . ', ' . literal($_->{ddlx}) . ', ' . literal($_->{own}) . ')' } @{ $case->{rules} }) . ']::text[])';
}

# scenarios_sql returns what runs and compares; its last value is oracle.compare_all()'s.
sub scenarios_sql
{
	my ($case) = @_;
	my @rows;
	my $scenario = 0;
	for my $statements (@{ $case->{scenarios} })
	{
		my $ord = 0;
		push @rows, map {
			'(' . join(', ', $scenario, $ord++, literal($_->{kind}), literal($_->{table}), $_->{person}, literal($_->{sql}), literal($_->{proposal}), literal($_->{matched}),
				array($_->{named}), array($_->{assigned}), $_->{reads} ? 'true' : 'false', array($_->{needs})) . ')'
		} @$statements;
		$scenario++;
	}
	return 'TRUNCATE oracle.statements; ' . (@rows ? 'INSERT INTO oracle.statements VALUES ' . join(",\n", @rows) . '; ' : '') . 'SELECT oracle.compare_all()';
}

# forget_sql returns what takes a case out of the database again.
sub forget_sql
{
	return 'ROLLBACK; RESET ALL; DEALLOCATE ALL; DELETE FROM electric.grants; DELETE FROM electric.assignments; DELETE FROM electric.tables; '
	  . 'DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS mirror CASCADE; CREATE SCHEMA mirror; TRUNCATE oracle.people, oracle.statements, oracle.meant, oracle.assignments, oracle.grants, oracle.held';
}

# rule_statements state the rules as their owners, whose role changes seldom.
sub rule_statements
{
	my ($case) = @_;
	my $owner = '';
	return (map { (($_->{owner} ne $owner ? "SET ROLE " . ($owner = $_->{owner}) : ()), 'SELECT electric.ddlx(' . literal($_->{ddlx}) . ')') } @{ $case->{rules} }), 'RESET ROLE';
}

# plain_script returns a case of one scenario as statements for psql, without the oracle.
sub plain_script
{
	my ($case) = @_;
	my @lines = ('CREATE EXTENSION electric_perm', 'CREATE ROLE owner1', 'CREATE ROLE owner2', 'CREATE ROLE client', q(SELECT electric.add_client_role('client')),
		table_statements($case), rule_statements($case), @{ $case->{settings} }, 'BEGIN');
	for my $s (@{ $case->{scenarios}[0] })
	{
		if ($s->{kind} eq 'change')
		{
			push @lines, $s->{sql};
			next;
		}
		my $who = $case->{people}[ $s->{person} ];
		my %read = (roles => 'SELECT * FROM electric.roles()', conditions => 'SELECT * FROM electric.grants');
		my $rows = 'SELECT * FROM ' . quoted($s->{table} // '');
		push @lines, 'SELECT electric.set_user(' . literal($who->{id}) . ', ' . literal($who->{claims}) . ')', 'SET LOCAL ROLE client',
		  $s->{sql} // $read{ $s->{kind} } // $rows . ($s->{kind} eq 'lock' ? ' FOR UPDATE' : ''), 'RESET ROLE';
	}
	my $all = join '', map { "$_;\n" } @lines, 'ROLLBACK';
	# types that no column has are not worth reading
	$all =~ s/^CREATE (?:TYPE|DOMAIN) (app\.\w+)\b.*\n(?!(?s:.)*\b\1\b)//mg;
	return $all;
}

1;
