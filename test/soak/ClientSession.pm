# A client of the soak test: in each transaction another user, who reads and writes what he can
# think of. Whatever the rules are, some rows must never appear: see schema.sql.
package ClientSession;
use strict;
use warnings;
use parent 'Session';
use Chance;
use SoakRules;

my %expected = map { $_ => 1 } (
	'42501',                                # not granted
	'40001', '40P01', '55P03', '57014',     # others were first, or it took too long
	'23502', '23503', '23505', '23514',     # constraints
	'24000',                                # the cursor stands on no row
	'25P02');                               # something before it failed

# The first column of what is read says whose row it is: tenant:flag, where the flag must be f.
my %mark = map { $_ => "$_.tenant_id || ':f'" } @TABLES;
$mark{tenants} = q(tenants.id || ':f');
$mark{issues} = q(issues.tenant_id || ':' || left(issues.hidden::text, 1));
$mark{vault} = q(vault.tenant_id || CASE WHEN electric.claims() #>> '{data,level}' = 'high' THEN ':f' ELSE ':low' END);

my @prepared = (
	[ one_issue => '(int)', "SELECT $mark{issues} FROM issues WHERE id = \$1" ],
	[ some_comments => '(int)', "SELECT $mark{comments} FROM comments WHERE issue_id BETWEEN \$1 AND \$1 + 20" ],
	[ retitle => '(int)', "UPDATE issues SET title = 'p', version = version + 1 WHERE id = \$1 RETURNING $mark{issues}" ],
	[ all_events => '(int)', "SELECT $mark{events} FROM events WHERE id > \$1" ],
	[ with_project => '(int)', "SELECT $mark{issues} FROM issues JOIN projects ON projects.id = issues.project_id WHERE issues.project_id = \$1" ]);

sub greeting
{
	return (
		q(SET client_min_messages = error; SET lock_timeout = '1s'; SET statement_timeout = '20s'),
		(map { "PREPARE $_->[0] $_->[1] AS $_->[2]" } @prepared));
}

sub expected_error
{
	my ($self, $error, $sql) = @_;
	return 1 if $expected{ $error->{C} };
	# a plan that was made before the rules changed
	return 1 if $error->{C} eq '55000' && $error->{M} =~ /^the grants on table ".*" have changed since this statement was planned$/;
	return 0;
}

# may: is the tenant one of the user's?
sub may
{
	my ($user, $tenant) = @_;
	my $number = substr $user, 1;
	return $tenant == $number % 5 + 1 || $tenant == ($number + 2) % 5 + 1;
}

# see runs a query by the user, and looks at what it shows.
sub see
{
	my ($self, $user, $sql) = @_;
	my $rows = $sql =~ /^SELECT/ && chance(0.15) ? $self->run_portal($sql) : $self->run($sql);
	$self->look($user, $rows, $sql) if $rows;
	return $rows;
}

sub look
{
	my ($self, $user, $rows, $sql) = @_;
	for my $mark (map { split ' ', $_ // '' } @$rows)
	{
		my ($tenant, $flag) = split /:/, $mark;
		$self->{tally}{marks}++;
		next if $flag eq 'f' && defined $user && may($user, $tenant);
		$self->{tally}{wrong}++;
		$self->fault('WRONG: ' . ($user // 'nobody') . " sees $mark by $sql");
		last;
	}
	return;
}

sub become
{
	my ($self) = @_;
	my $user = chance(0.05) ? undef : 'u' . between(0, 9);
	my $level = pick('high', 'high', 'low');
	$self->run('SELECT electric.set_user(' . (defined $user ? "'$user'" : 'NULL') . qq[, '{"data": {"level": "$level"}}')]);
	return $user;
}

sub turn
{
	my ($self) = @_;
	$self->run('BEGIN' . pick(('') x 5, ' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE', ' READ ONLY')) // return;
	$self->{read_only} = $self->{history}[-1] =~ /READ ONLY/;
	my $user = $self->become;
	$self->run('SET LOCAL ' . pick('enable_seqscan = off', 'enable_indexscan = off', 'enable_nestloop = off', 'enable_hashjoin = off',
		'plan_cache_mode = force_generic_plan', 'statement_timeout = 4', 'force_parallel_mode = on; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL parallel_setup_cost = 0'))
	  if chance(0.25);
	for (1 .. between(1, 6))
	{
		my $guarded = chance(0.6);
		if ($guarded) { $self->run('SAVEPOINT s') // last }
		my $done = $self->act($user);
		if (!$done)
		{
			last unless $guarded;
			$self->run('ROLLBACK TO s') // last;
		}
		elsif ($guarded && chance(0.5))
		{
			$self->run(pick('RELEASE s', 'ROLLBACK TO s')) // last;
		}
	}
	return if $self->{lost};
	# a timeout may come before COMMIT does anything
	$self->run(chance(0.8) ? 'COMMIT' : 'ROLLBACK') // $self->run('ROLLBACK');
	return;
}

# act does one thing; false after an error.
sub act
{
	my ($self, $user) = @_;
	my $what = rand;
	return $self->see($user, $self->query) if $what < 0.4 || $self->{read_only};
	return $self->cursors($user) if $what < 0.48;
	return $self->see($user, 'EXECUTE ' . pick(map { $_->[0] } @prepared) . '(' . between(1, 200) . ')') if $what < 0.6;
	my $changed = $self->see($user, $self->write($user // 'u0'));
	$self->{tally}{changed} += @$changed if $changed;
	return $changed;
}

sub query
{
	my ($self) = @_;
	my $t = pick(@TABLES);
	my $id = between(1, 200);
	my $lock = $self->{read_only} ? '' : pick('', '', ' FOR UPDATE', ' FOR SHARE', ' FOR UPDATE SKIP LOCKED', ' FOR UPDATE NOWAIT');
	return pick(
		"SELECT $mark{$t} FROM $t",
		"SELECT $mark{$t} FROM $t WHERE id = $id",
		"SELECT $mark{$t} FROM $t WHERE id > $id ORDER BY id LIMIT 5$lock",
		"SELECT string_agg(DISTINCT $mark{$t}, ' ') FROM $t",
		"SELECT $mark{issues} || ' ' || $mark{comments} FROM issues JOIN comments ON comments.issue_id = issues.id WHERE issues.id < $id",
		"SELECT $mark{issues} || ' ' || $mark{projects} FROM projects LEFT JOIN issues ON issues.project_id = projects.id WHERE projects.id % 4 = 0",
		"SELECT $mark{projects} FROM projects WHERE EXISTS (SELECT FROM issues WHERE project_id = projects.id AND version > 1)",
		"WITH w AS MATERIALIZED (SELECT * FROM events) SELECT events.tenant_id || ':f' FROM w events UNION ALL SELECT $mark{notes} FROM notes",
		"SELECT open_issues.tenant_id || ':' || left(open_issues.hidden::text, 1) FROM open_issues WHERE title > 'a'",
		"SELECT (SELECT string_agg($mark{comments}, ' ') FROM comments WHERE issue_id = issues.id) FROM issues WHERE id BETWEEN $id AND $id + 10",
		"SELECT $mark{memberships} FROM memberships WHERE user_id = electric.user_id()",
		"SELECT coalesce(tenant, '1') || ':f' FROM (SELECT scope_id[1] AS tenant FROM electric.roles() WHERE scope_table = 'tenants'::regclass) r");
}

# write returns a statement that changes something, if the user may.
sub write
{
	my ($self, $user) = @_;
	my ($number) = $user =~ /(\d+)/;
	my $tenant = chance(0.8) ? pick($number % 5 + 1, ($number + 2) % 5 + 1) : between(1, 5);
	my $project = $tenant == 1 ? pick(5, 10, 15, 20) : $tenant - 1 + 5 * between(0, 3);
	my ($id, $small) = (between(1, 220), between(1, 50));
	my $secret = chance(0.1) ? 'x' : 's';
	my $show = sub { return chance(0.6) ? " RETURNING $mark{$_[0]}" : '' };
	my $step = chance(0.9) ? 1 : 2;

	return pick(
		"UPDATE issues SET title = 'new', version = version + $step WHERE id BETWEEN $id AND $id + 5" . $show->('issues'),
		"UPDATE issues SET title = 'new', note = 'n', version = version + 1 WHERE id = $id" . $show->('issues'),
		"UPDATE issues SET version = version + 1, " . pick('hidden = true', "secret = 'x'", "author = '$user'", 'stamp = 0', 'id = id') . " WHERE id = $id" . $show->('issues'),
		"UPDATE issues SET version = version + 1",
		"UPDATE issues SET project_id = $project, tenant_id = $tenant, version = version + 1 WHERE id = $id" . $show->('issues'),
		"UPDATE issues SET title = 'joined', version = version + 1 FROM projects WHERE projects.id = project_id AND issues.id = $id RETURNING $mark{issues} || ' ' || $mark{projects}",
		"INSERT INTO issues (id, tenant_id, project_id, title) VALUES ($id, $tenant, $project, 't')" . $show->('issues'),
		"INSERT INTO issues (id, tenant_id, project_id, title, secret, author) VALUES ($id, $tenant, $project, 't', '$secret', '$user')",
		"INSERT INTO issues AS issues (id, tenant_id, project_id, title) VALUES ($id, $tenant, $project, 't') ON CONFLICT (id) DO UPDATE SET title = 'c', version = issues.version + $step" . $show->('issues'),
		"INSERT INTO issues (id, tenant_id, project_id, title) VALUES ($id, $tenant, $project, 't') ON CONFLICT DO NOTHING" . $show->('issues'),
		"MERGE INTO issues USING (VALUES ($id), ($id + 1)) v (id) ON v.id = issues.id WHEN MATCHED AND issues.version % 5 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET title = 'm', version = version + 1 WHEN NOT MATCHED THEN INSERT (id, tenant_id, project_id, title) VALUES (v.id, $tenant, $project, 'm')",
		"DELETE FROM issues WHERE id = $id" . $show->('issues'),
		"INSERT INTO comments (id, tenant_id, issue_id, author, body, secret) SELECT $id + 300, tenant_id, id, '$user', 'b', '$secret' FROM issues WHERE id = $id" . $show->('comments'),
		"UPDATE comments SET body = body || '.' WHERE id BETWEEN $id AND $id + 30" . $show->('comments'),
		"UPDATE comments SET " . pick("author = '$user'", "secret = 'x'", "issue_id = $id") . " WHERE id = $id" . $show->('comments'),
		"DELETE FROM comments WHERE id BETWEEN $id AND $id + 3" . $show->('comments'),
		"UPDATE projects SET " . pick("name = 'p'", "note = 'n', name = 'q'", "secret = 'x'", "owner_id = '$user'", "tenant_id = $tenant") . " WHERE id = $small" . $show->('projects'),
		"INSERT INTO projects (id, tenant_id, name" . ($secret eq 'x' ? ', secret' : '') . ") VALUES ($small, $tenant, 'p'" . ($secret eq 'x' ? ", 'x'" : '') . ')' . $show->('projects'),
		"DELETE FROM projects WHERE id = $small" . $show->('projects'),
		"INSERT INTO events (id, tenant_id, title" . ($secret eq 'x' ? ', secret' : '') . ") VALUES ($id, $tenant, 'e'" . ($secret eq 'x' ? ", 'x'" : '') . ')' . $show->('events'),
		"UPDATE events SET " . pick("title = 'e'", "tenant_id = $tenant", "title = 'e', secret = 'x'") . " WHERE id BETWEEN $id AND $id + 5" . $show->('events'),
		"MERGE INTO events USING (VALUES ($id)) v (id) ON v.id = events.id WHEN MATCHED THEN UPDATE SET title = 'm' WHEN NOT MATCHED THEN INSERT (id, tenant_id, title) VALUES (v.id, $tenant, 'm')",
		"DELETE FROM events WHERE id = $id" . $show->('events'),
		"UPDATE vault SET body = 'w' WHERE id = $small" . $show->('vault'),
		"INSERT INTO vault VALUES ($small, $tenant, 'i')" . $show->('vault'),
		"DELETE FROM vault WHERE id = $small",
		"INSERT INTO notes VALUES ($small, $tenant, 'i', '$secret') ON CONFLICT (id) DO UPDATE SET body = 'u'" . $show->('notes'),
		"DELETE FROM notes WHERE id = $small" . $show->('notes'),
		(map { (
			"INSERT INTO memberships (id, user_id, tenant_id, kind" . ($_ ? ', decoy' : '') . ") VALUES (100 + $id, '$user', $tenant, 'admin'" . ($_ ? ', true' : '') . ')',
			"UPDATE memberships SET kind = '" . pick('member', 'editor', 'admin') . "' WHERE id = 100 + $id" . $show->('memberships'),
			"UPDATE memberships SET valid = NOT valid" . ($_ ? ", decoy = false" : '') . " WHERE id BETWEEN $small AND $small + 5" . $show->('memberships'),
			"DELETE FROM memberships WHERE id = $small + 80" . $show->('memberships')) } chance(0.2)));
}

# cursors reads by one that was opened as one user after another has come: it goes on as the first's.
sub cursors
{
	my ($self, $user) = @_;
	my $t = pick(@TABLES[ 1 .. 5 ]);

	if (chance(0.3))
	{
		my $done = $self->run("DECLARE c CURSOR FOR SELECT $mark{issues} FROM issues WHERE id > " . between(1, 200) . ' FOR UPDATE')
		  && $self->see($user, 'FETCH 2 FROM c')
		  && $self->run(pick(q(UPDATE issues SET title = 'w', version = version + 1 WHERE CURRENT OF c), 'DELETE FROM issues WHERE CURRENT OF c'));
		return $done && $self->run('CLOSE c');
	}
	$self->run("DECLARE c CURSOR FOR SELECT $mark{$t} FROM $t WHERE id > " . between(0, 100)) or return;
	$self->see($user, 'FETCH 3 FROM c') or return;
	my $other = $self->become;
	$self->see($user, 'FETCH 3 FROM c') or return;
	$self->see($other, $self->query) or return;
	$self->see($user, 'FETCH ALL FROM c') or return;
	$self->run('CLOSE c') or return;
	# back again, for what follows in this transaction
	return $self->run(defined $user ? qq(SELECT electric.set_user('$user', '{"data": {"level": "high"}}')) : 'SELECT electric.set_user(NULL)');
}

# count returns what each of some users sees of each table, and how many issues he updates.
sub count
{
	my ($self, @users) = @_;
	my %counts;
	for my $user (@users)
	{
		$self->run('BEGIN');
		$self->run(qq(SELECT electric.set_user('$user', '{"data": {"level": "high"}}')));
		my $seen = $self->run('SELECT ' . join q( || ' ' || ), map { "(SELECT count(*) FROM $_)" } @TABLES);
		my $changed = $self->run('WITH u AS (UPDATE issues SET title = title, version = version + 1 RETURNING id) SELECT count(*) FROM u');
		$self->run('ROLLBACK');
		$counts{$user} = ($seen ? $seen->[0] : 'error') . ' ' . ($changed ? $changed->[0] : 'error');
	}
	return \%counts;
}

1;
