# Random DDLX statements over random tables.
#
# A rule is {owner, ddlx, own}: whose statement, its text, and what its condition means in plain SQL.
package Rules;
use strict;
use warnings;
use Chance;
use Tables;
use Conditions;
use Exporter 'import';

our @EXPORT = qw(random_rules);

# steps_from returns the steps that leave a table: {to, words}, words being ways to write it.
sub steps_from
{
	my ($tables, $table, $backward) = @_;
	my @steps;
	for my $from (@$tables)
	{
		for my $fk (@{ $from->{fks} })
		{
			my $constraint = quoted($fk->{name});
			next if $fk->{ref} eq $fk->{table};
			push @steps, { to => $fk->{ref}, words => [ $fk->{columns}[0], $fk->{columns}[0], $constraint ] } if $from == $table;
			push @steps, { to => $fk->{table}, backward => 1, words => [ $constraint, quoted($fk->{table}) . ".$constraint" ] }
			  if $backward && $fk->{ref} eq $table->{name};
		}
	}
	return @steps;
}

# paths_to returns the paths from a table to a scope, through no table twice: {steps, backward}.
sub paths_to
{
	my ($tables, $table, $scope, $backward, %seen) = @_;
	return { steps => [] } if $table == $scope;
	return () if keys %seen > 4;
	my @paths;
	$seen{ $table->{name} } = 1;
	for my $step (steps_from($tables, $table, $backward))
	{
		next if $seen{ $step->{to} };
		my ($next) = grep { $_->{name} eq $step->{to} } @$tables;
		push @paths, map { { steps => [ $step, @{ $_->{steps} } ], backward => $_->{backward} || $step->{backward} } } paths_to($tables, $next, $scope, $backward, %seen);
		last if @paths > 20;
	}
	return @paths;
}

sub using
{
	my ($path, $alone) = @_;
	return '' if !@{ $path->{steps} } || $alone && chance(0.5);
	return ' USING ' . join '/', map { pick(@{ $_->{words} }) } @{ $path->{steps} };
}

# role_text returns one of the ways to write a role.
sub role_text
{
	my ($scope, $name) = @_;
	my $string = "'" . $name =~ s/'/''/gr . "'";
	return $name =~ /:/ || chance(0.1) ? "(NULL, $string)" : $string unless $scope;
	my $table = quoted($scope);
	return chance(0.7) ? "'$table:" . substr($string, 1) : "($table, $string)";
}

# random_assignment returns a rule, mostly one that its owner may state, and the role names that it may give: [scope, name].
sub random_assignment
{
	my ($tables, $scopes, $supports) = @_;
	my $table = pick(grep { grep { $_->{of} eq 'user' } @{ $_->{columns} } } @$tables) // return;
	my $user = pick(grep { $_->{of} eq 'user' } @{ $table->{columns} });
	my @roles = grep { $_->{of} eq 'role' } @{ $table->{columns} };
	my @reachable = grep { paths_to($tables, $table, $_, 0) } @$scopes;
	@reachable = grep { $_->{owner} eq $table->{owner} } @reachable unless chance(0.1);
	my $scope = chance(0.2) ? undef : chance(0.25) ? $table : pick(@reachable);
	my @names = pick(@role_names[ 0, 0, 0, 1, 1 ], @role_names);
	my ($column, $ddlx) = quoted($table->{name}) . '.';

	if (@roles && chance(0.6))
	{
		@names = @role_names[ 0 .. 2 ];
		$ddlx = '(' . ($scope ? quoted($scope->{name}) : 'NULL') . ", $column$roles[0]{name})";
	}
	else
	{
		$ddlx = role_text($scope && $scope->{name}, $names[0]);
	}
	$ddlx = "ELECTRIC ASSIGN $ddlx TO $column$user->{name}";
	if ($scope)
	{
		my @paths = paths_to($tables, $table, $scope, 0);
		$ddlx .= using(pick(@paths), @paths == 1);
	}
	my $if = chance(0.25) && $supports->{if} ? random_condition($table, 0, 0) : undef;
	$ddlx .= " IF ($if->[0])" if $if;
	return ({ owner => $table->{owner}, ddlx => $ddlx, own => $if && $if->[1] }, map { [ $scope && $scope->{name}, $_ ] } @names);
}

my @built_in = ('ANYONE', 'AUTHENTICATED', "'authenticated'");

# column_list returns one for an INSERT or UPDATE, mostly wide.
sub column_list
{
	my ($table, $privilege) = @_;
	my @columns = map { $_->{name} } grep { $_->{of} ne 'generated' } @{ $table->{columns} };
	my @kept = $privilege eq 'INSERT' ? map { $_->{name} } grep { $_->{of} =~ /^[pf]k$/ } @{ $table->{columns} } : ();
	my %listed = map { $_ => 1 } @kept, some(chance(0.5) ? @columns - 1 : between(1, scalar @columns), @columns);
	return ' (' . join(', ', grep { $listed{$_} } @columns) . ')';
}

# privileges returns some, of which UPDATE only with what the server supports; and whether UPDATE is one.
sub privileges
{
	my ($table, $conditional, $supports) = @_;
	my $words = $conditional && !$supports->{update_condition}
	  ? pick('READ', 'READ', 'READ, INSERT, DELETE', 'INSERT', 'DELETE', 'INSERT, DELETE')
	  : pick('ALL', 'ALL', 'ALL', 'READ', 'READ', 'SELECT, UPDATE', 'WRITE', 'WRITE', 'INSERT', 'UPDATE', 'INSERT, UPDATE', 'READ, DELETE');
	if (chance(0.25))
	{
		for my $privilege (grep { $supports->{ lc "${_}_columns" } } 'INSERT', 'UPDATE')
		{
			my $columns = column_list($table, $privilege);
			$words =~ s/$privilege/$privilege$columns/;
		}
	}
	return ($words, $words =~ /UPDATE|ALL|WRITE/);
}

# random_grant returns a rule that grants something to one of the roles, or to a built-in one.
sub random_grant
{
	my ($tables, $roles, $supports) = @_;
	my ($to, @candidates);
	if (!@$roles || chance(0.2))
	{
		$to = pick(@built_in);
		@candidates = map { [$_] } grep { $_->{enabled} } @$tables;
	}
	else
	{
		my $role = chance(0.04) ? [ pick(undef, $tables->[0]{name}), 'nobody' ] : pick(@$roles);
		my ($scope) = $role->[0] ? grep { $_->{name} eq $role->[0] } @$tables : ();
		my $backward = chance(0.2);
		$to = role_text(@$role);
		@candidates = map { my $t = $_; my @p = $scope ? paths_to($tables, $t, $scope, $backward) : (); $scope && !@p ? () : [ $t, @p ] } grep { $_->{enabled} } @$tables;
		@candidates = (grep({ @{ $_->[1]{steps} } } @candidates), @candidates) if $scope;
	}
	my ($table, @paths) = @{ pick(@candidates) // return undef };
	# what is granted to everybody shall not leave nothing to ask
	my $condition = chance(@paths ? 0.25 : 0.5);
	my ($privileges, $updates) = privileges($table, $condition, $supports);
	$condition &&= random_condition($table, 1, $updates);
	my $ddlx = "ELECTRIC GRANT $privileges ON " . quoted($table->{name}) . " TO $to";
	$ddlx .= using(pick(@paths), @paths == 1) if @paths;
	$ddlx .= ' ' . pick('CHECK', 'WHERE') . " ($condition->[0])" if $condition;
	return { owner => $table->{owner}, ddlx => $ddlx, own => $condition ? $condition->[1] : undef };
}

# rival_grants returns grants of UPDATE on one table to several roles, none of which shall make up for what
# another one lacks; and READ, so that the rows are reached. by: 'columns' for column lists and all
# conditions, 'rows' for conditions that ask only what a row is, before and after.
sub rival_grants
{
	my ($table, $tables, $roles, $supports, $by) = @_;
	my @rules = ({ owner => $table->{owner}, ddlx => 'ELECTRIC GRANT READ ON ' . quoted($table->{name}) . ' TO ANYONE' });
	my @usable;
	for my $role (@$roles)
	{
		my ($scope) = $role->[0] ? grep { $_->{name} eq $role->[0] } @$tables : ();
		my @paths = $scope ? paths_to($tables, $table, $scope, 0) : ();
		push @usable, ([ $role, @paths ]) x ($scope ? 3 : 1) if @paths || !$scope;
	}
	for (1 .. between(3, 5))
	{
		my ($role, @paths) = @{ chance($by eq 'rows' ? 0.5 : 0.2) ? [] : pick(@usable) // [] };
		my $columns = $supports->{update_columns} && $by eq 'columns' && chance(0.6) ? column_list($table, 'UPDATE') : '';
		my $condition = $supports->{update_condition} && chance($by eq 'rows' ? 0.9 : $columns ? 0.3 : 0.6) ? random_condition($table, $by eq 'columns', $by eq 'columns') : undef;
		push @rules, { owner => $table->{owner}, own => $condition && $condition->[1],
			ddlx => "ELECTRIC GRANT UPDATE$columns ON " . quoted($table->{name}) . ' TO ' . ($role ? role_text(@$role) : pick(@built_in))
			  . (@paths ? using(pick(@paths), @paths == 1) : '') . ($condition ? " CHECK ($condition->[0])" : '') };
	}
	return @rules;
}

# random_rules returns rules in order, and a table of which UPDATE is granted in many ways.
# supports: what the server takes, {if, update_condition, insert_columns, update_columns}
sub random_rules
{
	my ($tables, $supports) = @_;
	my @rules = map { { owner => $_->{owner}, ddlx => 'ELECTRIC ENABLE ' . quoted($_->{name}) } } grep { $_->{enabled} } @$tables;
	my @scopes = some(pick(1, 1, 2, 3), @$tables);
	my @roles;
	for (1 .. between(4, 8))
	{
		my ($rule, @given) = random_assignment($tables, \@scopes, $supports) or next;
		push @rules, $rule;
		push @roles, @given;
	}
	push @rules, map { random_grant($tables, \@roles, $supports) // () } 1 .. 4 + 3 * @$tables;
	my $contested = pick(grep { $_->{enabled} } @$tables, (grep { @{ $_->{fks} } } @$tables) x 3);
	if ($contested)
	{
		my $by = chance(0.35) ? 'rows' : 'columns';
		my $others = qr/GRANT .*(?:ALL|WRITE|UPDATE).* ON \Q@{[ quoted($contested->{name}) ]}\E TO/;
		@rules = grep { $_->{ddlx} !~ $others } @rules if $by eq 'rows';
		push @rules, rival_grants($contested, $tables, \@roles, $supports, $by);
	}
	# users reach rows for writing only through READ
	for my $table (grep { $_->{enabled} } @$tables)
	{
		next unless chance(0.35);
		my $condition = chance(0.6) ? random_condition($table, 1, 0) : undef;
		push @rules, { owner => $table->{owner}, ddlx => 'ELECTRIC GRANT READ ON ' . quoted($table->{name}) . ' TO ' . pick(@built_in) . ($condition ? " WHERE ($condition->[0])" : ''),
			own => $condition && $condition->[1] };
	}
	if (chance(0.3))
	{
		my $again = pick(grep { $_->{ddlx} =~ /GRANT|ASSIGN/ } @rules);
		if ($again && $again->{ddlx} =~ /^ELECTRIC (GRANT|ASSIGN) (.*?) TO (.*?)(?: USING.*| CHECK.*| WHERE.*| IF.*)?$/)
		{
			my ($what, $said, $whom) = ($1, $2, $3);
			push @rules, { owner => $again->{owner}, ddlx => $what eq 'GRANT' ? "ELECTRIC REVOKE $said FROM $whom" : "ELECTRIC UNASSIGN $said FROM $whom" };
		}
	}
	return (\@rules, $contested);
}

1;
