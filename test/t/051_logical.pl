# Logical replication carries rows, not rules: who reads what, and as whom, on the way from
# one server to another. docs/replication.md says in tables what is proved here.
# Regression tests run on one server.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{PGUSER} = 'postgres';

sub server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical', extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'
		max_worker_processes = 20\nmax_logical_replication_workers = 15\nwal_retrieve_retry_interval = 100ms");
	$node->start;
	$node->safe_psql('postgres', q(
		CREATE ROLE owner LOGIN;
		CREATE ROLE client LOGIN;
		CREATE ROLE writer LOGIN;
	));
	return $node;
}

my $publisher = server('publisher');
my $subscriber = server('subscriber');

# Issues have a guard: columns and conditions of UPDATE.
my $tables = q(
	GRANT CREATE ON SCHEMA public TO owner;
	SET SESSION AUTHORIZATION owner;
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text, open boolean);
	CREATE TABLE logs (id int, project_id int, line text, PRIMARY KEY (id, project_id)) PARTITION BY LIST (project_id);
	CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
	CREATE TABLE logs_2 PARTITION OF logs FOR VALUES IN (2);
	ALTER TABLE logs ADD FOREIGN KEY (project_id) REFERENCES projects;
	CREATE INDEX ON issues (project_id);
	CREATE INDEX ON logs (project_id);
	CREATE INDEX ON projects (owner_id);
	RESET SESSION AUTHORIZATION;
);
my $rules = q(
	CREATE EXTENSION IF NOT EXISTS electric_perm;
	SELECT electric.add_client_role('client');
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	SET SESSION AUTHORIZATION owner;
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE logs;
		ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
		ELECTRIC GRANT READ ON projects, issues, logs TO 'projects:owner';
		ELECTRIC GRANT READ ON issues TO ANYONE CHECK (open);
		ELECTRIC GRANT INSERT, DELETE, UPDATE (title) ON issues TO 'projects:owner' CHECK (NOT open);
		ELECTRIC GRANT UPDATE (line) ON logs TO 'projects:owner' CHECK (new.line <> old.line);
	$$;
	GRANT SELECT ON ALL TABLES IN SCHEMA public TO writer;
	GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer;
	RESET SESSION AUTHORIZATION;
);
$publisher->safe_psql('postgres', "$tables $rules");
$publisher->safe_psql('postgres', q(
	INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
	INSERT INTO issues VALUES (10, 1, 'ten', false), (11, 1, 'eleven', true), (20, 2, 'twenty', false), (21, 2, 'twenty-one', true);
	INSERT INTO logs VALUES (1, 1, 'a'), (2, 2, 'b');
	CREATE PUBLICATION named FOR TABLE projects, issues, logs WITH (publish_via_partition_root = true);
	CREATE PUBLICATION only_issues FOR TABLE issues;
	CREATE ROLE copier_super SUPERUSER LOGIN;
	CREATE ROLE copier_bypass REPLICATION BYPASSRLS LOGIN;
	CREATE ROLE copier_bound REPLICATION LOGIN;
	GRANT SELECT ON ALL TABLES IN SCHEMA public TO copier_bypass, copier_bound;
	ALTER ROLE owner REPLICATION;
));

# connection returns the string by which a subscription reaches the publisher.
sub connection
{
	my ($role, $more) = @_;
	return $publisher->connstr . " dbname=postgres user=$role " . ($more // '');
}

# database makes one on the subscriber, with the tables, and with the rules if they are given.
sub database
{
	my ($name, $with) = @_;
	$subscriber->safe_psql('postgres', "CREATE DATABASE $name");
	$subscriber->safe_psql($name, $tables . ($with // ''));
	return;
}

# subscribe makes a subscription, named as its database, and waits for the first copy.
sub subscribe
{
	my ($name, $connection, $publication) = @_;
	$subscriber->safe_psql($name, "CREATE SUBSCRIPTION $name CONNECTION '$connection' PUBLICATION $publication");
	$subscriber->wait_for_subscription_sync($publisher, $name, $name);
	return;
}

sub unsubscribe { my ($name) = @_; $subscriber->safe_psql($name, "DROP SUBSCRIPTION $name"); return }

# published carries SQL out on the publisher, as a superuser, and waits for the subscription.
sub published
{
	my ($name, $sql) = @_;
	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup($name);
	return;
}

my $ids = q(SELECT string_agg(id::text, ' ' ORDER BY id) FROM issues);
sub issues { my ($name) = @_; return $subscriber->safe_psql($name, $ids) }

# as returns what the subscriber's client role reads as this user, and the error's state.
sub as
{
	my ($database, $user, $sql) = @_;
	my ($out, $err);
	$subscriber->psql($database, "\\set VERBOSITY sqlstate\nBEGIN; SELECT FROM electric.set_user('$user'); $sql; COMMIT;",
		stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'client', '-q' ]);
	return $err =~ /ERROR:  (\w{5})/ ? "error $1" : $out;
}

# What a replication role gets: the first copy is a query of that role, whom the rules may bind, and
# who is nobody; the stream of changes comes from the log, which knows no rules.
for my $case (
	[ 'super', connection('copier_super'), '10 11 20 21' ],
	[ 'bypass', connection('copier_bypass'), '10 11 20 21' ],
	[ 'owner', connection('owner'), '10 11 20 21' ],
	[ 'bound', connection('copier_bound'), '11 21' ])
{
	my ($name, $connection, $copied) = @$case;
	database("from_$name");
	$subscriber->safe_psql("from_$name", 'ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey');
	subscribe("from_$name", $connection, 'only_issues');
	is(issues("from_$name"), $copied, "replication role $name: the first copy");
	published("from_$name", q(INSERT INTO issues VALUES (22, 2, 'secret', false)));
	is(issues("from_$name"), "$copied 22", '... and the changes, all of them');
	published("from_$name", 'DELETE FROM issues WHERE id = 22');
	is(issues("from_$name"), $copied, '... deletions too');
	is($subscriber->safe_psql("from_$name", q(SELECT count(*) FROM pg_class WHERE relrowsecurity)), '0', '... and no rules');
	unsubscribe("from_$name");
}

# Told so in the connection, the first copy fails instead of leaving rows out.
database('from_off');
my $offset = -s $subscriber->logfile;
$subscriber->safe_psql('from_off', q(CREATE SUBSCRIPTION from_off CONNECTION ') .
	connection('copier_bound', 'options=-crow_security=off') . q(' PUBLICATION only_issues));
$subscriber->wait_for_log(qr/could not start initial contents copy for table "public.issues": ERROR:  query would be affected by row-level security policy/, $offset);
is(issues('from_off'), '', 'replication role bound, row_security=off: nothing is copied, and the log says so');
$publisher->safe_psql('postgres', 'ALTER ROLE copier_bound BYPASSRLS');
$subscriber->wait_for_subscription_sync($publisher, 'from_off', 'from_off');
is(issues('from_off'), '10 11 20 21', '... until it has BYPASSRLS');
$publisher->safe_psql('postgres', 'ALTER ROLE copier_bound NOBYPASSRLS');
unsubscribe('from_off');

# Who may read a replication slot reads all changes, though he may read none of the rows.
$publisher->safe_psql('postgres', q(SELECT pg_create_logical_replication_slot('peek', 'test_decoding');
	INSERT INTO issues VALUES (22, 2, 'secret', false); DELETE FROM issues WHERE id = 22));
my @bound = (extra_params => [ '-U', 'copier_bound' ]);
is($publisher->safe_psql('postgres', $ids, @bound), '11 21', 'a role with REPLICATION is bound when it reads the table');
like($publisher->safe_psql('postgres', q(SELECT data FROM pg_logical_slot_get_changes('peek', NULL, NULL)), @bound),
	qr/INSERT: id\[integer\]:22 .*'secret'/, '... and not when it reads a slot');
$publisher->safe_psql('postgres', q(SELECT pg_drop_replication_slot('peek')));

# A row filter of a publication chooses rows, not readers.
$publisher->safe_psql('postgres', q(CREATE PUBLICATION filtered FOR TABLE issues WHERE (project_id = 1) WITH (publish = 'insert')));
database('filtered');
$subscriber->safe_psql('filtered', 'ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey');
subscribe('filtered', connection('copier_super'), 'filtered');
$subscriber->safe_psql('filtered', 'GRANT SELECT ON issues TO client');
is($subscriber->safe_psql('filtered', $ids, extra_params => [ '-U', 'client' ]), '10 11',
	'a row filter: everybody reads all that it lets through, and nothing else');
unsubscribe('filtered');

# (a) A subscriber without the extension: rows, and no rules.
database('plain');
subscribe('plain', connection('copier_super'), 'named');
$subscriber->safe_psql('plain', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO client');
is($subscriber->safe_psql('plain', "$ids; SELECT count(*) FROM logs", extra_params => [ '-U', 'client' ]), "10 11 20 21\n2",
	'without the extension whoever has the privilege reads all');
unsubscribe('plain');

# (b) With the extension and rules of its own: they hold there, for who reads and writes there.
database('ruled', $rules);
subscribe('ruled', connection('copier_super'), 'named');
is($subscriber->safe_psql('ruled', q(SELECT count(*) FROM pg_trigger WHERE tgname ~ 'electric_' AND tgenabled <> 'A')), '0', 'the guard fires always');
cmp_ok($subscriber->safe_psql('ruled', q(SELECT count(*) FROM pg_trigger WHERE tgname ~ 'electric_')), '>=', 2, '... and is there');
is(issues('ruled'), '10 11 20 21', 'subscription of a superuser: all rows are copied');
is(as('ruled', 'alice', $ids), '10 11 21', 'alice reads there what the rules say');
is(as('ruled', 'bob', $ids), '11 20 21', 'so does bob');
is(as('ruled', 'bob', 'SELECT id FROM logs'), '2', '... in the partitioned table');
is(as('ruled', 'alice', q(UPDATE issues SET title = 'mine' WHERE id = 10 RETURNING id)), '10', 'alice writes there what the rules say');
is(as('ruled', 'alice', q(UPDATE issues SET open = true WHERE id = 10)), 'error 42501', '... and no more');

# applied tells that changes that no grant allows are applied: the guard lets them pass.
my $n = 100;
sub applied
{
	my ($who) = @_;
	my ($a, $b) = ($n, $n + 1);
	$n += 2;
	published('ruled', qq(INSERT INTO issues VALUES ($a, 1, 'new', false), ($b, 2, 'new', true);
		UPDATE issues SET title = 'changed', open = true, project_id = 2 WHERE id = $a;
		DELETE FROM issues WHERE id = $b;
		INSERT INTO logs VALUES ($a, 1, 'same');
		UPDATE logs SET line = line WHERE id = $a;
		UPDATE logs SET project_id = 2 WHERE id = $a));
	is($subscriber->safe_psql('ruled', "SELECT project_id, title, open FROM issues WHERE id IN ($a, $b)"),
		'2|changed|t', "$who applies changes that no grant allows");
	is($subscriber->safe_psql('ruled', "SELECT tableoid::regclass FROM logs WHERE id = $a"), 'logs_2', '... in partitions too');
	return;
}

# owned_by gives the subscription to a role; it must be a superuser at that moment.
sub owned_by
{
	my ($role) = @_;
	$subscriber->safe_psql('ruled', "ALTER SUBSCRIPTION ruled DISABLE");
	$subscriber->poll_query_until('ruled', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type ~ $$logical replication worker$$');
	$subscriber->safe_psql('ruled', "ALTER ROLE $role SUPERUSER; ALTER SUBSCRIPTION ruled OWNER TO $role; ALTER ROLE $role NOSUPERUSER;
		ALTER SUBSCRIPTION ruled ENABLE");
	return;
}

# refused tells that a change is refused in the worker and that nothing of it is there; the
# next change of roles or rules lets it go on.
sub refused
{
	my ($role, $name) = @_;
	my $offset = -s $subscriber->logfile;
	$publisher->safe_psql('postgres', "INSERT INTO issues VALUES ($n, 1, 'waits', false)");
	$subscriber->wait_for_log(qr/ERROR:  user "$role" cannot replicate into relation with row-level security enabled: "issues"/, $offset);
	is($subscriber->safe_psql('ruled', "SELECT count(*) FROM issues WHERE id = $n"), '0', $name);
	return;
}

sub goes_on
{
	my ($name) = @_;
	$publisher->wait_for_catchup('ruled');
	is($subscriber->safe_psql('ruled', "SELECT count(*) FROM issues WHERE id = $n"), '1', $name);
	$n++;
	return;
}

# The worker applies with the rights of the subscription's owner, and in no table whose rules bind him.
applied('a superuser');
owned_by('owner');
applied("the tables' owner");
$subscriber->safe_psql('ruled', 'ALTER TABLE issues FORCE ROW LEVEL SECURITY');
refused('owner', 'FORCE ROW LEVEL SECURITY binds him: the worker stops');
$subscriber->safe_psql('ruled', 'ALTER TABLE issues NO FORCE ROW LEVEL SECURITY');
goes_on('... and goes on when it does not');
owned_by('writer');
refused('writer', 'a role with all privileges on the tables is bound: the worker stops');
$subscriber->safe_psql('ruled', 'ALTER ROLE writer BYPASSRLS');
goes_on('... and goes on when it has BYPASSRLS');
applied('a role with BYPASSRLS');

# The first copy asks the same.
database('copied', $rules);
$subscriber->safe_psql('postgres', 'ALTER ROLE writer NOBYPASSRLS');
$offset = -s $subscriber->logfile;
$subscriber->safe_psql('copied', q(CREATE SUBSCRIPTION copied CONNECTION ') . connection('copier_super') . q(' PUBLICATION named WITH (enabled = false);
	ALTER ROLE writer SUPERUSER; ALTER SUBSCRIPTION copied OWNER TO writer; ALTER ROLE writer NOSUPERUSER;
	ALTER SUBSCRIPTION copied ENABLE));
$subscriber->wait_for_log(qr/ERROR:  user "writer" cannot replicate into relation with row-level security enabled: "issues"/, $offset);
is(issues('copied'), '', 'the first copy into a table that binds the owner of the subscription is refused');
$subscriber->safe_psql('postgres', 'ALTER ROLE writer BYPASSRLS');
$subscriber->wait_for_subscription_sync($publisher, 'copied', 'copied');
is(issues('copied'), $publisher->safe_psql('postgres', $ids), '... until he has BYPASSRLS');
unsubscribe('copied');

# Memberships that arrive count for the next statement there.
is(as('ruled', 'carol', 'SELECT count(*) FROM projects'), '0', 'carol has no project');
published('ruled', q(UPDATE projects SET owner_id = 'carol' WHERE id = 1));
is(as('ruled', 'carol', 'SELECT count(*) FROM projects'), '1', '... until one arrives');
is(as('ruled', 'alice', 'SELECT count(*) FROM projects'), '0', '... which alice has no more');

# Rules are not replicated, neither as statements nor ..
$publisher->safe_psql('postgres', q(SET ROLE owner; DO LANGUAGE ddlx $$ELECTRIC GRANT READ ON projects TO ANYONE$$));
published('ruled', q(UPDATE projects SET owner_id = 'alice' WHERE id = 1));
is(as('ruled', 'carol', 'SELECT count(*) FROM projects'), '0', 'a grant on the publisher says nothing on the subscriber');
is($subscriber->safe_psql('ruled', q(SELECT count(*) FROM electric.grants WHERE role = 'ANYONE' AND tbl = 'projects'::regclass)), '0', '... where it does not stand');
unsubscribe('ruled');

# .. as rows: a publication FOR ALL TABLES has those of schema electric in it. Without the extension a
# subscriber cannot be made;
$publisher->safe_psql('postgres', 'CREATE PUBLICATION everything FOR ALL TABLES');
database('all_plain');
my $err;
$subscriber->psql('all_plain', q(CREATE SUBSCRIPTION all_plain CONNECTION ') . connection('copier_super') . q(' PUBLICATION everything),
	stderr => \$err);
like($err, qr/ERROR:  schema "electric" does not exist/, 'FOR ALL TABLES: refused by a subscriber without the extension');

# with it the rows of rules arrive, and enforce nothing: no policy is made of them.
database('all_ruled', 'CREATE EXTENSION electric_perm; GRANT SELECT ON ALL TABLES IN SCHEMA public TO client');
subscribe('all_ruled', connection('copier_super'), 'everything');
cmp_ok($subscriber->safe_psql('all_ruled', 'SELECT count(*) FROM electric.grants'), '>', 0, 'FOR ALL TABLES: the rows of rules arrive');
is($subscriber->safe_psql('all_ruled', 'SELECT count(*) FROM pg_policy'), '0', '... without policies');
is($subscriber->safe_psql('all_ruled', 'SELECT count(*) > 2 FROM issues', extra_params => [ '-U', 'client' ]), 't', '... and the tables are open');
unsubscribe('all_ruled');

$_->stop for $subscriber, $publisher;
done_testing();
