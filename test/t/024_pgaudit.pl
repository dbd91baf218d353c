# Beside pgaudit, loaded before or behind us: end users see and change the same rows, and both audits
# write their lines, once each. Where pgaudit writes tokens and keys, and which setting keeps them out.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use MIME::Base64 ();
use lib $FindBin::RealBin;
use Jwt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('pgaudit');
$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
$ENV{PGUSER} = 'postgres';
$node->append_conf('postgresql.conf', "log_min_error_statement = panic\nlog_min_messages = log\nlog_statement = none\n"
	. "electric_perm.log_auth = on\nelectric_perm.log_denials = on");
$node->start;
if ($node->safe_psql('postgres', q(SELECT count(*) FROM pg_available_extensions WHERE name = 'pgaudit')) eq '0')
{
	$node->stop;
	plan skip_all => 'the server has no pgaudit';
}
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE client LOGIN; CREATE ROLE auditor');

# logged returns what the script printed and raised, and what the server's log got meanwhile.
sub logged
{
	my ($database, $role, $sql) = @_;
	my $from = -s $node->logfile;
	my ($out, $err);
	$node->psql($database, $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', $role ]);
	return ($out . $err, substr slurp_file($node->logfile), $from);
}
sub ours { return map { decode_json($_) } $_[0] =~ /LOG:  electric_perm: (\{.*\})$/mg }
sub theirs { return $_[0] =~ /LOG:  AUDIT: (.*)$/mg }

my $key = Jwt::make_key('HS256', '2026-11');
my $alice = Jwt::token($key, '{"sub": "alice"}');
my $bob = Jwt::token($key, '{"sub": "bob"}');

# The same story under each order of the libraries: as owner, then as the end users.
my $rules = q(
	CREATE TABLE projects (id int PRIMARY KEY, owner_id text, secret text);
	CREATE INDEX ON projects (owner_id);
	ALTER TABLE projects ENABLE ELECTRIC;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT ALL ON projects TO 'projects:owner';
	ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED CHECK (owner_id = auth.user_id);
	DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON projects TO 'reader' $$;
	SELECT electric.ddlx('ELECTRIC REVOKE READ ON projects FROM ''reader''');
	PREPARE again AS SELECT 1; EXECUTE again;
	ALTER TABLE projects ADD COLUMN note text;
	ALTER TABLE projects RENAME COLUMN secret TO word;
	GRANT SELECT ON projects TO auditor;
	INSERT INTO projects VALUES (1, 'alice', 'one'), (2, 'bob', 'two'));
my $requests = qq(
	BEGIN; SELECT electric.authenticate('$alice');
	SELECT * FROM projects ORDER BY id; INSERT INTO projects VALUES (3, 'alice', 'three') RETURNING id;
	UPDATE projects SET word = 'changed' RETURNING id; SAVEPOINT s; INSERT INTO projects VALUES (4, 'bob', 'sesame'); ROLLBACK TO s;
	PREPARE mine AS SELECT id, word FROM projects ORDER BY id; EXECUTE mine; COMMIT;
	BEGIN; SELECT electric.authenticate('$bob'); EXECUTE mine; DELETE FROM projects RETURNING id; EXECUTE mine; COMMIT;
	EXECUTE mine;
	BEGIN; SELECT electric.authenticate('${bob}x'); ROLLBACK;
	DECLARE c CURSOR WITH HOLD FOR SELECT id FROM projects; FETCH ALL FROM c;
	COPY (SELECT id FROM projects) TO STDOUT; COPY projects FROM '/dev/null';
	SELECT * FROM electric.grants WHERE false;);

my %seen;
for my $libraries ('electric_perm', 'pgaudit, electric_perm', 'electric_perm, pgaudit')
{
	my $audits = $libraries =~ /pgaudit/;
	my $database = $libraries =~ s/\W+/_/gr;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$libraries'\n"
		. ($audits ? "pgaudit.log = 'all'\npgaudit.log_relation = on\npgaudit.role = 'auditor'\n" : ''));
	$node->restart;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION pgaudit') if $audits;

	my ($said, $log) = logged($database, 'postgres', 'CREATE EXTENSION electric_perm');
	is($said, '', "$libraries: CREATE EXTENSION");
	if ($audits)
	{
		my @created = grep { /DDL,CREATE EXTENSION,EXTENSION?/ } theirs($log);
		cmp_ok(scalar(@created), '>', 0, '... is audited');
	}
	$node->safe_psql($database, 'GRANT CREATE ON SCHEMA public TO owner; GRANT USAGE ON SCHEMA public TO client;'
		. q(SELECT electric.add_client_role('client');) . Jwt::add_sql($key));

	($seen{$libraries}{rules}, $log) = logged($database, 'owner', $rules);
	if ($audits)
	{
		my @lines = theirs($log);
		my $first = $libraries =~ /^electric_perm/;
		is(join(' ', map { /^SESSION,\d+,\d+,MISC,UNLISTEN,,,ELECTRIC (ASSIGN|GRANT \w+) / } @lines), 'ASSIGN GRANT ALL GRANT INSERT',
			'ELECTRIC statements are audited as typed, in class MISC, once each');
		is(scalar(grep { /,DDL,CREATE POLICY,POLICY,electric_select on public\.projects,/ } @lines), 2, '... and the policies that they make: ENABLE, GRANT');
		is(scalar(grep { /,FUNCTION,DO,,,DO LANGUAGE ddlx/ } @lines), 1, '... DO LANGUAGE ddlx');
		is(scalar(grep { /,FUNCTION,EXECUTE,FUNCTION,electric\.ddlx,/ } @lines), 1, '... electric.ddlx()');
		is(scalar(grep { /,DDL,ALTER TABLE,TABLE,public\.projects,ALTER TABLE projects ADD COLUMN/ } @lines), 1, '... and DDL on an enabled table');
	}

	($seen{$libraries}{answers}, $log) = logged($database, 'client', $requests);
	is($seen{$libraries}{$_}, $seen{electric_perm}{$_}, "$libraries: the same $_") for qw(rules answers);
	my @events = ours($log);
	is(join(' ', map { $_->{event} . ':' . ($_->{user} // '-') } @events), 'authenticated:alice denied:alice authenticated:bob refused:-',
		'our lines, once each');
	next unless $audits;

	my @lines = theirs($log);
	is(scalar(grep { /^SESSION,.*,WRITE,INSERT,TABLE,public\.projects,.*'alice', 'three'/ } @lines), 1, 'a write: one line of the session');
	is(scalar(grep { /^SESSION,.*,WRITE,INSERT,TABLE,public\.projects,.*'bob', 'sesame'/ } @lines), 1, '... a denied one too');
	is(scalar(grep { /^OBJECT,.*,READ,SELECT,TABLE,public\.projects,SELECT \* FROM projects/ } @lines), 1, 'a read of a table that the auditor may read: one line of the object');
	is(scalar(grep { /^SESSION,.*,FUNCTION,EXECUTE,FUNCTION,electric\.authenticate,/ } @lines), 3, 'each call of authenticate');
	is(scalar(grep { /^OBJECT,.*electric\.(?:grants|assignments|jwt_keys)/ } @lines), 0, 'nothing of the rules that a query is judged by');
}
is($seen{electric_perm}{answers} =~ s/\n?psql:.*//sr, "alice\n1|alice|one|\n3\n1\n3\n1|changed\n3|changed\nbob\n2|two\n2", 'what the answers are');
is(join(' ', map { /ERROR:  (\w+ \w+)/g } $seen{electric_perm}{answers}), 'INSERT on token not must be', '... and the errors');

# pgaudit writes the statement: a token in it is in the log. As a parameter it is not, unless log_parameter is on.
my $client = Wire->new($node, 'electric_perm_pgaudit', 'client');
sub by_parameter
{
	my ($wire, $sql, @values) = @_;
	my $from = -s $node->logfile;
	$wire->parse('', $sql);
	$wire->bind('', @values);
	$wire->execute;
	my $answer = $wire->sync;
	return ($answer, substr slurp_file($node->logfile), $from);
}
my ($said, $log) = logged('electric_perm_pgaudit', 'client', "BEGIN; SELECT electric.authenticate('$alice'); ROLLBACK");
like($log, qr/AUDIT.*\Q$alice\E/, 'a token in the text of a statement is in pgaudit\'s line');
$client->simple('BEGIN');
($said, $log) = by_parameter($client, 'SELECT electric.authenticate($1)', $alice);
like($said, qr/tag SELECT 1/, 'as a parameter');
like($log, qr/AUDIT.*electric\.authenticate\(\$1\)/, '... the call is audited');
unlike($log, qr/\Q$alice\E/, '... and the token is not in the log');
$client->simple('ROLLBACK');

# With log_parameter on it is, and for the roles of the requests it can be switched off.
$node->append_conf('postgresql.conf', 'pgaudit.log_parameter = on');
$node->reload;
my $admin = Wire->new($node, 'electric_perm_pgaudit', 'postgres');
$client = Wire->new($node, 'electric_perm_pgaudit', 'client');
(undef, $log) = by_parameter($client, 'SELECT electric.authenticate($1, false)', $alice);
like($log, qr/AUDIT.*\Q$alice\E/, 'pgaudit.log_parameter = on: the token is in the log');
$node->safe_psql('electric_perm_pgaudit', 'ALTER ROLE client SET pgaudit.log_parameter = off');
$client = Wire->new($node, 'electric_perm_pgaudit', 'client');
(undef, $log) = by_parameter($client, 'SELECT electric.authenticate($1, false)', $alice);
like($log, qr/AUDIT.*electric\.authenticate/, '... switched off for the role: audited');
unlike($log, qr/\Q$alice\E/, '... and not there');

# A key that is added is a parameter of the row that we write: off for that session as well.
my $jwk = '{"kty": "oct", "k": "' . MIME::Base64::encode_base64url('a secret of thirty-two bytes, or m') . '"}';
my ($secret) = $jwk =~ /"k": "([^"]+)"/;
for my $way ([ 'on', 1 ], [ 'off', 0 ])
{
	my ($switch, $is_there) = @$way;
	my $from = -s $node->logfile;
	$admin->simple("SET pgaudit.log_parameter = $switch");
	my ($answer) = by_parameter($admin, 'SELECT electric.add_jwt_key($1, $2)', $jwk, "added $switch");
	like($answer, qr/tag SELECT 1/, "log_parameter $switch: a key is added") or diag($answer);
	(undef) = by_parameter($admin, 'SELECT electric.drop_jwt_key($1)', "added $switch");
	my $part = substr slurp_file($node->logfile), $from;
	like($part, qr/AUDIT.*electric\.jwt_keys/, '... which is audited');
	is($part =~ /\Q$secret\E/ ? 1 : 0, $is_there, $is_there ? '... with the secret' : '... without the secret');
}

# DROP EXTENSION, with both there.
($said) = logged('electric_perm_pgaudit', 'postgres', 'DROP TABLE projects; DROP EXTENSION electric_perm CASCADE');
unlike($said, qr/ERROR/, 'DROP EXTENSION') or diag($said);

$node->stop;
done_testing();
