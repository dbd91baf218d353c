# Every rule that the soak test's owners ever state. Each is limited so that nobody meets a row
# of a tenant that is not his, a hidden issue, a comment of others that he changes, and so on:
# what schema.sql's audit() and ClientSession.pm hold against what happens. And the rules of quiet
# moments, with what they show, said in plain SQL.
package SoakRules;
use strict;
use warnings;
use Chance;
use Exporter 'import';

our @EXPORT = qw(@TABLES @CONSTRAINTS random_grant random_revoke random_assign random_unassign quiet_rules expected_sql);

our @TABLES = qw(tenants memberships projects issues comments events vault notes);
our @CONSTRAINTS = (
	[ 'memberships', 'memberships_tenant' ], [ 'projects', 'projects_tenant' ], [ 'issues', 'issues_tenant' ],
	[ 'issues', 'issues_project' ], [ 'comments', 'comments_issue' ], [ 'events', 'events_tenant' ]);

my @tenant_roles = ("'tenants:member'", "'tenants:editor'", "'tenants:admin'");
my @all_roles = (@tenant_roles, "'projects:owner'", "'auditor'", 'AUTHENTICATED', 'ANYONE');

# The ways from a table to its tenant, and to the project.
my %to_tenant = (
	tenants => [''],
	memberships => ['memberships_tenant'],
	projects => [ 'projects_tenant', 'tenant_id' ],
	issues => [ 'issues_tenant', 'issues_project/projects_tenant' ],
	comments => [ 'comments_issue/issues_tenant', 'comments_issue/issues_project/projects_tenant' ],
	events => ['events_tenant'],
	vault => ['vault_tenant'],
	notes => ['notes_tenant']);
my %to_project = (
	tenants => ['projects_tenant'],
	memberships => ['memberships_tenant/projects_tenant'],
	projects => [''],
	issues => ['issues_project'],
	comments => ['comments_issue/issues_project']);

my $versioned = 'new.version = old.version + 1 AND NOT hidden';
my $mine = 'author = auth.user_id';

# For each table: privileges that can be granted, and the condition that they never stand without.
my %grants = (
	tenants => [ [ 'READ', '' ] ],
	memberships => [ [ 'READ', '' ], [ 'INSERT (id, user_id, tenant_id, kind)', '' ], [ 'UPDATE (kind, valid)', '' ],
		[ 'UPDATE (valid)', "kind <> 'admin'" ], [ 'DELETE', '' ] ],
	projects => [ [ 'READ', '' ], [ 'INSERT', q(secret = 's') ], [ 'INSERT (id, tenant_id, name)', '' ],
		[ 'UPDATE (name, note)', '' ], [ 'UPDATE (note)', q(name <> '') ], [ 'DELETE', '' ] ],
	issues => [ [ 'READ', 'NOT hidden' ], [ 'READ', 'NOT hidden AND readable(title)' ], [ 'READ', 'NOT hidden AND coalesce(extra_1, 0) = 0' ],
		[ 'INSERT', qq(secret = 's' AND NOT hidden AND (author IS NULL OR $mine)) ],
		[ 'INSERT (id, tenant_id, project_id, title)', '' ],
		[ 'UPDATE', "$versioned AND new.secret = old.secret" ], [ 'UPDATE (title, version)', $versioned ],
		[ 'UPDATE (title, note, version)', "$versioned AND readable(title)" ],
		[ 'UPDATE (project_id, tenant_id, version)', $versioned ], [ 'DELETE', 'NOT hidden' ] ],
	comments => [ [ 'READ', '' ], [ 'READ', $mine ], [ 'INSERT', "$mine AND secret = 's'" ], [ 'UPDATE (body)', $mine ], [ 'DELETE', $mine ] ],
	events => [ [ 'READ', '' ], [ 'INSERT (id, tenant_id, title)', '' ], [ 'UPDATE (title)', '' ], [ 'UPDATE (title, tenant_id)', '' ], [ 'DELETE', '' ] ],
	vault => [ map { [ $_, q(auth.data.level = 'high') ] } 'READ', 'INSERT', 'UPDATE (body)', 'DELETE' ],
	notes => [ [ 'READ', '' ], [ 'INSERT', q(secret = 's') ], [ 'UPDATE (body)', '' ], [ 'DELETE', '' ] ]);

# Roles by membership, but never by a decoy; of staff, owners and authors there are none.
my @assignments = (
	[ q('tenants:member'), 'memberships.user_id', '', 'valid AND NOT decoy' ],
	[ q('tenants:member'), 'memberships.user_id', 'memberships_tenant', 'sound(decoy)' ],
	[ q('tenants:editor'), 'memberships.user_id', '', q(kind <> 'member' AND NOT decoy) ],
	[ '(tenants, memberships.kind)', 'memberships.user_id', '', 'NOT decoy' ],
	[ '(tenants, memberships.kind)', 'memberships.user_id', 'tenant_id', q(valid AND sound(decoy) AND now() > '2000-01-01') ],
	[ q('tenants:member'), 'staff.user_id', '', '' ],
	[ q('tenants:admin'), 'staff.user_id', 'staff_tenant', '' ],
	[ q('auditor'), 'staff.user_id', '', '' ],
	[ q('projects:owner'), 'projects.owner_id', '', '' ],
	[ q('tenants:editor'), 'projects.owner_id', 'projects_tenant', '' ],
	[ q('projects:owner'), 'issues.author', 'issues_project', '' ],
	[ q('projects:owner'), 'issues.author', 'issues_project', 'version > 0 AND NOT hidden' ]);

sub grant
{
	my ($privilege, $table, $role, $path, $condition) = @_;
	my $using = $path ne '' ? " USING $path" : '';
	my $check = $condition ne '' ? " CHECK ($condition)" : '';
	return "ELECTRIC GRANT $privilege ON $table TO $role$using$check";
}

sub random_grant
{
	my $table = pick(@TABLES);
	my ($privilege, $condition) = @{ pick(@{ $grants{$table} }) };
	my $role = chance(0.4) ? join(', ', @tenant_roles) : chance(0.5) ? pick(@tenant_roles) : pick(@all_roles);
	my $paths = $role =~ /tenants:/ ? $to_tenant{$table} : $role =~ /projects:/ ? $to_project{$table} : undef;

	return random_grant() if $role =~ /projects:/ && !$paths;
	if (!$paths)
	{
		# these reach all rows, but for the condition
		my $own = 'may(auth.user_id, ' . ($table eq 'tenants' ? 'id' : 'tenant_id') . ')';
		$condition = $condition eq '' ? $own : "$own AND $condition";
	}
	return grant($privilege, $table, $role, $paths ? pick(@$paths) : '', $condition);
}

sub random_revoke { return sprintf 'ELECTRIC REVOKE %s ON %s FROM %s', pick('ALL', 'READ', 'INSERT', 'UPDATE', 'DELETE'), pick(@TABLES), pick(@all_roles) }

sub random_assign
{
	my ($role, $column, $path, $if) = @{ pick(@assignments) };
	return "ELECTRIC ASSIGN $role TO $column" . ($path ne '' ? " USING $path" : '') . ($if ne '' ? " IF ($if)" : '');
}

sub random_unassign { my ($role, $column) = @{ pick(@assignments) }; return "ELECTRIC UNASSIGN $role FROM $column" }

# quiet_rules returns the rules of quiet moments of one kind, 0 or 1.
sub quiet_rules
{
	my ($kind) = @_;
	return (
		q(ELECTRIC ASSIGN 'tenants:member' TO memberships.user_id IF (valid AND NOT decoy)),
		(map { grant('READ', $_, "'tenants:member'", $to_tenant{$_}[0],
			$_ eq 'issues' ? 'NOT hidden' : $_ eq 'vault' ? q(auth.data.level = 'high') : '') } @TABLES),
		grant('UPDATE (title, version)', 'issues', "'tenants:member'", 'issues_tenant', $versioned)) if $kind == 0;
	return (
		'ELECTRIC ASSIGN (tenants, memberships.kind) TO memberships.user_id IF (sound(decoy))',
		q(ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id),
		grant('READ', 'tenants', "'projects:owner'", 'projects_tenant', ''),
		grant('READ', 'memberships', "'projects:owner'", 'memberships_tenant/projects_tenant', ''),
		grant('READ', 'projects', "'tenants:editor'", 'projects_tenant', ''),
		grant('READ', 'projects', "'projects:owner'", '', ''),
		grant('READ', 'issues', "'tenants:admin'", 'issues_project/projects_tenant', 'NOT hidden AND readable(title)'),
		grant('READ', 'issues', "'projects:owner'", 'issues_project', 'NOT hidden'),
		grant('READ', 'comments', "'tenants:editor'", 'comments_issue/issues_tenant', ''),
		grant('READ', 'comments', 'AUTHENTICATED', '', $mine),
		grant('READ', 'events', "'tenants:admin'", 'events_tenant', ''),
		grant('READ', 'vault', 'AUTHENTICATED', '', q(auth.data.level = 'high' AND may(auth.user_id, tenant_id))),
		grant('READ', 'notes', 'ANYONE', '', 'may(auth.user_id, tenant_id)'),
		grant('UPDATE', 'issues', "'projects:owner'", 'issues_project', "$versioned AND new.secret = old.secret"));
}

# expected_sql returns a query that counts what user u (a column) sees by those rules, in the order of
# @TABLES, and then how many issues he updates.
sub expected_sql
{
	my ($kind) = @_;
	my $holds = sub { "IN (SELECT m.tenant_id FROM memberships m WHERE m.user_id = u AND NOT m.decoy AND m.$_[0])" };
	my $owns = 'IN (SELECT p.id FROM projects p WHERE p.owner_id = u)';
	my $tenants = 'IN (SELECT p.tenant_id FROM projects p WHERE p.owner_id = u)';
	my $member = $holds->('valid');
	my ($editor, $admin) = map { $holds->("kind = '$_'") } 'editor', 'admin';
	my @where = $kind == 0
	  ? ("id $member", ("tenant_id $member") x 2, "tenant_id $member AND NOT hidden", ("tenant_id $member") x 4, "tenant_id $member AND NOT hidden")
	  : ("id $tenants", "tenant_id $tenants", "tenant_id $editor OR id $owns", "NOT hidden AND (tenant_id $admin AND title IS NOT NULL AND project_id IS NOT NULL OR project_id $owns)",
		"tenant_id $editor OR author = u", "tenant_id $admin", ('may(u, tenant_id)') x 2, "NOT hidden AND project_id $owns");
	my $n = 0;
	return 'SELECT ' . join q( || ' ' || ), map { "(SELECT count(*) FROM $_ t WHERE $where[$n++])" } @TABLES, 'issues';
}

1;
