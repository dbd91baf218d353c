/*
 * condition_call.c
 *		Calls in a condition whose text could come to mean another function.
 *
 * A condition is kept as text and read again when policies are compiled. A function or
 * operator that takes exactly the types that it is given is found again, whatever else of its name
 * there is by then. One that is polymorphic or leaves arguments to their defaults gives way to
 * one that fits better, by whoever may create in its schema.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "compat.h"
#include "resolver/condition.h"

/* What a node calls */
typedef struct Call
{
	char *name; /* for messages */
	Oid schema;
	Oid owner;	/* of the function or operator */
	bool exact; /* by what it is declared to take? */
} Call;

static bool call_of(Node *node, Call *call);
static void note_function(const FuncExpr *function, Call *call);
static void note_operator(Oid operator, Call * call);
static bool others_create(const Call *call, Oid table_owner);
static bool is_trusted(Oid role, const Call *call, Oid table_owner);
static Oid owner_of(Oid relid);

/* condition_refuse_unsure_call: see condition.h. */
void
condition_refuse_unsure_call(ParseState *pstate, Node *node)
{
	const RangeTblEntry *table = linitial_node(RangeTblEntry, pstate->p_rtable);
	Call call;

	if (!call_of(node, &call) || call.exact || call.schema == PG_CATALOG_NAMESPACE ||
		!others_create(&call, owner_of(table->relid)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a condition cannot call %s without its declared types", call.name),
			 errdetail("Others may create in schema \"%s\": one of theirs that fits better would take its place.",
					   get_namespace_name(call.schema)),
			 errhint("Call one that is not polymorphic with all of its arguments, or one in a schema of your own."),
			 parser_errposition(pstate, exprLocation(node))));
}

/* call_of tells what a node calls by a name in its text; false if it does not. */
static bool
call_of(Node *node, Call *call)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			if (((FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL)
				return false;
			note_function((FuncExpr *) node, call);
			return true;
		case T_OpExpr:
			note_operator(((OpExpr *) node)->opno, call);
			return true;
		case T_ScalarArrayOpExpr:
			note_operator(((ScalarArrayOpExpr *) node)->opno, call);
			return true;
		default:
			return false;
	}
}

static void
note_function(const FuncExpr *function, Call *call)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function->funcid));
	Form_pg_proc form;
	ListCell *cell;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function->funcid);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	call->name = format_procedure(function->funcid);
	call->schema = form->pronamespace;
	call->owner = form->proowner;
	call->exact = list_length(function->args) == form->pronargs;
	foreach(cell, function->args)
	{
		Node *argument = lfirst(cell);

		if (IsA(argument, NamedArgExpr) ||
			exprType(argument) != form->proargtypes.values[foreach_current_index(cell)])
			call->exact = false;
	}
	ReleaseSysCache(tuple);
}

/* note_operator: casts to other types than polymorphic ones stand in the text. */
static void
note_operator(Oid operator, Call * call)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	call->name = format_operator(operator);
	call->schema = form->oprnamespace;
	call->owner = form->oprowner;
	call->exact = !IsPolymorphicType(form->oprleft) && !IsPolymorphicType(form->oprright);
	ReleaseSysCache(tuple);
}

/* others_create: may somebody who is not trusted create in the schema? */
static bool
others_create(const Call *call, Oid table_owner)
{
	HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(call->schema));
	bool found;
	bool is_null;
	Datum value;

	if (!HeapTupleIsValid(tuple))
		return true;
	found = !is_trusted(((Form_pg_namespace) GETSTRUCT(tuple))->nspowner, call, table_owner);
	value = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &is_null);
	if (!is_null)
	{
		Acl *acl = DatumGetAclP(value);

		for (int i = 0; i < ACL_NUM(acl); i++)
		{
			const AclItem *item = &ACL_DAT(acl)[i];

			if ((ACLITEM_GET_PRIVS(*item) & ACL_CREATE) &&
				!is_trusted(item->ai_grantee, call, table_owner))
				found = true;
		}
	}
	ReleaseSysCache(tuple);
	return found;
}

/* is_trusted: can the role do as the table's owner or replace what is called anyway? */
static bool
is_trusted(Oid role, const Call *call, Oid table_owner)
{
	if (role == ROLE_PG_DATABASE_OWNER)
	{
		HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));

		if (HeapTupleIsValid(tuple))
		{
			role = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
			ReleaseSysCache(tuple);
		}
	}
	return OidIsValid(role) &&
		(has_privs_of_role(role, table_owner) || has_privs_of_role(role, call->owner));
}

static Oid
owner_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}
