# Claims of requests as PostgREST sends them: trusted for one role, in sessions that load the
# library at the first row, in parallel workers, in databases of other encodings. Regression
# tests run in one database, in sessions that have the library and may not choose their role.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
$ENV{PGUSER} = 'postgres';
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE web_user;                       -- who the requests are
	CREATE ROLE authenticator LOGIN NOINHERIT;  -- who connects for them
	CREATE ROLE other LOGIN;
	GRANT web_user TO authenticator, other;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('web_user');
	ALTER ROLE authenticator SET electric_perm.trust_request_claims = on;
	SET ROLE owner;
	CREATE TABLE notes (id int PRIMARY KEY, author text);
	CREATE INDEX ON notes (author);
	INSERT INTO notes VALUES (1, 'alice'), (2, 'bob'), (3, 'alice'), (4, U&'j\00F6rg');
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE notes;
		ELECTRIC GRANT READ, DELETE ON notes TO AUTHENTICATED CHECK (author = auth.user_id);
	$$;));

# run returns what the script prints as the role and, apart, warnings and errors.
sub run
{
	my ($role, $sql, $db) = @_;
	my ($out, $err);
	$node->psql($db // 'postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	return ($out, $err);
}

# request makes a transaction as PostgREST sends it.
sub request
{
	my ($claims, @sql) = @_;
	return "BEGIN; SET LOCAL ROLE web_user; SELECT set_config('request.jwt.claims', '$claims', true) IS NULL AS f; "
		. join('; ', @sql) . '; COMMIT;';
}

my $look = q(SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), 'none') FROM notes);
for my $preload ('', 'electric_perm')
{
	my $name = $preload ? 'preloaded' : 'not preloaded';
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'");
	$node->restart;

	# The first statement that a session judges by rules is the one that loads the library.
	for my $sql (
		[ 'a query', $look ],
		[ 'a cursor', "DECLARE c CURSOR FOR $look", 'FETCH c' ],
		[ 'a prepared statement', "PREPARE s AS $look", 'EXECUTE s' ],
		[ 'a plan for all', 'SET LOCAL plan_cache_mode = force_generic_plan', "PREPARE s AS $look", 'EXECUTE s' ])
	{
		my ($what, @sql) = @$sql;
		my ($out, $err) = run('authenticator', request('{"sub": "alice"}', @sql));
		is("$out$err", "f\n1 3", "$name: $what of a new session");
	}
	my ($out, $err) = run('authenticator', request('{"sub": "bob"}', 'DELETE FROM notes RETURNING id', 'ROLLBACK'));
	like($out, qr/^f\n2$/, "$name: a DELETE of a new session");

	# A cursor is its opener's, also where its opening loads the library.
	($out) = run('authenticator', request('{"sub": "alice"}', "DECLARE c CURSOR FOR $look",
		q(SELECT set_config('request.jwt.claims', '{"sub": "bob"}', true) IS NULL), 'FETCH c', $look));
	is($out, "f\nf\n1 3\n2", "$name: a cursor is its opener's");

	# Requests that follow each other on one connection.
	($out, $err) = run('authenticator', join "\n",
		request('{"sub": "alice"}', $look), "BEGIN; SET LOCAL ROLE web_user; $look; COMMIT;",
		request('{"sub": "bob"}', $look), request('{"role": "anon"}', $look),
		request('{"sub": "alice"}', 'SELECT 1/0'), request('{"sub": "bob"', $look), request('{"sub": "alice"}', $look));
	is($out, "f\n1 3\nnone\nf\n2\nf\nnone\nf\nf\nnone\nf\n1 3", "$name: each request is its own user's");

	# Another role's claims count for nothing, and he can do nothing about it.
	for my $trust ('', 'SET electric_perm.trust_request_claims = on;',
		q(SELECT set_config('electric_perm.trust_request_claims', 'on', false) IS NULL;),
		'BEGIN; SET LOCAL electric_perm.trust_request_claims = on; SAVEPOINT s;')
	{
		($out) = run('other', "$trust SET ROLE web_user; SET request.jwt.claims = '{\"sub\": \"alice\"}'; "
			. "SELECT id FROM notes; ROLLBACK; $look; SELECT coalesce(electric.user_id(), 'nobody')");
		like($out, qr/^none\nnobody\z/m, "$name: not trusted after '$trust'");
		unlike($out, qr/^1$/m, "$name: no row after '$trust'");
	}
	local $ENV{PGOPTIONS} = '-c electric_perm.trust_request_claims=on -c request.jwt.claims={"sub":"alice"}';
	($out, $err) = run('other', "SET ROLE web_user; $look; SELECT coalesce(electric.user_id(), 'nobody')");
	is($out, $preload ? '' : "none\nnobody", "$name: a connection option makes nothing trusted")
		or diag($err);
}
$node->safe_psql('postgres', 'ALTER ROLE authenticator RESET electric_perm.trust_request_claims');
my ($out) = run('authenticator', request('{"sub": "alice"}', $look));
is($out, "f\nnone", 'trusted no more');
run('other', q(ALTER ROLE other SET electric_perm.trust_request_claims = on));
($out) = run('other', "SET ROLE web_user; SET request.jwt.claims = '{\"sub\": \"alice\"}'; $look");
is($out, 'none', 'a role cannot make itself trusted');

# Workers that were really started know the claims, and judge their time as the leader does.
$node->append_conf('postgresql.conf', 'electric_perm.trust_request_claims = on');
$node->reload;
$node->safe_psql('postgres', q(
	CREATE TABLE numbers WITH (parallel_workers = 2) AS SELECT n, U&'j\00F6rg' AS owner FROM generate_series(1, 1000) n;
	GRANT SELECT ON numbers TO web_user;));
for my $case ([ '', 1000 ], [ q(, "exp": 99999999999), 1000 ], [ q(, "exp": 1000000000), 0 ])
{
	my ($exp, $count) = @$case;
	($out) = run('other', qq(
		SET client_encoding = 'UTF8';
		SET ROLE web_user;
		SET parallel_setup_cost = 0;
		SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
		SET parallel_leader_participation = off;
		SET request.jwt.claims = '{"sub": "j\303\266rg", "town": "K\303\266ln"$exp}';
		SELECT count(*) FROM numbers WHERE owner = electric.user_id() AND electric.claims()->>'town' = U&'K\\00F6ln';
		EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM numbers WHERE owner = electric.user_id();));
	like($out, qr/^$count$/m, "workers know the claims: '$exp'");
	like($out, qr/Workers Launched: [12]/, 'workers were launched');
}

# In a database of another encoding claims are taken where they are ASCII; else they are nobody's,
# and never an error.
for my $encoding ('LATIN1', 'SQL_ASCII')
{
	my $db = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	$node->safe_psql($db, 'CREATE EXTENSION electric_perm');
	for my $case ([ '{"sub": "alice"}', 'alice' ], [ '{"sub": "j\u00f6rg"}', 'nobody' ],
		[ '{"sub": "\u20ac"}', 'nobody' ], [ "{\"sub\": \"j\303\266rg\"}", 'nobody' ])
	{
		my ($claims, $user) = @$case;
		my $err;
		($out, $err) = run('other', "SET client_encoding = '" . ($encoding eq 'LATIN1' ? 'UTF8' : 'SQL_ASCII')
			. "'; SET request.jwt.claims = '$claims'; SELECT coalesce(electric.user_id(), 'nobody');", $db);
		is("$out$err", $user, "$encoding: $claims");
	}
}

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'no crash');
$node->stop;
done_testing();
