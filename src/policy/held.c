/*
 * held.c
 *		Privileges that roles hold directly on a table, a column or a sequence.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "policy/policy.h"

/* The privileges that tables and sequences know, in the order of psql's \dp */
static const struct
{
	AclMode privilege;
	const char *name;
} privileges[] =
	{
		{ACL_INSERT, "INSERT"},
		{ACL_SELECT, "SELECT"},
		{ACL_UPDATE, "UPDATE"},
		{ACL_DELETE, "DELETE"},
		{ACL_TRUNCATE, "TRUNCATE"},
		{ACL_REFERENCES, "REFERENCES"},
		{ACL_TRIGGER, "TRIGGER"},
		{ACL_USAGE, "USAGE"},
#ifdef ACL_MAINTAIN
		{ACL_MAINTAIN, "MAINTAIN"},
#endif
};

static List *column_privileges(Oid relid, AttrNumber attnum, Oid owner);
static List *acl_privileges(Datum acl, const char *column, Oid owner);

List *
held_privileges(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	List *held = NIL;
	Form_pg_class form;
	Datum acl;
	bool is_null;

	if (!HeapTupleIsValid(tuple))
		return NIL;
	form = (Form_pg_class) GETSTRUCT(tuple);
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &is_null);
	if (!is_null)
		held = acl_privileges(acl, NULL, form->relowner);
	for (int attnum = FirstLowInvalidHeapAttributeNumber + 1; attnum <= form->relnatts; attnum++)
		held = list_concat(held, column_privileges(relid, attnum, form->relowner));
	ReleaseSysCache(tuple);
	return held;
}

char *
held_list(AclMode mode, const char *column)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(privileges); i++)
	{
		if (!(mode & privileges[i].privilege))
			continue;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", privileges[i].name);
		if (column)
			appendStringInfo(&list, " (%s)", quote_identifier(column));
	}
	return list.data;
}

static List *
column_privileges(Oid relid, AttrNumber attnum, Oid owner)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	List *held = NIL;
	Form_pg_attribute form;
	Datum acl;
	bool is_null;

	if (!HeapTupleIsValid(tuple))
		return NIL;
	form = (Form_pg_attribute) GETSTRUCT(tuple);
	acl = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &is_null);
	if (!is_null && !form->attisdropped)
		held = acl_privileges(acl, pstrdup(NameStr(form->attname)), owner);
	ReleaseSysCache(tuple);
	return held;
}

/* acl_privileges returns the items of an access list that are not the owner's own. */
static List *
acl_privileges(Datum acl_datum, const char *column, Oid owner)
{
	Acl *acl = DatumGetAclPCopy(acl_datum);
	List *held = NIL;

	for (int i = 0; i < ACL_NUM(acl); i++)
	{
		AclItem *item = &ACL_DAT(acl)[i];
		HeldPrivilege *privilege;

		if (item->ai_grantee == owner)
			continue;
		privilege = palloc(sizeof(HeldPrivilege));
		privilege->grantee = item->ai_grantee;
		privilege->grantor = item->ai_grantor;
		privilege->privileges = ACLITEM_GET_PRIVS(*item);
		privilege->grant_options = ACLITEM_GET_GOPTIONS(*item);
		privilege->column = (char *) column;
		held = lappend(held, privilege);
	}
	return held;
}
