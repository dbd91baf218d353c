# The rules mean what the documentation says they mean, for schemas, rules, data and statements that
# nobody thought of: a second, slow evaluator that shares no code with the engine or the
# compiler foresees which rows each user sees and what becomes of each of his writes, and the
# server must agree. Regression tests hold examples; here a seed makes them up.
#
# ORACLE_SCHEMAS=n looks at n schemas, ORACLE_SEED=n starts at another one, ORACLE_ONLY=n
# looks at schema n alone. What fails is printed as a script, made as small as it goes.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use lib "$FindBin::RealBin/../oracle";
use Case;
use Shrink;
use Wire;

my $first = $ENV{ORACLE_ONLY} || $ENV{ORACLE_SEED} || 20240229;
my $schemas = $ENV{ORACLE_ONLY} ? 1 : $ENV{ORACLE_SCHEMAS} || 300;

my $node = PostgreSQL::Test::Cluster->new('oracle');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', q(
	shared_preload_libraries = 'electric_perm'
	fsync = off
	synchronous_commit = off
	autovacuum_naptime = 10s
	jit = off
	client_min_messages = error
	log_min_messages = log
	log_statement = none
	log_replication_commands = off
	log_min_error_statement = panic
));
$node->start;

my $folder = "$FindBin::RealBin/../oracle";
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner1;
	CREATE ROLE owner2;
	CREATE ROLE client;
	SELECT electric.add_client_role('client');
));
$node->safe_psql('postgres', slurp_file("$folder/$_")) for 'evaluator.sql', 'compare.sql';
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $server = Wire->new($node, 'postgres', $superuser);

# ask runs statements and returns the last value, '' without one, undef if one failed; $server->{error} says how.
sub ask
{
	my ($sql) = @_;
	$server->simple($sql);
	return $server->{error} ? undef : $server->{value} // '';
}

# supported returns which parts of the language this server takes.
sub supported
{
	my %probes = (
		update_condition => q(ELECTRIC GRANT UPDATE ON probe TO ANYONE CHECK (new.n = old.n)),
		update_columns => 'ELECTRIC GRANT UPDATE (n) ON probe TO ANYONE',
		insert_columns => 'ELECTRIC GRANT INSERT (n) ON probe TO ANYONE',
		if => q(ELECTRIC ASSIGN 'admin' TO probe.who IF (n > 0)));
	my %supports;
	defined ask('CREATE TABLE probe (n int, who text); ELECTRIC ENABLE probe') or die 'the probe cannot be made';
	for my $what (sort keys %probes)
	{
		ask("BEGIN; $probes{$what}");
		$supports{$what} = !$server->{error};
		die "$probes{$what}: $server->{error}{M}" if $server->{error} && $server->{error}{C} ne '0A000';
		diag("skipped: $what: $server->{error}{M}") if $server->{error};
		ask('ROLLBACK');
	}
	ask('DROP TABLE probe');
	ask(Case::forget_sql());
	return \%supports;
}

# run_case tells the server of a case and returns what oracle.compare_all() found; undef if the
# server does not take it. Why rules were refused is counted in %$refused.
sub run_case
{
	my ($case, $refused) = @_;
	my $result;
	my $rules = ask(case_sql($case));
	if (defined $rules)
	{
		$refused->{ $_ // 'carried out' }++ for @{ decode_json($rules) };
		$result = ask(scenarios_sql($case));
	}
	my $error = $server->{error};
	defined ask(forget_sql()) or BAIL_OUT("the server cannot go on: $server->{error}{M}");
	$server->{error} = $error;
	return defined $result ? decode_json($result) : undef;
}

# report prints a mismatch and a small script that shows it.
sub report
{
	my ($case, $mismatch) = @_;
	my $text = $mismatch->{text};
	my @steps = @{ $case->{scenarios}[ $mismatch->{scenario} ] }[ 0 .. $mismatch->{ord} ];
	my $small = shrunk({ %$case, scenarios => [ \@steps ] }, sub {
		my $result = run_case($_[0], {});
		return 0 unless $result && @{ $result->{mismatches} };
		$text = $result->{mismatches}[0]{text};
		return 1;
	});
	my $last = $small->{scenarios}[0][-1];
	my $who = $small->{people}[ $last->{person} ];
	diag("ORACLE_ONLY=$case->{seed}: $last->{kind} as user ", $who->{id} // '(nobody)', " with claims $who->{claims}");
	diag($mismatch->{text}) if $mismatch->{text} ne $text;
	diag($text);
	diag(plain_script($small));
	return;
}

my $supports = supported();
my (%tally, %refused);
my ($failed, $start) = (0, time);
for my $seed ($first .. $first + $schemas - 1)
{
	# a session keeps plans for tables that are gone, and each change of a table goes through all of them
	if ($seed > $first && ($seed - $first) % 20 == 0)
	{
		$server->close;
		$server = Wire->new($node, 'postgres', $superuser);
	}
	my $case = random_case($seed, $supports);
	my $result = run_case($case, \%refused);
	if (!$result)
	{
		fail("schema $seed can be tried: " . ($server->{error}{M} // '?') . ' ' . ($server->{error}{W} // ''));
		last if ++$failed > 5;
		next;
	}
	$tally{$_} += $result->{tally}{$_} for keys %{ $result->{tally} };
	next unless @{ $result->{mismatches} };
	fail("schema $seed: engine and oracle agree (" . @{ $result->{mismatches} } . ' statements on which they do not)');
	report($case, $result->{mismatches}[0]);
	last if ++$failed > 5;
}
my $seconds = time - $start;
ok(!$failed, "in $schemas schemas from $first on, engine and oracle agree");

# count sums the statements of some kinds that had one of the verdicts.
sub count
{
	my ($kinds, $verdicts) = @_;
	my $sum = 0;
	$sum += $tally{$_} for grep { /^(?:$kinds) (?:$verdicts)$/ } keys %tally;
	return $sum;
}

my $rules = $refused{'carried out'} // 0;
my $stated = 0;
$stated += $_ for values %refused;
diag(sprintf 'measured: %d schemas, %d rules (%d more were refused), %.0f s', $schemas, $rules, $stated - $rules, $seconds);
for my $kind ('grant', 'assignment', 'roles', 'conditions', 'read', 'can', 'lock', 'insert', 'update', 'delete', 'upsert', 'merge')
{
	diag("measured: $kind: ", join ', ', map { /^\w+ (.*)/; "$tally{$_} $1" } sort grep { /^$kind / } keys %tally);
}
note 'refused rules: ', join '; ', map { "$_: $refused{$_}" } sort { $refused{$b} <=> $refused{$a} || $a cmp $b } grep { $_ ne 'carried out' } keys %refused;
is_deeply([ grep { /^(?:XX|58|53|57)/ } sort keys %refused ], [], 'no rule is refused by an internal error');

# What agrees must also be worth agreeing on.
if ($schemas >= 20)
{
	my $writes = 'insert|update|delete|upsert|merge';
	cmp_ok($rules, '>', 8 * $schemas, 'most rules are carried out');
	cmp_ok(count('read', 'some'), '>', 0.1 * count('read', '.*'), 'many reads show a part of the rows');
	cmp_ok(count('can', 'some'), '>', 0.2 * count('can', 'some|none'), 'many users may do something to some rows');
	cmp_ok(count('roles', 'some'), '>', 0.3 * count('roles', '.*'), 'many users hold roles');
	cmp_ok(count($writes, 'allowed|mixed'), '>', 0.15 * count($writes, '.*'), 'many writes are allowed');
	cmp_ok(count($writes, 'denied|mixed|hidden'), '>', 0.15 * count($writes, '.*'), 'many writes are not');
	cmp_ok(count($_, 'allowed'), '>', 0.3 * $schemas, "$_: some are allowed") for 'insert', 'update', 'delete', 'upsert';
	cmp_ok(count($_, 'denied'), '>', 0.3 * $schemas, "$_: some are refused") for 'insert', 'update', 'delete', 'upsert';
	cmp_ok($tally{"grant $_"} // 0, '>', 0.2 * $schemas, "there are grants $_")
	  for 'without scope', 'in itself', 'near', 'far', 'backward', 'composite', 'conditional', $supports->{update_columns} ? 'of a column' : ();
	cmp_ok($tally{"assignment $_"} // 0, '>', 0.2 * $schemas, "there are assignments $_")
	  for 'without scope', 'in itself', 'near', 'far', 'static', 'dynamic', $supports->{if} ? 'conditional' : ();
}

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC:|TRAP:/, 'no process has crashed');
$server->close;
$node->stop;
done_testing();
