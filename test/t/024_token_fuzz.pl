# Whatever bytes a token holds, authenticate() accepts it or says 28000: no other error, no crash.
# Most of the tokens are signed, so that all of their parts are read. What is accepted is JSON to
# another parser as well, with the same user. FUZZ_SECONDS=600 runs it for longer,
# FUZZ_SEED=n again as it was.
use strict;
use warnings;
use Encode ();
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Jwt;
use Wire;

my $seed = $ENV{FUZZ_SEED} // time;
my $seconds = $ENV{FUZZ_SECONDS} // 10;
srand $seed;
note "seed $seed";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nlog_statement = none\nlog_min_messages = fatal");
$node->start;
my $key = Jwt::make_key('HS256', 'k');
$node->safe_psql('postgres', 'CREATE EXTENSION electric_perm; CREATE ROLE client LOGIN; ' . Jwt::add_sql($key));
my $session = Wire->new($node, 'postgres', 'client');

sub one { return $_[ rand @_ ] }
sub any { return join '', map { chr rand 256 } 1 .. rand $_[0] }

# string, number, value: JSON, mostly.
sub string
{
	my @pieces = map { one('a', 'sub', 'é', "\xf0\x9f\x98\x80", '\n', '\"', '\\\\', '\/', '\u0061', '\u00e9', '\ud83d\ude00', ' ', ',', ':', '{', '}', '[', ']',
		rand() < 0.1 ? ('\ud83d', '\ude00', '\u0000', '\x', '\u12', "\n", "\0", '"', '\\', "\xc0\x80", "\xed\xa0\x80", "\xff", "\xf4\x90\x80\x80", any(3)) : ()) } 1 .. rand 4;
	return '"' . join('', @pieces) . '"';
}
sub number { return one(0, 1, -1, int rand 1e9, 4000000000, '1.5', '-0', '1e3', '1E+2', '2e-3', 253402300800, '9' x rand 120, rand() < 0.1 ? ('01', '+1', '.5', '1.', '1e', 'NaN', 'Infinity', '1e999', '1e9999', '-', '0x1', '1e-99999999') : ()) }
sub value
{
	my ($depth) = @_;
	my $kind = rand($depth > 4 ? 5 : 8);

	return string() if $kind < 2;
	return number() if $kind < 4;
	return one('true', 'false', 'null', rand() < 0.1 ? ('True', 'nul', '', 'undefined') : ()) if $kind < 5;
	return '[' . join(',', map { value($depth + 1) } 1 .. rand 4) . ']' if $kind < 6.5;
	return '{' . join(',', map { string() . ':' . value($depth + 1) } 1 .. rand 4) . '}';
}
sub object
{
	my (%members) = @_;
	my @members = map { rand() < 0.9 ? qq("$_":$members{$_}) : () } keys %members;

	push @members, map { (rand() < 0.7 ? one('"sub"', '"aud"', '"exp"', '"nbf"', '"iat"', '"iss"', '"user_id"', '"kid"', '"alg"', '"typ"', '"x"', '"y"', '"z"') : string()) . one(':', ' : ', "\t:\n") . value(0) } 1 .. rand(one(1, 2, 4));
	my $text = '{' . join(one(',', ' ,'), sort { rand() <=> 0.5 } @members) . '}';
	if (rand() < 0.2)
	{
		my $at = int rand length $text;
		substr($text, $at, one(0, 1, 1)) = one('', chr rand 256, any(4), '"', '\\', '{', '}', '[' x 40);
	}
	return rand() < 0.02 ? any(60) : rand() < 0.02 ? '[' x rand(3000) : $text;
}
sub token
{
	my $header = rand() < 0.7 ? '{"alg":"HS256","kid":"k"}' : object(alg => '"HS256"', kid => '"k"');
	my $payload = object(sub => rand() < 0.8 ? '"alice"' : string(), exp => rand() < 0.7 ? 4000000000 : value(0));
	my $text = encode_base64url($header) . '.' . encode_base64url($payload);
	my $token = $text . '.' . encode_base64url(Jwt::signature($key, $text));

	if (rand() < 0.1)
	{
		my $at = int rand length $token;
		substr($token, $at, one(0, 1, 5)) = one('', '.', '=', '-', 'A', ' ', 'é', any(5) =~ s/\0//gr);
	}
	$token = one('Bearer ', 'bearer  ', 'Bearer', 'ek_', '.', '..') . $token if rand() < 0.05;
	return (Encode::encode('UTF-8', Encode::decode('UTF-8', $token)), $payload);
}

my %said;
my @wrong;
my $json = JSON::PP->new->utf8->allow_nonref;
my $end = time + $seconds;
$session->parse('s', q(SELECT to_json(electric.authenticate($1, false))));
$session->sync;
while (time < $end && !@wrong)
{
	my ($token, $payload) = token();
	my ($accepted, $claims);

	$session->bind('s', $token);
	$session->execute;
	$session->sync;
	my $state = $session->{error}{C} // 'accepted';
	$said{$state}++;
	if ($state eq 'accepted')
	{
		my $claims = eval { $json->decode($payload) };
		my $user = eval { $json->decode($session->{value}) };
		my $name = ref $claims eq 'HASH' ? $claims->{sub} // $claims->{user_id} : undef;
		push @wrong, "accepted: $payload as $session->{value}" if !defined $name || $name ne ($user // '') || $name eq '';
	}
	elsif ($state ne '28000')
	{
		push @wrong, "$state $session->{error}{M}: $payload";
	}
}
is(join("\n", @wrong), '', "seed $seed: accepted or 28000, and what is accepted is what it says");
note "measured: ", join(", ", map { "$said{$_} tokens $_" } sort keys %said);
cmp_ok($said{accepted} // 0, '>', 100, 'many are accepted');
cmp_ok($said{28000} // 0, '>', 100, 'many are not');
is($node->safe_psql('postgres', 'SELECT 1'), 1, 'the server is alive');
$node->stop;
done_testing();
