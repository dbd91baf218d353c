# Enforcement needs nothing preloaded, and nothing shows more where the library is missing:
# policies load it when they are first judged, and a server that cannot load it refuses.
# Also on a standby, which only reads. Regression tests run on one server that has the
# library preloaded.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nlog_min_messages = warning");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO client;
	SELECT electric.add_client_role('client');
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
	CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text);
	CREATE INDEX ON issues (project_id);
	CREATE TABLE notes (id int PRIMARY KEY);
	CREATE TABLE votes (id int PRIMARY KEY, choice text, weight int DEFAULT 1);
	INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
	INSERT INTO issues SELECT i, 1 + i % 2, 'issue ' || i FROM generate_series(1, 1000) i;
	INSERT INTO notes VALUES (1);
	INSERT INTO votes VALUES (1, 'yes');
	ANALYZE;
	DO LANGUAGE ddlx $$
		ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE notes;
		ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
		ELECTRIC GRANT ALL ON projects, issues TO 'projects:owner';
		ELECTRIC GRANT ALL ON notes TO AUTHENTICATED CHECK (id > 0);
		ELECTRIC ENABLE votes;
		ELECTRIC GRANT READ, INSERT (id, choice), UPDATE (choice) ON votes TO ANYONE;
		ELECTRIC GRANT INSERT ON votes TO 'admin';
	$$;
));

# as returns what a fresh session of the client role prints, and its errors.
sub as
{
	my ($server, $sql) = @_;
	my ($out, $err);
	$server->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-U', 'client', '-q' ]);
	return ($out, $err);
}

# The very first statement of a session is judged, before the library has ever been loaded.
for my $sql ('SELECT count(*) FROM issues', 'SELECT count(*) FROM projects p JOIN issues i ON i.project_id = p.id',
	'TABLE projects', 'SELECT title FROM issues WHERE id = 7', 'SELECT count(*) FROM notes',
	'UPDATE issues SET title = title RETURNING id', 'DELETE FROM issues RETURNING id')
{
	my ($out, $err) = as($node, $sql);
	like($out, qr/^0?$/, "anonymous, first statement, nothing preloaded: $sql");
	is($err, '', '... and no error');
}
my ($out, $err) = as($node, 'INSERT INTO issues VALUES (2000, 1)');
like($err, qr/ERROR:  INSERT on table "issues" is not granted for this row/, 'an INSERT is refused');

# Columns that an INSERT names and an UPDATE changes are known in that first statement too.
for my $case ([ 'INSERT INTO votes (id, choice) VALUES (2, \'no\') RETURNING weight', '1', '' ],
	[ 'INSERT INTO votes VALUES (3, \'no\', 100)', '', 'INSERT on table "votes" is not granted for this row' ],
	[ 'UPDATE votes SET choice = \'no\' WHERE id = 1 RETURNING choice', 'no', '' ],
	[ 'UPDATE votes SET weight = 100 WHERE id = 1', '', 'UPDATE on table "votes" is not granted for this row' ],
	[ 'WITH v AS (INSERT INTO votes (id) VALUES (4)) SELECT', '', '' ],
	[ 'WITH v AS (INSERT INTO votes (id, weight) VALUES (5, 100)) SELECT', '', 'INSERT on table "votes" is not granted for this row' ])
{
	my ($sql, $rows, $error) = @$case;
	($out, $err) = as($node, $sql);
	is($out, $rows, "nothing preloaded, rows of: $sql");
	like($err, $error ? qr/ERROR:  \Q$error\E/ : qr/^$/, '... and its error');
}

# A cursor that was opened before anybody could be identified stays nobody's.
($out, $err) = as($node, q(BEGIN; DECLARE c CURSOR FOR SELECT count(*) FROM issues;
	SELECT FROM electric.set_user('alice', is_local => false); FETCH c; SELECT count(*) FROM issues; COMMIT));
is("$out|$err", "0\n500|", 'a cursor opened by the statement that loads the library');

# A query as somebody else has its user, the statement around it, which loads the library, has none.
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION electric.as_user TO client');
($out, $err) = as($node, q(SELECT (SELECT count(*) FROM issues), (SELECT count(*) FROM electric.as_user('alice', 'SELECT FROM issues')),
	(SELECT count(*) FROM issues WHERE id > 0)));
is("$out|$err", "0|500|0|", 'as_user in the statement that loads the library');

# With a user it is the same as where the library is preloaded; set_user() loads it.
my $alice = q(SELECT FROM electric.set_user('alice', is_local => false););
($out, $err) = as($node, "$alice SELECT count(*), min(title) FROM issues; SELECT count(*) FROM notes;");
is($out, "500|issue 10\n1", 'a user sees what the grants say');
is($err, '', '... and no error');
($out, $err) = as($node, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id; $alice FETCH 1 FROM c; COMMIT;");
is($out, '', 'a cursor that was opened first, before the library was there, shows nothing to nobody')
	or diag($err);

# A standby reads by the same rules and refuses to change them.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
($out, $err) = as($standby, "$alice SELECT count(*) FROM issues; TABLE projects;");
is($out, "500\n1|alice", 'a standby shows what the grants say');
($out, $err) = as($standby, 'SELECT count(*) FROM issues');
is($out, '0', '... and nothing to nobody');
($out, $err) = as($standby, "$alice SELECT electric.can('update', 'issues', '2'), electric.can('read', 'issues', '1'), (SELECT verdict FROM electric.explain('delete', 'notes', '1') ORDER BY step DESC LIMIT 1);");
is($out, 't|f|yes', '... and answers what may be done, and why');
$node->safe_psql('postgres', q(UPDATE projects SET owner_id = 'alice' WHERE id = 2));
$node->wait_for_catchup($standby);
($out, $err) = as($standby, "$alice SELECT count(*) FROM issues;");
is($out, '1000', '... and reads roles live there, too');
$standby->psql('postgres', q(DO LANGUAGE ddlx 'ELECTRIC GRANT READ ON notes TO ANYONE'), stderr => \$err);
like($err, qr/cannot execute ELECTRIC GRANT (in a read-only transaction|during recovery)/, '... and refuses DDLX');
$standby->stop;

# Where the library cannot be loaded policies raise: no row is shown, changed or deleted.
# (The functions are made to name a file that is not there.)
$node->safe_psql('postgres', q(
	SET allow_system_table_mods = on;
	UPDATE pg_proc SET probin = '$libdir/no_such_electric_perm' WHERE probin = '$libdir/electric_perm';
));
for my $sql ('SELECT * FROM issues', 'SELECT count(*) FROM notes', 'SELECT 1 FROM projects', 'INSERT INTO notes VALUES (2)',
	'UPDATE notes SET id = 3', 'DELETE FROM issues', 'COPY issues TO STDOUT', 'EXPLAIN ANALYZE SELECT * FROM issues')
{
	($out, $err) = as($node, $sql);
	is($out, '', "library missing: $sql gives nothing");
	like($err, qr/ERROR:  could not (access file|load library)/, '... but an error');
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM issues'), '1000', 'nothing was deleted');
$node->stop;

done_testing();
