/*
 * advice.c
 *		What a statement tells besides doing its work.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

static void advise_index(const char *what, Oid relid, int nkeys, const AttrNumber *attnums,
						 List **advised);
static char *writers(Oid relid);
static void warn_public_privileges(Oid relid);
static void append_item(StringInfo list, const char *item);

/*
 * advise_path_indexes: from a scope down to its rows the engine looks up the
 * referencing columns of every key on the way, forward or backward.
 */
void
advise_path_indexes(const KeyPath *path, List **advised)
{
	char *what = psprintf("path from table \"%s\" to scope \"%s\"",
						  get_rel_name(path->relid), get_rel_name(path->scope_relid));

	for (int i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];

		if (step->forward)
			advise_index(what, step->from_relid, step->nkeys, step->from_attnums, advised);
		else
			advise_index(what, step->to_relid, step->nkeys, step->to_attnums, advised);
	}
}

void
advise_user_index(Oid relid, AttrNumber attnum, List **advised)
{
	char *what = psprintf("user column \"%s\" of table \"%s\"",
						  get_attname(relid, attnum, false), get_rel_name(relid));

	advise_index(what, relid, 1, &attnum, advised);
}

/* advise_not_enabled warns that others can write themselves a role. */
void
advise_not_enabled(const Assignment *assignment)
{
	char *roles;

	if (catalog_table_is_enabled(assignment->relid))
		return;
	roles = writers(assignment->relid);
	if (roles)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("table \"%s\" is not enabled, and not only its owner may write it",
						get_rel_name(assignment->relid)),
				 errdetail("Whoever writes a row there can give a user the role %s: %s.",
						   catalog_assigned_role_text(assignment), roles),
				 errhint("Type ALTER TABLE %s ENABLE ELECTRIC;",
						 catalog_name(assignment->relid))));
}

/*
 * advise_unserved_tables names tables of other owners on which the role is granted:
 * a role means something among the tables of one owner.
 */
void
advise_unserved_tables(const Assignment *assignment)
{
	Oid owner = catalog_owner(assignment->relid);
	StringInfoData tables;
	Oid last = InvalidOid;
	ListCell *cell;

	initStringInfo(&tables);
	foreach(cell, catalog_all_grants())
	{
		Grant *grant = lfirst(cell);
		Oid other = catalog_owner(grant->relid);

		if (!OidIsValid(other) || other == owner || grant->relid == last ||
			grant->scope_relid != assignment->scope_relid ||
			strcmp(grant->role, ROLE_ANYONE) == 0 ||
			strcmp(grant->role, ROLE_AUTHENTICATED) == 0)
			continue;
		if (assignment->role && strcmp(grant->role, assignment->role) != 0)
			continue;
		append_item(&tables, catalog_name(grant->relid));
		last = grant->relid;
	}
	if (tables.len > 0)
		ereport(NOTICE,
				(errmsg("role %s as assigned by table \"%s\" does not count on tables of other owners",
						catalog_assigned_role_text(assignment),
						get_rel_name(assignment->relid)),
				 errdetail("Such a role is granted on %s.", tables.data)));
}

/* advise_on_enable warns of what lets clients past the rules. */
void
advise_on_enable(Oid relid)
{
	ddlx_warn_foreign_policies(relid, NULL);
	warn_public_privileges(relid);
}

/* advise_index prints the CREATE INDEX that is missing, once a statement. */
static void
advise_index(const char *what, Oid relid, int nkeys, const AttrNumber *attnums, List **advised)
{
	char *sql = missing_index(relid, nkeys, attnums);

	if (sql == NULL || list_member(*advised, makeString(sql)))
		return;
	*advised = lappend(*advised, makeString(sql));
	ereport(NOTICE,
			(errmsg("%s lacks an index", what),
			 errhint("Type %s;", sql)));
}

/* writers lists the roles besides the owner that may write relid, NULL for none. */
static char *
writers(Oid relid)
{
	StringInfoData list;
	List *seen = NIL;
	ListCell *cell;

	initStringInfo(&list);
	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);

		if (!(held->privileges & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) ||
			list_member_oid(seen, held->grantee))
			continue;
		seen = lappend_oid(seen, held->grantee);
		if (held->grantee == ACL_ID_PUBLIC)
			append_item(&list, "PUBLIC");
		else
			append_item(&list, psprintf("\"%s\"", GetUserNameFromId(held->grantee, true)));
	}
	return list.len > 0 ? list.data : NULL;
}

void
ddlx_warn_foreign_policies(Oid relid, const char *name)
{
	ListCell *cell;

	foreach(cell, foreign_policies(relid, true))
	{
		if (name && strcmp(lfirst(cell), name) != 0)
			continue;
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("policy \"%s\" on table \"%s\" is permissive: it allows more than the grants",
						(char *) lfirst(cell), get_rel_name(relid)),
				 errhint("Type DROP POLICY %s ON %s; unless it is meant to.",
						 quote_identifier(lfirst(cell)), catalog_name(relid))));
	}
}

static void
warn_public_privileges(Oid relid)
{
	ListCell *cell;

	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);
		char *list = held_list(held->privileges, held->column);

		if (held->grantee != ACL_ID_PUBLIC)
			continue;
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("PUBLIC holds %s on table \"%s\"", list, get_rel_name(relid)),
				 (held->privileges & ACL_TRUNCATE) ?
					 errdetail("Row-level security does not hold TRUNCATE back.") :
					 0,
				 errhint("Type REVOKE %s ON %s FROM PUBLIC;", list, catalog_name(relid))));
	}
}

static void
append_item(StringInfo list, const char *item)
{
	appendStringInfo(list, "%s%s", list->len > 0 ? ", " : "", item);
}
