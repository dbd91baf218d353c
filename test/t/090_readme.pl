# What README.md and docs/*.md show is true: their fenced blocks are run in order,
# and what they answer is compared with what is printed there. Regression tests cannot
# show this: their statements are copies, which do not change with the pages.
#
# Each page has a database of its own. In a page,
#   ```sql    is typed into a new psql session; any error, warning or notice fails
#   ```text   right behind it is what was printed, without command tags, trailing
#             blanks and the empty answers of functions that return void
#   ```sh     runs line by line; make and apt-get are only looked at: a test builds,
#             installs and starts nothing of that kind, make check and .ci do
#   ```ini    is appended to postgresql.conf, and the server restarted
#   ```js     is a program of Node's, which 028_interop.pl runs: it says so by <!-- node-postgres -->
#   ```ebnf   is grammar; each of its keywords must stand in an sql block of the page
#   ```diagram is for the eye
# Other languages fail. HTML comments, invisible to readers, say more:
#   <!-- as: role -->        who types from here on; superuser at first
#   <!-- server: plain -->   from here on a server that preloads nothing; main: back
#   <!-- first -->           the next block runs before the others of the page
#   <!-- error: 42501 .. --> the next block raises these errors, in this order
#   <!-- notices -->         the next block prints notices or warnings that are not shown
#   <!-- pgbouncer -->       the next block is pgbouncer.ini: 022_pgbouncer.pl starts it
#   <!-- postgrest -->       the next block is postgrest.conf: what it names has to be there
#   <!-- node-postgres -->   the next block is the program that 028_interop.pl runs
#   <!-- setup: SQL -->      run by the superuser at this point
#   <!-- needs: extension --> the page is left out where the server has not got this one
use strict;
use warnings;
use Cwd qw(realpath);
use File::Basename qw(basename dirname);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = realpath(dirname(__FILE__) . '/../..');
my $makefile = slurp_file("$root/Makefile");
my %nodes;

# Answers name the superuser.
$ENV{PGUSER} = 'postgres';

# node returns a server by its name in the pages; main preloads what the pages say.
sub node
{
	my ($name) = @_;
	return $nodes{$name} if $nodes{$name};
	my $node = PostgreSQL::Test::Cluster->new("readme_$name");
	$node->init(extra => [ '-U', 'postgres', '-E', 'UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\nshared_preload_libraries = ''\n");
	$node->start;
	return $nodes{$name} = $node;
}

sub is_available
{
	my ($extension) = @_;
	return node('main')->safe_psql('postgres',
		"SELECT count(*) FROM pg_available_extensions WHERE name = '$extension'") eq '1';
}

# blocks returns the blocks of a page's text, those marked first in front.
sub blocks
{
	my ($text) = @_;
	my (@first, @rest);
	my %lasting = (as => 'superuser', server => 'main');
	my %next = (setup => []);
	my $line = 1;

	while ($text =~ /\G(?:(<!--\s*(.*?)\s*-->)|(^([ \t]*)```(\w*)\n(.*?)^[ \t]*```[ \t]*$)|(.|\n))/gms)
	{
		my ($comment, $directive, $fence, $indent, $language, $body, $other) = ($1, $2, $3, $4, $5, $6, $7);
		my $at = $line;

		$line += ($comment // $fence // $other) =~ tr/\n//;
		if (defined $directive)
		{
			if ($directive =~ /^(as|server):\s*(\w+)$/) { $lasting{$1} = $2 }
			elsif ($directive =~ /^needs: \w+$/) { }	# asked before the page is run
			elsif ($directive =~ /^setup:\s*(.*)$/s) { push @{ $next{setup} }, $1 }
			elsif ($directive =~ /^error:\s*([0-9A-Z ]+)$/) { $next{error} = $1 }
			elsif ($directive =~ /^(first|notices|pgbouncer|postgrest|node-postgres)$/) { $next{$1} = 1 }
			else { $next{unknown} = $directive }
		}
		elsif (defined $fence)
		{
			my $previous = $rest[-1] // $first[-1];
			$body =~ s/^$indent//gm;
			if ($language eq 'text' && $previous && $previous->{language} =~ /^(sql|sh)$/ && !defined $previous->{text})
			{
				$previous->{text} = $body;
				next;
			}
			push @{ $next{first} ? \@first : \@rest },
				{ %lasting, %next, language => $language, body => $body, line => $at };
			%next = (setup => []);
		}
	}
	return (@first, @rest);
}

# tidy removes what the pages do not show.
sub tidy
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//gm;
	$text =~ s/^ (set_user|logout|add_client_role|drop_client_role)\n-+\n\n\(1 row\)\n\n?//gm;
	$text =~ s/\n+\z/\n/;
	$text =~ s/\A\n+//;
	return $text;
}

sub connection
{
	my ($block) = @_;
	my $node = node($block->{server});
	my %env = (PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => $block->{database},
		PGUSER => $block->{as} eq 'superuser' ? 'postgres' : $block->{as});
	return %env;
}

# run_sql returns what psql prints, and the states of the errors that were raised.
sub run_sql
{
	my ($block, $sql) = @_;
	my %env = connection($block);
	my $out;

	local @ENV{ keys %env } = values %env;
	IPC::Run::run([ 'psql', '-X', '-q', '-v', 'VERBOSITY=verbose', '-P', 'pager=off' ],
		'<', \$sql, '>', \$out, '2>&1');
	$out =~ s/^(LOCATION|(SCHEMA|TABLE|COLUMN|DATA TYPE|CONSTRAINT) NAME):  .*\n//gm;
	my @states = $out =~ /^(?:ERROR|FATAL):  ([0-9A-Z]{5}): /gm;
	$out =~ s/^([A-Z]+:  )[0-9A-Z]{5}: /$1/gm;
	return ($out, @states);
}

# run_line carries out one line of a shell block; returns what it prints, and a problem.
sub run_line
{
	my ($block, $line) = @_;
	my ($output, $problem) = ('', undef);

	$line =~ s/(^|\s)#\s.*$//;
	for my $command (split /\s*&&\s*/, $line)
	{
		$command =~ s/^\s*(?:runuser -u postgres -- )?|\s+$//g;
		if ($command =~ /^make\b/)
		{
			for my $target ($command =~ /\s([a-z-]+)(?=\s|$)/g)
			{
				$problem = "make has no target $target" unless has_target($target);
			}
		}
		elsif ($command =~ /^apt-get install (.*)$/)
		{
			my $setup = slurp_file("$root/test/setup");
			for my $package (split ' ', $1)
			{
				$problem = "test/setup does not know package $package"
					unless $package eq 'make' || $setup =~ /^\s*echo \Q$package\E\s/m;
			}
		}
		elsif ($command eq 'systemctl restart postgresql') { node($block->{server})->restart }
		elsif ($command =~ /^(psql|pgbench|pg_dump|pg_restore|createdb|echo|printf) /)
		{
			my %env = connection($block);
			local @ENV{ keys %env } = values %env;
			my $out;
			my $ok = IPC::Run::run([ 'bash', '-c', $command ],
				'>', \$out, '2>&1', init => sub { chdir $PostgreSQL::Test::Utils::tmp_check });
			$output .= $out;
			$problem = "failed: $command\n$out" if !$ok && !$block->{error};
		}
		else { $problem = "cannot judge: $command" }
	}
	return ($output, $problem);
}

sub has_target
{
	my ($target) = @_;
	return 1 if $target =~ /^(install|installcheck|clean)$/;	# PGXS's own
	return $makefile =~ /^\Q$target\E:/m && $makefile =~ /^OURS = .*\b\Q$target\E\b/m;
}

# postgrest_problems: PostgREST is not there, but its settings and what they name are known. The
# function is made further down, and is looked for in the page.
sub postgrest_problems
{
	my ($block) = @_;
	my %known = map { $_ => 1 } qw(db-uri db-schemas db-anon-role db-pre-request jwt-secret);
	my (%set, @problems);

	for my $setup (@{ $block->{setup} })
	{
		my ($said, @errors) = run_sql({ %$block, as => 'superuser' }, $setup);
		return "setup: $said" if @errors;
	}
	for my $line (split /\n/, $block->{body})
	{
		if ($line =~ /^([a-z-]+) = "([^"]*)"$/ && $known{$1}) { $set{$1} = $2 }
		else { push @problems, "no setting of PostgREST: $line" }
	}
	my ($connects) = ($set{'db-uri'} // '') =~ m!^postgres://(\w+):!;
	my $ask = sub { node($block->{server})->safe_psql($block->{database}, $_[0]) };
	push @problems, "the anonymous role is no client role that $connects can take"
		if $ask->("SELECT pg_has_role('$connects', '$set{'db-anon-role'}', 'MEMBER') FROM electric.client_roles
			WHERE role = '$set{'db-anon-role'}'") ne 't';
	push @problems, "no function $set{'db-pre-request'}" if slurp_file($block->{page}) !~ /CREATE FUNCTION \Q$set{'db-pre-request'}\E\(\)/;
	return @problems;
}

# problems runs a block; returns what is wrong with it.
sub problems
{
	my ($block) = @_;
	my ($out, @problems, @states) = ('');

	return "unknown directive: $block->{unknown}" if $block->{unknown};
	return if $block->{pgbouncer} && $block->{language} eq 'ini';
	return postgrest_problems($block) if $block->{postgrest};
	return if $block->{'node-postgres'} && $block->{language} eq 'js';
	for my $setup (@{ $block->{setup} })
	{
		my ($said, @errors) = run_sql({ %$block, as => 'superuser' }, $setup);
		return "setup: $said" if @errors;
	}
	if ($block->{language} eq 'sql')
	{
		($out, @states) = run_sql($block, $block->{body});
	}
	elsif ($block->{language} eq 'sh')
	{
		for my $line (split /\n/, $block->{body})
		{
			my ($said, $problem) = run_line($block, $line);
			$out .= $said;
			push @problems, $problem if $problem;
		}
		@states = split ' ', $block->{error} // '';		# judged by the text shown
		push @problems, 'no error' if @states && $out !~ /error/i;
	}
	elsif ($block->{language} eq 'ini')
	{
		my $node = node($block->{server});
		# what ALTER SYSTEM said would win over the file
		$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
		$node->append_conf('postgresql.conf', $block->{body});
		$node->restart;
		$out = $node->safe_psql('postgres',
			'SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL');
		push @problems, $out if $out ne '';
	}
	elsif ($block->{language} =~ /^(ebnf|diagram)$/) { return }
	else { return "a block of language \"$block->{language}\" is not run by this test" }

	$out = tidy($out);
	push @problems, "errors raised: @states; expected: " . ($block->{error} // 'none') . "\n$out"
		if "@states" ne ($block->{error} // '');
	if (defined $block->{text})
	{
		my $text = tidy($block->{text});
		push @problems, "shown:\n$text\nprinted:\n$out" if $text ne $out;
	}
	elsif (!$block->{notices} && !$block->{error} && $out =~ /^(NOTICE|WARNING): /m)
	{
		push @problems, "notices are neither shown nor announced:\n$out";
	}
	return @problems;
}

# The test sees what is wrong: each of these blocks has one mistake.
my $example = { as => 'superuser', server => 'plain', database => 'postgres', setup => [], language => 'sql' };
for my $mistake (
	[ 'a command that fails', body => 'SELEC 1;' ],
	[ 'an answer that differs', body => 'SELECT 1 AS one;', text => " one\n-----\n   2\n(1 row)\n" ],
	[ 'an error that does not come', body => 'SELECT 1;', error => '42601' ],
	[ 'another error', body => 'SELEC 1;', error => '42501' ],
	[ 'one error of two', body => 'SELEC 1;', error => '42601 42601' ],
	[ 'a notice', body => 'DROP TABLE IF EXISTS nothing;' ],
	[ 'a setup that fails', body => 'SELECT 1;', setup => ['SELEC 1;'] ],
	[ 'an unknown make target', language => 'sh', body => 'make chek' ],
	[ 'an unknown package', language => 'sh', body => 'apt-get install postgresql-7' ],
	[ 'an unknown program', language => 'sh', body => 'reboot' ],
	[ 'a shell command that fails', language => 'sh', body => 'psql -c "SELEC 1"' ],
	[ 'a language that is not run', language => 'c', body => 'int i;' ],
	[ 'a program that no test runs', language => 'js', body => 'let i;' ],
	[ 'an unknown directive', language => 'sql', body => 'SELECT 1;', unknown => 'eror: 42601' ])
{
	my ($name, %mistake) = @$mistake;
	isnt(scalar(() = problems({ %$example, %mistake })), 0, "is seen: $name");
}
is_deeply([ problems({ %$example, body => 'SELECT 1 AS one;', text => " one\n-----\n   1\n(1 row)\n" }) ],
	[], 'a block that is right passes');

my @pages = ("$root/README.md", sort glob "$root/docs/*.md");
my %sql_of;
for my $page (@pages)
{
	my $name = $page =~ s!^\Q$root\E/!!r;
	my $database = lc(basename($page, '.md')) =~ s/\W/_/gr;
	my @blocks = blocks(slurp_file($page));

	# make check installs them, but not for another PostgreSQL than Debian's
	my @lacking = grep { !is_available($_) } slurp_file($page) =~ /<!-- needs: (\w+) -->/g;
	if (@lacking)
	{
		SKIP: { skip "$name: the server has no @lacking", 1 }
		next;
	}
	$sql_of{$name} = join "\n", map { $_->{body} } grep { $_->{language} eq 'sql' } @blocks;
	node('main')->safe_psql('postgres', "CREATE DATABASE $database");
	if (grep { $_->{server} eq 'plain' } @blocks)
	{
		node('plain')->safe_psql('postgres', "CREATE DATABASE $database");
	}
	for my $block (@blocks)
	{
		my @problems = problems({ %$block, database => $database, page => $page });
		my ($first) = $block->{body} =~ /^(.*)$/m;
		ok(!@problems, "$name:$block->{line}: $block->{language}: $first")
			or diag(join "\n", @problems);
		next if $block->{language} ne 'ebnf';
		my @missing = grep { $sql_of{$name} !~ /\b$_\b/ } $block->{body} =~ /(?<![\w'])([A-Z]{2,})\b/g;
		is("@missing", '', "$name:$block->{line}: every keyword of the grammar is tried");
	}
}

# What the pages name exists, and what exists is named.
my $main = node('main');
sub known
{
	my ($sql) = @_;
	return map { $_ => 1 } split /\n/, $main->safe_psql('readme', "LOAD 'electric_perm'; $sql");
}
my %objects = known(q(SELECT proname FROM pg_proc WHERE pronamespace = 'electric'::regnamespace
	UNION SELECT relname FROM pg_class WHERE relnamespace = 'electric'::regnamespace));
# identity is hidden from pg_settings
my %settings = (known(q(SELECT substr(name, 15) FROM pg_settings WHERE name LIKE 'electric\_perm.%')),
	(known('SHOW electric_perm.identity'), identity => 1));
my %named;
for my $page (@pages)
{
	my $name = $page =~ s!^\Q$root\E/!!r;
	my $text = slurp_file($page);
	my @wrong;

	while ($text =~ /(?<![\w.\/])electric\.([a-z0-9_]+)/g)
	{
		$named{$1} = 1;
		push @wrong, "electric.$1" unless $objects{$1};
	}
	while ($text =~ /\belectric_perm\.([a-z0-9_]+)/g)
	{
		$named{$1} = 1;
		push @wrong, "electric_perm.$1" unless $settings{$1} || $1 =~ /^(control|c|so)$/;
	}
	while ($text =~ /`make ([a-z-]+)/g) { push @wrong, "make $1" unless has_target($1) }
	while ($text =~ /`((?:src|test|sql|expected|docs|\.ci)\/[\w.\/-]*)`/g) { push @wrong, $1 unless -e "$root/$1" }
	while ($text =~ /\]\(([^)#\s]+)?(?:#([^)\s]+))?\)/g)
	{
		my ($file, $anchor) = ($1, $2);
		next if $file && $file =~ /^https?:/;
		my $target = $file ? dirname($page) . "/$file" : $page;
		if (!-e $target) { push @wrong, "link to $file"; next }
		next unless $anchor;
		my %anchors = map { lc(s/[^\w\s-]//gr) =~ s/\s/-/gr => 1 } slurp_file($target) =~ /^#+ (.*)$/mg;
		push @wrong, "link to #$anchor" unless $anchors{$anchor};
	}
	is("@wrong", '', "$name: what it names exists");
}
my @public = sort keys %{ { known(q(SELECT proname FROM pg_proc
	WHERE pronamespace = 'electric'::regnamespace AND prorettype <> 'language_handler'::regtype
		AND obj_description(oid, 'pg_proc') IS NOT NULL
	UNION SELECT relname FROM pg_class WHERE relnamespace = 'electric'::regnamespace AND relkind IN ('r', 'v'))) } };
is(join(' ', grep { !$named{$_} } @public), '', 'every function and table of schema electric is named');
is(join(' ', grep { !$named{$_} } sort keys %settings), '', 'every setting is named');
SKIP:
{
	skip 'docs/architecture.md is not there', 1 unless -e "$root/docs/architecture.md";
	my $architecture = slurp_file("$root/docs/architecture.md");
	is(join(' ', grep { $architecture !~ /`\Q$_\E\/?`/ } map { s!^\Q$root\E/!!r } grep { -d } glob "$root/src/*"),
		'', 'every room of src/ is in docs/architecture.md');
}

$_->stop for values %nodes;
done_testing();
