# Makes a case that shows a mismatch smaller for as long as it shows one.
package Shrink;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(shrunk);

# without_item returns a list less one item.
sub without_item { my ($list, $i) = @_; return [ @{$list}[ grep { $_ != $i } 0 .. $#$list ] ] }

# without_table returns the case less a table and what stands on it.
sub without_table
{
	my ($case, $i) = @_;
	my $name = $case->{tables}[$i]{name};
	return { %$case, tables => without_item($case->{tables}, $i), rows => [ grep { $_->{table} ne $name } @{ $case->{rows} } ],
		keys => [ grep { $_->{table} ne $name && $_->{ref} ne $name } @{ $case->{keys} } ] };
}

# without_statement returns the case less one statement of its scenario; the last one stays.
sub without_statement
{
	my ($case, $i) = @_;
	my $scenario = $case->{scenarios}[0];
	return $i == $#$scenario ? undef : { %$case, scenarios => [ without_item($scenario, $i) ] };
}

my @ways = (
	[ sub { $_[0]{scenarios}[0] }, \&without_statement ],
	[ sub { $_[0]{rules} }, sub { my ($case, $i) = @_; return { %$case, rules => without_item($case->{rules}, $i) } } ],
	[ sub { $_[0]{tables} }, \&without_table ],
	[ sub { $_[0]{keys} }, sub { my ($case, $i) = @_; return { %$case, keys => without_item($case->{keys}, $i) } } ],
	[ sub { $_[0]{rows} }, sub { my ($case, $i) = @_; return { %$case, rows => without_item($case->{rows}, $i) } } ],
	[ sub { $_[0]{settings} }, sub { my ($case, $i) = @_; return { %$case, settings => without_item($case->{settings}, $i) } } ]);

# shrunk returns the smallest case found. fails->(case) tells whether a case still shows a
# mismatch; one that the server does not take at all shows none.
sub shrunk
{
	my ($case, $fails) = @_;
	my $smaller = 1;
	while ($smaller)
	{
		$smaller = 0;
		for my $way (@ways)
		{
			my ($items, $without) = @$way;
			# from the end, where what others need stands seldom
			for my $i (reverse 0 .. $#{ $items->($case) })
			{
				my $less = $without->($case, $i);
				next unless $less && $fails->($less);
				$case = $less;
				$smaller = 1;
			}
		}
	}
	return $case;
}

1;
