# What of tokens, keys and passwords stays in the memory of the process that was given them: no
# more than PostgreSQL itself leaves there of any parameter and any result. So each function is
# compared with one of PostgreSQL's that gets or returns the same text and copies nothing; with
# the session's end users logged out, and once more when other statements have used the memory.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Jwt;
use Memory;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
$ENV{PGUSER} = 'postgres';
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_statement = none");
$node->start;

sub pid { my ($wire) = @_; $wire->simple('SELECT pg_backend_pid()'); return $wire->{value} }
my $admin = Wire->new($node, 'postgres', 'postgres');
unless (eval { Memory->new(pid($admin)) })
{
	my $why = $@ =~ s/\n//r;
	$node->stop;
	plan skip_all => "the memory of the server's processes is closed to their own user: $why";
}

$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	SELECT electric.add_client_role('client');
	GRANT EXECUTE ON FUNCTION electric.hash_password, electric.verify_password, electric.verify_jws TO client;
	-- functions of PostgreSQL that copy nothing, and are run like ours
	CREATE FUNCTION as_token(text, boolean DEFAULT true) RETURNS text VOLATILE LANGUAGE internal AS 'md5_text';
	CREATE FUNCTION as_password(text) RETURNS text VOLATILE LANGUAGE internal AS 'md5_text';
	CREATE FUNCTION as_password(text, text) RETURNS text VOLATILE LANGUAGE internal AS 'md5_text';
	CREATE FUNCTION as_jws(text, jsonb) RETURNS text IMMUTABLE STRICT LANGUAGE internal AS 'md5_text';
	CREATE FUNCTION as_new_key(text) RETURNS text VOLATILE LANGUAGE internal AS 'text_reverse';
	CREATE TABLE as_keys (set_name text, kid text, alg text, jwk jsonb);));

# run sends a statement with parameters.
sub run
{
	my ($wire, $sql, @values) = @_;
	$wire->parse('', $sql);
	$wire->bind('', @values);
	$wire->execute;
	return $wire->sync;
}

# overwrite has PostgreSQL use again what it has freed.
sub overwrite
{
	my ($wire) = @_;
	$wire->simple(q(SELECT length(') . 'y' x $_ . q(')))  for 100, 1000, 4000, 7000, 16000, 70000;
	run($wire, 'SELECT length($1)', 'z' x $_) for 50, 100, 200, 500, 1000, 3000, 7000, 16000;
	$wire->simple('SELECT 1');
	return;
}

# left returns how often the secrets stand in memory while the statement's transaction lasts, when
# it has ended, and when its memory has been used again; in three sessions, where it is not the
# first of its kind, which fills caches.
sub left
{
	my ($role, $case) = @_;
	my @sum = (0, 0, 0);
	for (1 .. 3)
	{
		my $wire = Wire->new($node, 'postgres', $role);
		my $pid = pid($wire);
		for my $is_counted (0, 1)
		{
			my ($tag, $secrets, $sql, @values) = $case->($wire);

			$wire->simple('BEGIN');
			my $answer = run($wire, $sql, @values);
			die "$sql: $answer" unless $answer =~ $tag;
			my @secrets = ref $secrets eq 'CODE' ? $secrets->($wire->{value}) : @$secrets;
			my @looks = (sub { }, sub { $wire->simple($_) for 'SELECT electric.logout()', 'COMMIT', 'DISCARD ALL' }, sub { overwrite($wire) });
			for my $look (0 .. 2)
			{
				$looks[$look]->();
				next unless $is_counted;
				my $memory = Memory->new($pid);
				$sum[$look] += $memory->count($_) for @secrets;
			}
		}
		$wire->close;
	}
	return @sum;
}

# compare: does ours leave more than PostgreSQL's, at these looks? What statements have overwritten
# in between depends on where things lay, so by default it is the first and the last.
sub compare
{
	my ($name, $role, $ours, $theirs, @looks) = @_;
	my @left = left($role, $ours);
	my @control = left($role, $theirs);
	my @when = ('in the transaction', 'after it', 'when memory has been used again');

	cmp_ok($control[0], '>', 0, "$name: the test sees what it looks for");
	for my $look (@looks ? @looks : (0, 2))
	{
		cmp_ok($left[$look], '<=', $control[$look], "$name: no copy $when[$look]");
	}
	return;
}

# A string that nothing else has.
my $count = 0;
sub unlike_others { return join('', map { chr(97 + int rand 26) } 1 .. ($_[0] // 40)) . ++$count }
my $done = qr/tag (?:SELECT|INSERT)/;
my $refused = qr/error (?:28000|22P02)/;

# Tokens, short and long, accepted and refused: what is secret is the signature. Decoded it is
# nowhere, not even while the transaction lasts.
for my $alg ('HS256', 'RS256')
{
	my $key = Jwt::make_key($alg, $alg);
	$admin->simple(Jwt::add_sql($key));
	my $case = sub {
		my ($sql, $tag, $spoil, @more) = @_;
		return sub {
			my ($text, $signature) = Jwt::token($key, '{"sub": "' . unlike_others() . '"}') =~ /^(.*\.)(.*?)$/;
			return ($tag, [$signature], $sql, $text . $signature . ($spoil // ''), @more);
		};
	};
	compare("a token of $alg", 'client', $case->('SELECT electric.authenticate($1)', $done), $case->('SELECT as_token($1)', $done));
	compare("a token of $alg that is refused", 'client', $case->('SELECT electric.authenticate($1)', $refused, '.x'), $case->('SELECT as_token($1)::boolean', $refused, '.x'));
	compare("a token of $alg, verified alone", 'client', $case->('SELECT electric.verify_jws($1, $2)', $done, '', '{"kty": "oct", "k": "AAAA"}'),
		$case->('SELECT as_jws($1, $2)', $done, '', '{"kty": "oct", "k": "AAAA"}'));
	for my $call ([ 'SELECT electric.authenticate($1)' ], [ 'SELECT electric.verify_jws($1, $2)', '{"kty": "oct", "k": "AAAA"}' ])
	{
		my ($sql, @more) = @$call;
		my @decoded = left('client', sub {
			my $token = Jwt::token($key, '{"sub": "' . unlike_others() . '"}');
			return ($done, [ MIME::Base64::decode_base64url($token =~ s/.*\.//r) ], $sql, $token, @more);
		});
		is("@decoded", '0 0 0', "a token of $alg: its signature, decoded, after $sql");
	}
}

# Passwords, hashed and verified, right and wrong.
my $hash = $node->safe_psql('postgres', q(SELECT electric.hash_password('x')));
my $password = sub {
	my ($sql, @more) = @_;
	return sub { my $secret = unlike_others(); return ($done, [$secret], $sql, $secret, @more) };
};
compare('a password that is hashed', 'client', $password->('SELECT electric.hash_password($1)'), $password->('SELECT as_password($1)'));
compare('a password that is verified', 'client', $password->('SELECT electric.verify_password($1, $2)', $hash), $password->('SELECT as_password($1, $2)', $hash));

# .. and one that is stored out of line, of which the function has a copy of its own: it is nowhere.
$admin->simple($_) for 'CREATE TABLE stored (password text)', 'ALTER TABLE stored ALTER password SET STORAGE EXTERNAL', 'GRANT SELECT ON stored TO client';
for my $sql ('SELECT electric.hash_password(password) FROM stored', "SELECT electric.verify_password(password, '$hash') FROM stored")
{
	my @stored = left('client', sub {
		my $secret = unlike_others();
		$admin->simple("DELETE FROM stored; INSERT INTO stored VALUES ('$secret' || repeat('x', 3000))");
		return ($done, [$secret], $sql);
	});
	is("@stored", '0 0 0', "a password that is stored: $sql");
}

# API keys, made and presented.
compare('an API key that is made', 'postgres',
	sub { return ($done, sub { substr $_[0], -43 }, 'SELECT electric.create_api_key($1)', 'a key') },
	sub { my $key = unlike_others(76); return ($done, [ substr reverse($key), -43 ], 'SELECT as_new_key($1)', $key) }, 0, 1);
my $api_key = sub {
	my ($sql) = @_;
	return sub {
		$admin->simple(q(SELECT electric.create_api_key('a key')));
		return ($done, [ substr $admin->{value}, -43 ], $sql, $admin->{value});
	};
};
compare('an API key that is presented', 'client', $api_key->('SELECT electric.authenticate($1)'), $api_key->('SELECT as_token($1)'));

# Keys of tokens that are added. PostgreSQL's parser of JSON, and the INSERT, leave theirs.
my $jwk = sub {
	my ($sql, $around) = @_;
	return sub {
		my $secret = encode_base64url(unlike_others());
		my $json = sprintf $around // '%s', qq({"kty": "oct", "kid": "k$count", "k": "$secret"});
		return ($done, [$secret], $sql, $json, "k$count");
	};
};
my $insert = q(INSERT INTO as_keys VALUES ($2, $2, $2, $1::jsonb));
compare('a key that is added', 'postgres', $jwk->('SELECT electric.add_jwt_key($1::jsonb, $2)'), $jwk->($insert), 2);
compare('a key that is added as text', 'postgres', $jwk->('SELECT electric.add_jwt_key($1::text, $2)'), $jwk->($insert), 2);
compare('a set of keys', 'postgres', $jwk->('SELECT electric.add_jwks($1::jsonb, $2)', '{"keys": [%s]}'), $jwk->($insert, '{"keys": [%s]}'), 2);

# What a session keeps, on purpose: one copy of the secret of HMAC, which is OpenSSL's, as long as
# the key is there. The text of the key is not kept, and of all the keys that others add or drop
# nothing is read.
my $key = Jwt::make_key('HS256', 'kept');
my $token = Jwt::token($key, '{"sub": "alice"}');
$node->safe_psql('postgres', "DELETE FROM electric.jwt_keys;" . Jwt::add_sql($key));
my $client = Wire->new($node, 'postgres', 'client');
my $pid = pid($client);
sub secrets { my ($memory) = Memory->new($_[0]); return join ' ', map { $memory->count($_) } $key->{secret}, encode_base64url($key->{secret}) }
is(secrets($pid), '0 0', 'a session that has seen no token has no key');
$client->simple('BEGIN');
like(run($client, 'SELECT electric.authenticate($1)', $token), $done, 'a token');
$client->simple($_) for 'SELECT electric.logout()', 'COMMIT', 'DISCARD ALL';
is(secrets($pid), '1 0', 'then it has the key, ready to verify');
my $other = Wire->new($node, 'postgres', 'postgres');
$other->simple($_) for q(SELECT electric.add_jwks('{"keys": []}', 'other')), q(DELETE FROM electric.jwt_keys WHERE kid = 'other');
is(secrets(pid($other)), '0 0', 'who changes keys reads no secret of others');
$other->simple(q(SELECT electric.drop_jwt_key('kept')));
is(secrets(pid($other)), '0 0', '... nor of the one that he drops');
$client->simple('SELECT 1');
is(secrets($pid), '0 0', 'a key that another session has dropped is gone by the next statement');

$node->stop;
done_testing();
