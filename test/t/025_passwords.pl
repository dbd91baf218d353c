# Passwords, beyond one database: the test vector of RFC 9106 (a PHC string cannot say its
# secret and data), agreement with the reference implementation in both directions, databases
# of other encodings, and no password in the server's log.
use strict;
use warnings;
use Cwd qw(realpath);
use File::Basename qw(dirname);
use IO::Select;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $root = realpath(dirname(__FILE__) . '/../..');
my $tmp = $PostgreSQL::Test::Utils::tmp_check;

# A program of the room's own Argon2id and of libargon2:
#   rfc9106                         the vector's tag, and whether it matches changed or not
#   verify HASH PASSWORD            what libargon2 says of a PHC string: OK, or why not
#   hash M T P PASSWORD             a PHC string by libargon2
my $program = <<'C';
#include "postgres.h"
#undef printf
#include <argon2.h>
#include "crypto/crypto.h"

static void
rfc9106(void)
{
	uint8 password[32], salt[16], secret[8], data[12], tag[32];
	Argon2idInput input = {password, 32, salt, 16, secret, 8, data, 12, 32, 3, 4};
	uint8 *parts[] = {password, salt, secret, data, tag};
	uint8 longer[ARGON2ID_MAX_HASH + 1] = {0};
	bool matches;
	int i;

	memset(password, 1, sizeof(password));
	memset(salt, 2, sizeof(salt));
	memset(secret, 3, sizeof(secret));
	memset(data, 4, sizeof(data));
	printf("%d ", crypto_argon2id(&input, tag, sizeof(tag)));
	for (i = 0; i < sizeof(tag); i++)
		printf("%02x", tag[i]);
	printf(" %d", crypto_argon2id_matches(&input, tag, sizeof(tag), &matches));
	printf("%d", matches);
	for (i = 0; i < lengthof(parts); i++)
	{
		parts[i][7] ^= 1;
		printf(" %d", crypto_argon2id_matches(&input, tag, sizeof(tag), &matches));
		printf("%d", matches);
		parts[i][7] ^= 1;
	}
	printf(" %d", crypto_argon2id_matches(&input, longer, sizeof(longer), &matches));
	input.salt_len = 7;
	printf(" %d\n", crypto_argon2id(&input, tag, sizeof(tag)));
}

int
main(int argc, char **argv)
{
	char encoded[256];

	if (strcmp(argv[1], "rfc9106") == 0)
		rfc9106();
	else if (strcmp(argv[1], "verify") == 0)
		printf("%s\n", argon2_error_message(argon2id_verify(argv[2], argv[3], strlen(argv[3]))));
	else if (argon2id_hash_encoded(atoi(argv[3]), atoi(argv[2]), atoi(argv[4]), argv[5], strlen(argv[5]),
								   "0123456789abcdef", 16, 32, encoded, sizeof(encoded)) == ARGON2_OK)
		printf("%s\n", encoded);
	return 0;
}
C
append_to_file("$tmp/argon2.c", $program);
chomp(my $headers = `pg_config --includedir-server`);
system_or_bail('gcc', '-O2', "-I$root/src", '-isystem', $headers, '-o', "$tmp/argon2",
	"$tmp/argon2.c", "$root/src/crypto/argon2.c", '-lcrypto', '-largon2');

sub argon2
{
	my @arguments = @_;
	my $out;
	IPC::Run::run([ "$tmp/argon2", @arguments ], '>', \$out) or die "argon2 @arguments";
	chomp $out;
	return $out;
}

# RFC 9106, 5.3. Each changed input is another tag; a hash of 65 bytes is not compared, a salt of seven refused.
is(argon2('rfc9106'),
	'0 0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659 01 00 00 00 00 00 2 2',
	'Argon2id of RFC 9106, 5.3');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
# The test module's own choice is to log all statements; by default it is those that fail.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION electric_perm');
$ENV{PGCLIENTENCODING} = 'UTF8';

# The reference implementation and the server verify each other's hashes.
my $passphrase = "Gr\xc3\xbc\xc3\x9fe, \xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x94\x91";	# UTF-8
for my $costs ([ 19456, 2, 1 ], [ 32768, 2, 3 ], [ 20000, 3, 255 ])
{
	my ($memory, $iterations, $lanes) = @$costs;
	my $hash = $node->safe_psql('postgres', qq(
		SET electric_perm.argon2_memory = $memory;
		SET electric_perm.argon2_iterations = $iterations;
		SET electric_perm.argon2_parallelism = $lanes;
		SELECT electric.hash_password('$passphrase');));
	like($hash, qr/^\$argon2id\$v=19\$m=$memory,t=$iterations,p=$lanes\$/, "@$costs: the settings are the costs");
	is(argon2('verify', $hash, $passphrase), 'OK', "@$costs: the reference implementation verifies ours");
	is(argon2('verify', $hash, "$passphrase "), 'The password does not match the supplied hash',
		"@$costs: and no other password");
	my $theirs = argon2('hash', @$costs, $passphrase);
	is($node->safe_psql('postgres', qq(
		SELECT electric.verify_password('$passphrase', '$theirs'), electric.verify_password('$passphrase ', '$theirs'))),
		't|f', "@$costs: we verify theirs");
}

# All lanes are computed by the one thread that a backend has.
SKIP:
{
	my $session = Wire->new($node, 'postgres', $node->safe_psql('postgres', 'SELECT current_user'));
	$session->simple('SELECT pg_backend_pid()');
	my $tasks = "/proc/$session->{value}/task";
	skip 'no /proc here', 3 unless -d $tasks;
	my ($looks, $most) = (0, 0);
	my $end = IO::Select->new($session->{socket});
	$session->put('Q', q(SELECT electric.verify_password('x', '$argon2id$v=19$m=524288,t=2,p=4$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4')) . "\0");
	until ($end->can_read(0.001))
	{
		my @threads = glob "$tasks/*";
		$most = @threads if @threads > $most;
		$looks++;
	}
	is($session->answers, 'rows; tag SELECT 1', 'a hash of four lanes is computed');
	cmp_ok($looks, '>', 20, '... which takes long enough to look');
	is($most, 1, '... and no other thread is seen');
}

# A hash is good in a database of any encoding in which the password can be written.
my $word = "gr\xc3\xbc\xc3\x9fe";
my $hash = $node->safe_psql('postgres', qq(SELECT electric.hash_password('$word')));
for my $encoding ('LATIN1', 'WIN1252', 'SQL_ASCII')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' TEMPLATE template0");
	$node->safe_psql($database, 'CREATE EXTENSION electric_perm');
	my $bytes = $encoding eq 'SQL_ASCII' ? 8 - 1 : 5;
	is($node->safe_psql($database, qq(SELECT octet_length('$word'), electric.verify_password('$word', '$hash'),
		electric.verify_password('grusse', '$hash'))), "$bytes|t|f", "$encoding: verifies a hash of a UTF-8 database");
	my $there = $node->safe_psql($database, qq(SELECT electric.hash_password('$word')));
	is($node->safe_psql('postgres', qq(SELECT electric.verify_password('$word', '$there'))), 't',
		"$encoding: a UTF-8 database verifies its hash");
}
$node->safe_psql('postgres', "CREATE DATABASE euc_jp ENCODING 'EUC_JP' TEMPLATE template0");
$node->safe_psql('euc_jp', 'CREATE EXTENSION electric_perm');
my $kanji = "\xe6\x97\xa5\xe6\x9c\xac";
$hash = $node->safe_psql('postgres', qq(SELECT electric.hash_password('$kanji')));
is($node->safe_psql('euc_jp', qq(SELECT octet_length('$kanji'), electric.verify_password('$kanji', '$hash'))), '4|t',
	'EUC_JP: verifies a hash of a UTF-8 database');

# fails returns SQLSTATE and messages of a statement that must fail.
sub fails
{
	my ($database, $sql) = @_;
	my ($out, $err);
	$node->psql($database, "\\set VERBOSITY verbose\n$sql", stdout => \$out, stderr => \$err);
	return $err;
}

# The limit is counted in UTF-8.
is($node->safe_psql('latin1', q(SELECT length(electric.hash_password(repeat(chr(228), 2048))))), '97', 'LATIN1: 4096 bytes in UTF-8');
like(fails('latin1', q(SELECT electric.hash_password(repeat(chr(228), 2048) || 'a'))), qr/ERROR:  22023: password is too long/,
	'LATIN1: 4097 bytes in UTF-8 are too long');

# What cannot be written in UTF-8 is refused, and verifies nothing.
for my $odd ([ 'win1252', 'chr(129)' ], [ 'sql_ascii', q(E'gr\xfc\xdfe') ], [ 'euc_jp', q(E'\xfc\xfc') ])
{
	my ($database, $text) = @$odd;
	my $err = fails($database, "SELECT electric.hash_password($text)");
	like($err, qr/ERROR:  22P05: password cannot be written in UTF-8\nDETAIL:  .*\U$database\E/, "$database: refused");
	unlike($err, qr/0x/, "$database: says none of its bytes");
	is($node->safe_psql($database, "SELECT electric.verify_password($text, '$hash')"), 'f', "$database: verifies nothing");
}

# No password is in the log after failures, with the default settings, whoever calls and
# however: neither in the statement nor in the context of an error.
my $secret = 'tr0ub4dor-and-3';
my @failing = (
	"SELECT electric.hash_password(repeat('$secret', 1000))",
	"SELECT electric.hash_password(''), '$secret'",
	"SELECT electric.hash_password(p) FROM (VALUES ('$secret'), ('')) v (p)",
	"DO \$\$ BEGIN PERFORM electric.hash_password(repeat('$secret', 1000)); END \$\$",
	"DO \$\$ BEGIN EXECUTE 'SELECT electric.hash_password(repeat(''$secret'', 1000))'; END \$\$",
	"SELECT sign_up('$secret', '')",
	"SELECT sign_up_sql('$secret', '')",
	"SELECT rethrown('$secret', '')",
	"INSERT INTO accounts SELECT '$secret', electric.hash_password('')",
	"COPY (SELECT electric.hash_password(''), '$secret') TO STDOUT",
	"DECLARE c CURSOR WITH HOLD FOR SELECT electric.hash_password(''), '$secret'");
$node->safe_psql('postgres', q(
	CREATE TABLE accounts (name text, hash text);
	INSERT INTO accounts SELECT i, '' FROM generate_series(1, 1000) i;
	CREATE FUNCTION sign_up(name text, password text) RETURNS void LANGUAGE plpgsql AS
		'BEGIN INSERT INTO accounts VALUES (name, electric.hash_password(password)); END';
	CREATE FUNCTION sign_up_sql(name text, password text) RETURNS void LANGUAGE sql AS
		'INSERT INTO accounts VALUES (name, electric.hash_password(password))';
	CREATE FUNCTION rethrown(name text, password text) RETURNS void LANGUAGE plpgsql AS
		'BEGIN PERFORM electric.hash_password(password); EXCEPTION WHEN others THEN RAISE; END';
	CREATE FUNCTION careless(name text, password text) RETURNS void LANGUAGE plpgsql AS
		$$ BEGIN RAISE 'not ours'; END $$;));
my $from = -s $node->logfile;
my $session = Wire->new($node, 'postgres', 'postgres');
my $failures = 0;
for my $settings ('', 'SET force_parallel_mode = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0')
{
	$session->simple($settings) if $settings;
	for my $sql (@failing, "SELECT electric.hash_password(''), '$secret' FROM accounts WHERE name <> '$secret'")
	{
		like($session->simple($sql), qr/error 22023 - password/, "simple: fails: $sql");
		$session->parse('', $sql);
		$session->bind('');
		$session->execute;
		like($session->sync, qr/error 22023 - password/, "extended: fails: $sql");
		$failures += 2;
	}
}

# Nor where the error is not one of a password. A computation cannot be cancelled, and what cancels
# it takes effect behind it: not where the statement would be logged again.
$session->simple("SET electric_perm.argon2_iterations = 40; SET statement_timeout = '100ms'");
for my $sql ("SELECT electric.hash_password('$secret')", "SELECT sign_up('$secret', '$secret')", "DO \$\$ BEGIN PERFORM electric.hash_password('$secret'); END \$\$",
	"SELECT electric.verify_password('$secret', '\$argon2id\$v=19\$m=65536,t=20,p=1\$c29tZXNhbHQ\$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4')")
{
	like($session->simple($sql), qr/error 57014/, "cancelled: $sql");
	$failures++;
}
$session->simple('RESET electric_perm.argon2_iterations; RESET statement_timeout');

# The memory of the hash cannot be had.
SKIP:
{
	skip 'prlimit is not there', 3 if system('command -v prlimit >/dev/null') != 0;
	$session->simple('SELECT pg_backend_pid()');
	my $pid = $session->{value};
	my ($size) = slurp_file("/proc/$pid/status") =~ /VmSize:\s+(\d+) kB/;
	my $expensive = '$argon2id$v=19$m=1048576,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
	system_or_bail('prlimit', '--pid', $pid, '--as=' . ($size + 200 * 1024) * 1024);
	like($session->simple("SELECT electric.verify_password('$secret', '$expensive')"), qr/error 53200 - out of memory/,
		'without memory: an error, not false');
	$session->simple("SELECT electric.verify_password('$secret', electric.hash_password('$secret'))");
	is($session->{value}, 't', 'the session goes on');
	$failures++;
}
my $log = substr(slurp_file($node->logfile), $from);
is(scalar(() = $log =~ /ERROR:  (?:password|out of memory|canceling)/g), $failures, 'each failure is in the log');
unlike($log, qr/\Q$secret\E/, 'no password is in the log');
unlike($log, qr/STATEMENT:|CONTEXT:/, 'no statement and no context is');

# The log is where they would be.
$session->simple("SELECT careless('$secret', '')");
like(substr(slurp_file($node->logfile), $from), qr/STATEMENT:  SELECT careless\('\Q$secret\E'/, 'of other errors it has the statement');
$session->close;

done_testing();
