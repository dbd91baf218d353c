# No token and no key gets into the server's log, whatever fails: with PostgreSQL's own settings,
# in the simple and the extended protocol. What does is the reason, for the administrator alone.
use strict;
use warnings;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Jwt;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
# PostgreSQL::Test::Cluster logs all statements; PostgreSQL does not.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	CREATE FUNCTION wrapped(token text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN electric.authenticate(token); END $$;
	CREATE FUNCTION literal(token text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE answer text; BEGIN EXECUTE format('SELECT electric.authenticate(%L)', token) INTO answer; RETURN answer; END $$;
));
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $admin = Wire->new($node, 'postgres', $superuser);
my $client = Wire->new($node, 'postgres', 'client');
my $key = Jwt::make_key('HS256', 'the key');
my $pair = Jwt::make_key('EdDSA', 'the pair');
$admin->simple(Jwt::add_sql($_)) for $key, $pair;
my $private = Jwt::openssl('', 'pkey', '-in', $pair->{file});

# The secrets: what must not be in the log.
my @secrets = (encode_base64url($key->{secret}), $private =~ /^([^-\n]+)$/gm);
sub secret { push @secrets, @_; return $_[0] }

# A token that fails, and why the log says it does.
my $now = time;
my @failures = (
	[ sub { my $t = Jwt::token($key, $_[0]); substr($t, -10, 1) = substr($t, -10, 1) eq 'A' ? 'B' : 'A'; $t }, 'the signature is not that of the key' ],
	[ sub { Jwt::token($key, $_[0] =~ s/\}/, "exp": 1}/r) }, 'token expired' ],
	[ sub { Jwt::token($key, $_[0] =~ s/\}/, "nbf": 4000000000}/r) }, 'token not yet valid' ],
	[ sub { Jwt::token($key, $_[0] =~ s/"sub"/"user"/r) }, 'it has no "sub"' ],
	[ sub { Jwt::token($key, $_[0] =~ s/\}/, "sub": "x"}/r) }, 'names a member twice' ],
	[ sub { Jwt::token($key, $_[0] . '}') }, 'is not JSON' ],
	[ sub { Jwt::token($key, "\xff" . $_[0]) }, 'is not UTF-8' ],
	[ sub { Jwt::token($key, $_[0] . "\0") }, 'has a zero byte' ],
	[ sub { Jwt::token($key, $_[0], header => '{"alg": "HS256", "kid": "no key"}') }, 'there is no key for it' ],
	[ sub { Jwt::token($key, $_[0], header => '{"alg": "HS256", "kid": "the key", "crit": ["x"]}') }, 'the header has "crit"' ],
	[ sub { Jwt::token($key, $_[0], header => '{"alg": "none"}') }, '"alg" is not supported' ],
	[ sub { 'Bearer ' . Jwt::token($key, $_[0]) . '.' }, 'it has not three parts' ],
	[ sub { Jwt::token($key, $_[0]) . '=' }, 'not base64url' ],
	[ sub { Jwt::token($key, $_[0]) . 'A' x 20000 }, 'longer than electric_perm.max_token_size' ],
	[ sub { encode_base64url($_[0]) }, 'it has not three parts' ]);
sub failing
{
	my ($i) = @_;
	my ($make, $reason) = @{ $failures[ $i % @failures ] };
	my $claims = sprintf '{"sub": "secret subject %d"}', $i;
	my $token = $make->($claims);
	secret("secret subject $i", grep { length > 20 } split /\./, $token =~ s/^Bearer //r);
	return ($token, $reason);
}

# What is asked of each failure: the client hears little, the log more, and neither the token.
for my $i (0 .. $#failures)
{
	my ($token, $reason) = failing($i);
	my $from = -s $node->logfile;
	$client->simple('SET client_min_messages = debug5');
	my $answer = $client->simple("SELECT electric.authenticate('$token')");
	$client->simple('RESET client_min_messages');
	like($answer, qr/^(rows; )?error 28000 - token (expired|not yet valid|not accepted)$/, "the client: $answer");
	is(join(' ', sort grep { !/^[SVCMFLR]$/ } keys %{ $client->{error} // {} }), '', '... and nothing else');
	my $log = substr(slurp_file($node->logfile), $from);
	like($log, qr/LOG:  (token .*)?\Q$reason\E/, "the log: $reason");
	unlike($log, qr/STATEMENT|CONTEXT/, '... and no statement') or diag($log);
	like($log, qr/DETAIL:  Key id: "the key"/, '... but the key id') if $reason =~ /signature|expired|valid|sub/;
}

# A stranger's key id is clipped, and cannot make lines of its own in the log.
my $from = -s $node->logfile;
$client->simple("SELECT electric.authenticate('" . Jwt::token($key, '{"sub": "x"}', header => '{"alg": "HS256", "kid": "a\nLOG:  forged ' . "\xc3\xa9" . ('x' x 100) . '"}') . "')");
like(substr(slurp_file($node->logfile), $from), qr/DETAIL:  Key id: "a\?LOG:  forged \?\?x{47}"\n/, 'a key id with a line break');

# A thousand of them, in every way to send them.
$from = -s $node->logfile;
my $errors = 0;
my @ways = (
	sub { $client->simple("SELECT electric.authenticate('$_[0]')") },
	sub { $client->simple("BEGIN; SELECT electric.authenticate('$_[0]', true); ROLLBACK"); my $error = $client->{error}; $client->simple('ROLLBACK'); $client->{error} = $error },
	sub { $client->simple("SELECT wrapped('$_[0]')") },
	sub { $client->simple("SELECT literal('$_[0]')") },
	sub { $client->simple("DO \$\$ BEGIN PERFORM wrapped('$_[0]'); END \$\$") },
	sub { $client->parse('', "SELECT electric.authenticate('$_[0]')"); $client->bind(''); $client->execute; $client->sync },
	sub { $client->parse('', 'SELECT electric.authenticate($1)'); $client->bind('', $_[0]); $client->execute; $client->sync },
	sub { $client->parse('', 'SELECT wrapped($1)'); $client->bind('', $_[0]); $client->execute; $client->sync },
	sub { $client->simple("PREPARE p AS SELECT electric.authenticate('$_[0]')"); $client->simple('EXECUTE p'); my $error = $client->{error}; $client->simple('DEALLOCATE p'); $client->{error} = $error });
for my $i (100 .. 1099)
{
	my ($token) = failing($i);
	$ways[ ($i / 7) % @ways ]->($token);
	$errors++ if ($client->{error}{C} // '') eq '28000';
}
is($errors, 1000, 'a thousand failures');

# So do errors that are not about the token: of the identity, of memory and time.
my $good = Jwt::token($key, '{"sub": "alice"}');
my $other = Jwt::token($key, '{"sub": "secret bob"}');
secret('secret bob', (split /\./, $_)[2]) for $good, $other;
is($client->simple("SELECT electric.authenticate('$good', false)"), 'rows; tag SELECT 1', 'a session');
like($client->simple("BEGIN; SELECT electric.authenticate('$other')"), qr/error 55000/, 'a local identity over it');
$client->simple('ROLLBACK');
like($client->simple("SELECT electric.authenticate('$other', NULL)"), qr/error 22004/, 'a NULL');
$client->simple("DISCARD ALL");

# A timeout that comes while a session reads its keys takes effect before authenticate() returns.
my $rsa = Jwt::make_key('RS256', 'slow');
$admin->simple(Jwt::add_sql($rsa));
$admin->simple("INSERT INTO electric.jwt_keys SELECT 'many', kid || i, alg, jwk FROM electric.jwt_keys, generate_series(1, 20000) i WHERE kid = 'slow'");
my $late = Wire->new($node, 'postgres', 'client');
$late->simple("SET statement_timeout = '20ms'");
like($late->simple("SELECT electric.authenticate('$good', false)"), qr/error 57014/, 'a timeout');
is($late->simple('SELECT electric.user_id()') . ($late->{value} // ''), 'rows; tag SELECT 1', '... and nobody was set');
$admin->simple("DELETE FROM electric.jwt_keys WHERE kid LIKE 'slow%'");

# The functions that take keys say why one is refused, and show neither it nor the statement.
my $weak = secret(encode_base64url('only a few bytes'));
my $odd = secret('text that is no key at all');
my @bad = (
	qq(SELECT electric.add_jwt_key('{"kty": "oct", "k": "$weak"}'::jsonb, 'weak')),
	qq(SELECT electric.add_jwt_key('{"kty": "oct", "k": "$weak"')),
	qq(SELECT electric.add_jwt_key('{"kty": "oct", "k": "$weak", "k": "$weak"}')),
	qq(SELECT electric.add_jwt_key('$odd')),
	qq(SELECT electric.add_jwt_key('$private')),
	qq(SELECT electric.add_jwt_key('{"kty": "oct", "k": "$secrets[0]"}'::jsonb, 'the key', 'HS256')),
	qq(SELECT electric.add_jwt_key('{"kty": "oct", "k": "$secrets[0]"}'::jsonb, 'k', 'RS256')),
	qq(SELECT electric.add_jwks('{"keys": [{"kty": "oct", "k": "$weak"}]}')),
	qq(SELECT electric.add_jwks('{"keys": {"k": "$weak"}}')),
	qq(SELECT electric.verify_jws('$other', '{"kty": "oct", "k": "$weak"}')));
for my $sql (@bad)
{
	my $simple = $admin->simple($sql);
	$admin->parse('', $sql);
	$admin->bind('');
	$admin->execute;
	my $extended = $admin->sync;
	like($simple, qr/error (22023|42710)|tag SELECT/, 'a bad key');
	like($extended, qr/error (22023|42710)|tag SELECT/, '... in the extended protocol');
}

# Nor does the refusal of who may write all data, and no keys.
$admin->simple('CREATE ROLE writer LOGIN IN ROLE pg_write_all_data');
my $writer = Wire->new($node, 'postgres', 'writer');
my $planted = secret(encode_base64url('a secret of thirty-two bytes ...'));
like($writer->simple($_), qr/error 42501/, 'keys by hand')
	for qq(INSERT INTO electric.jwt_keys VALUES ('', 'k', 'HS256', '{"kty": "oct", "k": "$planted"}')), qq(DO \$\$ BEGIN INSERT INTO electric.jwt_keys VALUES ('', 'k', 'HS256', '{"kty": "oct", "k": "$planted"}'); END \$\$);

# OpenSSL asks nobody for the passphrase of a key that says it is encrypted: the server's terminal is
# no place to wait at.
my $asked = -s $node->logfile;
like($admin->simple("SELECT electric.add_jwt_key('" . $pair->{public} =~ s/KEY-----\n\K/Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,30ED48B66DFA2766ED382492721694B5\n\n/r . "')"),
	qr/error 22023/, 'an encrypted public key');
unlike(substr(slurp_file($node->logfile), $asked), qr/pass ?phrase/i, '... and no question');

# A row that a hand has written and that is no object is not read as if it were one.
$admin->simple(q(INSERT INTO electric.jwt_keys VALUES ('', 'an array', 'HS256', '["\\u000b\\u000b\\u000b","\\u000byyyykty"]')));
$client->simple("SELECT electric.authenticate('$good')");
like(substr(slurp_file($node->logfile), $asked), qr/left out: it is not a JSON object\n.*DETAIL:  Key id: "an array"/, 'an array is no key');

# Nor is a namespace's claim that is no object.
$node->safe_psql('postgres', q(ALTER SYSTEM SET electric_perm.jwt_namespace = 'ours'));
$node->reload;
$node->poll_query_until('postgres', q(SELECT current_setting('electric_perm.jwt_namespace') <> '')) or die 'no reload';
for my $space ('"alice"', '["sub", "alice"]', '1')
{
	my $before = -s $node->logfile;
	my $token = Jwt::token($key, qq({"sub": "alice", "ours": $space}));
	like(Wire->new($node, 'postgres', 'client')->simple("SELECT electric.authenticate('$token')"), qr/error 28000/, "a namespace's claim: $space");
	like(substr(slurp_file($node->logfile), $before), qr/LOG:  token not accepted: the namespace's claim is not an object/, '... is no object');
}
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
$node->reload;

# Why verify_jws() gives NULL is told where somebody debugs, and as little else.
$admin->simple('SET log_min_messages = debug1; SET log_min_error_statement = debug1');
my $debugged = -s $node->logfile;
like($admin->simple("DO \$do\$ BEGIN EXECUTE \$\$SELECT electric.verify_jws('$other', '{\"kty\": \"oct\", \"k\": \"$weak\"}')\$\$; END \$do\$"), qr/tag DO/, 'verify_jws() in a function');
like(substr(slurp_file($node->logfile), $debugged), qr/DEBUG:  JWS not verified: the key is weak, or is none\n/, '... says why it gives nothing');
# .. and a key that is an array is not read as if it were an object.
$debugged = -s $node->logfile;
$admin->simple(q(SELECT electric.verify_jws('x', '["\\u000b\\u000b\\u000b","\\u000byyyykty"]')));
like(substr(slurp_file($node->logfile), $debugged), qr/DEBUG:  JWS not verified: the key is not a JSON object\n/, '... nor for an array');
$admin->simple('RESET log_min_messages; RESET log_min_error_statement');

my $log = slurp_file($node->logfile);
cmp_ok(scalar(() = substr($log, $from) =~ /ERROR:  token/g), '>=', 1000, 'the log has the errors');
cmp_ok(scalar(() = substr($log, $from) =~ /LOG:  token/g), '>=', 1000, '... and the reasons');
my %found = map { $_ => 1 } grep { index($log, $_) >= 0 } @secrets;
is(join("\n", sort keys %found), '', 'none of ' . @secrets . ' secrets is in the log');
is(scalar(() = $log =~ /^.*(?:STATEMENT|CONTEXT):.*(?:authenticate|add_jw|verify_jws)/gm), 0, 'nor any statement that held one');

# The test sees what it looks for.
$client->simple("SELECT electric.no_such_function('$good')");
$log = slurp_file($node->logfile);
cmp_ok(scalar(grep { index($log, $_) >= 0 } @secrets), '>', 0, 'what never reaches our functions is logged, as PostgreSQL logs it');

$node->stop;
done_testing();
