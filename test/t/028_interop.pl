# Tokens that Node's libraries sign are accepted, and node-postgres shares a connection between
# users as docs/identity.md shows it. What our other tests sign and send is made by these tests;
# here it is what applications use.
use strict;
use warnings;
use Cwd qw(realpath);
use File::Basename qw(basename dirname);
use File::Copy qw(copy);
use IPC::Run;
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Jwt;
use Wire;

my $root = realpath(dirname(__FILE__) . '/../..');
my $folder = PostgreSQL::Test::Utils::tempdir;
my $json = JSON::PP->new->utf8->canonical;

for my $program ('node', 'npm')
{
	plan skip_all => "$program is not installed" unless grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

# The pages show one program, and this is it.
my @programs = map { slurp_file($_) =~ /^<!-- node-postgres -->\n```js\n(.*?)^```$/msg } "$root/README.md", glob "$root/docs/*.md";
is(scalar @programs, 1, 'the pages show one program');
append_to_file("$folder/example.mjs", $programs[0]);
copy($_, $folder) or die "$_: $!" for glob "$root/test/interop/*.{json,mjs}";

# stop ends the test with a failure, and says why where prove shows it.
sub stop
{
	my ($why) = @_;
	diag($why);
	die $why;
}

# run_in_folder returns whether the command succeeded, what it printed and what it complained.
sub run_in_folder
{
	my ($in, @command) = @_;
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run(\@command, '<', \$in, '>', \$out, '2>', \$err, init => sub { chdir $folder or die $! });
	return ($ok, $out, $err);
}

# node_says runs a program of test/interop, and returns what it says.
sub node_says
{
	my ($in, @command) = @_;
	my ($ok, $out, $err) = run_in_folder($in, 'node', @command);
	stop("node @command: $err$out") unless $ok;
	return $json->decode($out);
}

my ($installed, $printed, $complained) = run_in_folder('', 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund',
	'--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000');
if (!$installed)
{
	# a registry that cannot be reached is no mistake of ours; a package that is not the locked one is
	my ($reason) = $complained =~ /code (E(?:AI_AGAIN|NOTFOUND|CONN\w+|\w*TIMEDOUT|\w*TIMEOUT|HOSTUNREACH|NETUNREACH|5\d\d)|\w*CERT\w*)\b/;
	stop("npm ci: $complained$printed") unless $reason;
	SKIP: { skip "the npm registry cannot be reached: $reason", 1 }
	done_testing();
	exit;
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
# PostgreSQL::Test::Cluster logs all statements; PostgreSQL does not.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_statement = none");
$ENV{PGUSER} = 'postgres';
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('client');
	CREATE FUNCTION try(token text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		RETURN electric.authenticate(token);
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END $$;
	SET ROLE owner;
	CREATE TABLE notes (id int PRIMARY KEY, author text, body text);
	CREATE INDEX ON notes (author);
	INSERT INTO notes VALUES (1, 'alice', 'a'), (2, 'bob', 'b'), (3, 'alice', 'c'), (4, 'carol', 'd');
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT ALL ON notes TO AUTHENTICATED CHECK (author = auth.user_id);
));
my $admin = Wire->new($node, 'postgres', 'postgres');
my $client = Wire->new($node, 'postgres', 'client');
my $refused = '28000 token not accepted';

sub try
{
	my ($token) = @_;
	$client->simple("SELECT try('$token')");
	return $client->{value};
}

# changed returns the token with one bit of one byte changed, in each part: its first, middle
# and last byte.
sub changed
{
	my ($token) = @_;
	my @parts = split /\./, $token;
	my @changed;

	for my $i (0 .. 2)
	{
		my $bytes = decode_base64url($parts[$i]);
		for my $at (0, int(length($bytes) / 2), length($bytes) - 1)
		{
			my @with = @parts;
			my $other = $bytes;
			substr($other, $at, 1) ^= "\1";
			$with[$i] = encode_base64url($other);
			push @changed, join '.', @with;
		}
	}
	return @changed;
}

# Keys in the forms that jose exports, and an issuer's set of them.
my $subject = "Zo\xc3\xab \xf0\x9f\x94\x91";
my $all = node_says('', 'sign.mjs', $subject);
is(join(' ', map { $_->{alg} } @$all), join(' ', @Jwt::algorithms), 'every algorithm is signed');
for my $of (@$all)
{
	my ($alg, $keys) = @$of{qw(alg keys)};
	my $pem = $keys->{pem};
	my @adding = (sprintf q(SELECT electric.add_jwt_key('%s'::jsonb, '%s jwk', '%s')), $json->encode($keys->{jwk}), $alg, $alg);
	push @adding, "SELECT electric.add_jwt_key('$pem', '$alg pem', '$alg')" if $pem;
	is($admin->simple($_), 'rows; tag SELECT 1', "$alg: a key is added") for @adding;
}
$admin->simple(sprintf q(SELECT electric.add_jwks('%s', 'issuer')), $json->encode({ keys => [ map { $_->{keys}{set} } @$all ] }));
is($admin->{value}, 13, 'a set with all of them is added');

my %signed;
$client->simple('BEGIN');
for my $of (@$all)
{
	for my $token (@{ $of->{accepted} })
	{
		my $name = "$of->{alg}: $token->{by} with key $token->{kid}";
		$signed{ $token->{by} }{ $of->{alg} } = 1;
		is(try($token->{token}), $subject, "$name: accepted");
		is(join(' ', grep { try($_) ne $refused } changed($token->{token})), '', "$name: refused with another byte");
	}
	is(join(', ', map { $_->{what} } grep { try($_->{token}) ne $refused } @{ $of->{refused} }), '',
		"$of->{alg}: refused: " . join ', ', map { $_->{what} } @{ $of->{refused} });
}
$client->simple('COMMIT');
is(join(' ', grep { !$signed{jose}{$_} } @Jwt::algorithms), '', 'jose signs all');
is(join(' ', grep { !$signed{jsonwebtoken}{$_} } @Jwt::algorithms), 'EdDSA', 'jsonwebtoken signs all but one');

# node-postgres, with the program of the page.
my $key = Jwt::make_key('HS256', 'key of the pool');
$admin->simple(Jwt::add_sql($key));
my %tokens = (
	alice => Jwt::token($key, '{"sub": "alice", "exp": 4000000000}'),
	bob => Jwt::token($key, '{"sub": "bob", "exp": 4000000000}'),
	expired => Jwt::token($key, '{"sub": "alice", "exp": 1700000000}'),
	forged => Jwt::token(Jwt::make_key('HS256', $key->{kid}), '{"sub": "alice", "exp": 4000000001}'));
my $from = -s $node->logfile;
my $seen;
{
	local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE)} = ($node->host, $node->port, 'client', 'postgres');
	$seen = node_says($json->encode(\%tokens), 'pool.mjs');
}
my $nobody = 'null ';
is_deeply($seen->{byTurns}, { alice => ['1,3'], bob => ['2'], expired => ['28000 token expired'], forged => [$refused] },
	'by turns over one connection: each his own rows');
is($seen->{nobody}, $nobody, '... and who comes without a token has none');
is_deeply($seen->{interleaved}, [ 'alice 1,3', 'bob 2', 'alice 1,3', 'bob 2' ], 'transactions that wait: each his own rows');
is($seen->{prepared}, 1, 'one prepared statement, with one plan for all users');
is($seen->{own}, 1, 'a row of his own is written');
like($seen->{ofAnother}, qr/^42501 /, 'a row of another is not');
is_deeply($seen->{failing}, [ map { [ $_, $nobody ] } '22012 division by zero', '42601 syntax error at or near "SELEC"',
	'22P02 invalid input syntax for type integer: "x"', 'no code of the program' ], 'the user ends with what fails');
is_deeply($seen->{afterwards}, [ '2', '1,3,9' ], '... and its changes with it');
is($seen->{withoutToken}, '22004 token must not be null', 'no token: nothing is done');
is($seen->{backends}, 1, 'all of it on one connection');
like($seen->{broken}, qr/^57P01 /, 'a connection that breaks');
is_deeply($seen->{afterBroken}, [ $nobody, '2' ], '... is not used again');
is($seen->{newBackends}, 2, '... but another one');
is($seen->{late}, 'no code Query read timeout', 'a server that is late, with ROLLBACK as well');
is_deeply($seen->{afterLate}, [ $nobody, '2' ], '... and the next does not find that transaction');

# As parameters, tokens stay out of the log: of the errors above, with PostgreSQL's own settings.
my $log = slurp_file($node->logfile, $from);
my @secrets = map { (split /\./)[1, 2] } values %tokens;
like($log, qr/LOG: .*token expired/, 'the log says why a token was refused');
like($log, qr/STATEMENT:  INSERT INTO notes VALUES \(9, \$1, \$2\)/, '... and the statements of other errors');
is(join(' ', grep { index($log, $_) >= 0 } @secrets), '', '... but nothing of a token');
$client->simple("SELECT 1 / 0, '$tokens{bob}'");
is(scalar(grep { index(slurp_file($node->logfile, $from), $_) >= 0 } @secrets), 2, '... which would be found there');

$node->stop;
done_testing();
