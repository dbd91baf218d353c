# Tokens of every algorithm, signed by others than us, are accepted; those that differ in one
# character are not. Changes of keys and settings count at once in all sessions. Regression tests
# cannot show this: they have no keys to sign with, and one session.
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
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN IN ROLE pg_read_all_stats;
	CREATE FUNCTION try(token text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		RETURN electric.authenticate(token);
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END $$;
));
my $refused = '28000 token not accepted';

# A session of the client, which keeps what it has verified.
sub session { return Wire->new($node, 'postgres', 'client') }
sub try
{
	my ($session, $token) = @_;
	$session->simple("SELECT try('$token')");
	return $session->{value};
}

my $admin = Wire->new($node, 'postgres', $node->safe_psql('postgres', 'SELECT current_user'));
my $session = session();
$session->simple('BEGIN');
my %keys = map { $_ => Jwt::make_key($_, "key of $_") } @Jwt::algorithms;
$admin->simple(Jwt::add_sql($_)) for values %keys;
is($node->safe_psql('postgres', 'SELECT count(*) FROM electric.jwt_keys'), 13, 'a key for each algorithm');

my $alphabet = join '', 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_';
my $neighbours = $alphabet =~ s/(.)(.)/$2$1/gr;
my $claims = '{"sub": "alice", "exp": 4000000000}';
for my $alg (@Jwt::algorithms)
{
	my $key = $keys{$alg};
	my $token = Jwt::token($key, $claims);

	is(try($session, $token), 'alice', "$alg: accepted");
	is(try($session, $token), 'alice', "$alg: accepted again, as it is known");
	is(try($session, "Bearer $token"), 'alice', "$alg: accepted with Bearer");

	# each character another one: of the alphabet, its neighbour there, or none of it
	$session->simple(qq(
		SELECT count(*) FILTER (WHERE answer = '$refused') || ' of ' || count(*)
		FROM (SELECT try(overlay('$token' PLACING c FROM i FOR 1)) AS answer
			FROM generate_series(1, length('$token')) i,
				unnest(ARRAY['A', 'w', '_', '=', '.', ' ', translate(substr('$token', i, 1), '$alphabet', '$neighbours')]) c
			WHERE c <> substr('$token', i, 1)) tried));
	my ($answers, $changed) = split / of /, $session->{value};
	cmp_ok($changed, '>', 5 * length $token, "$alg: $changed changed tokens");
	is($answers, $changed, "$alg: each of them refused");
	$session->simple("SELECT count(*) FROM generate_series(0, length('$token') - 1) i WHERE try(left('$token', i)) <> '$refused' OR try(right('$token', i)) <> '$refused'");
	is($session->{value}, 0, "$alg: so is each part of it");
	is(try($session, $token), 'alice', "$alg: and itself still accepted");
	$session->simple('COMMIT; BEGIN');

	# The signature of one token is not that of another.
	my ($header, undef, $signature) = split /\./, $token;
	is(try($session, join '.', $header, encode_base64url('{"sub": "mallory"}'), $signature), $refused, "$alg: another payload");

	# The header names the key of another algorithm, or the algorithm of another key.
	my @others = grep { $_ ne $alg } @Jwt::algorithms;
	is(join(' ', grep { try($session, Jwt::token($key, $claims, header => qq({"alg": "$_", "kid": "$key->{kid}"}))) ne $refused } @others), '', "$alg: the key is for no other algorithm");
	is(join(' ', grep { try($session, Jwt::token($key, $claims, header => qq({"alg": "$alg", "kid": "$keys{$_}{kid}"}))) ne $refused } @others), '', "$alg: no other key is for it");
	is(try($session, Jwt::token(Jwt::make_key($alg, $key->{kid}), $claims)), $refused, "$alg: the same key id, but another key");

	# What everybody knows of a key pair is no secret of HMAC, in no form.
	next unless $key->{public};
	my @known = ($key->{public}, $key->{public} =~ s/\s+\z//r, $key->{public} =~ s/-----.*?-----|\s//gr, Jwt::openssl($key->{public}, 'pkey', '-pubin', '-outform', 'DER'));
	for my $kid ("key of $alg", 'key of HS256')
	{
		is(scalar(grep { my $secret = $_; try($session, Jwt::token({ kid => $kid, secret => $secret }, $claims, alg => 'HS256')) ne $refused } @known), 0, "$alg: its public key signs nothing as $kid");
	}
}

# EdDSA has a second name, of RFC 9864: in a token, in a key, or in both.
$session->simple('COMMIT; BEGIN');
my %renamed = (%{ $keys{EdDSA} }, kid => 'renamed', alg => 'Ed25519');
$admin->simple(Jwt::add_sql(\%renamed));
for my $header (qw(EdDSA Ed25519))
{
	is(try($session, Jwt::token($keys{EdDSA}, $claims, header => qq({"alg": "$header", "kid": "$_"}))), 'alice', "$header: accepted with the $_") for 'key of EdDSA', 'renamed';
	is(try($session, Jwt::token($keys{ES256}, $claims, header => qq({"alg": "$header", "kid": "key of ES256"}))), $refused, "$header: for no other key");
}
like($node->safe_psql('postgres', q(SELECT alg FROM electric.jwt_keys WHERE kid = 'renamed')), qr/^EdDSA$/, 'one algorithm, one name');
like(($node->psql('postgres', Jwt::add_sql({ %renamed, alg => 'EdDSA' })))[2], qr/key "renamed" is ambiguous/, '.. so that a second key for it is refused');

# The salt of PSS is as long as the hash.
for my $salt (0, 20, 31, 33, 64)
{
	is(try($session, Jwt::token($keys{PS256}, $claims, salt => $salt)), $refused, "PS256: a salt of $salt bytes");
}

# An ECDSA signature has two numbers of fixed length, none of them zero.
my ($text) = Jwt::token($keys{ES256}, $claims) =~ /^(.*)\./;
for my $signature ("\0" x 64, "\0" x 32 . "\1" x 32, "\xff" x 64, "\1" x 63, "\1" x 65, '', "\x30\x06\x02\x01\x01\x02\x01\x01")
{
	is(try($session, "$text." . encode_base64url($signature)), $refused, 'ES256: ' . length($signature) . ' bytes that are no signature');
}
$session->simple('COMMIT');

# A key that another session drops is gone at once, also in the middle of a transaction and
# for tokens that were accepted before; a key that is added is there.
my $token = Jwt::token($keys{RS256}, $claims);
$session->simple('BEGIN');
is(try($session, $token), 'alice', 'accepted');
$admin->simple("SELECT electric.drop_jwt_key('key of RS256')");
is(try($session, $token), $refused, 'dropped in another session: refused in the same transaction');
$session->simple('COMMIT');
is(try($session, $token), $refused, '... and in the next');
$admin->simple(Jwt::add_sql($keys{RS256}));
is(try($session, $token), 'alice', 'added again: accepted');
$admin->simple('BEGIN; DELETE FROM electric.jwt_keys');
is(try($session, $token), 'alice', 'deleted by hand, not committed: accepted');
$admin->simple('COMMIT');
is(try($session, $token), $refused, '... committed: refused');

# A session that has missed the news of a dropped key, for there were too many, forgets what it knew.
$admin->simple(Jwt::add_sql($keys{RS384}) . 'SELECT pg_advisory_lock(1)');
$token = Jwt::token($keys{RS384}, $claims);
is(try($session, $token), 'alice', 'accepted');
$session->put('Q', "SELECT pg_advisory_lock(1); SELECT try('$token')\0");
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory')) or die 'nobody waits';
$admin->simple($_) for 'DELETE FROM electric.jwt_keys', 'BEGIN; ' . join(' ', map { "CREATE TEMPORARY TABLE news$_ (a int);" } 1 .. 1000) . ' COMMIT', 'SELECT pg_advisory_unlock(1)';
$session->answers;
is($session->{value}, $refused, 'dropped meanwhile, among many other changes: refused');

# Rotation: both keys for a while, then the new one alone; no other session sees a gap.
sub set_sql
{
	return sprintf q(SELECT electric.add_jwks('{"keys": [%s]}', 'issuer')),
		join ', ', map { sprintf '{"kty": "oct", "alg": "HS256", "kid": "%s", "k": "%s"}', $_->{kid}, encode_base64url($_->{secret}) } @_;
}
my ($old, $new) = map { Jwt::make_key('HS256', $_) } 'old', 'new';
my ($by_old, $by_new) = map { Jwt::token($_, $claims) } $old, $new;
$admin->simple(set_sql($old));
is(join(', ', map { try($session, $_) } $by_old, $by_new), "alice, $refused", 'the old key');
$admin->simple('BEGIN; ' . set_sql($old, $new));
is(join(', ', map { try($session, $_) } $by_old, $by_new), "alice, $refused", 'the new key, not committed');
$admin->simple('COMMIT');
is(join(', ', map { try($session, $_) } $by_old, $by_new), 'alice, alice', 'both keys');
$admin->simple(set_sql($new));
is(join(', ', map { try($session, $_) } $by_old, $by_new), "$refused, alice", 'the new key alone');
$admin->simple('BEGIN; ' . set_sql($old) . '; ROLLBACK');
is(join(', ', map { try($session, $_) } $by_old, $by_new), "$refused, alice", 'a rotation that was rolled back');
my @sessions = map { session() } 1 .. 3;
my $gaps = 0;
for my $round (1 .. 100)
{
	$admin->simple(set_sql($round % 2 ? ($old, $new) : ($new)));
	$gaps += grep { try($_, $by_new) ne 'alice' } @sessions;
}
is($gaps, 0, 'a hundred rotations: no gap');

# Two sessions that add keys of one algorithm at the same time: the second waits, and is refused.
my $second = Wire->new($node, 'postgres', $node->safe_psql('postgres', 'SELECT current_user'));
my ($one, $two) = map { Jwt::make_key('ES256', undef) } 1, 2;
$admin->simple('BEGIN; ' . Jwt::add_sql($one));
$second->put('Q', Jwt::add_sql($two) . "\0");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") or die 'nobody waits';
$admin->simple('COMMIT');
like($second->answers, qr/error 42710/, 'two keys at the same time: the second is refused');

# So does who replaces a set while another one is replaced, and who drops a key, which is the one that was being added.
$admin->simple(q(DELETE FROM electric.jwt_keys WHERE alg = 'ES256'));
my $ed25519 = '"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"';
for my $case ([ qq(SELECT electric.add_jwks('{"keys": [{$ed25519}]}', 'first')), qq(SELECT electric.add_jwks('{"keys": [{$ed25519, "kid": "named"}]}', 'second')), qr/error 42710/, 1 ],
	[ qq(SELECT electric.add_jwt_key('{$ed25519}')), 'SELECT electric.drop_jwt_key(NULL)', qr/tag SELECT/, 0 ])
{
	my ($first, $sql, $answer, $left) = @$case;
	$admin->simple(q(DELETE FROM electric.jwt_keys WHERE alg = 'EdDSA'));
	$admin->simple("BEGIN; $first");
	$second->put('Q', "$sql\0");
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") or die 'nobody waits';
	$admin->simple('COMMIT');
	like($second->answers, $answer, "at the same time: $sql");
	is($node->safe_psql('postgres', q(SELECT count(*) FROM electric.jwt_keys WHERE alg = 'EdDSA')), $left, '... which sees the key that was being added');
}

# A setting that changes is asked of tokens that were accepted before.
is(try($session, $by_new), 'alice', 'no issuer asked for: accepted');
$node->safe_psql('postgres', q(ALTER SYSTEM SET electric_perm.jwt_issuer = 'https://issuer.example'));
$node->reload;
$node->poll_query_until('postgres', q(SELECT current_setting('electric_perm.jwt_issuer') <> '')) or die 'no reload';
my $issued = Jwt::token($new, '{"sub": "alice", "iss": "https://issuer.example"}');
is(join(', ', map { my $t = $_; my $s = session(); map { try($_, $t) } $s, $session } $by_new, $issued), "$refused, $refused, alice, alice", 'an issuer asked for: by new sessions and old ones');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
$node->reload;

# More tokens than a session keeps, and larger ones.
my $sql = join ' ', map { "SELECT try('" . Jwt::token($new, qq({"sub": "user $_"})) . "');" } 1 .. 2500;
$session->simple($sql);
is(scalar(grep { $session->{column}[$_] eq 'user ' . ($_ + 1) } 0 .. 2499), 2500, 'each of 2500 tokens is its own user');
$session->simple($sql);
is(scalar(grep { $session->{column}[$_] eq 'user ' . ($_ + 1) } 0 .. 2499), 2500, '... and so again');
my $wide = 'x' x 10000;
$session->simple(join ' ', map { "SELECT try('" . Jwt::token($new, qq({"sub": "user $_", "wide": "$wide"})) . "');" } 1 .. 1500);
is(scalar(grep { $session->{column}[$_] eq 'user ' . ($_ + 1) } 0 .. 1499), 1500, '... also large ones');
$session->simple("SELECT total_bytes < 20000000 FROM pg_backend_memory_contexts WHERE name = 'electric_perm tokens' AND parent = 'CacheMemoryContext'");
is($session->{value}, 't', 'what the session keeps is bounded');

# A database that is not in UTF-8 takes tokens that are ASCII.
$node->safe_psql('postgres', q(CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'));
$node->safe_psql('latin', 'CREATE EXTENSION electric_perm; ' . Jwt::add_sql($new));
$node->safe_psql('latin', q(CREATE FUNCTION try(token text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN electric.authenticate(token); EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM; END $$));
my $latin = Wire->new($node, 'latin', 'client');
is(join(', ', map { try($latin, Jwt::token($new, qq({"sub": "$_"}))) } 'alice', "\xc3\xa9", '\u00e9', '\u20ac', '\u0061', 'a\/b'), "alice, $refused, $refused, $refused, $refused, a/b", 'LATIN1: what is ASCII');

$node->stop;
done_testing();
