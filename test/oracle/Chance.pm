# Random choices. All come from rand(), so that one srand() decides a whole case.
package Chance;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(chance pick some between shuffled);

# chance is true in the given share of cases.
sub chance { my ($share) = @_; return rand() < $share }

sub pick { return @_ ? $_[ int rand @_ ] : undef }

sub between { my ($least, $most) = @_; return $least + int rand($most - $least + 1) }

sub shuffled
{
	my @list = @_;
	for my $i (reverse 1 .. $#list)
	{
		my $j = int rand($i + 1);
		@list[ $i, $j ] = @list[ $j, $i ];
	}
	return @list;
}

# some returns $n of the others, in their order.
sub some
{
	my ($n, @list) = @_;
	my %chosen = map { $_ => 1 } (shuffled(0 .. $#list))[ 0 .. ($n > @list ? $#list : $n - 1) ];
	return map { $list[$_] } grep { $chosen{$_} } 0 .. $#list;
}

1;
