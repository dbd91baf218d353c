/*
 * existing.c
 *		What stands in pg_policy: reading it, and comparing it with what is wanted.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_policy.h"
#include "commands/comment.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "policy/existing.h"
#include "policy/policy.h"

static ExistingPolicy *decode_policy(HeapTuple tuple, TupleDesc desc);
static List *role_list(Datum roles);
static Node *stored_expression(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);
static char command_letter(const char *command);

bool
policy_is_ours(const char *name)
{
	return strcmp(name, "electric_select") == 0 ||
		strcmp(name, "electric_insert") == 0 ||
		strcmp(name, "electric_update") == 0 ||
		strcmp(name, "electric_delete") == 0 ||
		strcmp(name, SERVICE_POLICY) == 0 ||
		policy_keeps_if(name);
}

bool
policy_keeps_if(const char *name)
{
	return strncmp(name, CATALOG_IF_POLICY, strlen(CATALOG_IF_POLICY)) == 0;
}

char *
policy_name_taken(Oid relid)
{
	ListCell *cell;

	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_is_ours(policy->name) && !policy_has_our_comment(policy))
			return policy->name;
	}
	return NULL;
}

List *
foreign_policies(Oid relid, bool permissive_only)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (!policy_is_ours(policy->name) && (policy->permissive || !permissive_only))
			names = lappend(names, policy->name);
	}
	list_sort(names, names_compare);
	return names;
}

/* SELECT * FROM pg_policy WHERE polrelid = relid */
List *
existing_policies(Oid relid)
{
	List *policies = NIL;
	Relation rel = table_open(PolicyRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_policy_polrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, PolicyPolrelidPolnameIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
		policies = lappend(policies, decode_policy(tuple, RelationGetDescr(rel)));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return policies;
}

ExistingPolicy *
existing_policy(Oid relid, const char *name)
{
	ListCell *cell;

	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (strcmp(policy->name, name) == 0)
			return policy;
	}
	return NULL;
}

int
foreign_permissive_commands(Oid relid)
{
	int commands = 0;
	ListCell *cell;

	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_is_ours(policy->name) || !policy->permissive)
			continue;
		switch (policy->command)
		{
			case 'r':
				commands |= ACL_SELECT;
				break;
			case 'a':
				commands |= ACL_INSERT;
				break;
			case 'w':
				commands |= ACL_UPDATE;
				break;
			case 'd':
				commands |= ACL_DELETE;
				break;
			case '*':
				commands |= ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE;
				break;
			default:
				elog(ERROR, "unrecognized policy command: %c", policy->command);
		}
	}
	return commands;
}

bool
policy_is_as_wanted(Relation rel, const ExistingPolicy *policy, const WantedPolicy *wanted)
{
	return policy->permissive && policy_is_for(policy, wanted->roles) &&
		policy->command == command_letter(wanted->command) &&
		equal(policy->using_expr, policy_expression(rel, wanted->using_sql)) &&
		equal(policy->check_expr, policy_expression(rel, wanted->check_sql));
}

bool
policy_is_for(const ExistingPolicy *policy, List *roles)
{
	return equal(policy->roles, roles ? roles : list_make1_oid(ACL_ID_PUBLIC));
}

bool
policy_reads(Oid relid, const ExistingPolicy *policy, List *columns)
{
	Bitmapset *read = NULL;
	ListCell *cell;

	pull_varattnos(policy->using_expr, 1, &read);
	pull_varattnos(policy->check_expr, 1, &read);
	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(relid, lfirst(cell));

		if (bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, read))
			return true;
	}
	return false;
}

bool
policy_has_comment(const ExistingPolicy *policy, const char *comment)
{
	char *existing = GetComment(policy->oid, PolicyRelationId, 0);

	return existing && strcmp(existing, comment) == 0;
}

/* DROP EXTENSION CASCADE leaves those of ours behind that call nothing of ours. */
bool
policy_has_our_comment(const ExistingPolicy *policy)
{
	char *comment = GetComment(policy->oid, PolicyRelationId, 0);

	return comment &&
		(strstr(comment, POLICY_COMMENT_MARK) == comment ||
		 strstr(comment, POLICY_NO_GRANT_MARK) == comment ||
		 strstr(comment, POLICY_IF_MARK) == comment ||
		 strstr(comment, POLICY_SERVICE_MARK) == comment);
}

static ExistingPolicy *
decode_policy(HeapTuple tuple, TupleDesc desc)
{
	Form_pg_policy form = (Form_pg_policy) GETSTRUCT(tuple);
	ExistingPolicy *policy = palloc(sizeof(ExistingPolicy));
	bool is_null;

	policy->oid = form->oid;
	policy->name = pstrdup(NameStr(form->polname));
	policy->command = form->polcmd;
	policy->permissive = form->polpermissive;
	policy->roles = role_list(heap_getattr(tuple, Anum_pg_policy_polroles, desc, &is_null));
	policy->using_expr = stored_expression(tuple, desc, Anum_pg_policy_polqual);
	policy->check_expr = stored_expression(tuple, desc, Anum_pg_policy_polwithcheck);
	return policy;
}

/* role_list returns the roles of a polroles (Oid), in order. */
static List *
role_list(Datum roles)
{
	ArrayType *array = DatumGetArrayTypeP(roles);
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	List *list = NIL;

	for (int i = 0; i < count; i++)
		list = lappend_oid(list, ((Oid *) ARR_DATA_PTR(array))[i]);
	list_sort(list, list_oid_cmp);
	return list;
}

static Node *
stored_expression(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);

	return is_null ? NULL : stringToNode(TextDatumGetCString(value));
}

/* policy_expression returns the expression sql as CREATE POLICY would store it. */
Node *
policy_expression(Relation rel, const char *sql)
{
	ParseState *pstate;
	ParseNamespaceItem *nsitem;
	RawStmt *raw;
	ResTarget *target;
	Node *expression;

	if (sql == NULL)
		return NULL;

	raw = linitial_node(RawStmt, raw_parser(psprintf("SELECT %s", sql), RAW_PARSE_DEFAULT));
	target = linitial_node(ResTarget, castNode(SelectStmt, raw->stmt)->targetList);

	pstate = make_parsestate(NULL);
	nsitem = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, false);
	addNSItemToQuery(pstate, nsitem, false, true, true);
	expression = transformWhereClause(pstate, target->val, EXPR_KIND_POLICY, "POLICY");
	assign_expr_collations(pstate, expression);
	free_parsestate(pstate);
	return expression;
}

/* command_letter returns polcmd for SELECT, INSERT, UPDATE, DELETE or ALL. */
static char
command_letter(const char *command)
{
	if (strcmp(command, "ALL") == 0)
		return '*';
	switch (privilege_from_name(command))
	{
		case ACL_SELECT:
			return 'r';
		case ACL_INSERT:
			return 'a';
		case ACL_UPDATE:
			return 'w';
		case ACL_DELETE:
			return 'd';
		default:
			elog(ERROR, "unrecognized policy command: %s", command);
	}
	return '\0'; /* not reached */
}
