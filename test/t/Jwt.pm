# Tokens signed by the openssl command and Perl's own HMAC, so by nothing of ours.
package Jwt;
use strict;
use warnings;
use Digest::SHA ();
use IPC::Run;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Utils;

my $folder = PostgreSQL::Test::Utils::tempdir;
my $files = 0;

our @algorithms = qw(HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA);

# openssl returns what the command prints.
sub openssl
{
	my ($in, @command) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'openssl', @command ], '<', \$in, '>', \$out, '2>', \$err) or die "openssl @command: $err";
	return $out;
}

# make_key makes a key for the algorithm; a hash with {kid}, {alg}, and {secret} or {file} and
# {public}, the PEM text.
sub make_key
{
	my ($alg, $kid) = @_;
	my %curves = (ES256 => 'P-256', ES384 => 'P-384', ES512 => 'P-521');
	my %key = (alg => $alg, kid => $kid);

	if ($alg =~ /^HS/)
	{
		$key{secret} = openssl('', 'rand', '64');
		return \%key;
	}
	my @kind = $alg eq 'EdDSA' ? ('ed25519') : $curves{$alg} ? ('EC', '-pkeyopt', "ec_paramgen_curve:$curves{$alg}") : ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
	$key{file} = "$folder/key" . ++$files;
	openssl('', 'genpkey', '-algorithm', @kind, '-out', $key{file});
	$key{public} = openssl('', 'pkey', '-in', $key{file}, '-pubout');
	return \%key;
}

# add_sql returns the statement that adds the key.
sub add_sql
{
	my ($key) = @_;
	my $kid = defined $key->{kid} ? "'$key->{kid}'" : 'NULL';
	my $text = $key->{public} // sprintf('{"kty": "oct", "k": "%s"}', encode_base64url($key->{secret}));
	return "SELECT electric.add_jwt_key('$text', $kid, '$key->{alg}');";
}

# signature signs the text; %how may name another algorithm or a length of PSS's salt.
sub signature
{
	my ($key, $text, %how) = @_;
	my $alg = $how{alg} // $key->{alg};
	my ($bits) = $alg =~ /(\d+)$/;

	return Digest::SHA->can("hmac_sha$bits")->($text, $key->{secret} // $how{secret}) if $alg =~ /^HS/;
	if ($alg eq 'EdDSA')
	{
		open my $file, '>:raw', "$folder/text" or die $!;
		print $file $text;
		close $file;
		return openssl('', 'pkeyutl', '-sign', '-inkey', $key->{file}, '-rawin', '-in', "$folder/text");
	}
	my @options = $alg =~ /^PS/ ? ('-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:' . ($how{salt} // -1)) : ();
	my $signature = openssl($text, 'dgst', "-sha$bits", '-sign', $key->{file}, @options);
	return $alg =~ /^ES/ ? raw_ecdsa($signature, { 256 => 32, 384 => 48, 512 => 66 }->{$bits}) : $signature;
}

# raw_ecdsa takes r and s out of their DER.
sub raw_ecdsa
{
	my ($der, $bytes) = @_;
	my @numbers = map { s/^\0+//r } unpack ord(substr $der, 1) < 128 ? 'x2 x C/a x C/a' : 'x3 x C/a x C/a', $der;
	return join '', map { "\0" x ($bytes - length) . $_ } @numbers;
}

# token signs claims, JSON text; %how as above, or the {header}.
sub token
{
	my ($key, $claims, %how) = @_;
	my $kid = defined $key->{kid} ? qq(, "kid": "$key->{kid}") : '';
	my $header = $how{header} // sprintf('{"alg": "%s"%s}', $how{alg} // $key->{alg}, $kid);
	my $text = encode_base64url($header) . '.' . encode_base64url($claims);
	return $text . '.' . encode_base64url(signature($key, $text, %how));
}

1;
