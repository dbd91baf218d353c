# Native syntax is there however the library was loaded; where a process cannot be taught
# it, the server says why and works on as before, with the other ways in. Regression
# tests run in a server that has the library preloaded, and cannot take it away.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nelectric_perm.native_syntax = on\nlog_min_messages = warning");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION electric_perm;
	CREATE TABLE t (id int PRIMARY KEY);
	CREATE ROLE client LOGIN;
));

my $grant = q(ELECTRIC GRANT READ ON t TO 'r';);
my $revoke = q(ELECTRIC REVOKE READ ON t FROM 'r';);
my $count = 'SELECT count(*) FROM electric.grants;';
my $unknown = qr/ERROR:  syntax error at or near "ELECTRIC"/;

# run returns what the script prints, and errors and warnings apart.
sub run
{
	my ($sql, @params) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => \@params);
	return ($out, $err);
}

# configure restarts the server with one setting changed, in an environment.
sub configure
{
	my ($name, $value, %environment) = @_;
	$node->adjust_conf('postgresql.conf', $name, $value);
	$node->stop;
	local @ENV{ keys %environment } = values %environment;
	$node->start;
	return;
}

# Without the library ELECTRIC is a syntax error as on any server.
my ($out, $err) = run($grant);
like($err, $unknown, 'not loaded: a syntax error');

# The fallback needs nothing preloaded, and loads the library itself.
($out, $err) = run(qq(
	DO LANGUAGE ddlx \$\$ ELECTRIC ENABLE t; ELECTRIC GRANT READ ON t TO 'r' \$\$;
	$count
	$revoke
	$count));
is($out, "1\n0", 'not loaded: DO LANGUAGE ddlx loads it for the statements behind');
is($err, '', 'not loaded: DO LANGUAGE ddlx without errors');
($out, $err) = run(qq(SELECT command FROM electric.ddlx(\$\$ $grant \$\$); $count));
like($out, qr/^ELECTRIC GRANT\n1$/, 'not loaded: a call of electric.ddlx');

# LOAD by a superuser, from the next string on.
($out, $err) = run(qq(LOAD 'electric_perm'; $revoke $count));
is("$out$err", '0', 'LOAD');
($out, $err) = run(qq(LOAD 'electric_perm'\\; $grant));
like($err, $unknown, 'LOAD and a statement in one string: parsed too early');

# session_preload_libraries, from the first string on, for every user.
$node->safe_psql('postgres', q(ALTER DATABASE postgres SET session_preload_libraries = 'electric_perm'));
($out, $err) = run("$grant $count");
is("$out$err", '1', 'session_preload_libraries');
($out, $err) = run($revoke, '-U', 'client');
like($err, qr/ERROR:  must be owner of table "t"/, 'session_preload_libraries: an ordinary user');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET session_preload_libraries');

configure('shared_preload_libraries', "'electric_perm'");
($out, $err) = run("$revoke $count");
is("$out$err", '0', 'shared_preload_libraries');
unlike(slurp_file($node->logfile), qr/WARNING/, 'no warning in any of these');

# Parallel workers and background processes load the library as well, and live.
($out, $err) = run(q(
	SET force_parallel_mode = on; SET debug_parallel_query = on;
	SELECT count(*) FROM pg_class WHERE relname = 'electric';
	SELECT 1));
like($out, qr/^0\n1$/, 'a parallel query');

# The switch: a session's, a user's, a database's, the server's.
($out, $err) = run("SET electric_perm.native_syntax = off; $grant");
like($err, $unknown, 'switched off in the session');
($out, $err) = run("SET electric_perm.native_syntax = off; $grant", '-U', 'client');
like($err, $unknown, 'switched off by an ordinary user');
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET electric_perm.native_syntax = off');
($out, $err) = run("$grant SET electric_perm.native_syntax = on; $grant $count");
like($err, $unknown, 'switched off for the database');
is($out, '1', 'switched on again in the session');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET electric_perm.native_syntax');
configure('electric_perm.native_syntax', 'off');
($out, $err) = run($grant);
like($err, $unknown, 'switched off for the server');
($out, $err) = run("SET electric_perm.native_syntax = on; $revoke $count");
is("$out$err", '0', 'switched on in a session of such a server');
configure('electric_perm.native_syntax', 'on');

# A library without the extension: an ordinary server, and an error that says what to do.
$node->safe_psql('postgres', 'CREATE DATABASE bare');
my ($bare_out, $bare_err);
$node->psql('bare', "CREATE TABLE t (id int); $grant", stdout => \$bare_out, stderr => \$bare_err, on_error_stop => 0);
like($bare_err, qr/ERROR:  extension "electric_perm" is not installed in database "bare"/, 'no extension');
like($bare_err, qr/HINT:  Run CREATE EXTENSION electric_perm first\./, 'no extension: hint');
$node->psql('bare', 'UNLISTEN _e_; CREATE RULE _e_ AS ON INSERT TO t DO INSTEAD NOTHING; ALTER TABLE t DISABLE RULE _e_',
	stdout => \$bare_out, stderr => \$bare_err);
is("$bare_out$bare_err", '', 'no extension: UNLISTEN and rules as ever');

# Where the keyword table cannot be written, the self-test cannot pass: a warning, the
# fallback, and a server that does not know ELECTRIC. The stand-in for mprotect()
# refuses as a hardened kernel would.
my $stand_in = $node->basedir . '/mprotect.so';
my $source = $node->basedir . '/mprotect.c';
append_to_file($source, <<'C');
#include <errno.h>
#include <stddef.h>
int mprotect(void *address, size_t length, int protection)
{
	errno = EACCES;
	return -1;
}
C
if (system('cc', '-shared', '-fPIC', '-o', $stand_in, $source) == 0)
{
	my $from = -s $node->logfile;
	configure('log_min_messages', 'warning', LD_PRELOAD => $stand_in);
	my $log = substr(slurp_file($node->logfile), $from);
	like($log, qr/WARNING:  ELECTRIC statements cannot be typed as they stand on this server/, 'self-test: warning');
	like($log, qr/DETAIL:  The server's keyword table cannot be made writable: Permission denied\./, 'self-test: reason');
	like($log, qr/HINT:  Type DO LANGUAGE ddlx/, 'self-test: hint');
	($out, $err) = run($grant);
	like($err, $unknown, 'self-test failed: a syntax error');
	($out, $err) = run(qq(DO LANGUAGE ddlx \$\$ $grant \$\$; $count SELECT 1 AS electric; UNLISTEN *));
	is("$out$err", "1\n1", 'self-test failed: the fallback works, and so does the rest');
	$node->stop;
}
else
{
  SKIP: { skip 'no C compiler to build a stand-in for mprotect()', 5; }
	$node->stop;
}

# Under PR_SET_MDWE, which forbids memory that was writable to become executable, nothing
# is missing: no memory is ever both.
my $mdwe = $node->basedir . '/mdwe';
append_to_file("$mdwe.c", <<'C');
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (prctl(65 /* PR_SET_MDWE */, 1UL, 0UL, 0UL, 0UL) != 0)
		return 77;
	execvp(argv[1], argv + 1);
	return 1;
}
C
SKIP:
{
	skip 'no C compiler for a program that sets PR_SET_MDWE', 1
	  if system('cc', '-o', $mdwe, "$mdwe.c") != 0;
	my $status = system($mdwe, 'true') >> 8;
	skip 'the kernel has no PR_SET_MDWE (Linux 6.3)', 1 if $status == 77;
	is(system($mdwe, 'pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, 'start'), 0, 'started under PR_SET_MDWE');
	my ($said, $errors) = run("$revoke $count");
	is("$said$errors", '0', 'PR_SET_MDWE');
	system('pg_ctl', '-w', '-D', $node->data_dir, 'stop');
}
done_testing();
