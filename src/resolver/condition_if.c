/*
 * condition_if.c
 *		Conditions of assignments: IF ( expression ), over one row as it stands.
 *
 * Analysed where it is stated and kept as text like other conditions. As it was analysed
 * it stands in a policy of the table, where PostgreSQL lets nothing that it names vanish
 * and follows what is renamed; from there it is read again, so that no query ever
 * parses it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteManip.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "compat.h"
#include "resolver/condition.h"
#include "resolver/resolver.h"

/* Who calls the functions of a condition */
typedef struct Calls
{
	ParseState *pstate;
	Oid owner;	   /* of the table */
	Oid extension; /* whose functions no condition may call */
	Oid function;  /* the one that was found */
} Calls;

static Node *analyse(const char *sql, Oid relid);
static Node *refuse_other_names(ParseState *pstate, ColumnRef *ref);
static bool refuse_calls(Node *node, void *context);
static bool is_own_function(Oid function, void *context);
static bool is_forbidden(Oid function, void *context);
static Node *policy_qual(Oid relid, const char *name);
static bool is_unusable(Node *node, void *context);

/* condition_resolve_if returns the condition's text with every name qualified. */
char *
condition_resolve_if(const char *source, Oid relid, const char *text, int location)
{
	return condition_if_text(relid, analyse(condition_placed(source, text, location), relid));
}

/* condition_if_text prints an analysed condition; see resolver.h. */
char *
condition_if_text(Oid relid, Node *condition)
{
	int guc_level = NewGUCNestLevel();
	char *result;

	plain_settings();
	result = deparse_expression(condition, deparse_context_for("this", relid), true, false);
	AtEOXact_GUC(true, guc_level);
	return result;
}

/* condition_stored returns the condition that a policy keeps; see resolver.h. */
Node *
condition_stored(Oid relid, const char *policy)
{
	BoolExpr *qual = (BoolExpr *) policy_qual(relid, policy);
	Const *inert;
	Node *condition;

	if (!qual || !is_orclause(qual) || list_length(qual->args) != 2)
		return NULL;
	inert = linitial(qual->args);
	condition = lsecond(qual->args);
	if (!IsA(inert, Const) || inert->constisnull || !DatumGetBool(inert->constvalue) ||
		is_unusable(condition, NULL))
		return NULL;
	return condition;
}

/* condition_attnums returns how many columns a stored condition names, and which. */
int
condition_attnums(Node *condition, AttrNumber **attnums)
{
	Bitmapset *columns = NULL;
	int column = -1;
	int count = 0;

	pull_varattnos(condition, 1, &columns);
	*attnums = palloc(sizeof(AttrNumber) * (bms_num_members(columns) + 1));
	while ((column = bms_next_member(columns, column)) >= 0)
		(*attnums)[count++] = column + FirstLowInvalidHeapAttributeNumber;
	return count;
}

/* analyse returns the boolean expression that "SELECT (condition)" holds. */
static Node *
analyse(const char *sql, Oid relid)
{
	Relation rel = table_open(relid, AccessShareLock);
	ParseState *pstate = make_parsestate(NULL);
	Calls calls = {pstate, rel->rd_rel->relowner, get_extension_oid("electric_perm", true), InvalidOid};
	Node *raw = condition_parse(sql);
	Node *expression;

	pstate->p_sourcetext = sql;
	pstate->p_pre_columnref_hook = refuse_other_names;
	condition_hide_strings(pstate, raw);
	addNSItemToQuery(pstate,
					 addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
												   makeAlias("this", NIL), false, false),
					 false, true, true);
	addNSItemToQuery(pstate,
					 addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
												   makeAlias("row", NIL), false, false),
					 false, true, false);
	expression = transformExpr(pstate, raw, EXPR_KIND_POLICY);
	expression = coerce_to_boolean(pstate, expression, "IF");
	expression = condition_settle_strings(pstate, expression);
	assign_expr_collations(pstate, expression);
	condition_refuse_unusable(pstate, expression);
	(void) refuse_calls(expression, &calls);
	/* this and row are one */
	ChangeVarNodes(expression, 2, 1, 0);
	free_parsestate(pstate);
	table_close(rel, NoLock);
	return expression;
}

/* refuse_other_names is asked first about each column reference: auth.x, new.x, old.x? */
static Node *
refuse_other_names(ParseState *pstate, ColumnRef *ref)
{
	Node *first = linitial(ref->fields);
	const char *name = IsA(first, String) ? strVal(first) : "";

	if (list_length(ref->fields) < 2)
		return NULL;
	if (strcmp(name, "auth") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("IF cannot use \"%s\"", NameListToString(ref->fields)),
				 errdetail("Whether a row gives a role does not depend on who is asking."),
				 errhint("Conditions on the user belong to GRANT: CHECK (expression)."),
				 parser_errposition(pstate, ref->location)));
	if (strcmp(name, "new") == 0 || strcmp(name, "old") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("IF cannot use \"%s\"", NameListToString(ref->fields)),
				 errdetail("A row gives a role as it stands: it has one version."),
				 errhint("Write this.%s.", NameListToString(list_copy_tail(ref->fields, 1))),
				 parser_errposition(pstate, ref->location)));
	return NULL;
}

/*
 * refuse_calls raises at functions of the extension, which speak of who is asking, and at
 * those that the table's owner may not call: it is he who runs the condition.
 */
static bool
refuse_calls(Node *node, void *context)
{
	Calls *calls = context;

	if (!node)
		return false;
	if (check_functions_in_node(node, is_own_function, calls))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("IF cannot use functions of extension electric_perm"),
				 errdetail("Whether a row gives a role does not depend on who is asking."),
				 parser_errposition(calls->pstate, exprLocation(node))));
	if (check_functions_in_node(node, is_forbidden, calls))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function %s", format_procedure(calls->function)),
				 errdetail("IF runs as the owner of the table, \"%s\".",
						   GetUserNameFromId(calls->owner, false)),
				 parser_errposition(calls->pstate, exprLocation(node))));
	return expression_tree_walker(node, refuse_calls, context);
}

static bool
is_own_function(Oid function, void *context)
{
	const Calls *calls = context;

	return OidIsValid(calls->extension) &&
		getExtensionOfObject(ProcedureRelationId, function) == calls->extension;
}

static bool
is_forbidden(Oid function, void *context)
{
	Calls *calls = context;

	calls->function = function;
	return object_aclcheck(ProcedureRelationId, function, calls->owner, ACL_EXECUTE) != ACLCHECK_OK;
}

/* SELECT polqual FROM pg_policy WHERE polrelid = relid AND polname = name */
static Node *
policy_qual(Oid relid, const char *name)
{
	Relation rel = table_open(PolicyRelationId, AccessShareLock);
	NameData policy;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	Node *qual = NULL;

	namestrcpy(&policy, name);
	ScanKeyInit(&keys[0], Anum_pg_policy_polrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_policy_polname, BTEqualStrategyNumber, F_NAMEEQ,
				NameGetDatum(&policy));
	scan = systable_beginscan(rel, PolicyPolrelidPolnameIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool is_null;
		Datum value = heap_getattr(tuple, Anum_pg_policy_polqual, RelationGetDescr(rel), &is_null);

		if (!is_null)
			qual = stringToNode(TextDatumGetCString(value));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return qual;
}

/* is_unusable: what a policy may contain, and ASSIGN would have refused */
static bool
is_unusable(Node *node, void *context)
{
	if (!node)
		return false;
	if (IsA(node, SubLink) || (IsA(node, Var) && ((Var *) node)->varattno <= 0))
		return true;
	return expression_tree_walker(node, is_unusable, context);
}
