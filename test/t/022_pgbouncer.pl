# Clients who share one server connection through PgBouncer in transaction mode do not see
# each other's rows. Regression tests have no pooler, nor two clients on one connection.
use strict;
use warnings;
use Cwd qw(realpath);
use File::Basename qw(dirname);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $program = (grep { -x } map { "$_/pgbouncer" } split /:/, $ENV{PATH})[0]
	or plan skip_all => 'PgBouncer is not installed';

my $page = slurp_file(realpath(dirname(__FILE__) . '/../../docs/identity.md'));
my ($shown) = $page =~ /^<!-- pgbouncer -->\n```ini\n(.*?)^```$/ms
	or die 'docs/identity.md shows no pgbouncer.ini';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'\nmax_prepared_transactions = 2");
$ENV{PGUSER} = 'postgres';
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE ROLE owner LOGIN;
	CREATE ROLE client LOGIN;
	GRANT CREATE ON SCHEMA public TO owner;
	SELECT electric.add_client_role('client');
	GRANT EXECUTE ON FUNCTION electric.set_user TO client;
	SET ROLE owner;
	CREATE TABLE notes (id int PRIMARY KEY, author text);
	CREATE INDEX ON notes (author);
	INSERT INTO notes VALUES (1, 'alice'), (2, 'bob'), (3, 'alice');
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT ALL ON notes TO AUTHENTICATED CHECK (author = auth.user_id);
));

# What a pooler listens at, as Wire asks a node.
package Pooler
{
	sub host { return $_[0]{host} }
	sub port { return $_[0]{port} }
}

my $pooler = bless { host => PostgreSQL::Test::Utils::tempdir_short(), port => PostgreSQL::Test::Cluster::get_free_port() }, 'Pooler';
my $running;

# start_pooler runs PgBouncer by the page's pgbouncer.ini, with one server connection, and
# %settings over it. In the foreground, so that it goes with us however we end.
sub start_pooler
{
	my (%settings) = @_;
	my $dir = $pooler->host;
	my $ini = "$dir/pgbouncer.ini";
	my $text = $shown;
	my $log = '';

	%settings = (
		app => 'host=' . $node->host . ' port=' . $node->port . ' dbname=postgres',
		listen_addr => '', listen_port => $pooler->port, unix_socket_dir => $dir,
		auth_type => 'trust', auth_file => "$dir/userlist.txt", default_pool_size => 1, query_wait_timeout => 20,
		%settings);
	for my $name (sort keys %settings)
	{
		my $line = "$name = $settings{$name}\n";
		$text =~ s/^$name = .*\n/$line/m or $text .= $line;
	}
	unlink $ini;
	append_to_file($ini, $text);
	append_to_file("$dir/userlist.txt", qq("client" ""\n)) unless -e "$dir/userlist.txt";
	$running = IPC::Run::start([ $program, $ini ], '>', \$log, '2>&1');
	for (1 .. 100)
	{
		return if -S "$dir/.s.PGSQL." . $pooler->port;
		last unless $running->pumpable;
		select undef, undef, undef, 0.1;
		$running->pump_nb;
	}
	die "PgBouncer does not start:\n$log";
}

sub stop_pooler
{
	return unless $running;
	$running->kill_kill(grace => 5);
	undef $running;
	unlink $pooler->host . '/.s.PGSQL.' . $pooler->port;
	return;
}

END
{
	my $status = $?;
	stop_pooler();
	$? = $status;
}

sub client { return Wire->new($pooler, 'app', 'client') }

# rows returns what the client's SQL prints last, one row a word, or its errors.
sub rows
{
	my ($client, $sql) = @_;
	my $answers = $client->simple($sql);
	return $client->{error} ? $client->{error}{C} : join ' ', @{ $client->{column} };
}

my %own = (alice => '1 3', bob => '2');
my $look = 'SELECT id FROM notes ORDER BY id';
my $who = q(SELECT coalesce(electric.user_id(), 'nobody'));
sub become { my ($user) = @_; return "BEGIN; SELECT electric.set_user('$user')" }

# In transaction mode alone: what ends with the transaction has to suffice.
start_pooler(server_reset_query_always => 0);
my %client = (alice => client(), bob => client());
my $visitor = client();
my $backend = rows($visitor, 'SELECT pg_backend_pid()');
is(rows($client{$_}, 'SELECT pg_backend_pid()'), $backend, "one server connection serves $_") for sort keys %client;

# Who waits for the connection while somebody is on it finds nothing of him.
for my $end ('COMMIT', 'ROLLBACK')
{
	$client{alice}->simple(become('alice'));
	$visitor->put('Q', "$who\0");
	is(rows($client{alice}, $look), $own{alice}, "$end: alice sees her rows");
	$client{alice}->simple($end);
	$visitor->answers;
	is($visitor->{value}, 'nobody', "$end: who waited is nobody");
	is(rows($visitor, $look), '', "$end: and sees no row");
}

# Whatever ends one user's transaction, the next one's is his own.
for my $end (
	[ 'COMMIT', 'COMMIT' ],
	[ 'ROLLBACK', 'ROLLBACK' ],
	[ 'an error and COMMIT', 'SELECT 1/0', 'COMMIT' ],
	[ 'an error and ROLLBACK', 'SELECT 1/0', 'ROLLBACK' ],
	[ 'a refused write', q(INSERT INTO notes VALUES (9, 'carol')), 'COMMIT' ],
	[ 'an error after a savepoint', 'SAVEPOINT s', q(SELECT electric.set_user('carol')), 'SELECT 1/0', 'ROLLBACK TO s', 'COMMIT' ],
	[ 'a released savepoint', 'SAVEPOINT s', q(SELECT electric.set_user('carol')), 'RELEASE s', 'COMMIT' ],
	[ 'AND CHAIN', 'COMMIT AND CHAIN', 'ROLLBACK' ],
	[ 'PREPARE TRANSACTION', q(PREPARE TRANSACTION 'p') ],
	[ 'a failed COMMIT', q(SET LOCAL statement_timeout = 1), 'SELECT pg_sleep(1)', 'COMMIT' ])
{
	my ($name, @end) = @$end;
	for my $user ('alice', 'bob', 'alice')
	{
		my $client = $client{$user};
		is(rows($client, $who), 'nobody', "$name: nobody before $user");
		$client->simple(become($user));
		is(rows($client, $look), $own{$user}, "$name: $user sees his rows");
		$client->simple($_) for @end;
		rows($client, q(ROLLBACK PREPARED 'p')) if $name eq 'PREPARE TRANSACTION';
		is(rows($visitor, "$look"), '', "$name: nobody sees a row after $user");
	}
}

# All of a transaction in one message, and an identity without a transaction.
is(rows($client{$_}, become($_) . "; $look; COMMIT"), "$_" eq 'alice' ? ' 1 3' : ' 2', "$_ in one message")
	for sort keys %client;
is(rows($visitor, $who), 'nobody', 'nobody after them');
$client{alice}->simple(q(SELECT electric.set_user('alice')));
is(rows($client{bob}, $who), 'nobody', 'a local identity outside a transaction ends with its statement');

# A statement that one user has prepared is executed by the other, with a plan for both.
$client{alice}->simple(become('alice') . "; SET plan_cache_mode = force_generic_plan; PREPARE mine AS $look");
is(rows($client{alice}, 'EXECUTE mine'), $own{alice}, 'PREPARE: alice sees her rows');
$client{alice}->simple('COMMIT');
for my $user ('bob', 'alice')
{
	$client{$user}->simple(become($user));
	is(rows($client{$user}, 'EXECUTE mine'), $own{$user}, "EXECUTE: $user sees his rows");
	$client{$user}->simple('ROLLBACK');
	is(rows($visitor, 'EXECUTE mine'), '', 'EXECUTE: nobody sees a row');
}

# So it is with one that was prepared by the protocol, named or not.
for my $name ('', 'named')
{
	$client{alice}->simple(become('alice'));
	$client{alice}->parse($name, $look);
	for my $user ('alice', 'bob')
	{
		$client{$user}->simple(become($user)) if $user eq 'bob';
		$client{$user}->parse($name, $look) if $user eq 'bob' && $name eq '';
		$client{$user}->bind($name);
		$client{$user}->execute;
		$client{$user}->sync;
		is("@{ $client{$user}{column} }", $own{$user}, "protocol, name '$name': $user sees his rows");
		$client{$user}->simple('COMMIT');
	}
}

# Who goes away in mid-transaction leaves nothing: PgBouncer closes the connection.
my $gone = client();
$gone->simple(become('alice'));
$gone->close;
is(rows($visitor, $who), 'nobody', 'nobody after a client who went away');
isnt(rows($visitor, 'SELECT pg_backend_pid()'), $backend, 'on another connection');

# The danger: an identity of the session stays for clients who set none, and others are
# refused to stand over it.
$client{alice}->simple(q(SELECT electric.set_user('alice', is_local => false)));
is(rows($visitor, $look), $own{alice}, "a session's identity is the next client's");
is(rows($client{bob}, become('bob')), '55000', 'a local identity does not stand over it');
$client{bob}->simple('ROLLBACK');
is(rows($client{alice}, become('alice') . "; $look; COMMIT"), ' 1 3', 'but for the same one');
$client{bob}->simple('SELECT electric.logout()');
is(rows($client{bob}, become('bob') . "; $look; ROLLBACK"), ' 2', 'logout() ends it');
is(rows($visitor, $look), '', 'for all clients');

# What else outlives a transaction.
my $leave = become('alice') . "; DECLARE kept CURSOR WITH HOLD FOR $look; CREATE TEMPORARY TABLE copied AS $look; COMMIT";
$client{alice}->simple($leave);
is(rows($visitor, 'FETCH ALL FROM kept'), $own{alice}, "a cursor's rows are the next client's");
is(rows($visitor, 'SELECT id FROM copied ORDER BY id'), $own{alice}, "a temporary table's rows are the next client's");
$_->close for $visitor, values %client;
stop_pooler();

# By the page's settings PgBouncer sends DISCARD ALL after every transaction.
start_pooler();
%client = (alice => client(), bob => client());
$visitor = client();
$backend = rows($visitor, 'SELECT pg_backend_pid()');
$client{alice}->simple(q(SELECT electric.set_user('alice', is_local => false)));
is(rows($visitor, $who), 'nobody', "DISCARD ALL: a session's identity has ended");
is(rows($client{bob}, become('bob') . "; $look; COMMIT"), ' 2', 'DISCARD ALL: others are not refused');
$client{alice}->simple($leave);
is(rows($visitor, 'FETCH ALL FROM kept'), '34000', 'DISCARD ALL: the cursor is gone');
is(rows($visitor, 'SELECT id FROM copied'), '42P01', 'DISCARD ALL: the temporary table is gone');
is(rows($client{alice}, become('alice') . "; $look; COMMIT"), ' 1 3', 'DISCARD ALL: alice sees her rows');
is(rows($visitor, 'SELECT pg_backend_pid()'), $backend, 'DISCARD ALL: all on one server connection');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'no crash');
stop_pooler();
$node->stop;
done_testing();
