/*
 * inserted.c
 *		The columns of a table to which an INSERT gives values.
 *
 * PostgreSQL keeps those that the statement names. A view that it goes through can have
 * defaults of its own, though, and whoever owns the view chooses them: what they fill
 * in is as good as named.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "access/engine.h"
#include "compat.h"

static Bitmapset *add_view_defaults(Bitmapset *columns, Oid view, const Bitmapset *named,
									Oid relid);
static AttrNumber base_column(Oid view, AttrNumber attnum, Oid relid);
static Var *view_column(Oid view, AttrNumber attnum, Oid *relid);

/* inserted_columns returns them as insertedCols has them; see engine.h. */
Bitmapset *
inserted_columns(const Statement *statement, ResultRelInfo *target)
{
	const PlannedStmt *plan = statement->query->plannedstmt;
	Oid relid = RelationGetRelid(target->ri_RelationDesc);
	Bitmapset *columns = bms_copy(ExecGetInsertedCols(target, statement->query->estate));
	ListCell *cell;

	foreach(cell, plan->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);
		EntryPermissions *permissions;

		if (entry->relkind != RELKIND_VIEW || !OidIsValid(entry->relid))
			continue;
		permissions = entry_permissions_compat(plan, entry);
		if (permissions && permissions->requiredPerms & ACL_INSERT)
			columns = add_view_defaults(columns, entry->relid, permissions->insertedCols, relid);
	}
	return columns;
}

/* add_view_defaults adds the columns of relid that the view's own defaults fill in. */
static Bitmapset *
add_view_defaults(Bitmapset *columns, Oid view, const Bitmapset *named, Oid relid)
{
	Relation relation = RelationIdGetRelation(view);
	AttrNumber attnum;

	if (!RelationIsValid(relation))
		return columns;
	for (attnum = 1; attnum <= RelationGetNumberOfAttributes(relation); attnum++)
	{
		AttrNumber base;

		if (!TupleDescAttr(RelationGetDescr(relation), attnum - 1)->atthasdef ||
			bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, named))
			continue;
		base = base_column(view, attnum, relid);
		if (base > 0)
			columns = bms_add_member(columns, base - FirstLowInvalidHeapAttributeNumber);
	}
	RelationClose(relation);
	return columns;
}

/* base_column follows a column of a view to that of relid, through the views between. */
static AttrNumber
base_column(Oid view, AttrNumber attnum, Oid relid)
{
	while (view != relid)
	{
		const Var *column = view_column(view, attnum, &view);

		if (!column)
			return InvalidAttrNumber;
		attnum = column->varattno;
	}
	return attnum;
}

/* view_column returns what a view's column is of another relation; NULL: no column of one. */
static Var *
view_column(Oid view, AttrNumber attnum, Oid *relid)
{
	Relation relation = RelationIdGetRelation(view);
	Var *column = NULL;

	if (!RelationIsValid(relation))
		return NULL;
	if (relation->rd_rel->relkind == RELKIND_VIEW)
	{
		Query *query = get_view_query(relation);
		TargetEntry *target = get_tle_by_resno(query->targetList, attnum);

		if (target && IsA(target->expr, Var) && ((Var *) target->expr)->varattno > 0)
		{
			RangeTblEntry *entry = rt_fetch(((Var *) target->expr)->varno, query->rtable);

			column = entry->rtekind == RTE_RELATION ? copyObject((Var *) target->expr) : NULL;
			*relid = entry->relid;
		}
	}
	RelationClose(relation);
	return column;
}
