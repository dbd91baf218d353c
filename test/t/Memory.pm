# The memory of a server process, read through /proc by its own user.
package Memory;
use strict;
use warnings;
no warnings 'portable';	# addresses have 64 bits

# new takes a snapshot of what the process alone may write: heap, stack, data; not what it shares.
sub new
{
	my ($class, $pid) = @_;
	open my $maps, '<', "/proc/$pid/maps" or die "cannot read /proc/$pid/maps: $!\n";
	open my $mem, '<:raw', "/proc/$pid/mem" or die "cannot read /proc/$pid/mem: $!\n";
	my @regions;
	while (my $line = <$maps>)
	{
		my ($from, $to, $name) = $line =~ /^([0-9a-f]+)-([0-9a-f]+) rw.p \S+ \S+ \S+ *(.*)$/ or next;
		($from, $to) = (hex $from, hex $to);
		my ($bytes, $got) = ('', 0);
		sysseek $mem, $from, 0 or next;
		while (length $bytes < $to - $from)
		{
			$got = sysread $mem, $bytes, $to - $from - length $bytes, length $bytes;
			last unless $got;
		}
		die "cannot read /proc/$pid/mem: $!\n" unless length $bytes == $to - $from;
		push @regions, [ $name, $bytes ];
	}
	return bless { regions => \@regions }, $class;
}

# count returns how often the bytes stand there.
sub count
{
	my ($self, $secret) = @_;
	my $count = 0;
	for my $region (@{ $self->{regions} })
	{
		for (my $at = 0; ($at = index $region->[1], $secret, $at) >= 0; $at++) { $count++ }
	}
	return $count;
}

1;
