# Random DDLX and queries in eight sessions at once: no crash, no leak, no wrong answer.
#
# Two sessions state rules, take them back and change tables, six are clients. Every rule is limited
# so that some things may never be seen or changed, whatever holds at the moment: tenants of others,
# hidden rows, columns that are never granted. Every few seconds all pause; then fixed rules
# are stated, and what the sessions see is compared with plain SQL, and their memory measured.
#
# SOAK_SECONDS=n goes on for so long, SOAK_SEED=n chooses other statements.
use strict;
use warnings;
use FindBin;
use List::Util qw(max min sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use lib map { "$FindBin::RealBin/../$_" } 'oracle', 'soak';
use Chance;
use ClientSession;
use OwnerSession;
use SoakRules;

my $seconds = $ENV{SOAK_SECONDS} || 20;
my $seed = $ENV{SOAK_SEED} || 20240229;
my $round_length = min(5, max(1, $seconds / 12));
my $folder = "$FindBin::RealBin/../soak";
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('soak');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', q(
	shared_preload_libraries = 'electric_perm'
	fsync = off
	synchronous_commit = off
	autovacuum_naptime = 5s
	deadlock_timeout = 100ms
	jit = off
	client_min_messages = error
	log_min_messages = log
	log_statement = none
	log_replication_commands = off
	log_min_error_statement = panic
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('client');
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;

	-- what a session's memory contexts hold: what is used, since they grow by doubling
	CREATE SCHEMA soak;
	GRANT USAGE ON SCHEMA soak TO PUBLIC;
	CREATE FUNCTION soak.memory() RETURNS jsonb LANGUAGE sql SECURITY DEFINER AS $$
		SELECT jsonb_build_object('pid', pg_backend_pid(),
			'top', sum(used_bytes) FILTER (WHERE name = 'TopMemoryContext') / 1024,
			'cache', sum(used_bytes) FILTER (WHERE name = 'CacheMemoryContext') / 1024,
			'all', sum(used_bytes) / 1024,
			'ours', coalesce(sum(used_bytes) FILTER (WHERE concat(name, ident) LIKE '%electric_perm%'), 0) / 1024,
			'rule_sets', count(*) FILTER (WHERE name = 'electric_perm rules' AND parent = 'TopMemoryContext'),
			'statements', count(*) FILTER (WHERE name LIKE 'electric_perm%' AND name <> 'electric_perm rules'))
		FROM pg_backend_memory_contexts
	$$;
));
$node->safe_psql('postgres', 'SET ROLE owner; SET client_min_messages = error; ' . slurp_file("$folder/schema.sql"));
my $enable = join '', map { "ELECTRIC ENABLE $_; " } @TABLES;
$node->safe_psql('postgres', "SET client_min_messages = error; $enable" . slurp_file("$folder/data.sql"));

my @sessions = map { OwnerSession->start(name => "owner $_", role => 'owner', node => $node, seed => $seed * 100 + $_) } 1, 2;
# the last client connects anew for each round, the others stay
push @sessions, map { ClientSession->start(name => "client $_", role => 'client', node => $node, seed => $seed * 100 + 10 + $_, fresh => $_ == 6) } 1 .. 6;
my @clients = @sessions[ 2 .. 7 ];
my (%tally, @faults, %memory);

# done takes in what a session has to say.
sub done
{
	my ($session) = @_;
	my $answer = $session->answer;
	$tally{$_} += $answer->{tally}{$_} for keys %{ $answer->{tally} };
	push @faults, @{ $answer->{faults} };
	return $answer->{result};
}

# become_quiet takes back all rules, puts right what the owners have changed, and states the fixed rules.
sub become_quiet
{
	my ($kind) = @_;
	my @statements = ('SET client_min_messages = error', 'BEGIN');
	for (@CONSTRAINTS)
	{
		my ($table, $name) = @$_;
		push @statements, qq(DO \$\$ BEGIN ALTER TABLE $table RENAME CONSTRAINT ${name}_x TO $name; EXCEPTION WHEN undefined_object THEN NULL; END \$\$);
	}
	for (split /\n/, $node->safe_psql('postgres', 'SELECT electric.dump()'))
	{
		push @statements, "ELECTRIC REVOKE ALL ON $1 FROM $2" if /^ELECTRIC GRANT .* ON (\S+) TO ('[^']*'|\w+)/;
		push @statements, "ELECTRIC UNASSIGN $1 FROM $2" if /^ELECTRIC ASSIGN (.*) TO ([\w.]+)(?: USING| IF|;)/;
	}
	push @statements, $enable, slurp_file("$folder/data.sql"), quiet_rules($kind), 'COMMIT';
	$node->safe_psql('postgres', join ";\n", @statements);
	return;
}

# compare asks each client what some users see, and compares.
sub compare
{
	my ($kind, $round) = @_;
	my %expected = map { split /\|/ } split /\n/, $node->safe_psql('postgres',
		"SELECT u, (" . expected_sql($kind) . ") FROM (SELECT 'u' || generate_series(0, 9) AS u) users");
	for my $client (@clients)
	{
		my @users = some(3, sort keys %expected);
		my $counted = done($client->ask(count => @users)) // {};
		for my $user (@users)
		{
			$tally{compared}++;
			next if ($counted->{$user} // '') eq $expected{$user};
			$tally{wrong}++;
			push @faults, "round $round, rules $kind, $client->{name}: $user counts " . ($counted->{$user} // 'nothing') . ", not $expected{$user} (@TABLES, and issues updated)";
		}
	}
	return;
}

# stir states many rules at once, so that the sessions begin with something.
sub stir
{
	my @rules = ('SET client_min_messages = error', 'SET ROLE owner', map({ random_assign() } 1 .. 6), map { random_grant() } 1 .. 60);
	$node->psql('postgres', join(";\n", @rules), on_error_stop => 0, stderr => \my $refused);
	return;
}

my ($start, $round) = (time, 0);
# six at least, for the memory to be judged by
while ((time - $start < $seconds || $round < 6) && @faults < 10)
{
	stir();
	my $until = time + $round_length;
	$_->ask(work => $until) for @sessions;
	done($_) for @sessions;
	last if $tally{lost};
	become_quiet($round % 2);
	compare($round % 2, $round);
	for my $session (@sessions)
	{
		my $memory = done($session->ask('memory')) or next;
		push @faults, "round $round, $session->{name}: $memory->{statements} contexts of statements, $memory->{rule_sets} sets of rules are left"
		  if $memory->{statements} > 0 || $memory->{rule_sets} > 1;
		push @{ $memory{ $session->{name} } }, $memory unless $session == $clients[-1];
	}
	$round++;
	note(sprintf '%d s: %d statements, %d rows looked at, %d faults', time - $start, map({ $_ // 0 } @tally{ 'statements', 'marks' }), scalar @faults)
	  if $round % 10 == 0;
}
diag($_) for @faults;
ok(!@faults, "nothing happened in $round rounds that must not");

# Memory must level off: the last third of the samples is not higher than the middle third, but for a margin
# in kilobytes. PostgreSQL's own caches keep names for a while that come and go. What malloc has from the
# system (anonymous) goes up and down, and tells something in the long run alone.
my %margin = (top => 128, ours => 128, cache => 1024, all => 1024, $seconds > 60 ? (anonymous => 2048) : ());
my $third = int($round / 3);
for my $name ($round < 6 ? () : sort keys %memory)
{
	my @samples = @{ $memory{$name} };
	for my $what (sort keys %margin)
	{
		my @values = map { $_->{$what} // 0 } @samples;
		my $middle = sum0(@values[ $third .. 2 * $third - 1 ]) / $third;
		my $last = sum0(@values[ -$third .. -1 ]) / $third;
		diag(sprintf 'measured: %s: %s: first %d, middle third %d, last third %d kB', $name, $what, $values[0], $middle, $last)
		  if $what eq 'all' || $seconds > 60;
		cmp_ok($last, '<', 1.1 * $middle + $margin{$what}, "$name: $what levels off");
	}
}

$tally{$_} //= 0 for 'statements', 'marks', 'changed', 'compared', 'wrong', 'error 42501';
diag(sprintf 'measured: %d s, %d rounds, %d statements, %d rows looked at (%d of them changed), %d counts compared, %d wrong', time - $start, $round,
	@tally{ 'statements', 'marks', 'changed', 'compared', 'wrong' });
diag('measured: errors: ', join ', ', map { /^error (.*)/ ? "$1: $tally{$_}" : () } sort keys %tally);
cmp_ok($tally{marks}, '>', $tally{statements} / 20, 'clients see something');
cmp_ok($tally{changed}, '>', $round, 'change something');
cmp_ok($tally{'error 42501'}, '>', $round, 'and are refused something');

for my $session (@sessions)
{
	is($session->end, 0, "$session->{name} has ended well");
}
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC:|TRAP:/, 'no process has crashed');
$node->stop('fast', fail_ok => 1);
done_testing();
