# What the policies cost, against the same queries written by hand without any policy: the
# best join with the memberships, by a superuser. Regression tests cannot show this: it
# takes a million rows and a quiet server of its own.
#
# Both sides run in turns in one session, and the medians are compared. What exceeds its
# limit is measured twice more before the test fails, as the machine may be busy.
use strict;
use warnings;
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('performance');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', q(
	shared_preload_libraries = 'electric_perm'
	fsync = off
	autovacuum = off
	jit = off
	shared_buffers = 256MB
	max_wal_size = 4GB
	wal_level = minimal
	max_wal_senders = 0
));
$node->start;

# User 1 is a member of 2,000 of 20,000 projects, user 2 of 5; each project has 15 others.
# plain_issues are the issues without an index on the foreign key.
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner;
	CREATE ROLE client;
	GRANT CREATE ON SCHEMA public TO owner;
	GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO client;
	SELECT electric.add_client_role('client');
	SET client_min_messages = warning;
	SET ROLE owner;
	CREATE TABLE projects AS SELECT p AS id FROM generate_series(1::bigint, 20000) p;
	CREATE TABLE memberships AS
		SELECT 1::bigint AS user_id, p AS project_id, 'member' AS role FROM generate_series(10::bigint, 20000, 10) p
		UNION ALL SELECT 2, p, 'member' FROM generate_series(4000::bigint, 20000, 4000) p
		UNION ALL SELECT 1000 + (p * 7919 + k * 1237) % 20000, p, 'member'
			FROM generate_series(1::bigint, 20000) p, generate_series(1, 15) k;
	CREATE TABLE issues AS
		SELECT i AS id, 1 + (i * 7919) % 20000 AS project_id, 'issue ' || i AS title FROM generate_series(1::bigint, 1000000) i;
	CREATE TABLE plain_issues AS TABLE issues;
	CREATE TABLE comments AS
		SELECT c AS id, 1 + (c * 6151) % 1000000 AS issue_id, 'comment ' || c AS body FROM generate_series(1::bigint, 1000000) c;
	ALTER TABLE projects ADD PRIMARY KEY (id);
	ALTER TABLE memberships ADD PRIMARY KEY (user_id, project_id), ADD FOREIGN KEY (project_id) REFERENCES projects;
	CREATE INDEX ON memberships (project_id);
	ALTER TABLE issues ADD PRIMARY KEY (id), ADD FOREIGN KEY (project_id) REFERENCES projects;
	CREATE INDEX ON issues (project_id);
	ALTER TABLE plain_issues ADD PRIMARY KEY (id), ADD FOREIGN KEY (project_id) REFERENCES projects;
	ALTER TABLE comments ADD PRIMARY KEY (id), ADD FOREIGN KEY (issue_id) REFERENCES issues;
	CREATE INDEX ON comments (issue_id);
	ELECTRIC ENABLE issues;
	ELECTRIC ENABLE plain_issues;
	ELECTRIC ENABLE comments;
	ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id;
	ELECTRIC GRANT READ ON issues, plain_issues, comments TO 'projects:member';
));
$node->safe_psql('postgres', 'VACUUM (ANALYZE, FREEZE)');

# measure.compare runs a block of n executions by hand and one under the policies, in
# turns, and returns the medians in microseconds for one execution.
my $member = q(JOIN memberships m ON m.project_id = i.project_id AND m.role = 'member' AND m.user_id =);
$node->safe_psql('postgres', qq(
	CREATE SCHEMA measure;
	CREATE FUNCTION measure.texts(queries text[], n int) RETURNS void LANGUAGE plpgsql AS \$\$
	BEGIN
		FOR i IN 0 .. n - 1 LOOP EXECUTE queries[1 + i % cardinality(queries)]; END LOOP;
	END \$\$;
	CREATE FUNCTION measure.prepared_by_hand(member bigint, ids bigint[], n int) RETURNS void LANGUAGE plpgsql AS \$\$
	DECLARE found record; key bigint;
	BEGIN
		FOR i IN 0 .. n - 1 LOOP
			key := ids[1 + i % cardinality(ids)];
			SELECT i.* INTO found FROM issues i $member member WHERE i.id = key;
		END LOOP;
	END \$\$;
	CREATE FUNCTION measure.prepared(ids bigint[], n int) RETURNS void LANGUAGE plpgsql AS \$\$
	DECLARE found record; key bigint;
	BEGIN
		FOR i IN 0 .. n - 1 LOOP
			key := ids[1 + i % cardinality(ids)];
			SELECT i.* INTO found FROM issues i WHERE i.id = key;
		END LOOP;
	END \$\$;
	CREATE FUNCTION measure.identified(ids bigint[], n int) RETURNS void LANGUAGE plpgsql AS \$\$
	DECLARE found record; key bigint;
	BEGIN
		FOR i IN 0 .. n - 1 LOOP
			key := ids[1 + i % cardinality(ids)];
			PERFORM electric.set_user((1 + i % 2)::text);
			SELECT i.* INTO found FROM issues i WHERE i.id = key;
		END LOOP;
	END \$\$;
	CREATE FUNCTION measure.compare(by_hand text, ours text, n int, rounds int) RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE calls text[] := ARRAY[by_hand, ours]; roles text[] := ARRAY['postgres', 'client'];
		side int; start timestamptz; answer float8; times float8[] := '{}'; turns int[] := '{}';
	BEGIN
		FOR turn IN 0 .. 2 * rounds + 1 LOOP
			side := 1 + (turn + turn / 2) % 2;
			PERFORM set_config('role', roles[side], true);
			start := clock_timestamp();
			EXECUTE 'SELECT ' || calls[side];
			answer := extract(epoch FROM clock_timestamp() - start) * 1e6 / n;
			IF turn > 1 THEN	-- the first turn of each side warms up
				times := times || answer; turns := turns || side;
			END IF;
		END LOOP;
		PERFORM set_config('role', 'postgres', true);
		RETURN (SELECT string_agg(median::text, ' ' ORDER BY turn) FROM
			(SELECT turn, percentile_cont(0.5) WITHIN GROUP (ORDER BY time) AS median
				FROM unnest(times, turns) AS t (time, turn) GROUP BY turn) medians);
	END \$\$;
	GRANT USAGE ON SCHEMA measure TO client;
));

# compare measures one pair as an end user, checks the limit if there is one, and says it.
sub compare
{
	my ($name, $user, $by_hand, $ours, $n, $rounds, $limit) = @_;
	my ($least, @said);

	for my $attempt (1 .. 3)
	{
		my $identity = defined $user ? "'$user'" : 'NULL';
		my ($hand, $own) = split ' ', $node->safe_psql('postgres', qq(
			SET client_min_messages = error;
			SELECT electric.set_user($identity, '{}', false) \\g /dev/null
			SELECT measure.compare(\$q\$$by_hand\$q\$, \$q\$$ours\$q\$, $n, $rounds);));
		my $ratio = $own / $hand;
		$least = $ratio if !defined $least || $ratio < $least;
		push @said, sprintf '%.2f (%.6g us by hand, %.6g us)', $ratio, $hand, $own;
		last if !defined $limit || $least <= $limit;
	}
	diag("measured: $name: " . join('; again: ', @said) . ($limit ? ", limit $limit" : ''));
	cmp_ok($least, '<=', $limit, "$name: at most $limit times") if $limit;
	return;
}

# as_text returns the call of measure.texts for queries that are parsed and planned each time.
sub as_text
{
	my ($queries, $n) = @_;
	return "measure.texts(ARRAY[" . join(', ', map { "\$t\$$_\$t\$" } @$queries) . "], $n)";
}

sub array { return "'{" . join(',', @_) . "}'::bigint[]" }

# compare_one measures reading one row by its primary key.
sub compare_one
{
	my ($name, $user, $limit) = @_;
	my $id = $user // 0;

	# rows that the user sees, for the stranger those of L
	my @ids = split /\n/, $node->safe_psql('postgres',
		"SELECT i.id FROM issues i $member " . ($user // 1) . ' ORDER BY md5(i.id::text) LIMIT 200');
	compare("$name: one row by primary key, unprepared", $user,
		as_text([ map { "SELECT i.* FROM issues i $member $id WHERE i.id = $_" } @ids ], 200),
		as_text([ map { "SELECT i.* FROM issues i WHERE i.id = $_" } @ids ], 200), 200, 15, $limit);
	compare("$name: one row by primary key, prepared", $user,
		"measure.prepared_by_hand($id, " . array(@ids) . ', 1000)',
		'measure.prepared(' . array(@ids) . ', 1000)', 1000, 31, $limit);
	return;
}

my %users = ('L' => 1, 'S' => 2, 'anonymous' => undef);
for my $name ('L', 'S', 'anonymous')
{
	my $user = $users{$name};
	my $id = $user // 0;
	my %limit = defined $user ? (index => 3, plain => 8, one => 1.5) : ();
	my %count = (
		'one hop, index on the key' => [ 'issues i', 'issues', $limit{index}, 9 ],
		'one hop, no index on the key' => [ 'plain_issues i', 'plain_issues', $limit{plain}, 5 ],
		'two hops' => [ 'comments c JOIN issues i ON i.id = c.issue_id', 'comments', undef, 3 ]);

	for my $depth (sort keys %count)
	{
		my ($tables, $table, $limit, $rounds) = @{ $count{$depth} };
		my $by_hand = "SELECT count(*) FROM $tables $member $id";
		my $ours = "SELECT count(*) FROM $table";
		my $identity = defined $user ? "'$user'" : 'NULL';

		is( $node->safe_psql('postgres', qq(
				SET ROLE client;
				SELECT electric.set_user($identity, '{}', false) \\g /dev/null
				$ours;)),
			$node->safe_psql('postgres', $by_hand), "$name: count(*), $depth: the right answer");
		compare("$name: count(*), $depth", $user, as_text([$by_hand], 1), as_text([$ours], 1), 1, $rounds, $limit);
	}

	compare_one($name, $user, $limit{one});
}

# set_user() beside one read by primary key: both calls under the policies
my ($read, $both) = split ' ', $node->safe_psql('postgres', q(
	SET client_min_messages = error;
	SELECT measure.compare('measure.prepared_by_hand(1, ARRAY[1, 11, 21], 1000)', 'measure.identified(ARRAY[1, 11, 21], 1000)', 1000, 9);));
diag(sprintf 'measured: set_user() and one prepared read: %.2f us, the read by hand alone: %.2f us', $both, $read);

# Memberships that are found by the user or by the project, not by both: neither L's other
# projects nor the project's other members are in the way.
$node->safe_psql('postgres', q(
	SET ROLE owner;
	ALTER TABLE memberships DROP CONSTRAINT memberships_pkey;
	CREATE INDEX ON memberships (user_id);));
compare_one("$_, no index on user and project", $users{$_}, 1.5) for 'L', 'S';

# What the library costs statements that touch nothing enabled: pgbench -S with and without.
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
$node->command_ok([ 'pgbench', '-i', '-q', '-s', '1', 'postgres' ], 'pgbench -i');
my %latencies;
for my $round (1 .. 11)
{
	for my $library ($round % 2 ? ('', 'electric_perm') : ('electric_perm', ''))
	{
		local $ENV{PGOPTIONS} = "-c session_preload_libraries=$library";
		my ($out) = run_command([ 'pgbench', '-n', '-S', '-M', 'prepared', '-t', '8000', '-h', $node->host, '-p', $node->port, 'postgres' ]);
		push @{ $latencies{$library} }, $1 if $out =~ /latency average = ([\d.]+) ms/;
	}
}
is(scalar(@{ $latencies{electric_perm} }), 11, 'pgbench -S runs with the library');
my ($without, $with) = map { (sort { $a <=> $b } @{ $latencies{$_} })[5] } ('', 'electric_perm');
diag(sprintf 'measured: pgbench -S with the library: %.3f of without (%.3f ms, %.3f ms), the least of each: %.3f',
	$with / $without, $with, $without, min(@{ $latencies{electric_perm} }) / min(@{ $latencies{''} }));

$node->stop;
done_testing();
