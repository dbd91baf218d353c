# Random conditions, each said twice: in DDLX, and in the plain SQL that it means for the
# oracle, where this, new and old are the versions of the row.
package Conditions;
use strict;
use warnings;
use Chance;
use Tables;
use Exporter 'import';

our @EXPORT = qw(random_condition);

# name returns a column as DDLX and as SQL say it. Bare, row and this are one thing.
sub name
{
	my ($column, $versions) = @_;
	my $said = pick('', '', 'this', 'row', $versions ? ('new', 'new', 'old') : ());
	return [ ($said ? "$said." : '') . $column, ($said =~ /^(?:new|old)$/ ? $said : 'this') . ".$column" ];
}

# both puts two texts of each argument into a pattern.
sub both
{
	my ($pattern, @parts) = @_;
	return [ map { my $i = $_; my @texts = map { $_->[$i] } @parts; $pattern =~ s/\?(\d)/$texts[$1]/gr } 0, 1 ];
}

# of_user compares a column with the user id, which takes the column's type.
sub of_user
{
	my ($column, $versions) = @_;
	my $type = $column->{type} eq 'app.positive' ? 'int' : $column->{type} =~ /^(?:varchar.*|name)$/ ? 'text' : $column->{type};
	my $user = [ 'auth.user_id', "oracle.user_as(NULL::$type)::text" ];
	my $name = name($column->{name}, $versions);
	$name->[1] .= '::text';
	return chance(0.8) ? both('?0 = ?1', $name, $user) : both('?1 = ?0', $name, $user);
}

# of_identity asks nothing about the row.
my @of_identity = (
	[ 'auth.user_id IS NOT NULL', 'oracle.user_id() IS NOT NULL' ],
	[ q(auth.user_id <> 'ann'), q(oracle.user_id() <> 'ann') ],
	[ q(auth.data.level = 'high'), q(oracle.claims() #>> '{data,level}' = 'high') ],
	[ q(auth.data.a.b IS NULL), q(oracle.claims() #>> '{data,a,b}' IS NULL) ],
	[ q(auth.claims ? 'staff'), q(oracle.claims() ? 'staff') ],
	[ q((auth.claims ->> 'n')::int > 1), q((oracle.claims() ->> 'n')::int > 1) ]);

my %of_data = (
	int => [ '?0 > 1', '?0 + 1 = 3', '?0 IS NULL', '?0 IN (0, 1, 2)', 'coalesce(?0, 1) BETWEEN 1 AND 3', '?0 <> 2', 'CASE WHEN ?0 > 2 THEN false ELSE ?0 IS NOT NULL END' ],
	boolean => [ '?0', 'NOT ?0', '?0 IS NOT FALSE', '?0 IS NOT NULL' ],
	text => [ q(?0 = 'a'), q(?0 LIKE 'a%'), 'length(?0) > 0', q(?0 || 'b' = 'ab'), '?0 IS NULL', q(lower(?0) IN ('a', 'b')) ],
	'numeric(9,1)' => [ '?0 >= 1', '?0 = 0.5' ]);

# A change: the new version against the old one
my %of_change = (
	int => [ '?0 >= ?1', '?0 = ?1 + 1', '?0 = ?1', '?0 IS NOT DISTINCT FROM ?1', 'coalesce(?0, 0) <= coalesce(?1, 3)' ],
	boolean => [ '?0 = ?1', '?0 IS NOT DISTINCT FROM ?1', '?0 OR NOT ?1' ],
	text => [ '?0 = ?1', '?0 <> ?1', '?0 >= ?1', 'length(?0) >= length(?1)' ]);

# atom returns one comparison of a table's columns. versions: may new and old be named,
# changes: and compared? Generated columns are not known while a row changes.
sub atom
{
	my ($table, $versions, $changes) = @_;
	my @columns = grep { !$changes || $_->{of} ne 'generated' } @{ $table->{columns} };
	my @users = grep { $_->{of} eq 'user' } @columns;
	my @data = grep { $of_data{ $_->{type} } && $_->{of} =~ /^(?:data|generated)$/ } @columns;
	my @keys = grep { $_->{of} =~ /^[pf]k$/ } @columns;

	return of_user(pick(@users), $versions) if @users && $versions && chance(0.35);
	return pick(@of_identity) if $versions && chance(0.2);
	if (@data && $changes && chance(0.3))
	{
		my $column = pick(grep { $of_change{ $_->{type} } } @data);
		return both(pick(@{ $of_change{ $column->{type} } }), [ ("new.$column->{name}") x 2 ], [ ("old.$column->{name}") x 2 ]) if $column;
	}
	if (@keys && (!@data || chance(0.15)))
	{
		my $key = pick(@keys);
		my $name = name($key->{name}, $versions);
		return both('?0 IS NOT NULL', $name) if $key->{of} eq 'fk' && chance(0.5);
		return both('?0 <> ' . key_value($key->{type}, between(1, 9)), $name);
	}
	my $column = pick(@data) // return [ 'true', 'true' ];
	return both(pick(@{ $of_data{ $column->{type} } }), name($column->{name}, $versions));
}

# random_condition returns [DDLX, SQL].
sub random_condition
{
	my ($table, $versions, $changes) = @_;
	my $how = rand();
	return atom($table, $versions, $changes) if $how < 0.6;
	my ($left, $right) = map { atom($table, $versions, $changes) } 1, 2;
	return both('(?0) AND (?1)', $left, $right) if $how < 0.75;
	return both('(?0) OR (?1)', $left, $right) if $how < 0.92;
	return both('NOT (?0)', $left);
}

1;
