# A streaming replica reads by the same rules, in sessions that have them cached as well; it
# refuses to change them, and does both when it has been promoted. Regression tests run on
# one server.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Jwt;
use Wire;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
$primary->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$ENV{PGUSER} = 'postgres';
$primary->start;
$primary->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('client');
	GRANT EXECUTE ON FUNCTION electric.set_user, electric.as_user TO client;
	SET SESSION AUTHORIZATION owner;
	CREATE TABLE projects (id int PRIMARY KEY, name text);
	CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text, until timestamptz,
		PRIMARY KEY (user_id, project_id));
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text, author_id text);
	CREATE TABLE notes (id int PRIMARY KEY, body text);
	CREATE INDEX ON members (project_id);
	CREATE INDEX ON issues (project_id);
	INSERT INTO projects VALUES (1, 'one'), (2, 'two'), (3, 'three');
	INSERT INTO members VALUES (1, 'alice', 'reader', NULL), (1, 'bob', 'reader', NULL), (2, 'bob', 'editor', NULL),
		(3, 'alice', 'reader', '2001-01-01');
	INSERT INTO issues VALUES (10, 1, 'ten', 'alice'), (11, 1, 'eleven', 'bob'), (20, 2, 'twenty', 'bob'), (30, 3, 'thirty', 'carol');
	INSERT INTO notes VALUES (1, 'a note');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE projects; ELECTRIC ENABLE members; ELECTRIC ENABLE issues;
		ELECTRIC ASSIGN (projects, members.role) TO members.user_id IF (until IS NULL OR until > now());
		ELECTRIC GRANT READ ON projects, issues TO 'projects:reader', 'projects:editor';
		ELECTRIC GRANT WRITE ON issues TO 'projects:editor';
		ELECTRIC GRANT READ ON issues TO AUTHENTICATED CHECK (author_id = auth.user_id AND title <> auth.claims->>'hide');
	$$;
	ANALYZE;
));

$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'max_standby_streaming_delay = 200ms');
$standby->start;
$primary->wait_for_catchup($standby);

# rows returns the first column of what the session's last statement gives, or its error.
sub rows
{
	my ($session, @statements) = @_;
	$session->simple($_) for @statements;
	return $session->{error} ? "error $session->{error}{C}" : join ' ', @{ $session->{column} };
}

# on_primary carries SQL out as the tables' owner and waits until the standby has it.
sub on_primary
{
	my ($sql) = @_;
	$primary->safe_psql('postgres', $sql, extra_params => [ '-U', 'owner' ]);
	$primary->wait_for_catchup($standby);
	return;
}

sub client { my ($node) = @_; return Wire->new($node // $standby, 'postgres', 'client') }
sub owner { return Wire->new($standby, 'postgres', 'owner') }

# user returns what makes a user the transaction's.
sub user { my ($name, $claims) = @_; return sprintf "SELECT electric.set_user(%s, '%s')", $name ? "'$name'" : 'NULL', $claims // '{}' }

my $ids = 'SELECT id FROM issues ORDER BY id';
is(rows(client(), 'SELECT pg_is_in_recovery()'), 't', 'the standby is one');

# Each user reads there what he reads on the primary, and nobody reads nothing.
for my $case (
	[ undef, '{}', $ids, '' ],
	[ 'alice', '{}', $ids, '10 11' ],
	[ 'bob', '{}', $ids, '10 11 20' ],
	[ 'carol', '{}', $ids, '' ],
	[ 'carol', '{"hide": "ten"}', $ids, '30' ],
	[ 'carol', '{"hide": "thirty"}', $ids, '' ],
	[ 'alice', '{}', 'SELECT id FROM projects ORDER BY id', '1' ],
	[ 'bob', '{}', 'SELECT p.id FROM projects p JOIN issues i ON i.project_id = p.id ORDER BY i.id', '1 1 2' ],
	[ 'alice', '{}', 'SELECT count(*) FROM issues WHERE id >= 20', '0' ],
	[ 'alice', '{}', 'TABLE members', 'error 42501' ],
	[ 'alice', '{}', 'SELECT role || coalesce(scope_id::text, $$$$) FROM electric.roles()', 'ANYONE AUTHENTICATED reader{1}' ],
	[ 'bob', '{}', 'SELECT role || coalesce(scope_id::text, $$$$) FROM electric.roles()', 'ANYONE AUTHENTICATED reader{1} editor{2}' ],
	[ 'alice', '{}', 'SELECT role || scope_id::text FROM electric.roles($$bob$$) WHERE scope_id IS NOT NULL', 'reader{1} editor{2}' ],
	[ undef, '{}', 'SELECT electric.user_id()', '' ])
{
	my ($name, $claims, $sql, $expected) = @$case;
	for my $node ($primary, $standby)
	{
		my $where = $node == $standby ? 'standby' : 'primary';
		my $session = client($node);
		# roles come in the order of rows, which is that of the table
		is(rows($session, 'BEGIN READ ONLY', user($name, $claims), $sql), $expected,
			"$where: " . ($name // 'nobody') . " $claims: $sql");
		is(rows($session, 'ROLLBACK', 'SELECT electric.user_id() IS NULL'), 't', '... for the transaction');
	}
}

# The identity of a session, and a query as somebody else.
my $session = client();
is(rows($session, "SELECT electric.set_user('bob', is_local => false)"), '', 'a session identity can be set');
is(rows($session, $ids), '10 11 20', '... and is asked for');
is(rows($session, "SELECT row->>'id' FROM electric.as_user('alice', '$ids') row"), '10 11', 'as_user reads as another user');
is(rows($session, $ids), '10 11 20', '... and leaves the session its own');
is(rows($session, "SELECT * FROM electric.as_user('bob', 'DELETE FROM issues')"), 'error 25006', '... and writes nothing');
is(rows($session, 'BEGIN', "DECLARE c CURSOR FOR $ids", user('bob'), 'FETCH 2 FROM c'), '10 11', 'a cursor reads');
is(rows($session, 'SELECT electric.logout()', 'FETCH ALL FROM c'), '20', '... for the user who opened it');
is(rows($session, $ids), '', '... whom logout ends');
is(rows($session, 'ROLLBACK', $ids), '10 11 20', '... and ROLLBACK brings back');
is(rows($session, 'DISCARD ALL', $ids), '', 'DISCARD ALL ends it');

# Prepared statements, by custom and by generic plans: each execution has its user.
for my $mode (qw(force_custom_plan force_generic_plan))
{
	$session = client();
	$session->simple("SET plan_cache_mode = $mode");
	$session->parse('read', $ids);
	for my $case ([ 'alice', '10 11' ], [ 'bob', '10 11 20' ], [ undef, '' ], [ 'alice', '10 11' ])
	{
		my ($name, $expected) = @$case;
		rows($session, 'BEGIN READ ONLY', user($name));
		$session->bind('read');
		$session->execute;
		$session->sync;
		is(join(' ', @{ $session->{column} }), $expected, "$mode: prepared statement of " . ($name // 'nobody'));
		$session->simple('COMMIT');
	}
}

# The rules read the same, and can be changed by none of the ways in; nor can rows.
my $dump = sub { my ($node) = @_; return $node->safe_psql('postgres', 'SELECT * FROM electric.dump()') };
is($dump->($standby), $dump->($primary), 'dump() is that of the primary');
like($dump->($standby), qr/ELECTRIC GRANT .*auth_user_id/, '... and not empty');
my $policies = q(SELECT string_agg(polrelid::regclass::text || polname || coalesce(pg_get_expr(polqual, polrelid), ''), ';'
	ORDER BY polrelid, polname) FROM pg_policy);
my $before = $standby->safe_psql('postgres', $policies);
for my $sql (
	'ELECTRIC GRANT READ ON issues TO ANYONE', "ELECTRIC REVOKE READ ON issues FROM 'projects:reader'",
	"ELECTRIC ASSIGN 'x' TO members.user_id", 'ELECTRIC UNASSIGN (projects, members.role) FROM members.user_id',
	'ELECTRIC ENABLE notes', 'ALTER TABLE notes ENABLE ELECTRIC', 'ALTER TABLE issues DISABLE ELECTRIC',
	'ELECTRIC ENABLE issues')
{
	for my $way ($sql, "DO LANGUAGE ddlx \$\$$sql\$\$", "SELECT electric.ddlx(\$\$$sql\$\$)",
		"DO \$do\$ BEGIN EXECUTE \$\$$sql\$\$; END \$do\$")
	{
		is(rows(owner(), $way), 'error 25006', "refused: $way");
	}
}
like(owner()->simple('ELECTRIC GRANT READ ON issues TO ANYONE'), qr/cannot execute ELECTRIC GRANT/, 'the error names the statement');
is(rows(owner(), "SELECT electric.ddlx('ELECTRIC GRANT READ ON nothing TO ANYONE')"), 'error 25006', '... whatever it speaks of');
my $superuser = Wire->new($standby, 'postgres', 'postgres');
is(rows($superuser, 'ELECTRIC SQLITE $$SELECT 1$$'), 'error 25006', 'refused: ELECTRIC SQLITE');
is(rows($superuser, "SELECT electric.add_client_role('owner')"), 'error 25006', 'refused: add_client_role');
is(rows($superuser, "SELECT electric.drop_client_role('client')"), 'error 25006', 'refused: drop_client_role');
is($standby->safe_psql('postgres', $policies), $before, 'no policy has changed');
is($dump->($standby), $dump->($primary), 'no rule has changed');
for my $sql ("UPDATE issues SET title = 'x'", 'DELETE FROM issues', "INSERT INTO issues VALUES (21, 2, 'x')",
	'SELECT FROM issues FOR UPDATE')
{
	is(rows(client(), 'BEGIN', user('bob'), $sql), 'error 25006', "refused: $sql");
}

# Tokens are verified there by the keys of the primary; a key that is dropped is gone in a session
# that knows the token.
my $key = Jwt::make_key('ES256', 'k');
my $token = Jwt::token($key, '{"sub": "bob"}');
my $bearer = client();
is(rows($bearer, "SELECT electric.authenticate('$token', false)"), 'error 28000', 'a token whose key is not there');
$primary->safe_psql('postgres', Jwt::add_sql($key));
$primary->wait_for_catchup($standby);
is(rows($bearer, "SELECT electric.authenticate('$token', false)", 'SELECT electric.user_id()'), 'bob', 'a token is accepted');
$primary->safe_psql('postgres', q(SELECT electric.drop_jwt_key('k')));
$primary->wait_for_catchup($standby);
is(rows($bearer, "SELECT electric.authenticate('$token', false)"), 'error 28000', '... until its key is dropped on the primary');
is(rows($superuser, Jwt::add_sql($key)), 'error 25006', 'refused: add_jwt_key');
is(rows($superuser, "SELECT electric.add_jwks('{\"keys\": []}')"), 'error 25006', 'refused: add_jwks');
is(rows($superuser, "SELECT electric.drop_jwt_key('k')"), 'error 25006', 'refused: drop_jwt_key');

# Changes arrive in a session that has rules and a generic plan cached: its next statement knows them.
my $alice = client();
$alice->simple("SET plan_cache_mode = force_generic_plan; SELECT electric.set_user('alice', is_local => false)");
$alice->simple("PREPARE read AS $ids");
sub alice_reads
{
	my ($expected, $name) = @_;
	is(rows($alice, 'EXECUTE read'), $expected, $name);
	is(rows($alice, $ids), $expected, '... by a new plan too');
	return;
}
alice_reads('10 11', 'alice, before');
on_primary("INSERT INTO members VALUES (2, 'alice', 'reader')");
alice_reads('10 11 20', 'a membership arrives');
on_primary("DELETE FROM members WHERE user_id = 'alice' AND project_id = 1");
alice_reads('20', 'a membership goes');
on_primary("UPDATE members SET until = 'infinity' WHERE user_id = 'alice'");
alice_reads('20 30', 'a membership that had expired counts again');
on_primary(q(DO LANGUAGE ddlx $$ELECTRIC REVOKE READ ON issues FROM 'projects:reader'$$));
alice_reads('', 'a grant goes');
on_primary(q(DO LANGUAGE ddlx $$ELECTRIC GRANT READ ON issues TO 'projects:reader' CHECK (id > 20)$$));
alice_reads('30', 'a grant with a condition arrives');
on_primary(q(DO LANGUAGE ddlx $$ELECTRIC GRANT READ ON issues TO 'projects:reader'$$));
alice_reads('20 30', 'the condition goes');
on_primary('DO LANGUAGE ddlx $$ELECTRIC UNASSIGN (projects, members.role) FROM members.user_id$$');
alice_reads('', 'an assignment goes');
on_primary('DO LANGUAGE ddlx $$ELECTRIC ASSIGN (projects, members.role) TO members.user_id$$');
alice_reads('20 30', 'an assignment arrives');
is(rows($alice, 'TABLE notes'), 'error 42501', 'no privilege on a table without rules');
on_primary('GRANT SELECT ON notes TO client');
is(rows($alice, 'TABLE notes'), '1', 'the owner gives it');
on_primary('DO LANGUAGE ddlx $$ELECTRIC ENABLE notes$$');
is(rows($alice, 'TABLE notes'), 'error 42501', 'ENABLE arrives, and takes it away');
on_primary('DO LANGUAGE ddlx $$ELECTRIC GRANT READ ON notes TO AUTHENTICATED$$');
is(rows($alice, 'TABLE notes'), '1', '... and a grant gives it');
is(rows(client(), 'TABLE notes'), '', '... to users alone');

# A transaction with one snapshot keeps the roles of it; the next one has those of now.
$session = client();
is(rows($session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', user('bob'), 'SELECT count(*) FROM projects'), '2', 'a snapshot is taken');
on_primary("DELETE FROM members WHERE user_id = 'bob'");
is(rows($session, 'SELECT count(*) FROM projects'), '2', 'its roles are those of the snapshot');
is(rows($session, 'COMMIT', 'BEGIN', user('bob'), 'SELECT count(*) FROM projects'), '0', '... until it ends');
$session->simple('COMMIT');
on_primary("INSERT INTO members VALUES (2, 'bob', 'editor'), (1, 'bob', 'reader')");

# A statement of DDLX locks its table for a moment, there too when it arrives: it waits for
# transactions that read the table as long as max_standby_streaming_delay says, and ends them then.
is(rows($session, 'BEGIN', $ids), '', 'a transaction that has read the table');
on_primary('DO LANGUAGE ddlx $$ELECTRIC GRANT DELETE ON issues TO AUTHENTICATED$$');
{
	local $SIG{PIPE} = 'IGNORE';
	eval { $session->simple($ids) };
	is($session->{error}{C}, '40001', 'is ended by a change of its rules');
}

# Promoted, it is a server like any other: DDLX works, also in sessions from before, and is enforced.
my $owner = owner();
is(rows($owner, 'ELECTRIC REVOKE DELETE ON issues FROM AUTHENTICATED'), 'error 25006', 'before promotion');
my $bob = client();
$bob->simple("SELECT electric.set_user('bob', is_local => false)");
is(rows($bob, $ids), '10 11 20', 'bob, before promotion');
$primary->stop;
$standby->promote;
is(rows($owner, 'SELECT pg_is_in_recovery()'), 'f', 'promoted');
alice_reads('20 30', 'alice, in a session from before');
is(rows($bob, $ids), '10 11 20', 'bob too');
unlike($owner->simple('ELECTRIC REVOKE DELETE ON issues FROM AUTHENTICATED'), qr/error/, 'REVOKE works');
is(rows($bob, 'DELETE FROM issues WHERE id = 10 RETURNING id'), '', '... and is enforced');
unlike($owner->simple(q(DO LANGUAGE ddlx $$ELECTRIC GRANT READ ON issues TO 'guest' CHECK (id = 30); ELECTRIC REVOKE READ ON notes FROM AUTHENTICATED$$)),
	qr/error/, 'a block works');
unlike($owner->simple(q(SELECT electric.ddlx('ELECTRIC ASSIGN ''guest'' TO members.user_id'))), qr/error/, 'a call works');
is(rows($bob, $ids), '10 11 20 30', 'what they grant is seen');
is(rows($bob, 'TABLE notes'), 'error 42501', 'what they take away is gone');
alice_reads('20 30', 'alice reads as before');
is(rows($bob, q(UPDATE issues SET title = 'done' RETURNING id)), '20', 'an editor writes in his project, and nowhere else');
is(rows($bob, q(INSERT INTO issues VALUES (21, 2, 'new') RETURNING id)), '21', '... and adds there');
is(rows($bob, q(INSERT INTO issues VALUES (12, 1, 'new'))), 'error 42501', '... not elsewhere');
is(rows($alice, q(INSERT INTO issues VALUES (22, 2, 'new'))), 'error 42501', 'a reader adds nothing');
alice_reads('20 21 30', '... and reads what is added');
$standby->stop;

done_testing();
