# A client that speaks PostgreSQL's protocol message by message, for what psql cannot
# send: Parse, Bind, Describe and Execute, apart and in any order.
package Wire;
use strict;
use warnings;
use IO::Socket::UNIX;

# new connects to $node as $user and returns when the server is ready.
sub new
{
	my ($class, $node, $database, $user) = @_;
	my $socket = IO::Socket::UNIX->new($node->host . '/.s.PGSQL.' . $node->port)
	  or die "cannot connect: $!";
	my $self = bless { socket => $socket }, $class;
	my $start = pack('N', 196608) . "user\0$user\0database\0$database\0\0";

	$socket->autoflush(1);
	print $socket pack('N', 4 + length $start), $start;
	$self->answers;
	return $self;
}

sub put
{
	my ($self, $type, $body) = @_;
	print { $self->{socket} } $type, pack('N', 4 + length $body), $body;
	return;
}

sub simple { my ($self, $sql) = @_; $self->put('Q', "$sql\0"); return $self->answers; }
sub parse { my ($self, $name, $sql) = @_; $self->put('P', "$name\0$sql\0" . pack('n', 0)); return; }
sub bind
{
	my ($self, $name, @values) = @_;	# as text
	$self->put('B', "\0$name\0" . pack('nn', 0, scalar @values) . join('', map { pack('N', length) . $_ } @values) . pack('n', 0));
	return;
}
sub describe { my ($self, $name) = @_; $self->put('D', "S$name\0"); return; }
sub execute { my ($self, $rows) = @_; $self->put('E', "\0" . pack('N', $rows // 0)); return; }
sub sync { my ($self) = @_; $self->put('S', ''); return $self->answers; }

# take reads exactly $length bytes.
sub take
{
	my ($self, $length) = @_;
	my $bytes = '';
	while (length $bytes < $length)
	{
		read($self->{socket}, $bytes, $length - length $bytes, length $bytes)
		  or die 'the server has closed the connection';
	}
	return $bytes;
}

# answers reads up to ReadyForQuery and returns the messages that matter, one word or
# line each: parsed, bound, nodata, rows, "tag X", "error SQLSTATE position message".
# {error} keeps the last error's fields, {value} the last row's first column, {column} that
# of all rows.
sub answers
{
	my ($self) = @_;
	my %plain = ('1' => 'parsed', '2' => 'bound', n => 'nodata', T => 'rows', s => 'suspended');
	my @answers;
	$self->{error} = $self->{value} = undef;
	$self->{column} = [];
	for (;;)
	{
		my ($type, $length) = unpack 'aN', $self->take(5);
		my $body = $self->take($length - 4);
		last if $type eq 'Z';
		push @answers, $plain{$type} if $plain{$type};
		push @answers, 'tag ' . unpack('Z*', $body) if $type eq 'C';
		push @{ $self->{column} }, $self->{value} = unpack('x2N/a', $body) if $type eq 'D';
		if ($type eq 'E')
		{
			my %field = map { /^(.)(.*)/s ? ($1 => $2) : () } split /\0/, $body;
			$self->{error} = \%field;
			push @answers, "error $field{C} " . ($field{P} // $field{p} // '-') . " $field{M}";
		}
	}
	return join '; ', @answers;
}

sub close { my ($self) = @_; $self->put('X', ''); close $self->{socket}; return; }

1;
