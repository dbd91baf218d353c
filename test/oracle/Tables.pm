# Random tables, foreign keys and rows.
#
# A table is {name, owner, enabled, partitioned, columns, pk, unique, fks, rows}, a column
# {name, type, of: pk fk unique user role data generated, ref}, a foreign key {name, table, columns,
# ref, ref_columns}, a row {column => SQL literal}. Equal literals are equal values.
package Tables;
use strict;
use warnings;
use Chance;
use Exporter 'import';

our @EXPORT = qw(random_tables column quoted key_value data_value user_value role_value fill_keys table_sql key_sql row_sql @ids @role_names);

# Ids of users: some that fit several types, one that two spellings of a uuid share,
# and some that fit only text.
my $uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd38000';
our @ids = ('1', '2', '3', 'ann', 'bob', "${uuid}1", "${uuid}2", uc "${uuid}1", '01', '+1', '70000', '-5', "o'neil");
our @role_names = ('member', 'editor', 'Owner', "it's", 'a:b');

my @names = ('t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8');
my %family = (
	int => [ 'int', 'bigint', 'smallint' ], bigint => [ 'bigint', 'int' ], smallint => [ 'smallint', 'int' ],
	text => [ 'text', 'varchar(40)' ], 'varchar(40)' => [ 'varchar(40)', 'text' ]);

# quoted returns a name as SQL needs it.
sub quoted
{
	my ($name) = @_;
	return $name =~ /^[a-z_][a-z0-9_]*$/ ? $name : '"' . $name =~ s/"/""/gr . '"';
}

sub column { my ($table, $name) = @_; return (grep { $_->{name} eq $name } @{ $table->{columns} })[0] }

# key_value returns the n-th value of a type, the same one for types that keys can join.
sub key_value
{
	my ($type, $n) = @_;
	return $n if $type =~ /int/;
	return sprintf "'00000000-0000-4000-8000-%012d'", $n if $type eq 'uuid';
	return "'e" . (1 + $n % 30) . "'" if $type eq 'app.letter';
	return "'k$n'";
}

my %data = (
	int => [ 0 .. 4, 'NULL' ], boolean => [ 'true', 'false', 'NULL' ],
	text => [ "'a'", "'b'", "'ab'", "''", 'NULL' ], 'numeric(9,1)' => [ '0.5', '1.0', 'NULL' ]);

sub data_value { my ($column) = @_; return pick(@{ $data{ $column->{type} } }) }

# user_value returns a user id that the column can hold, mostly one of the likely ones.
sub user_value
{
	my ($column, @likely) = @_;
	my %fits = (
		int => qr/^-?[1-9]\d{0,8}$/, smallint => qr/^-?[1-9]\d{0,3}$/, bigint => qr/^-?[1-9]\d{0,8}$/,
		uuid => qr/^[a-f0-9-]{36}$/, 'app.person' => qr/^(ann|bob|1|2)$/, 'app.positive' => qr/^[1-9]\d{0,8}$/);
	my $fitting = $fits{ $column->{type} } // qr/^/;
	return 'NULL' if chance(0.08);
	my @fitting = grep { $_ =~ $fitting } @likely;
	my $id = pick(@fitting && chance(0.8) ? @fitting : grep { $_ =~ $fitting } @ids) =~ s/'/''/gr;
	return $column->{type} =~ /int|positive/ ? $id : "'$id'";
}

sub role_value
{
	my ($column) = @_;
	return 'NULL' if chance(0.1);
	my @names = $column->{type} eq 'app.rank' ? @role_names[ 0 .. 2 ] : (@role_names, 'ANYONE', 't1:member');
	return "'" . pick(@names[ 0 .. 2 ], @names) =~ s/'/''/gr . "'";
}

# random_table returns the n-th table, without foreign keys. Other columns stand among those of the key.
sub random_table
{
	my ($n, $owner) = @_;
	my $name = chance(0.1) ? "T $n" : $names[$n];
	my @columns;

	for my $key (chance(0.25) ? ('a', 'b') : ('id'))
	{
		push @columns, { name => $key, of => 'pk', type => pick(qw(int int bigint smallint text text uuid varchar(40) app.letter)) };
	}
	my $table = { name => $name, owner => $owner, enabled => !chance(0.08), pk => [ map { $_->{name} } @columns ], fks => [], rows => [] };
	$table->{partitioned} = chance(0.1);
	my @users = map { { name => $_, of => 'user', type => pick(qw(text text int bigint smallint uuid varchar(40) app.person app.positive name)) } }
	  (chance(0.75) ? ('who') : (), chance(0.15) ? ('whom') : ());
	my @roles = map { { name => $_, of => 'role', type => pick('text', 'text', 'varchar(40)', 'app.rank', 'name') } } (chance(0.45) ? ('kind') : ());
	my @data = ({ name => 'n', of => 'data', type => 'int' }, { name => 'flag', of => 'data', type => 'boolean', default => 'true' },
		{ name => 'body', of => 'data', type => 'text', default => "'a'" }, { name => 'price', of => 'data', type => 'numeric(9,1)' });
	@data = some(between(1, 3), @data);
	push @data, { name => 'twice', of => 'generated', type => 'int', default => 'n * 2' } if chance(0.2) && grep { $_->{name} eq 'n' } @data;
	push @columns, { name => 'code', of => 'unique', type => pick('int', 'text') } if !$table->{partitioned} && chance(0.2);
	$table->{columns} = [ @columns, shuffled(@users, @roles, @data) ];
	# numbers of attributes have gaps where columns were dropped
	$table->{gaps} = [ some(between(1, 2), 0 .. $#{ $table->{columns} }) ] if chance(0.3);
	return $table;
}

# add_foreign_key adds one from $table to $ref, over columns of its own; if it may share, also over those of
# the table's key or of another foreign key.
sub add_foreign_key
{
	my ($table, $ref, $may_share) = @_;
	my $n = @{ $table->{fks} } + 1;
	my $own_key = chance(0.12);
	my @ref_columns = grep { column($ref, $_)->{of} eq 'unique' } map { $_->{name} } @{ $ref->{columns} };
	@ref_columns = @{ $ref->{pk} } unless @ref_columns && chance(0.5);
	@ref_columns = reverse @ref_columns if chance(0.3);

	my @columns;
	for my $i (0 .. $#ref_columns)
	{
		my $type = column($ref, $ref_columns[$i])->{type};
		my @same = grep { $_->{type} eq $type && $_->{of} =~ /^[pf]k$/ } @{ $table->{columns} };
		@same = grep { $_->{of} eq 'pk' } @same if $own_key;
		@same = grep { my $name = $_->{name}; !grep { $_ eq $name } @columns } @same;
		if ($may_share && @same && ($own_key || @ref_columns > 1 && chance(0.3)))
		{
			push @columns, pick(@same)->{name};
			next;
		}
		my $column = { name => "r$n" . (@ref_columns > 1 ? ('a' .. 'z')[$i] : ''), of => 'fk', type => pick($type, @{ $family{$type} // [] }) };
		push @{ $table->{columns} }, $column;
		push @columns, $column->{name};
	}
	my $name = chance(0.1) ? "Key $n/$table->{name}.x" : "$table->{name}_$columns[0]_ref$n" =~ tr/ T/_t/r;
	push @{ $table->{fks} }, { name => $name, table => $table->{name}, columns => \@columns, ref => $ref->{name}, ref_columns => \@ref_columns };
	return;
}

# fill_keys sets the foreign key columns of a row, each to a row that there is, or to NULL; false if it cannot.
# Columns that are set already stay.
sub fill_keys
{
	my ($tables, $table, $row, @fks) = @_;
	my %pk = map { $_ => 1 } @{ $table->{pk} };
	for my $fk (@fks)
	{
		my ($ref) = grep { $_->{name} eq $fk->{ref} } @$tables;
		my @free = grep { !exists $row->{$_} } @{ $fk->{columns} };
		my @fitting = grep {
			my $target = $_;
			!grep {
				my $value = $row->{ $fk->{columns}[$_] };
				defined $value && $value ne $target->{ $fk->{ref_columns}[$_] }
			} 0 .. $#{ $fk->{columns} }
		} grep { my $r = $_; !grep { $r->{$_} eq 'NULL' } @{ $fk->{ref_columns} } } @{ $ref->{rows} };
		my @nullable = grep { !$pk{$_} } @free;
		if (@fitting && (!@nullable || !chance(0.12)))
		{
			my $target = pick(@fitting);
			$row->{ $fk->{columns}[$_] } = $target->{ $fk->{ref_columns}[$_] } for 0 .. $#{ $fk->{columns} };
			next;
		}
		# one NULL is enough, the others then refer to nothing
		my $null = pick(@nullable);
		my $is_null = grep { ($row->{$_} // '') eq 'NULL' } @{ $fk->{columns} };
		return 0 unless defined $null || $is_null;
		$row->{$null} = 'NULL' if defined $null;
		for my $i (0 .. $#{ $fk->{columns} })
		{
			my $column = $fk->{columns}[$i];
			$row->{$column} //= chance(0.5) && !$pk{$column} ? 'NULL' : key_value(column($table, $column)->{type}, between(1, 3));
		}
	}
	return 1;
}

# random_rows gives a table its rows, all but foreign keys to tables that have none yet.
sub random_rows
{
	my ($tables, $table, $done, @likely) = @_;
	my %seen;
	for (1 .. between(4, 12))
	{
		my $row = {};
		next unless fill_keys($tables, $table, $row, grep { $done->{ $_->{ref} } } @{ $table->{fks} });
		for my $column (@{ $table->{columns} })
		{
			next if exists $row->{ $column->{name} };
			my $of = $column->{of};
			$row->{ $column->{name} } =
			    $of eq 'pk' ? key_value($column->{type}, between(1, @{ $table->{pk} } > 1 ? 3 : 9))
			  : $of eq 'unique' ? (chance(0.2) ? 'NULL' : key_value($column->{type}, between(1, 12)))
			  : $of eq 'user' ? user_value($column, @likely)
			  : $of eq 'role' ? role_value($column)
			  : $of eq 'data' ? data_value($column)
			  : next;
		}
		my @keys = join ',', map { $row->{$_} } @{ $table->{pk} };
		push @keys, "unique $row->{code}" if ($row->{code} // 'NULL') ne 'NULL';
		next if grep { $seen{$_} } @keys;
		$seen{$_} = 1 for @keys;
		push @{ $table->{rows} }, $row;
	}
	return;
}

# random_tables returns 1 to 8 tables, most of three to five. Keys lead to earlier tables, seldom to
# later ones and to the table itself. @likely are the user ids to find in them.
sub random_tables
{
	my (@likely) = @_;
	my $count = pick(1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8);
	my $second = chance(0.15) ? 'owner2' : 'owner1';
	my @tables = map { random_table($_ - 1, chance(0.6) ? 'owner1' : $second) } 1 .. $count;

	for my $i (1 .. $#tables)
	{
		for (1 .. pick(1, 1, 2, 2, 3))
		{
			add_foreign_key($tables[$i], $tables[ chance(0.5) ? $i - 1 : int rand $i ], 1);
		}
	}
	add_foreign_key($_, $_) for grep { chance(0.08) } @tables;
	add_foreign_key(@tables[ 0, -1 ]) if @tables > 2 && chance(0.15);

	my %done;
	for my $table (@tables)
	{
		random_rows(\@tables, $table, \%done, @likely);
		$done{ $table->{name} } = 1;
	}
	for my $table (@tables)
	{
		my ($first) = @{ $table->{rows} } or next;
		my @late = grep { my $fk = $_; grep { !exists $first->{$_} } @{ $fk->{columns} } } @{ $table->{fks} };
		$table->{rows} = [ grep { fill_keys(\@tables, $table, $_, @late) } @{ $table->{rows} } ];
	}
	return \@tables;
}

# table_sql returns the statements that make a table.
sub table_sql
{
	my ($table) = @_;
	my $name = quoted($table->{name});
	my %pk = map { $_ => 1 } @{ $table->{pk} };
	my @lines = map {
		"$_->{name} $_->{type}"
		  . ($_->{of} eq 'generated' ? " GENERATED ALWAYS AS ($_->{default}) STORED" : $_->{default} ? " DEFAULT $_->{default}" : '')
		  . ($_->{of} eq 'unique' ? ' UNIQUE' : '')
	} @{ $table->{columns} };
	my @gaps = @{ $table->{gaps} // [] };
	splice @lines, $_, 0, "gone$_ int" for reverse @gaps;
	push @lines, 'PRIMARY KEY (' . join(', ', @{ $table->{pk} }) . ')';
	my @sql = ("SET ROLE $table->{owner}", "CREATE TABLE $name (" . join(', ', @lines) . ')' . ($table->{partitioned} ? " PARTITION BY HASH ($table->{pk}[0])" : ''));
	push @sql, "CREATE TABLE " . quoted("$table->{name} part $_") . " PARTITION OF $name FOR VALUES WITH (MODULUS 2, REMAINDER $_)" for $table->{partitioned} ? (0, 1) : ();
	push @sql, "ALTER TABLE $name " . join ', ', map { "DROP COLUMN gone$_" } @gaps if @gaps;
	# an owner's paths lead through tables of the other one
	push @sql, "GRANT ALL ON $name TO owner1, owner2", 'RESET ROLE';
	return @sql;
}

sub key_sql
{
	my ($fk, $indexed) = @_;
	my $columns = join ', ', @{ $fk->{columns} };
	my $table = quoted($fk->{table});
	return ("ALTER TABLE $table ADD CONSTRAINT " . quoted($fk->{name}) . " FOREIGN KEY ($columns) REFERENCES "
		  . quoted($fk->{ref}) . ' (' . join(', ', @{ $fk->{ref_columns} }) . ')', $indexed ? "CREATE INDEX ON $table ($columns)" : ());
}

sub row_sql
{
	my ($table, $row) = @_;
	my @columns = grep { exists $row->{$_} } map { $_->{name} } @{ $table->{columns} };
	return 'INSERT INTO ' . quoted($table->{name}) . ' (' . join(', ', @columns) . ') VALUES (' . join(', ', map { $row->{$_} } @columns) . ')';
}

1;
