# What native syntax costs statements that are none of ours: parsing, and pgbench -S. Two
# servers side by side, with the library preloaded and without, take turns; the ratio of
# their best rounds, which are the least disturbed, is printed. The bounds are wide (the
# machine may be busy): they catch what costs something at every word, not a percent.
use strict;
use warnings;
use List::Util qw(max min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my %node;
for my $name ('with', 'without')
{
	$node{$name} = PostgreSQL::Test::Cluster->new($name);
	$node{$name}->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
	$node{$name}->append_conf('postgresql.conf', "max_parallel_workers_per_gather = 0\nautovacuum = off\nshared_preload_libraries = "
		  . ($name eq 'with' ? "'electric_perm'" : "''"));
	$node{$name}->start;
	$node{$name}->command_ok([ 'pgbench', '-i', '-q', '-s', '1', 'postgres' ], "pgbench -i $name");
}

# ratio runs $measure on both in turns and returns the ratio of the best results, as $best
# chooses them.
sub ratio
{
	my ($rounds, $best, $measure) = @_;
	my %results;
	for my $round (1 .. $rounds)
	{
		push @{ $results{$_} }, $measure->($node{$_}) for $round % 2 ? ('with', 'without') : ('without', 'with');
	}
	return $best->(@{ $results{with} }) / $best->(@{ $results{without} });
}

# The processor time of raw parsing alone: the text is long, and ends in a syntax error.
my $parsing = q(
	CREATE FUNCTION pg_temp.cpu() RETURNS bigint LANGUAGE sql AS
		$$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint $$;
	DO $do$
	DECLARE
		text text := repeat('%s', 300) || 'SELECT nonsense nonsense nonsense';
		started bigint := pg_temp.cpu();
	BEGIN
		FOR i IN 1..40 LOOP
			BEGIN
				EXECUTE text;
			EXCEPTION WHEN syntax_error THEN NULL;
			END;
		END LOOP;
		PERFORM set_config('my.time', (pg_temp.cpu() - started)::text, false);
	END $do$;
	SELECT current_setting('my.time'));
for my $text (
	[ 'ordinary SQL', 1.5, 'SELECT a.name, b.total AS amount, sum(default_price) FROM orders a JOIN exports b USING (id) WHERE distinct_id IN (1, 2) AND created_at > now() GROUP BY elections; ' ],
	[ 'SQL full of columns called electric, enable, disable', 4, 'SELECT electric, enable, disable FROM t ORDER BY electric; ' ])
{
	my ($what, $bound, $sql) = @$text;
	my $ratio = ratio(9, \&min, sub { return $_[0]->safe_psql('postgres', sprintf $parsing, $sql) });
	note sprintf 'measured: parsing %s with the library preloaded takes %.3f times the processor time of without', $what, $ratio;
	cmp_ok($ratio, '<', $bound, "parsing $what");
}

# The processor time that a server's processes have used which ended, in ticks.
sub ended_ticks
{
	my ($node) = @_;
	my ($pid) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	my (undef, $fields) = split /\) /, slurp_file("/proc/$pid/stat");
	my @fields = split / /, $fields;
	return $fields[13] + $fields[14];
}

# pgbench -S: the processor time of its backend, and its speed by the clock.
my %speed;
my $select_ratio = ratio(5, \&min, sub {
	my ($node) = @_;
	my $before = ended_ticks($node);
	my ($out, $err) = run_command([ 'pgbench', '-n', '-S', '-t', '20000', '-d', $node->connstr('postgres') ]);
	$out =~ /tps = ([\d.]+)/ or die "pgbench: $out $err";
	push @{ $speed{ $node->name } }, $1;
	usleep(500_000);			# its backend ends a little later
	return ended_ticks($node) - $before;
});
note sprintf 'measured: pgbench -S with the library preloaded takes %.3f times the processor time of without, and makes %.3f times the transactions a second',
  $select_ratio, max(@{ $speed{with} }) / max(@{ $speed{without} });
cmp_ok($select_ratio, '<', 1.6, 'pgbench -S');

# A long text that says electric, enable and disable all the time, where they are names, is
# parsed in time that grows with its length, not with its square.
sub seconds
{
	my ($count) = @_;
	return $node{with}->safe_psql('postgres', qq(
		DO \$do\$
		DECLARE
			text text := repeat('SELECT electric enable, enable electric FROM t; ', $count) || 'SELECT nonsense nonsense nonsense';
			started timestamptz := clock_timestamp();
		BEGIN
			EXECUTE text;
		EXCEPTION WHEN syntax_error THEN
			PERFORM set_config('my.time', extract(epoch FROM clock_timestamp() - started)::text, false);
		END \$do\$;
		SELECT current_setting('my.time')));
}
my ($short, $long) = map { my $count = $_; min(map { seconds($count) } 1 .. 3) } 1000, 10000;
note sprintf 'measured: ten times the text takes %.1f times as long to parse', $long / $short;
cmp_ok($long / $short, '<', 50, 'parsing time grows with the length');

$_->stop for values %node;
done_testing();
