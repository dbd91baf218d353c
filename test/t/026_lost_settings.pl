# A setting that binds tokens binds them whatever a client's connection options say before the library is
# loaded, and also where its value is malformed: no token is accepted then, rather than every one.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Jwt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('lost_settings');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nsession_preload_libraries = ''\nelectric_perm.jwt_audience = 'ours'\nlog_min_messages = log");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE client LOGIN;
	SELECT electric.add_client_role('client');
	CREATE TABLE notes (id int PRIMARY KEY);
	DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes; ELECTRIC GRANT INSERT ON notes TO 'editor' $$));
my $key = Jwt::make_key('HS256', 'k');
$node->safe_psql('postgres', Jwt::add_sql($key));
my $ours = Jwt::token($key, '{"sub": "alice", "aud": "ours"}');
my $theirs = Jwt::token($key, '{"sub": "alice", "aud": "theirs"}');
my $api_key = $node->safe_psql('postgres', q(SELECT electric.create_api_key('page')));

# say returns what the client is told of a statement, in a session with these options.
sub say_of
{
	my ($sql, $options) = (@_, '');
	my ($out, $err);
	local $ENV{PGOPTIONS} = $options;
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'client' ]);
	return $out . $err;
}
sub authenticate { return say_of("BEGIN; SELECT electric.authenticate('$_[0]'); COMMIT", $_[1] // ''); }

# set puts one setting into postgresql.conf, and starts the server with the library preloaded by these.
sub set
{
	my ($name, $value, $preload) = (@_, '');
	$node->append_conf('postgresql.conf', "$name = $value");
	$node->append_conf('postgresql.conf', "${_}_preload_libraries = " . ($preload eq $_ ? 'electric_perm' : "''")) for qw(shared session);
	$node->restart;
	return;
}

my $refused = qr/ERROR:  tokens are not accepted in this session\nDETAIL:  A value for parameter "electric_perm\.%s" was refused/;
sub refused_for { my ($name) = @_; (my $text = "$refused") =~ s/%s/$name/; return qr/$text/; }

# What only a client has SET, before the library is loaded, is no value that was lost: it counts for nothing.
like(say_of("SET electric_perm.jwt_issuer = 'x'; BEGIN; SELECT electric.authenticate('$ours')"), qr/^alice\n?/, 'SET of another setting is passed over');

# Without options of the client, the configuration holds, whoever loads the library.
for my $preload ('', 'session')
{
	set('electric_perm.jwt_audience', 'ours', $preload);
	is(authenticate($ours), 'alice', "preload '$preload': a token for us");
	like(authenticate($theirs), qr/ERROR:  token not accepted/, '... and for others: refused');
	# What the client gives in its place is refused, and with it all tokens and keys.
	for my $options ('-c electric_perm.jwt_audience=theirs', '-c electric_perm.jwt_audience=', '-c electric_perm.jwt_audience=ours')
	{
		like(authenticate($_, $options), refused_for('jwt_audience'), "$options: nothing is accepted") for $theirs, $ours, $api_key;
	}
	# Nor does SET in the session, before the library is loaded or behind it.
	like(say_of("SET electric_perm.jwt_audience = 'theirs'; BEGIN; SELECT electric.authenticate('$theirs')"), qr/ERROR:  token not accepted/, 'SET gives nothing');
	like(say_of("SET electric_perm.jwt_audience = 'theirs'; BEGIN; SELECT electric.authenticate('$ours')"), qr/alice/, '... and takes nothing');
}

# Each setting whose default asks for less: refused, and named.
my %options = (
	auth_networks => '0.0.0.0/0', jwt_issuer => 'x', jwt_leeway => '600', jwt_namespace => 'x', log_auth => 'off',
	log_denials => 'off', max_token_size => '1MB', min_tls_version => 'TLSv1', require_tls => 'off');
like(authenticate($ours, "-c electric_perm.$_=$options{$_}"), refused_for($_), "a client's option for $_") for sort keys %options;
is(authenticate($ours, '-c electric_perm.native_syntax=off'), 'alice', 'an option that clients may give');
is(say_of(q(SET request.jwt.claims = '{"sub": "bob"}'; SELECT coalesce(electric.user_id(), 'nobody')), '-c electric_perm.trust_request_claims=on'),
	'nobodyWARNING:  permission denied to set parameter "electric_perm.trust_request_claims"', 'one whose default is the strictest');

# Nor does a client keep a value for his later sessions.
like(say_of("ALTER ROLE client SET electric_perm.jwt_audience = 'theirs'"), qr/ERROR:  permission denied to set parameter "electric_perm\.jwt_audience"/, 'ALTER ROLE on himself');

# The audit stays on for a client who would switch it off so.
set('electric_perm.log_denials', 'on', 'session');
set('electric_perm.log_auth', 'on', 'session');
my $from = -s $node->logfile;
say_of("INSERT INTO notes VALUES (1); SELECT electric.authenticate('$ours')", '-c electric_perm.log_denials=off -c electric_perm.log_auth=off');
my $log = substr slurp_file($node->logfile), $from;
like($log, qr/electric_perm: \{"event":"denied","sql_role":"client"/, 'a denied write is logged');
like($log, qr/electric_perm: \{"event":"refused","sql_role":"client","client":null,"by":null,"reason":"tokens are not accepted in this session"/, '.. and the token');

# A reload of the configuration does not make up for a value of ALTER DATABASE that a client's option hid.
set('electric_perm.jwt_audience', "''");
$node->safe_psql('postgres', q(ALTER DATABASE postgres SET electric_perm.jwt_audience = 'ours'));
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
my $asks = "SELECT electric.authenticate('$theirs');";
my @answers = say_of("$asks\n\\! kill -HUP $postmaster\nSELECT pg_sleep(1);\n$asks", '-c electric_perm.jwt_audience=theirs') =~ /(ERROR: .*)/g;
is_deeply(\@answers, [ ('ERROR:  tokens are not accepted in this session') x 2 ], 'an option that hides what ALTER DATABASE says');
$node->safe_psql('postgres', q(ALTER DATABASE postgres RESET electric_perm.jwt_audience));
set('electric_perm.jwt_audience', 'ours');

# A malformed value in the configuration accepts nothing; the right one everything again, without a restart.
for my $preload ('', 'session', 'shared')
{
	for my $case ([ auth_networks => "'10.0.0.0/8, oops'", "'10.0.0.0/8'" ], [ require_tls => 'yess', 'yes' ], [ min_tls_version => "'TLSv9'", "'TLSv1.3'" ], [ jwt_leeway => "'an hour'", '0' ])
	{
		my ($name, $malformed, $right) = @$case;
		set("electric_perm.$name", $malformed, $preload);
		like(authenticate($ours), refused_for($name), "preload '$preload', $name = $malformed: nothing is accepted");
		$node->append_conf('postgresql.conf', "electric_perm.$name = $right");
		$node->reload;
		is(authenticate($ours), 'alice', "... $name = $right: as before");
	}
}

# A server that preloads the library lets no client in with such options.
like(authenticate($ours, '-c electric_perm.jwt_audience=theirs'), qr/FATAL:  permission denied to set parameter "electric_perm\.jwt_audience"/, 'shared preload: no session');

$node->stop;
done_testing();
