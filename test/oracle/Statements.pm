# Random statements of users over random tables, and what of them the oracle must be told.
#
# A statement is {kind, table, person, sql, proposal, matched, named, assigned, reads, needs}; see
# oracle.statements in compare.sql.
package Statements;
use strict;
use warnings;
use Chance;
use Tables;
use Exporter 'import';

our @EXPORT = qw(random_scenarios);

# key_condition returns SQL that is true for one row.
sub key_condition
{
	my ($table, $row, $alias) = @_;
	return join ' AND ', map { ($alias ? "$alias." : '') . "$_ = $row->{$_}" } @{ $table->{pk} };
}

# random_where returns a condition, '' for none, and whether it reads columns.
sub random_where
{
	my ($table) = @_;
	my $rows = $table->{rows};
	my $how = rand();
	return (' WHERE ' . key_condition($table, pick(@$rows)), 1) if @$rows && $how < 0.65;
	return (' WHERE ' . join(' OR ', map { '(' . key_condition($table, $_) . ')' } some(between(2, 3), @$rows)), 1) if @$rows && $how < 0.75;
	my $data = pick(grep { $_->{of} =~ /^(?:data|fk)$/ } @{ $table->{columns} });
	my $row = pick(@$rows);
	return (" WHERE $data->{name} = $row->{ $data->{name} }", 1) if $data && $row && ($row->{ $data->{name} } // 'NULL') ne 'NULL' && $how < 0.87;
	return $how < 0.94 ? ('', 0) : (' WHERE true', 0);
}

sub returning { my ($table) = @_; return chance(0.25) ? ' RETURNING ' . pick('*', $table->{pk}[0]) : '' }

# new_row returns a row that is not there yet, or with the key of one that is.
sub new_row
{
	my ($tables, $table, $existing, @likely) = @_;
	my $row = $existing ? { map { $_ => $existing->{$_} } @{ $table->{pk} } } : {};
	fill_keys($tables, $table, $row, shuffled(@{ $table->{fks} })) or return;
	for my $column (@{ $table->{columns} })
	{
		next if exists $row->{ $column->{name} };
		my $of = $column->{of};
		$row->{ $column->{name} } =
		    $of eq 'pk' ? key_value($column->{type}, chance(0.9) ? between(10, 28) : between(1, 3))
		  : $of eq 'unique' ? (chance(0.5) ? 'NULL' : key_value($column->{type}, between(10, 28)))
		  : $of eq 'user' ? user_value($column, @likely)
		  : $of eq 'role' ? role_value($column)
		  : $of eq 'data' ? data_value($column)
		  : next;
	}
	return $row;
}

# insert_sql returns INSERT without what may follow its values, and the columns that it names.
sub insert_sql
{
	my ($table, @rows) = @_;
	my @columns = grep { $_->{of} ne 'generated' } @{ $table->{columns} };
	my $into = 'INSERT INTO ' . quoted($table->{name});
	my $listed = 1;
	if (@columns == @{ $table->{columns} } && chance(0.25))
	{
		# without a list, the first columns get the values, the key among them
		my ($last) = grep { $columns[$_]{of} eq 'pk' } reverse 0 .. $#columns;
		@columns = @columns[ 0 .. between($last, $#columns) ];
		$listed = 0;
	}
	else
	{
		@columns = grep { $_->{of} eq 'pk' || !chance(0.2) } @columns;
		@columns = shuffled(@columns) if chance(0.2);
	}
	my %default = map { $_->{name} => 1 } grep { $_->{of} eq 'data' && chance(0.08) } @columns;
	my @names = map { $_->{name} } @columns;
	my @values = map { my $row = $_; '(' . join(', ', map { $default{$_} ? 'DEFAULT' : $row->{$_} } @names) . ')' } @rows;
	return ($into . ($listed ? ' (' . join(', ', @names) . ')' : '') . ' VALUES ' . join(', ', @values), \@names);
}

# new_values returns a hash of new values for some columns, and whether they read others. No keys with keep_key.
sub new_values
{
	my ($tables, $table, $keep_key, @likely) = @_;
	my %pk = map { $_ => 1 } @{ $table->{pk} };
	my %set;
	my $reads = 0;
	my @fks = grep { !grep { $pk{$_} } @{ $_->{columns} } } @{ $table->{fks} };
	if (@fks && chance(0.35))
	{
		# moves the row to where another one leads
		my $row = {};
		$set{$_} = $row->{$_} for fill_keys($tables, $table, $row, pick(@fks)) ? sort keys %$row : ();
	}
	my @others = grep { $_->{of} =~ /^(?:user|role|data|unique)$/ || $_->{of} eq 'pk' && !$keep_key && chance(0.15) } @{ $table->{columns} };
	for my $column (some(%set && chance(0.6) ? 0 : between(1, 2), @others))
	{
		my ($of, $name) = ($column->{of}, $column->{name});
		$set{$name} =
		    $of eq 'user' ? user_value($column, @likely)
		  : $of eq 'role' ? role_value($column)
		  : $of eq 'data' ? data_value($column)
		  : $of eq 'unique' && chance(0.5) ? 'NULL'
		  : key_value($column->{type}, between(10, 28));
		if ($of =~ /^(?:data|user)$/ && chance(0.2))
		{
			my $old = $keep_key ? quoted($table->{name}) . ".$name" : $name;
			$set{$name} = $column->{type} eq 'int' && chance(0.6) ? "$old + 1" : $old;
			$reads = 1;
		}
		elsif ($column->{default} && chance(0.1))
		{
			$set{$name} = 'DEFAULT';
		}
	}
	return (\%set, $reads);
}

# set_sql returns SET's text for new values, and its columns; '' for none.
sub set_sql
{
	my ($set) = @_;
	my @names = sort keys %$set;
	my $sql = @names > 1 && chance(0.2)
	  ? '(' . join(', ', @names) . ') = ROW (' . join(', ', map { $set->{$_} } @names) . ')'
	  : join ', ', map { "$_ = $set->{$_}" } @names;
	return ($sql, \@names);
}

sub random_insert
{
	my ($tables, $table, @likely) = @_;
	my @rows = grep { $_ } map { new_row($tables, $table, undef, @likely) } 1 .. (chance(0.2) ? between(2, 3) : 1);
	return if !@rows;
	my ($sql, $named) = insert_sql($table, @rows);
	my $returning = returning($table);
	return { kind => 'insert', sql => $sql . $returning, named => $named, reads => $returning ne '', needs => ['INSERT'] };
}

sub random_update
{
	my ($tables, $table, @likely) = @_;
	my ($new, $reads) = new_values($tables, $table, 0, @likely);
	my ($where, $where_reads) = random_where($table);
	my $row = pick(@{ $table->{rows} });
	if ($row && chance(0.2))
	{
		# a client that writes the whole row back, of which little has changed
		my %whole = map { $_->{name} => $row->{ $_->{name} } } grep { $_->{of} !~ /^(?:pk|generated)$/ || chance(0.3) && $_->{of} eq 'pk' } @{ $table->{columns} };
		$new = { %whole, %$new };
		($where, $where_reads) = (' WHERE ' . key_condition($table, $row), 1);
	}
	my ($set, $assigned) = set_sql($new);
	return if $set eq '';
	my $returning = returning($table);
	return { kind => 'update', sql => 'UPDATE ' . quoted($table->{name}) . " SET $set$where$returning", assigned => $assigned,
		reads => $reads || $where_reads || $returning ne '', needs => ['UPDATE'] };
}

sub random_delete
{
	my ($tables, $table) = @_;
	my ($where, $reads) = random_where($table);
	my $returning = returning($table);
	return { kind => 'delete', sql => 'DELETE FROM ' . quoted($table->{name}) . "$where$returning", reads => $reads || $returning ne '', needs => ['DELETE'] };
}

# random_upsert inserts rows some of which are there.
sub random_upsert
{
	my ($tables, $table, @likely) = @_;
	my @rows = grep { $_ } map { new_row($tables, $table, chance(0.7) ? pick(@{ $table->{rows} }) : undef, @likely) } 1 .. (chance(0.2) ? 2 : 1);
	return if !@rows;
	my ($proposal, $named) = insert_sql($table, @rows);
	my $target = ' (' . join(', ', @{ $table->{pk} }) . ')';
	my %upsert = (kind => 'upsert', proposal => $proposal, named => $named, needs => ['INSERT']);
	my $returning = returning($table);
	if (chance(0.2))
	{
		$target = '' if chance(0.5);
		return { %upsert, sql => "$proposal ON CONFLICT$target DO NOTHING$returning", reads => $target ne '' || $returning ne '' };
	}
	my ($set, $assigned) = set_sql((new_values($tables, $table, 1, @likely))[0]);
	return if $set eq '';
	return { %upsert, sql => "$proposal ON CONFLICT$target DO UPDATE SET $set$returning", assigned => $assigned, reads => 1, needs => [ 'INSERT', 'UPDATE' ] };
}

sub random_merge
{
	my ($tables, $table, @likely) = @_;
	my @rows = grep { $_ } map { new_row($tables, $table, chance(0.7) ? pick(@{ $table->{rows} }) : undef, @likely) } 1 .. (chance(0.3) ? 2 : 1);
	return if !@rows;
	my @columns = grep { $_->{of} ne 'generated' } @{ $table->{columns} };
	my %merge = (kind => 'merge', matched => join(' OR ', map { '(' . key_condition($table, $_, 'this') . ')' } @rows), named => [], assigned => [], reads => 1, needs => []);
	my $sql = 'MERGE INTO ' . quoted($table->{name}) . ' AS it USING (VALUES '
	  . join(', ', map { my $row = $_; '(' . join(', ', map { "$row->{ $_->{name} }::$_->{type}" } @columns) . ')' } @rows)
	  . ') AS given (' . join(', ', map { $_->{name} } @columns) . ') ON ' . join ' AND ', map { "it.$_ = given.$_" } @{ $table->{pk} };
	my @updated = some(between(1, 2), map { $_->{name} } grep { $_->{of} =~ /^(?:data|user|role)$/ } @columns);
	if (chance(0.75) && @updated)
	{
		$sql .= ' WHEN MATCHED THEN UPDATE SET ' . join ', ', map { "$_ = given.$_" } @updated;
		$merge{assigned} = \@updated;
		push @{ $merge{needs} }, 'UPDATE';
	}
	elsif (chance(0.5))
	{
		$sql .= ' WHEN MATCHED THEN DELETE';
		push @{ $merge{needs} }, 'DELETE';
	}
	if (!@{ $merge{needs} } || chance(0.6))
	{
		my @names = map { $_->{name} } @columns;
		$sql .= ' WHEN NOT MATCHED THEN INSERT (' . join(', ', @names) . ') VALUES (' . join(', ', map { "given.$_" } @names) . ')';
		$merge{named} = \@names;
		push @{ $merge{needs} }, 'INSERT';
	}
	return { %merge, sql => $sql };
}

my @writers = ((\&random_insert) x 5, (\&random_update) x 8, (\&random_delete) x 3, (\&random_upsert) x 2, \&random_merge);

# random_write returns a statement that writes, by a random person; the last one is nobody. With a table
# it is an update of that one.
sub random_write
{
	my ($tables, $people, $updated) = @_;
	my $table = $updated // pick(grep { $_->{enabled} } @$tables) // return;
	my $person = chance(0.1) ? $#$people : int rand $#$people;
	my @likely = grep { defined } $people->[$person]{id}, chance(0.3) ? map { $_->{id} } @$people : ();
	my $write = ($updated ? \&random_update : pick(@writers))->($tables, $table, @likely) // return;
	return { %$write, table => $table->{name}, person => $person };
}

# random_change is of what confers roles and leads to scopes, by nobody who is bound.
sub random_change
{
	my ($tables) = @_;
	my $table = pick(grep { @{ $_->{rows} } } @$tables) // return;
	my ($set) = set_sql((new_values($tables, $table, 1))[0]);
	my $where = key_condition($table, pick(@{ $table->{rows} }));
	my $name = quoted($table->{name});
	my $sql = chance(0.25) || $set eq '' ? "DELETE FROM $name WHERE $where" : "UPDATE $name SET $set WHERE $where";
	return { kind => 'change', table => $table->{name}, person => 0, sql => $sql };
}

# random_scenarios returns lists of statements: what everybody may read, and is told that he may do, single writes, updates of
# the contested table, and short stories in which each statement sees what those before it did.
sub random_scenarios
{
	my ($tables, $people, $contested, %number) = @_;
	my @enabled = map { $_->{name} } grep { $_->{enabled} } @$tables;
	my @scenarios;
	for my $person (0 .. $#$people)
	{
		push @scenarios, [ { kind => 'roles', person => $person } ], map { [ { kind => 'read', table => $_, person => $person } ] } @enabled;
		push @scenarios, [ { kind => 'can', table => pick(@enabled), person => $person } ] if @enabled;
		push @scenarios, [ { kind => 'conditions', person => $person } ] if $person < 2;
		push @scenarios, [ { kind => 'lock', table => pick(@enabled), person => $person } ] if @enabled;
	}
	push @scenarios, map { [ random_write($tables, $people) // () ] } 1 .. $number{writes};
	push @scenarios, map { [ random_write($tables, $people, $contested) // () ] } 1 .. $number{updates} if $contested;
	for (1 .. $number{stories})
	{
		my @story = map { chance(0.35) ? random_change($tables) : random_write($tables, $people) } 1 .. between(2, 4);
		push @story, { kind => 'read', table => pick(@enabled), person => int rand @$people } if @enabled;
		push @story, { kind => 'roles', person => int rand @$people };
		push @scenarios, [ grep { $_ } @story ];
	}
	return [ grep { @$_ } @scenarios ];
}

1;
