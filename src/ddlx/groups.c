/*
 * groups.c
 *		electric.apply_groups(): the groups admin, user, guest and self as plain DDLX.
 *
 * The statements are written as text and carried out as if the caller had typed them, so
 * that nothing is known of groups afterwards but the grants. Whatever else the three roles
 * were granted on the table is revoked: the groups say all of it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

/* Global role of the administrators */
#define ROLE_ADMIN "admin"

/* The groups, in the order of the function's arguments */
typedef enum UserGroup
{
	GROUP_ADMIN,
	GROUP_USER,
	GROUP_GUEST,
	GROUP_SELF
} UserGroup;

#define GROUP_COUNT 4

static const char *const group_names[GROUP_COUNT] = {"admin", "user", "guest", "self"};

/* What a role is to have on the table */
typedef struct RolePrivileges
{
	const char *role;
	AclMode any_row;
	AclMode some_rows; /* AUTHENTICATED: his own, ANYONE: nobody's */
} RolePrivileges;

#define ROLE_COUNT 3

/* The words for privileges: those of an API's rows, and SQL's */
static const struct
{
	const char *word;
	AclMode mode;
} privilege_words[] = {
	{"create", ACL_INSERT},
	{"read", ACL_SELECT},
	{"list", ACL_SELECT},
	{"update", ACL_UPDATE},
	{"delete", ACL_DELETE},
	{"all", ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE},
	{"insert", ACL_INSERT},
	{"select", ACL_SELECT},
	{"write", ACL_INSERT | ACL_UPDATE | ACL_DELETE},
};

PG_FUNCTION_INFO_V1(electric_apply_groups);

static void read_groups(FunctionCallInfo fcinfo, AclMode *groups);
static AclMode read_privileges(UserGroup group, ArrayType *words);
static AclMode read_privilege(UserGroup group, const char *word);
static Oid lock_table(Oid relid);
static void split_groups(const AclMode *groups, RolePrivileges *roles);
static List *write_statements(Oid relid, const char *owner_column, const RolePrivileges *roles);
static List *add_revoke(List *statements, Oid relid, const RolePrivileges *wanted);
static List *add_grant(List *statements, Oid relid, const char *role, AclMode privileges,
					   const char *condition);
static char *own_row(Oid relid, const char *owner_column);
static char *equals(Oid type);
static void return_statements(FunctionCallInfo fcinfo, List *statements);

/*
 * electric.apply_groups(tbl regclass, owner_column name, admin_may text[], user_may text[],
 * guest_may text[], self_may text[]) -> setof text: the statements that it ran
 */
Datum
electric_apply_groups(PG_FUNCTION_ARGS)
{
	AclMode groups[GROUP_COUNT];
	RolePrivileges roles[ROLE_COUNT];
	const char *owner_column;
	Oid relid;
	List *statements;
	StringInfoData text;
	ListCell *cell;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("table and owner column must not be null")));
	owner_column = NameStr(*PG_GETARG_NAME(1));
	read_groups(fcinfo, groups);
	split_groups(groups, roles);

	check_may_change_rules("electric.apply_groups()");
	relid = lock_table(PG_GETARG_OID(0));
	check_user_column_type(NULL, relid, resolve_column(NULL, relid, owner_column, -1), -1);
	statements = write_statements(relid, owner_column, roles);

	initStringInfo(&text);
	foreach(cell, statements)
		appendStringInfo(&text, "%s;\n", (char *) lfirst(cell));
	(void) ddlx_execute_text(text.data);
	return_statements(fcinfo, statements);
	return (Datum) 0;
}

static void
read_groups(FunctionCallInfo fcinfo, AclMode *groups)
{
	int group;

	for (group = 0; group < GROUP_COUNT; group++)
	{
		if (PG_ARGISNULL(2 + group))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("privileges of group \"%s\" must not be null", group_names[group]),
					 errhint("Pass '{}' for none.")));
		groups[group] = read_privileges(group, PG_GETARG_ARRAYTYPE_P(2 + group));
	}
	/* who may change his rows has to find them: UPDATE and DELETE reach what can be read */
	if ((groups[GROUP_SELF] & (ACL_UPDATE | ACL_DELETE)) &&
		!((groups[GROUP_USER] | groups[GROUP_GUEST]) & ACL_SELECT))
		groups[GROUP_SELF] |= ACL_SELECT;
}

static AclMode
read_privileges(UserGroup group, ArrayType *words)
{
	AclMode privileges = 0;
	Datum *elements;
	bool *nulls;
	int count;
	int i;

	deconstruct_array(words, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a privilege of group \"%s\" must not be null", group_names[group])));
		privileges |= read_privilege(group, TextDatumGetCString(elements[i]));
	}
	return privileges;
}

static AclMode
read_privilege(UserGroup group, const char *word)
{
	int i;

	for (i = 0; i < lengthof(privilege_words); i++)
	{
		if (pg_strcasecmp(word, privilege_words[i].word) == 0)
			return privilege_words[i].mode;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized privilege \"%s\" of group \"%s\"", word, group_names[group]),
			 errhint("Privileges are create, read, list, update, delete and all.")));
	return 0; /* not reached */
}

/* lock_table keeps the rules on the table, which is the caller's (42501), as they are. */
static Oid
lock_table(Oid relid)
{
	char *name = get_rel_name(relid);

	if (!name)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	return resolve_owned_table(NULL,
							   makeRangeVar(get_namespace_name(get_rel_namespace(relid)), name, -1),
							   AccessExclusiveLock, false);
}

/*
 * split_groups: users create rows of their own alone, and guests rows of nobody, or else each could
 * write in the name of others. What users may do to every row they may do to theirs.
 */
static void
split_groups(const AclMode *groups, RolePrivileges *roles)
{
	AclMode user = groups[GROUP_USER];
	AclMode guest = groups[GROUP_GUEST];

	roles[0].role = ROLE_ADMIN;
	roles[0].any_row = groups[GROUP_ADMIN];
	roles[0].some_rows = 0;
	roles[1].role = ROLE_AUTHENTICATED;
	roles[1].any_row = user & ~ACL_INSERT;
	roles[1].some_rows = (groups[GROUP_SELF] | (user & ACL_INSERT)) & ~roles[1].any_row;
	roles[2].role = ROLE_ANYONE;
	roles[2].any_row = guest & ~ACL_INSERT;
	roles[2].some_rows = guest & ACL_INSERT;
}

/* write_statements returns the statements (char *) that make the grants of the roles these. */
static List *
write_statements(Oid relid, const char *owner_column, const RolePrivileges *roles)
{
	char *own = own_row(relid, owner_column);
	char *nobodys = psprintf("%s IS NULL", quote_identifier(owner_column));
	List *statements = NIL;
	int i;

	if (!catalog_table_is_enabled(relid))
		statements = list_make1(psprintf("ALTER TABLE %s ENABLE ELECTRIC", catalog_name(relid)));
	for (i = 0; i < ROLE_COUNT; i++)
	{
		const RolePrivileges *role = &roles[i];

		statements = add_revoke(statements, relid, role);
		statements = add_grant(statements, relid, role->role, role->any_row, NULL);
		statements = add_grant(statements, relid, role->role, role->some_rows,
							   strcmp(role->role, ROLE_ANYONE) == 0 ? nobodys : own);
	}
	return statements;
}

/*
 * add_revoke takes back what the role has beyond that, and what it has on columns, which a grant
 * on the whole table would leave. A condition is replaced by the grant.
 */
static List *
add_revoke(List *statements, Oid relid, const RolePrivileges *wanted)
{
	AclMode privileges = 0;
	ListCell *cell;

	foreach(cell, catalog_grants(relid))
	{
		const Grant *grant = lfirst(cell);

		if (OidIsValid(grant->scope_relid) || strcmp(grant->role, wanted->role) != 0)
			continue;
		if (grant->columns != NIL || !(grant->privilege & (wanted->any_row | wanted->some_rows)))
			privileges |= grant->privilege;
	}
	if (privileges == 0)
		return statements;
	return lappend(statements, psprintf("ELECTRIC REVOKE %s ON %s FROM %s", privilege_list(privileges), catalog_name(relid), catalog_role_text(wanted->role, InvalidOid)));
}

static List *
add_grant(List *statements, Oid relid, const char *role, AclMode privileges, const char *condition)
{
	Grant grant = {0};

	if (privileges == 0)
		return statements;
	grant.relid = relid;
	grant.role = unconstify(char *, role);
	grant.condition = unconstify(char *, condition);
	return lappend(statements, catalog_grant_text(&grant, privilege_list(privileges)));
}

/* own_row: owner_column = auth.user_id */
static char *
own_row(Oid relid, const char *owner_column)
{
	Oid type = get_atttype(relid, get_attnum(relid, owner_column));

	return psprintf("%s %s auth.user_id", quote_identifier(owner_column), equals(type));
}

/* equals returns the operator of the type, qualified where no search path can be relied on. */
static char *
equals(Oid type)
{
	Oid equality = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(equality));
	Form_pg_operator form;
	char *text;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "type %u has no equality operator", type);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	if (form->oprnamespace == PG_CATALOG_NAMESPACE)
		text = pstrdup(NameStr(form->oprname));
	else
		text = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
						NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return text;
}

static void
return_statements(FunctionCallInfo fcinfo, List *statements)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	foreach(cell, statements)
	{
		Datum value = CStringGetTextDatum(psprintf("%s;", (char *) lfirst(cell)));
		bool is_null = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
	}
}
