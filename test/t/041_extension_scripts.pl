# Scripts of extensions state no rules: by none of the three ways in, neither when an
# extension is made nor when it is updated. The extensions of this test lie in the private
# server's own folder.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'electric_perm'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION electric_perm; CREATE TABLE docs (id int PRIMARY KEY, user_id text UNIQUE);
	DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs $$');

chomp(my $sharedir = `pg_config --sharedir`);
my $folder = "$sharedir/extension";
my @files;

END { unlink @files }

# script writes the control file and scripts of an extension that runs these statements.
sub script
{
	my ($name, %scripts) = @_;
	my %content = ("$name.control" => "default_version = '1'\nrelocatable = true\n",
		map { ("$name--$_.sql" => $scripts{$_}) } keys %scripts);
	for my $file (keys %content)
	{
		push @files, "$folder/$file";
		append_to_file("$folder/$file", $content{$file});
	}
}

# refused tells that the statement fails as an extension's script does.
sub refused
{
	my ($sql, $name) = @_;
	my ($out, $err);
	my $status = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", stdout => \$out, stderr => \$err);
	isnt($status, 0, "$name: refused");
	like($err, qr/ERROR:  0A000: cannot execute [\w.() ]+ in an extension's script/, '... by name');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM electric.grants'), '0', '... and nothing is kept');
}

my %ways = (
	typed => "ELECTRIC GRANT READ ON docs TO ANYONE;",
	altered => "ALTER TABLE docs DISABLE ELECTRIC;",
	block => 'DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON docs TO ANYONE $$;',
	rebuilt => 'SELECT electric.rebuild();',
	called => q(SELECT electric.ddlx('ELECTRIC ASSIGN ''x'' TO docs.user_id');),
	function => q(CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM electric.ddlx($e$ELECTRIC GRANT READ ON docs TO ANYONE$e$); END'; SELECT f();),
);
for my $way (sort keys %ways)
{
	script("electric_test_$way", '1' => $ways{$way});
	refused("CREATE EXTENSION electric_test_$way", "CREATE EXTENSION, $way");
	script("electric_test_late_$way", '1' => 'CREATE TYPE late_' . $way . ' AS ENUM ();', '1--2' => $ways{$way});
	$node->safe_psql('postgres', "CREATE EXTENSION electric_test_late_$way");
	refused("ALTER EXTENSION electric_test_late_$way UPDATE TO '2'", "ALTER EXTENSION UPDATE, $way");
}

# When the script is done, rules can be stated on the tables that it made.
script('electric_test_table', '1' => 'CREATE TABLE made (id int PRIMARY KEY);');
$node->safe_psql('postgres', 'CREATE EXTENSION electric_test_table;
	DO LANGUAGE ddlx $$ ELECTRIC ENABLE made; ELECTRIC GRANT READ ON made TO ANYONE $$');
is($node->safe_psql('postgres', 'SELECT tbl FROM electric.grants'), 'made', 'afterwards they can');

done_testing();
