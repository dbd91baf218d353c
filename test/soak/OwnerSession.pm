# An owner of the soak test: states rules and takes them back, changes tables, and rows too.
package OwnerSession;
use strict;
use warnings;
use parent 'Session';
use Chance;
use SoakRules;

# What may come of statements that do not know what others have done meanwhile.
my %expected = map { $_ => 1 } (
	'40001', '40P01', '55P03',    # others were first, or hold a lock
	'2BP01',                      # rules, or conditions, stand on it
	'42701', '42703', '42704',    # the column or constraint is there, or is not
	'55000',                      # the table is not enabled
	'23503', '23505');

sub greeting { return ('SET client_min_messages = error', q(SET lock_timeout = '150ms')) }

sub expected_error { my ($self, $error) = @_; return $expected{ $error->{C} } }

sub turn
{
	my ($self) = @_;
	if (chance(0.2))
	{
		# several at once, or none of them
		$self->run('BEGIN');
		for (1 .. between(2, 4))
		{
			$self->run('SAVEPOINT s');
			$self->run($_) // $self->run('ROLLBACK TO s') for statement();
		}
		$self->run(chance(0.7) ? 'COMMIT' : 'ROLLBACK');
	}
	else
	{
		$self->run($_) for statement();
	}
	select undef, undef, undef, 0.02 * rand;
	return;
}

# statement returns what an owner types next, mostly one statement.
sub statement
{
	my $what = rand;
	return random_grant() if $what < 0.38;
	return random_revoke() if $what < 0.46;
	return random_assign() if $what < 0.6;
	return random_unassign() if $what < 0.64;
	return toggle_notes() if $what < 0.68;
	return 'ELECTRIC ENABLE ' . pick(@TABLES) if $what < 0.73;
	return change_table() if $what < 0.88;
	return change_rows();
}

sub toggle_notes
{
	return 'ELECTRIC ENABLE notes' if chance(0.6);
	return join '; ', (map { "ELECTRIC REVOKE ALL ON notes FROM $_" }
		  q('tenants:member'), q('tenants:editor'), q('tenants:admin'), q('auditor'), 'AUTHENTICATED', 'ANYONE'), 'ALTER TABLE notes DISABLE ELECTRIC';
}

sub change_table
{
	my ($table, $constraint) = @{ pick(@CONSTRAINTS) };
	my ($big, $extra) = (pick('projects', 'issues', 'comments', 'events', 'memberships'), pick('extra_1', 'extra_2'));
	return pick(
		"ALTER TABLE $big ADD COLUMN $extra int" . pick('', ' DEFAULT 0'),
		"ALTER TABLE $big DROP COLUMN $extra" . pick('', ' CASCADE'),
		"ALTER TABLE issues ADD COLUMN extra_1 int",
		"CREATE INDEX IF NOT EXISTS soak_$big ON $big (tenant_id)",
		"DROP INDEX IF EXISTS soak_$big",
		"CREATE INDEX IF NOT EXISTS soak_author ON issues (author)",
		"DROP INDEX IF EXISTS soak_author",
		"ALTER TABLE $table RENAME CONSTRAINT $constraint TO ${constraint}_x",
		"ALTER TABLE $table RENAME CONSTRAINT ${constraint}_x TO $constraint",
		"ALTER TABLE $table RENAME CONSTRAINT ${constraint}_x TO $constraint",
		"ALTER TABLE $table RENAME CONSTRAINT $constraint TO ${constraint}_x; ALTER TABLE $table RENAME CONSTRAINT ${constraint}_x TO $constraint",
		'CREATE TABLE events_9 PARTITION OF events FOR VALUES IN (9); ELECTRIC ENABLE events; DROP TABLE events_9',
		"ALTER TABLE issues SET (fillfactor = " . between(50, 100) . ')',
		"ANALYZE $big");
}

sub change_rows
{
	my $issue = between(1, 200);
	return pick(
		"UPDATE issues SET hidden = NOT hidden WHERE id = $issue",
		"UPDATE memberships SET valid = NOT valid WHERE id = " . between(0, 99),
		"UPDATE memberships SET kind = '" . pick('member', 'editor', 'admin') . "' WHERE id = " . between(0, 99),
		"DELETE FROM memberships WHERE id = " . between(0, 99),
		"DELETE FROM staff WHERE user_id = 'u" . between(0, 3) . "'",
		'INSERT INTO staff SELECT \'u\' || n, n + 1 FROM generate_series(0, 3) n ON CONFLICT DO NOTHING',
		"UPDATE projects SET owner_id = CASE WHEN owner_id IS NULL THEN 'u' || (tenant_id - 1) END WHERE id = " . between(1, 20));
}

1;
