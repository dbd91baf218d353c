# Native syntax changes nothing but ELECTRIC statements: thousands of random texts get
# the same verdict with it and without, to the letter and the position. And no
# text, in no encoding, brings the server down.
#
# A text is the body of an SQL function (its validator parses and analyses the
# whole string, and runs nothing) or an expression in PL/pgSQL (parsed in its own mode).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{FUZZ_SEED} || 20240229;
my $texts = $ENV{FUZZ_TEXTS} || 4000;
srand($seed);
note "seed $seed, $texts texts; FUZZ_SEED and FUZZ_TEXTS choose others";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
for my $encoding ('UTF8', 'LATIN1', 'SQL_ASCII')
{
	$node->safe_psql('postgres', qq(CREATE DATABASE "fuzz_$encoding" ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'));
	$node->safe_psql("fuzz_$encoding", q(
		CREATE EXTENSION electric_perm;
		CREATE TABLE t (electric int, enable int, disable int);
		CREATE TABLE electric (electric int, "grant" int);
		CREATE TABLE enable (id int PRIMARY KEY)));
}

my @words = qw(electric electric ELECTRIC Electric enable disable ENABLE Disable grant revoke assign unassign
  sqlite on to from using t x read all alter table only if exists add column rule row level security trigger
  as begin atomic end case when then else select create function insert into values with not null format
  unlisten listen _e_ rename order by limit set do);
my @others = ("'electric'", "'; electric grant'", '$$; electric enable t$$', '$e$ electric $e$', '"electric"',
	'"ENABLE"', "E'\\'; '", "U&'\\0041'", "N'x'", "B'01'", "'é€'", '"é"', 'é', 'été', '1', '1.5', '$1', ';', ';', ';', ',', ',',
	'.', '(', ')', '[', ']', '*', '+', '=', ':', '::', ':=', '<>', '||', '@', '/', '%');
my @blanks = (' ', ' ', ' ', "\n", "\t", '/**/', ' /* ; electric grant /* ; */ */ ', "-- ; electric enable\n", "  \r\n ");

sub pick { return $_[ int rand @_ ] }
sub is_word { return $_[0] =~ /^[\w\$]/ || $_[0] =~ /^[é"']/ }

# Statements to cut, join and spoil: what is nearly right finds more than noise.
my @pieces = (
	[qw(ALTER TABLE t ENABLE ELECTRIC)], [qw(ALTER TABLE IF EXISTS ONLY t DISABLE ELECTRIC)],
	[ qw(ALTER TABLE t ADD COLUMN enable electric), ',', 'ENABLE', 'electric' ],
	[qw(ELECTRIC GRANT READ ON t TO 'x')], [ qw(ELECTRIC ENABLE t) ], [ qw(ELECTRIC SQLITE), "'é'" ],
	[ qw(ELECTRIC ASSIGN), "'t:x'", 'TO', 't', '.', 'electric' ],
	[qw(SELECT electric enable FROM electric)], [qw(SELECT electric . grant FROM electric)],
	[ qw(CREATE FUNCTION f), '(', ')', qw(RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1), ';', 'END' ],
	[ qw(CREATE RULE r AS ON DELETE TO t DO ALSO), '(', qw(SELECT 1), ';', qw(SELECT electric FROM electric), ')' ],
	[qw(INSERT INTO t VALUES), '(', 1, ',', 2, ',', 3, ')' ], [qw(UNLISTEN _e_)], [qw(ALTER TABLE t ENABLE RULE _e_)]);

# random_tokens returns a list of tokens.
sub random_tokens
{
	my @tokens;
	if (rand() < 0.5)
	{
		push @tokens, rand() < 0.65 ? pick(@words) : pick(@others) for 1 .. 1 + rand 12;
	}
	else
	{
		for (1 .. 1 + rand 3)
		{
			push @tokens, @{ pick(@pieces) };
			push @tokens, ';' if rand() < 0.8;
		}
		for (1 .. rand 3)
		{
			my $at = int rand @tokens;
			my $what = rand();
			if ($what < 0.3) { splice @tokens, $at, 1 }
			elsif ($what < 0.6) { splice @tokens, $at, 0, rand() < 0.6 ? pick(@words) : pick(@others) }
			elsif ($what < 0.8) { $tokens[$at] = pick(@words) }
			else { splice @tokens, $at }
			@tokens = ('x') unless @tokens;
		}
	}
	return @tokens;
}

# text_of joins tokens with random blanks, none only where they cannot run together.
sub text_of
{
	my @tokens = @_;
	my $text = rand() < 0.2 ? pick(@blanks) : '';
	for my $i (0 .. $#tokens)
	{
		my $apart = $i < $#tokens && !($tokens[$i] =~ /^[;,.()\[\]]$/ || $tokens[ $i + 1 ] =~ /^[;,.()\[\]]$/);
		$text .= $tokens[$i];
		$text .= pick(@blanks) if $i < $#tokens && ($apart || rand() < 0.5);
	}
	return $text;
}

# is_ddlx tells whether the tokens hold an ELECTRIC statement where one may start: behind
# what $starts matches. A rough judgement on purpose, with none of the code under test:
# it may say yes once too often, but never no where native syntax may act.
sub is_ddlx
{
	my ($starts, @tokens) = @_;
	my $start = 1;
	my $alters = 0;
	@tokens = map { lc } @tokens;
	for my $i (0 .. $#tokens)
	{
		my $next = $tokens[ $i + 1 ] // '';
		return 1 if $start && $tokens[$i] eq 'electric' && $next =~ /^(grant|revoke|assign|unassign|enable|disable|sqlite)$/;
		$alters = 1 if $start && $tokens[$i] eq 'alter' && $next eq 'table';
		return 1 if $alters && $tokens[$i] =~ /^(enable|disable)$/ && $next eq 'electric';
		$start = $tokens[$i] =~ $starts;
		$alters = 0 if $tokens[$i] eq ';';
	}
	return 0;
}

sub literal { my ($text) = @_; $text =~ s/([\\'])/\\$1/g; return "E'$text'"; }

# verdicts runs a script of CREATE FUNCTION statements and returns what the server said to
# each, in order.
sub verdicts
{
	my ($database, $switch, @statements) = @_;
	my $file = $node->basedir . "/fuzz_$switch.sql";
	my $err;
	open my $out, '>:raw', $file or die "$file: $!";
	print $out "SET electric_perm.native_syntax = $switch;\nSET client_encoding = 'UTF8';\n";
	print $out "$statements[$_];\n\\warn --- $_\n" for 0 .. $#statements;
	close $out;
	$node->run_log([ 'psql', '-X', '-q', '-d', $node->connstr($database), '-f', $file ], '2>', \$err);
	utf8::encode($err) if utf8::is_utf8($err);
	$err =~ s/^psql:\S+ //mg;
	my @verdicts = split /^--- \d+\n/m, $err, -1;
	pop @verdicts;				# what stands behind the last mark: nothing
	is(scalar @verdicts, scalar @statements, "$database, $switch: all verdicts") if @verdicts != @statements;
	return @verdicts;
}

# compare_verdicts holds both runs against each other. What is valid without native syntax
# must be valid with it, where $strict also if we take it for DDLX.
sub compare_verdicts
{
	my ($name, $database, $strict, $ddlx, @statements) = @_;
	my @off = verdicts($database, 'off', @statements);
	my @on = verdicts($database, 'on', @statements);
	my ($same, $ours, $valid) = (0, 0, 0);
	for my $i (0 .. $#statements)
	{
		my $is_valid = ($off[$i] // '') !~ /ERROR/;
		$valid++ if $is_valid;
		if ($ddlx->[$i] && !($strict && $is_valid))
		{
			$ours++;
			next;
		}
		if (($off[$i] // 'none') eq ($on[$i] // 'none'))
		{
			$same++;
			next;
		}
		is($on[$i], $off[$i], "$name: text $i");
		diag $statements[$i];
	}
	is($same + $ours, scalar @statements, "$name: $same texts with the same verdict, $valid of them valid");
	cmp_ok($same, '>', @statements / 3, "$name: enough texts are not DDLX");
	return ($ours, grep { $off[$_] ne $on[$_] } 0 .. $#statements);
}

my (@ddlx, @functions, @ddlx_expression, @expressions);
for my $i (1 .. $texts)
{
	my @tokens = random_tokens();
	push @ddlx, is_ddlx(qr/^;$/, @tokens);
	push @ddlx_expression, is_ddlx(qr/^(;|,|then|else|begin|do|end|when)$/, @tokens);
	my $text = text_of(@tokens);
	push @functions, 'CREATE OR REPLACE FUNCTION fuzz() RETURNS void LANGUAGE sql AS ' . literal($text);
	$text =~ s/;/,/g;
	push @expressions, 'CREATE OR REPLACE FUNCTION fuzz_expression() RETURNS void LANGUAGE plpgsql AS '
	  . literal("DECLARE electric record; enable int; disable int[]; BEGIN "
		  . pick("IF $text THEN NULL; END IF", "enable := $text", "disable[$text] := 1", "PERFORM $text", "RETURN $text", "RAISE NOTICE '%', $text", "FOR electric IN $text LOOP NULL; END LOOP")
		  . "; END");
}

# In SQL, in each encoding.
my ($ours, @changed) = compare_verdicts('statements', 'fuzz_UTF8', 1, \@ddlx, @functions);
cmp_ok(scalar @changed, '>', $texts / 100, 'statements: ' . @changed . " of $ours DDLX texts got another verdict");
my $part = int($texts / 4);
my @latin = grep { $functions[$_] !~ /€/ } 0 .. $part;
compare_verdicts('LATIN1', 'fuzz_LATIN1', 1, [ @ddlx[@latin] ], @functions[@latin]);
compare_verdicts('SQL_ASCII', 'fuzz_SQL_ASCII', 1, [ @ddlx[ 0 .. $part ] ], @functions[ 0 .. $part ]);

# In PL/pgSQL's expressions, a variable called electric, and fields called as our verbs. Not
# strict: IF electric enable, 1 THEN is an expression for PL/pgSQL (a column renamed without
# AS), and an ELECTRIC statement for us.
compare_verdicts('expressions', 'fuzz_UTF8', 0, \@ddlx_expression, @expressions);

# Truncated and repeated statements, run as they stand: errors, no crash.
my $whole = q(SELECT 'é'; ELECTRIC GRANT READ, UPDATE (a) ON public."é" TO 't:x', (t, 'y') USING "a"/b CHECK (new.a = $$;$$); ALTER TABLE t ADD a int, ENABLE ELECTRIC);
my @cut = map { substr($whole, 0, $_) } 1 .. length $whole;
push @cut, map { substr($whole, $_) } 1 .. length $whole;
push @cut, map { ("($_", "$_)", "/*$_", "$_--", "$_\x01") } $whole, 'ELECTRIC ENABLE t', 'ELECTRIC';
push @cut, 'ELECTRIC' . (' ' x 100000) . 'ENABLE' . ('/*' x 5000) . ('*/' x 5000) . 't',
  'ELECTRIC GRANT READ ON ' . join(',', ('t') x 50000) . q( TO 'x'),
  q(ELECTRIC GRANT READ ON t TO ) . join(',', (q('x')) x 50000),
  q(ELECTRIC GRANT READ ON t TO 'x' CHECK ) . ('(' x 100000), q(ELECTRIC SQLITE ') . ('é' x 500000) . q('),
  'ALTER TABLE t ' . join(',', ('ENABLE ELECTRIC') x 20000), 'ELECTRIC ENABLE ' . ('é' x 1000) . ';' . ('ELECTRIC ENABLE t;' x 2000);
for my $database ('fuzz_UTF8', 'fuzz_LATIN1', 'fuzz_SQL_ASCII')
{
	my @bodies = map { 'CREATE OR REPLACE FUNCTION cut() RETURNS void LANGUAGE sql AS ' . literal($_) } @cut;
	my @answers = verdicts($database, 'on', @bodies);
	is(scalar @answers, scalar @bodies, "$database: truncated and enormous statements are answered");
}

# Bytes that are no characters of the encoding never reach us; raw bytes in SQL_ASCII do.
my @bytes = map { my $b = chr $_; "ELECTRIC$b ENABLE${b}t", "ELECTRIC ENABLE ${b}t$b", "ALTER TABLE t ENABLE${b}ELECTRIC$b", "ELECTRIC GRANT READ ON t TO '$b'" } 1 .. 255;
my @raw = map { 'CREATE OR REPLACE FUNCTION cut() RETURNS void LANGUAGE sql AS ' . literal($_) } grep { !/\\/ } @bytes;
for my $database ('fuzz_UTF8', 'fuzz_LATIN1', 'fuzz_SQL_ASCII')
{
	is(scalar verdicts($database, 'on', @raw), scalar @raw, "$database: any byte is answered");
}

is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server is up');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC:|TRAP:/, 'no process has crashed');
$node->stop;
done_testing();
