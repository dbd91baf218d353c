# No text, in no encoding and by no way in, does more than its statements say: whatever is
# wrong is an error with a SQLSTATE and a position within the text, after which all rules,
# policies and privileges are what they were. The server stays up.
use strict;
use warnings;
use Encode qw(decode);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wire;

my $seed = $ENV{FUZZ_SEED} || 20240229;
my $texts = $ENV{FUZZ_TEXTS} || 2000;
srand($seed);
note "seed $seed, $texts texts; FUZZ_SEED and FUZZ_TEXTS choose others";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->append_conf('postgresql.conf', "client_min_messages = error");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE owner; CREATE ROLE other; CREATE ROLE client; ALTER ROLE owner LOGIN');

# All that a statement may change, as one value.
my $state = q(SELECT md5(concat_ws('|',
	(SELECT string_agg(t::text, ',' ORDER BY t::text) FROM electric.tables t),
	(SELECT string_agg(g::text, ',' ORDER BY g::text) FROM electric.grants g),
	(SELECT string_agg(a::text, ',' ORDER BY a::text) FROM electric.assignments a),
	(SELECT string_agg(s::text, ',' ORDER BY s::text) FROM electric.client_sql s),
	(SELECT string_agg(concat(oid, polname, polqual, polwithcheck, obj_description(oid)), ',' ORDER BY oid) FROM pg_policy),
	(SELECT string_agg(concat(oid, relrowsecurity, relacl), ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace))));

# What statements are made of: what may stand there, and what may not.
my @roles = (q('projects:member'), q(('projects', 'x')), q((projects, 'member')), q(projects:'lead'), q((NULL, 'admin')), q('admin'),
	'ANYONE', 'authenticated', q('ANYONE'), q('projects:anyone'), q(':'), q('projects:'), q(':x'), q(''), q('"Pröj":x'), q('missing:x'),
	q('public.issues:x'), 'members.role', q((projects, members.role)), 'admin', q($$admin$$), q(E'ad\\\\min'), q(U&'\\0061'), q('é'), q(('é', 'é')));
my @tables = ('projects', 'issues', 'comments', 'members', 'public.comments', 'postgres.public.comments', '"Pröj"', 'missing', 'foreigner',
	'pg_class', 'electric.grants', '"comments"', 'COMMENTS', 'a.b.c.d', 'a_view', 'é', 'logs');
my @privileges = ('READ', 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WRITE', 'ALL', 'ALL PRIVILEGES', 'READ (body)', 'UPDATE (body, id)', 'DELETE (id)',
	'READ ()', 'TRUNCATE', 'update(é)', 'ALL (missing)');
my @paths = ('issue_id', 'issue_id/project_id', 'comments_issue_id_fkey', 'issues.project_id', 'project_id', 'missing', 'issue_id/', '/', 'id',
	'public.issues.project_id/"Pröj_é_fkey"', 'issues_project_id_fkey / issue_id', 'é/é');
my @columns = ('members.user_id', 'members.role', 'public.members.user_id', 'projects.owner_id', 'members', 'members.missing', 'members.project_id',
	'a.b.c.d.e', '"Pröj".é', 'user_id', 'foreigner.user_id', 'members.joined');
my @conditions = ('(body IS NULL)', '(new.body = old.body)', '((1)', '(electric.user_id() = user_id)', '()', q(($$;$$ = ';')), '(SELECT 1)', '(é)');
my @blanks = (' ', ' ', ' ', "\n", "\t", '/**/', ' /* ; /* é */ */ ', "-- é ; electric\n", "\r\n", "\f", "\x0b");
my @noise = (';', ',', '(', ')', '/', ':', '.', '::', '"', q('), '$$', '$1', '--', '/*', '*/', '\\', '1', '1e', '@', 'é', "\x01", "\xa0",
	'electric', 'GRANT', 'TO', 'USING', 'CHECK', 'ON', 'NULL', 'IF', q(E'\\'), q(U&'\\00zz'), 'x' x 70, q(') . 'x' x 300 . q('));

sub pick { return $_[ int rand @_ ] }
sub likely { return $_[ int @_ * rand() ** 2 ] }    # those that stand first
sub listed { return join ' , ', map { likely(@_) } 1 .. 1 + (rand() < 0.3 ? rand 3 : 0) }

# statement returns one statement, blanks still single spaces. Many are wrong somewhere.
sub statement
{
	my $what = rand();
	my $using = rand() < 0.3 ? ' USING ' . likely(@paths) : '';
	return 'ELECTRIC GRANT ' . listed(@privileges) . ' ON ' . (rand() < 0.1 ? 'TABLE ' : '') . listed(@tables) . ' TO ' . listed(@roles) . $using
	  . (rand() < 0.1 ? ' ' . pick('CHECK', 'WHERE', 'IF') . ' ' . pick(@conditions) : '') if $what < 0.4;
	return 'ELECTRIC REVOKE ' . listed(@privileges) . ' ON ' . listed(@tables) . ' FROM ' . listed(@roles) if $what < 0.5;
	return 'ELECTRIC ASSIGN ' . likely(@roles) . ' TO ' . likely(@columns) . $using . (rand() < 0.1 ? ' IF ' . pick(@conditions) : '') if $what < 0.7;
	return 'ELECTRIC UNASSIGN ' . likely(@roles) . ' FROM ' . likely(@columns) if $what < 0.75;
	return 'ELECTRIC ' . pick('ENABLE', 'ENABLE', 'DISABLE') . ' ' . likely(@tables) if $what < 0.85;
	return 'ALTER TABLE ' . pick('', 'IF EXISTS ', 'ONLY ') . likely(@tables) . ' ' . pick('ENABLE', 'DISABLE') . ' ELECTRIC' if $what < 0.95;
	return 'ELECTRIC SQLITE ' . pick(q('x'), q($a$CREATE TABLE "é"$a$), q(''), 'x', q('é));
}

# spoil removes, doubles, replaces or adds words, or cuts the text off.
sub spoil
{
	my @words = split / /, $_[0];
	for (1 .. rand 3)
	{
		my $at = int rand @words;
		my $how = rand();
		if ($how < 0.3) { splice @words, $at, 1 }
		elsif ($how < 0.6) { splice @words, $at, 0, pick(@noise) }
		elsif ($how < 0.8) { $words[$at] = pick(@noise) }
		else { splice @words, $at, 0, $words[$at] }
		@words = ('electric') unless @words;
	}
	my $text = join '', map { $_, pick(@blanks) } @words;
	return rand() < 0.1 ? substr($text, 0, rand length $text) : $text;
}

# random_text returns bytes in the database's encoding; now and then some that are not.
sub random_text
{
	my ($encoding) = @_;
	my $text = join rand() < 0.9 ? ';' : '', map { rand() < 0.35 ? spoil(statement()) : statement() } 1 .. 1 + (rand() < 0.3 ? rand 3 : 0);
	$text = decode('UTF-8', $text);
	$text = Encode::encode($encoding eq 'LATIN1' ? 'iso-8859-1' : 'UTF-8', $text);
	substr($text, rand length $text, rand() < 0.5 ? 1 : 0) = chr(1 + int rand 255) for 1 .. (rand() < 0.1 ? 1 + rand 3 : 0);
	return $text;
}

sub characters { my ($encoding, $text) = @_; return length($encoding eq 'UTF8' ? decode('UTF-8', $text) : $text); }

my %ways = (
	'electric.ddlx()' => sub { return "SELECT electric.ddlx(\$fuzz\$$_[0]\$fuzz\$)" },
	'DO LANGUAGE ddlx' => sub { return "DO LANGUAGE ddlx \$fuzz\$$_[0]\$fuzz\$" },
	'typed' => sub { return $_[0] });

# Texts of a megabyte.
my @long = (q(ELECTRIC GRANT READ ON comments TO 'projects:) . 'x' x 1000000 . q('), 'ELECTRIC GRANT READ ON comments TO ' . '(' x 1000000,
	'ELECTRIC GRANT READ ON comments USING ' . '/' x 1000000, 'ELECTRIC ENABLE ' . 'comments.' x 100000, 'ELECTRIC ENABLE comments' . '/*' x 3000,
	q(ELECTRIC GRANT READ ON comments TO 'x' CHECK ) . '(' x 1000000, q(ELECTRIC GRANT READ ON comments TO ) . q('x',) x 200000);

for my $encoding ('UTF8', 'LATIN1', 'SQL_ASCII')
{
	my $database = "fuzz_$encoding";
	$node->safe_psql('postgres', qq(CREATE DATABASE "$database" ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'));
	$node->safe_psql($database, q(
		CREATE EXTENSION electric_perm;
		GRANT CREATE ON SCHEMA public TO owner, other;
		SELECT electric.add_client_role('client');
		SET ROLE other;
		CREATE TABLE foreigner (id int PRIMARY KEY, user_id text);
		SET ROLE owner;
		CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
		CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text, joined date);
		CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
		CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues, body text);
		CREATE TABLE logs (id int, project_id int REFERENCES projects) PARTITION BY HASH (id);
		CREATE VIEW a_view AS SELECT * FROM comments;
		CREATE TABLE "Pröj" (é int PRIMARY KEY)));

	for my $way (sort keys %ways)
	{
		my $client = Wire->new($node, $database, 'owner');
		my $judge = Wire->new($node, $database, $node->safe_psql('postgres', 'SELECT current_user'));
		my (%count, %codes);
		$judge->simple($state);
		my $before = $judge->{value};
		my @texts = (@long, map { random_text($encoding) } 1 .. $texts / 9);
		$client->simple("SET client_encoding = '$encoding'");
		for my $text (@texts)
		{
			next if $text =~ /\$fuzz|\0/;
			my $sql = $ways{$way}->($text);
			my $answer = $client->simple($sql);
			my $error = $client->{error};
			$judge->simple($state);
			my $after = $judge->{value};
			if (!$error)
			{
				$count{ $answer =~ /tag/ ? 'done' : 'empty' }++;
				$count{changed}++ if $after ne $before;
				$before = $after;
				next;
			}
			$count{failed}++;
			$codes{ $error->{C} }++;
			my $shown = length $text > 200 ? substr($text, 0, 200) . '..' : $text;
			fail("$encoding, $way: an error changes nothing: $error->{C} $error->{M}: $shown") if $after ne $before;
			$before = $after;
			fail("$encoding, $way: internal error $error->{C} $error->{M}: $shown") if $error->{C} =~ /^(XX|58)/;
			# a text that is no text of this encoding has no positions
			next if $error->{C} eq '22021';
			my ($position, $within) = defined $error->{p} ? ($error->{p}, $error->{q}) : ($error->{P}, $sql);
			if (!defined $position) { $count{'without position'}{"$error->{C} $error->{M}"}++ }
			elsif ($position < 1 || $position > characters($encoding, $within) + 1)
			{
				fail("$encoding, $way: position $position is within the text: $error->{C} $error->{M}: $shown");
			}
		}
		my $without = delete $count{'without position'} // {};
		is_deeply([ sort keys %$without ], [], "$encoding, $way: every error has a position");
		note "$encoding, $way: ", join(', ', map { "$count{$_} $_" } sort keys %count), '; ', join ' ', map { "$_:$codes{$_}" } sort keys %codes;
		cmp_ok($count{changed} // 0, '>', 0, "$encoding, $way: some statements are right, and change something");
		cmp_ok($count{failed}, '>', @texts / 4, "$encoding, $way: many are wrong, and each leaves everything as it was");
		$client->simple('ELECTRIC ENABLE comments');
		is($client->simple(q(ELECTRIC GRANT READ ON comments TO 'last')), 'tag GRANT', "$encoding, $way: what is right goes on working");
		$client->close;
		$judge->close;
	}
}

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC:|TRAP:/, 'no process has crashed');
$node->stop;
done_testing();
