# One session of the soak test: a process of its own with a connection, told what to do
# over a pipe. It counts statements and errors, and keeps what must not have happened.
package Session;
use strict;
use warnings;
use IO::Handle;
use JSON::PP;
use Socket;
use Time::HiRes qw(time);
use Wire;

# The test's ends of all pipes: sessions must not hold them, since they end with theirs.
my @test_ends;

# start forks the session; it works with the methods of a class derived from this one: expected_error
# and turn. Returns what the test holds of it.
sub start
{
	my ($class, %self) = @_;
	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
	my $pid = fork() // die "fork: $!";
	if (!$pid)
	{
		close $_ for @test_ends, $ours;
		my $ok = eval { (bless { %self, pipe => $theirs, tally => {}, faults => [], history => [] }, $class)->serve; 1 };
		print STDERR "$self{name}: $@" unless $ok;
		require POSIX;
		POSIX::_exit($ok ? 0 : 1);
	}
	close $theirs;
	$ours->autoflush(1);
	push @test_ends, $ours;
	return bless { name => $self{name}, pid => $pid, pipe => $ours }, $class;
}

# ask and answer are the test's side: a command, and what the session says when it has done it.
sub ask
{
	my ($self, @command) = @_;
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{pipe} } encode_json(\@command), "\n";
	return $self;
}

sub answer
{
	my ($self) = @_;
	my $line = readline $self->{pipe};
	return defined $line ? decode_json($line) : { result => undef, faults => ["$self->{name} has died"], tally => { lost => 1 } };
}

# end returns the exit status.
sub end { my ($self) = @_; close $self->{pipe}; waitpid $self->{pid}, 0; return $? }

sub serve
{
	my ($self) = @_;
	local $SIG{PIPE} = 'IGNORE';
	srand($self->{seed});
	$self->{pipe}->autoflush(1);
	$self->connect;
	while (defined(my $line = readline $self->{pipe}))
	{
		my ($command, @arguments) = @{ decode_json($line) };
		my $result = eval { $self->$command(@arguments) };
		$self->fault("died: $@") if $@ && !$self->{lost};
		print { $self->{pipe} } encode_json({ result => $result, tally => $self->{tally}, faults => $self->{faults} }), "\n";
		($self->{tally}, $self->{faults}) = ({}, []);
		last if $self->{lost};
	}
	return;
}

sub connect
{
	my ($self) = @_;
	$self->{wire}->close if $self->{wire};
	$self->{wire} = Wire->new($self->{node}, 'postgres', $self->{role});
	for my $sql ($self->greeting)
	{
		# others may hold a lock just now
		for (1 .. 20) { last if $self->{lost} || $self->run($sql) }
	}
	return;
}

sub work
{
	my ($self, $until) = @_;
	$self->connect if $self->{fresh};
	$self->turn while time < $until && !$self->{lost};
	return;
}

# memory returns what the session's contexts hold, in kilobytes, and how many of a kind there are.
sub memory
{
	my ($self) = @_;
	$self->run('SELECT soak.memory()');
	my $memory = decode_json($self->{wire}{value});
	if (open my $status, '<', "/proc/$memory->{pid}/status")
	{
		/^RssAnon:\s+(\d+)/ and $memory->{anonymous} = $1 for <$status>;
	}
	return $memory;
}

# run sends a statement and returns its rows' first column; undef after an error.
sub run
{
	my ($self, $sql) = @_;
	return $self->note($sql, sub { $_[0]->simple($sql) });
}

# run_portal does the same by the extended protocol, a few rows at a time.
sub run_portal
{
	my ($self, $sql) = @_;
	return $self->note($sql, sub {
		my ($wire) = @_;
		$wire->parse('', $sql);
		$wire->bind('');
		$wire->execute(2);
		$wire->execute(0);
		$wire->sync;
	});
}

sub note
{
	my ($self, $sql, $send) = @_;
	push @{ $self->{history} }, $sql;
	shift @{ $self->{history} } if @{ $self->{history} } > 30;
	$self->{tally}{statements}++;
	if (!eval { $send->($self->{wire}); 1 })
	{
		$self->{lost} = $self->{tally}{lost} = 1;
		$self->fault("connection lost: $@");
		return;
	}
	my $error = $self->{wire}{error};
	if (!$error)
	{
		$self->{tally}{rows} += @{ $self->{wire}{column} };
		return $self->{wire}{column};
	}
	$self->{tally}{"error $error->{C}"}++;
	$self->fault("$error->{C} $error->{M}") unless $self->expected_error($error, $sql);
	return;
}

# fault keeps what must not have happened, with the statements that led to it.
sub fault
{
	my ($self, $text) = @_;
	push @{ $self->{faults} }, "$self->{name}: $text\n  " . join ";\n  ", @{ $self->{history} } if @{ $self->{faults} } < 5;
	$self->{tally}{faults}++;
	return;
}

1;
