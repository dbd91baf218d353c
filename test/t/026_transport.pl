# Tokens arrive as the administrator demands: over TLS, of a version that is new enough, and from
# the networks that he lists. A Unix socket needs neither. A real certificate, real connections.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Jwt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('transport');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
my $data = $node->data_dir;
my $made = IPC::Run::run([ qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost), '-keyout', "$data/server.key", '-out', "$data/server.crt" ], '>', \my $out, '2>', \my $err);
ok($made, 'a certificate') or diag($err);
chmod 0600, "$data/server.key";
# the server takes old versions too: what is refused is refused by the extension
$node->append_conf('postgresql.conf', qq(
	listen_addresses = '127.0.0.1, ::1'
	ssl = on
	ssl_min_protocol_version = 'TLSv1.1'
	ssl_ciphers = 'ALL:\@SECLEVEL=0'
	shared_preload_libraries = 'electric_perm'
	log_statement = none));
unlink "$data/pg_hba.conf";
append_to_file("$data/pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	SELECT electric.add_client_role('client');));
my $key = Jwt::make_key('HS256', 'k');
$node->safe_psql('postgres', Jwt::add_sql($key));
my $token = Jwt::token($key, '{"sub": "alice"}');

# A client of its own configuration of OpenSSL, so that it offers old versions as well.
my $conf = PostgreSQL::Test::Utils::tempdir . '/openssl.cnf';
append_to_file($conf, "openssl_conf = top\n[top]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\nMinProtocol = TLSv1\nCipherString = ALL:\@SECLEVEL=0\n");

# who_is returns the user that the token made, or the error, over a connection of this kind.
sub who_is
{
	my ($connection, $what) = (@_, $token);
	local $ENV{OPENSSL_CONF} = $conf;
	my ($said, $errors);
	my $where = $connection eq 'socket' ? 'host=' . $node->host : $connection =~ /hostaddr/ ? "host=localhost $connection" : "host=localhost hostaddr=127.0.0.1 $connection";
	IPC::Run::run([ 'psql', '-XAtq', '-d', "$where port=" . $node->port . ' user=client dbname=postgres', '-f', '-' ],
		'<', \"BEGIN; SELECT electric.authenticate('$what'); SELECT electric.claims(); COMMIT", '>', \$said, '2>', \$errors);
	return 'alice' if $said =~ /^alice\n/;
	return 'page' if $said eq "\n{\"page\": 1}\n";
	return $errors;
}
my $plain = 'sslmode=disable';
my %tls = map { $_ => "sslmode=require ssl_min_protocol_version=$_ ssl_max_protocol_version=$_" } qw(TLSv1.1 TLSv1.2 TLSv1.3);

sub configure
{
	my (@settings) = @_;
	$node->safe_psql('postgres', join ';', 'ALTER SYSTEM RESET ALL', @settings);
	$node->reload;
	return;
}

# By default a token may come without TLS, and over TLS 1.2 or newer.
is(who_is('socket'), 'alice', 'by default: a Unix socket');
is(who_is($plain), 'alice', 'by default: TCP without TLS');
is(who_is($tls{'TLSv1.2'}), 'alice', 'by default: TLS 1.2');
is(who_is($tls{'TLSv1.3'}), 'alice', 'by default: TLS 1.3');
SKIP:
{
	# OpenSSL may have been built without it
	my $old = IPC::Run::run([ 'psql', '-XAtq', '-d', "host=localhost hostaddr=127.0.0.1 $tls{'TLSv1.1'} user=client dbname=postgres port=" . $node->port, '-c', 'SELECT 1' ],
		'>', \my $one, '2>', \my $why, init => sub { $ENV{OPENSSL_CONF} = $conf });
	skip "no connection over TLS 1.1 can be made here: $why", 2 unless $old;
	like(who_is($tls{'TLSv1.1'}), qr/tokens are accepted over TLSv1\.2 or newer alone/, 'by default: not over TLS 1.1');
	configure("ALTER SYSTEM SET electric_perm.min_tls_version = 'TLSv1.1'");
	is(who_is($tls{'TLSv1.1'}), 'alice', 'min_tls_version = TLSv1.1: TLS 1.1');
}

# With require_tls nothing comes over TCP without it; the message says what to do.
configure('ALTER SYSTEM SET electric_perm.require_tls = on');
like(who_is($plain), qr/ERROR:  tokens are accepted over TLS alone\nHINT:  Connect with sslmode=require/, 'require_tls: not without TLS');
is(who_is($tls{'TLSv1.2'}), 'alice', 'require_tls: TLS 1.2');
is(who_is('socket'), 'alice', 'require_tls: a Unix socket needs none');

# min_tls_version refuses what is older.
configure("ALTER SYSTEM SET electric_perm.min_tls_version = 'TLSv1.3'");
like(who_is($tls{'TLSv1.2'}), qr/tokens are accepted over TLSv1\.3 or newer alone/, 'min_tls_version = TLSv1.3: not over TLS 1.2');
is(who_is($tls{'TLSv1.3'}), 'alice', 'min_tls_version = TLSv1.3: TLS 1.3');
is(who_is($plain), 'alice', '... and says nothing of connections without TLS');

# Networks: the client's address must be in one of them; a Unix socket is in all.
configure("ALTER SYSTEM SET electric_perm.auth_networks = '10.0.0.0/8', 'fd00::/8', '127.0.0.0/30'");
is(who_is($plain), 'alice', 'auth_networks: from a network of the list');
configure("ALTER SYSTEM SET electric_perm.auth_networks = '10.0.0.0/8', '127.0.0.2/31', '::/0'");
like(who_is($plain), qr/ERROR:  tokens are not accepted from this network/, 'auth_networks: not from others');
is(who_is('socket'), 'alice', 'auth_networks: a Unix socket');
for my $network ('here', '10.0.0.0/33', '300.1.1.1/8', '10.0.0.0/8 11.0.0.0/8', 'fd00::/129')
{
	my ($set, $said, $why) = (1);
	$set = $node->psql('postgres', "ALTER SYSTEM SET electric_perm.auth_networks = '$network'", stdout => \$said, stderr => \$why);
	like($why, qr/invalid value for parameter "electric_perm.auth_networks"/, "auth_networks: \"$network\" is refused");
}

# Clients switch none of it.
for my $setting (qw(require_tls min_tls_version auth_networks))
{
	my ($said, $why);
	$node->psql('postgres', "SET electric_perm.$setting = DEFAULT", stdout => \$said, stderr => \$why, extra_params => [ '-U', 'client' ]);
	like($why, qr/permission denied to set parameter "electric_perm\.$setting"/, "a client cannot set $setting");
}

# An API key is bound as a token is.
my $page = $node->safe_psql('postgres', q(SELECT electric.create_api_key('page', claims => '{"page": 1}')));
configure('ALTER SYSTEM SET electric_perm.require_tls = on');
like(who_is($plain, $page), qr/tokens are accepted over TLS alone/, 'require_tls: no API key without TLS');
is(who_is($tls{'TLSv1.2'}, $page), 'page', '... one over TLS');
is(who_is('socket', $page), 'page', '... and one by a Unix socket');
configure("ALTER SYSTEM SET electric_perm.auth_networks = '10.0.0.0/8'");
like(who_is($plain, $page), qr/tokens are not accepted from this network/, 'auth_networks: no API key from others');

# IPv6: its networks, and no IPv4 network is one of them.
SKIP:
{
	my $v6 = 'hostaddr=::1 sslmode=disable';
	configure();
	my $why = who_is($v6);
	skip "no IPv6 here: $why", 10 if $why =~ /connection to server/;
	is($why, 'alice', 'over IPv6');
	my %networks = ('::1' => 1, '::/0' => 1, '::/127' => 1, '::2/127' => 0, 'fd00::/8' => 0, '0.0.0.0/0' => 0, '::ffff:0:0/96' => 0);
	for my $network (sort keys %networks)
	{
		configure("ALTER SYSTEM SET electric_perm.auth_networks = '$network'");
		like(who_is($v6), $networks{$network} ? qr/^alice$/ : qr/tokens are not accepted from this network/, "auth_networks = $network: from ::1");
	}
	configure('ALTER SYSTEM SET electric_perm.require_tls = on');
	like(who_is($v6), qr/tokens are accepted over TLS alone/, 'require_tls: not without TLS');
	configure();
	my $near = $node->safe_psql('postgres', q(SELECT electric.create_api_key('near', networks => '{::1,10.0.0.0/8}', claims => '{"page": 1}')));
	is(who_is($v6, $near), 'page', 'a key for ::1');
}

# What the errors say is no secret; the token stays out of the log.
unlike(slurp_file($node->logfile), qr/\Q$token\E/, 'no token in the log');

$node->stop;
done_testing();
