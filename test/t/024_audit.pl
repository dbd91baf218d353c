# The audit in the server's log: one line of JSON for each event that a setting asks for, with who
# and what, and never data; nothing by default, and nothing that clients can switch.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::RealBin;
use Jwt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('audit');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_min_error_statement = log\nlog_min_messages = log\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	SELECT electric.add_client_role('client');
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text, secret text);
	INSERT INTO projects VALUES (1, 'alice', 'one'), (2, 'bob', 'two');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE projects;
		ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
		ELECTRIC GRANT READ, UPDATE (secret) ON projects TO 'projects:owner';
		ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED CHECK (owner_id = auth.user_id);
	$$;
));

# audited returns the events that the log got while this SQL ran as the client, or as another role, decoded.
sub audited
{
	my ($sql, $role) = (@_, 'client');
	my $from = -s $node->logfile;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', $role ]);
	my $log = substr slurp_file($node->logfile), $from;
	unlike($err, qr/electric_perm: \{/, 'the client is told nothing of it');
	my @events = map { decode_json($_) } $log =~ /LOG:  electric_perm: (\{.*\})$/mg;
	return ($log, @events);
}

my $denied = q(SELECT FROM electric.set_user('al"ice', is_local => false); INSERT INTO projects VALUES (3, 'bob', 'sesame'););

# By default nothing is written, and the client cannot ask for it.
my ($log, @events) = audited($denied);
is(scalar(@events), 0, 'off: nothing is logged');
(undef, @events) = audited("SET electric_perm.log_denials = on; $denied");
is(scalar(@events), 0, 'a client cannot switch it on');

# Switched on by a superuser: one line, of who, what, where and which grant came closest.
$node->safe_psql('postgres', 'ALTER SYSTEM SET electric_perm.log_denials = on');
$node->reload;
($log, @events) = audited($denied);
is(scalar(@events), 1, 'one line for one denied write');
my $event = $events[0] // {};
is($event->{event}, 'denied', 'the event');
is($event->{user}, 'al"ice', 'who, whatever is in the name');
is($event->{sql_role}, 'client', 'through which SQL role');
ok(exists $event->{client} && !defined $event->{client}, 'from where: null for a Unix socket');
is($event->{privilege}, 'INSERT', 'what');
is($event->{table}, 'public.projects', 'on which table');
like($event->{closest}, qr/^Closest came ELECTRIC GRANT INSERT ON public\.projects TO AUTHENTICATED/, 'which grant came closest');
unlike($log, qr/sesame/, 'no data');
unlike($log, qr/STATEMENT|CONTEXT/, 'no statement, no context');
(undef, @events) = audited("SET client_min_messages = log; $denied SET electric_perm.log_denials = off; $denied");
is(scalar(@events), 2, 'a client cannot switch it off, or take the line away');

# Nobody is somebody too; an UPDATE names the grant that lacks a column.
(undef, @events) = audited(q(GRANT INSERT ON projects TO client; INSERT INTO projects VALUES (4, 'x', 'y')));
is($events[0]{user}, undef, 'nobody is null');
(undef, @events) = audited(q(SELECT FROM electric.set_user('alice', is_local => false); UPDATE projects SET owner_id = 'carol' WHERE id = 1));
like($events[0]{closest}, qr/it does not list owner_id/, 'UPDATE: the column that is not granted');

# A write for which the SQL role has no privilege, because no grant calls for it, is refused before any policy is asked,
# and logged like others: once, also where it names more than one table, or columns of which it holds some.
for my $case ([ DELETE => 'DELETE FROM projects' ], [ DELETE => 'WITH d AS (DELETE FROM projects RETURNING id) SELECT * FROM d' ],
	[ INSERT => 'INSERT INTO tasks (id, title) VALUES (1, $$sesame$$)' ], [ INSERT => 'INSERT INTO tasks DEFAULT VALUES' ], [ UPDATE => 'UPDATE tasks SET title = $$sesame$$ FROM projects' ],
	[ INSERT => 'INSERT INTO tasks (id, title) VALUES (1, $$sesame$$) ON CONFLICT (id) DO UPDATE SET title = $$sesame$$' ],
	[ UPDATE => 'MERGE INTO tasks t USING projects p ON t.id = p.id WHEN MATCHED THEN UPDATE SET title = $$sesame$$' ])
{
	$node->safe_psql('postgres', q(CREATE TABLE tasks (id int PRIMARY KEY, title text); DO LANGUAGE ddlx $$ ELECTRIC ENABLE tasks; ELECTRIC GRANT READ ON tasks TO ANYONE $$))
		unless $node->safe_psql('postgres', q(SELECT to_regclass('tasks')));
	my ($privilege, $sql) = @$case;
	($log, @events) = audited(qq(SELECT FROM electric.set_user('alice', is_local => false); $sql));
	is(join(' ', map { "$_->{user} $_->{privilege} $_->{closest}" } @events), qq(alice $privilege No grant was asked: role "client" lacks the privilege.), $sql);
	unlike($log, qr/sesame/, '... no data');
}
# Through a view it is the view's owner whose privilege counts; of columns, the one that is not granted.
$node->safe_psql('postgres', q(CREATE ROLE viewer; CREATE VIEW doors AS SELECT * FROM projects; ALTER VIEW doors OWNER TO viewer; GRANT ALL ON doors TO client; GRANT SELECT ON projects TO viewer; GRANT DELETE ON projects TO client));
(undef, @events) = audited('DELETE FROM doors');
is(join(' ', map { "$_->{privilege} $_->{table} $_->{closest}" } @events), 'DELETE public.projects No grant was asked: role "viewer" lacks the privilege.', 'a write through a view');
$node->safe_psql('postgres', q(REVOKE DELETE ON projects FROM client; GRANT UPDATE (title) ON tasks TO client));
(undef, @events) = audited('UPDATE tasks SET title = $$x$$; UPDATE tasks SET id = 9');
is(join(' ', map { "$_->{privilege} $_->{table}" } @events), 'UPDATE public.tasks', 'a column that is not granted');
$node->safe_psql('postgres', q(REVOKE UPDATE (title) ON tasks FROM client));
$node->safe_psql('postgres', q(DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT (id) ON tasks TO ANYONE $$));
$node->safe_psql('postgres', 'CREATE TABLE plain (id int)');
(undef, @events) = audited('INSERT INTO tasks (id) VALUES (1); INSERT INTO tasks DEFAULT VALUES; SELECT id FROM tasks FOR UPDATE; DELETE FROM pg_class; CREATE TEMPORARY TABLE mine AS SELECT id FROM tasks; DELETE FROM mine; DELETE FROM plain USING tasks');
is(scalar(@events), 0, 'nothing where some columns are enough, for what is merely locked, and for other tables');
(undef, @events) = audited('INSERT INTO tasks (id, title) VALUES (2, NULL)');
is($events[0]{privilege}, 'INSERT', 'one column that is not granted');

# What is allowed, and what is merely hidden, is no event.
$node->safe_psql('postgres', q(DO LANGUAGE ddlx $$ ELECTRIC GRANT DELETE ON tasks TO AUTHENTICATED CHECK (id < 0) $$));
(undef, @events) = audited(q(SELECT FROM electric.set_user('alice', is_local => false); UPDATE projects SET secret = 'x' WHERE id = 1; UPDATE projects SET secret = 'x' WHERE id = 2; DELETE FROM tasks; SELECT * FROM projects));
is(scalar(@events), 0, 'nothing for allowed writes and for rows that are passed over');

# What a service does is allowed, though no grant says so; without its key the role is audited like others.
$node->safe_psql('postgres', q(CREATE ROLE server LOGIN; SELECT electric.add_client_role('server', service => true)));
my $key = $node->safe_psql('postgres', q(SELECT electric.create_api_key('server', 'secret')));
($log, @events) = audited(qq(BEGIN; SELECT FROM electric.authenticate('$key'); INSERT INTO projects VALUES (7, 'x', 'y'); COMMIT));
is(scalar(@events), 0, 'a secret key in another role: refused, and no denied write');
(undef, @events) = audited(qq(BEGIN; SELECT FROM electric.authenticate('$key'); INSERT INTO projects VALUES (6, 'x', 'y'); UPDATE projects SET owner_id = 'dave'; COMMIT), 'server');
is(scalar(@events), 0, 'nothing for a service');
is($node->safe_psql('postgres', q(SELECT count(*) FROM projects WHERE owner_id = 'dave')), 3, '... whose writes succeeded');
(undef, @events) = audited(q(INSERT INTO projects VALUES (8, 'x', 'y')), 'server');
is(scalar(@events), 1, 'one for its role without the key');

# With log_auth tokens and keys leave a line, accepted or refused, with the reason, and never themselves.
$key = Jwt::make_key('HS256', '2026-11');
$node->safe_psql('postgres', Jwt::add_sql($key));
my $token = Jwt::token($key, '{"sub": "alice"}');
my $expired = Jwt::token($key, '{"sub": "alice", "exp": 1000}');
my $api_key = $node->safe_psql('postgres', q(SELECT electric.create_api_key('site')));
my $present = join ' ', map { "BEGIN; SELECT electric.authenticate('$_'); ROLLBACK;" } $token, $expired, "${token}x", $api_key, "${api_key}x";
(undef, @events) = audited($present);
is(scalar(@events), 0, 'log_auth off: nothing is logged');
$node->safe_psql('postgres', 'ALTER SYSTEM SET electric_perm.log_auth = on');
$node->reload;
($log, @events) = audited($present);
is(join(' ', map { "$_->{event}:$_->{by}" } @events), 'authenticated:token refused:token refused:token authenticated:API key refused:API key', 'log_auth on: a line for each');
is($events[0]{user}, 'alice', 'who');
is($events[3]{user}, undef, 'a key of nobody is nobody');
is($events[3]{key}, (split /_/, $api_key)[2], '... and the line says which key');
is($events[1]{reason}, 'token expired', 'why not');
is($events[1]{key}, '"2026-11"', 'by which key');
unlike($log, qr/\Q$token\E|\Q$expired\E|\Q$api_key\E/, 'no token and no key');

# In a failed statement of a function it is written once, with the address of a TCP client.
$node->safe_psql('postgres', 'ALTER SYSTEM SET listen_addresses = \'127.0.0.1\'');
$node->append_conf('pg_hba.conf', 'host all all 127.0.0.1/32 trust');
$node->restart;
my $from = -s $node->logfile;
IPC::Run::run([ 'psql', '-X', '-h', '127.0.0.1', '-p', $node->port, '-U', 'client', '-d', 'postgres', '-c', q(DO $$ BEGIN INSERT INTO projects VALUES (5, 'z', 'w'); EXCEPTION WHEN OTHERS THEN END $$) ], '>', \my $out, '2>', \my $err);
$log = substr(slurp_file($node->logfile), $from);
@events = map { decode_json($_) } $log =~ /LOG:  electric_perm: (\{.*\})$/mg;
is(scalar(@events), 1, 'caught or not, it is written');
unlike($log, qr/STATEMENT|CONTEXT/, '... and not the statement that did it');
is($events[0]{client}, '127.0.0.1', 'the address of a client over TCP');

$node->stop;
done_testing();
