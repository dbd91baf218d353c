/*
 * call_site.c
 *		Do a table's policies pass the columns that the engine takes them for?
 *
 * Policies follow a column that is renamed; rules record its name. Where columns
 * changed names since the policies were made, a key would be read from a column
 * that is no longer the rule's. An arm that is called with any other columns than its
 * own gives no rows until the policies are made again.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
#include "rewrite/rowsecurity.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "access/engine.h"

/* What the walker looks for, and what it found */
typedef struct CallSites
{
	Oid allows;
	const RuleTable *table;
	const RuleArm *arm;
	bool differ;
} CallSites;

static bool find_calls(Node *node, void *context);
static bool is_call_of(const CallSites *sites, const FuncExpr *call);
static bool is_privilege_of(const RuleTable *table, const char *text);
static bool is_column(Node *argument, AttrNumber attnum);
static bool is_column_of(const Node *argument, const PlannedStmt *plan, Oid relid);

/* call_sites_match: does each call of this arm in the table's policies pass its columns? */
bool
call_sites_match(const RuleTable *table, const RuleArm *arm)
{
	Oid argument_types[4] = {TEXTOID, REGCLASSOID, TEXTOID, ANYOID};
	List *name = list_make2(makeString("electric"), makeString("allows"));
	CallSites sites = {0};
	Relation relation = RelationIdGetRelation(table->relid);
	ListCell *cell;

	if (!RelationIsValid(relation))
		return false;
	sites.allows = LookupFuncName(name, 4, argument_types, true);
	sites.table = table;
	sites.arm = arm;
	if (relation->rd_rsdesc)
	{
		foreach(cell, relation->rd_rsdesc->policies)
		{
			RowSecurityPolicy *policy = lfirst(cell);

			find_calls((Node *) policy->qual, &sites);
			find_calls((Node *) policy->with_check_qual, &sites);
		}
	}
	RelationClose(relation);
	return OidIsValid(sites.allows) && !sites.differ;
}

/*
 * call_site_matches: does the call pass the key and the conferring columns of the arm,
 * and behind them nothing but the row's xmin?
 */
bool
call_site_matches(const RuleArm *arm, const FuncExpr *call)
{
	int nargs = FIRST_KEY + arm->nkeys + arm->nconferring;
	int i;

	if (list_length(call->args) != nargs &&
		(list_length(call->args) != nargs + 1 ||
		 !is_column(llast(call->args), MinTransactionIdAttributeNumber)))
		return false;
	for (i = 0; i < arm->nkeys; i++)
		if (!is_column(list_nth(call->args, FIRST_KEY + i), arm->key_attnums[i]))
			return false;
	for (i = 0; i < arm->nconferring; i++)
		if (!is_column(list_nth(call->args, FIRST_KEY + arm->nkeys + i),
					   arm->conferring_attnums[i]))
			return false;
	return true;
}

/*
 * call_passes_row: are the conferring columns columns of a row of the table? Nobody shall
 * ask about values that he makes up.
 */
bool
call_passes_row(const FmgrInfo *call, const RuleArm *arm)
{
	const PlannedStmt *plan = statement_plan(call);
	const FuncExpr *expression = (const FuncExpr *) call->fn_expr;
	int i;

	if (!plan || !expression || !IsA(expression, FuncExpr))
		return false;
	for (i = 0; i < arm->nconferring; i++)
		if (!is_column_of(list_nth(expression->args, FIRST_KEY + arm->nkeys + i), plan,
						  arm->path->relid))
			return false;
	return true;
}

/* Is it a column of the table, or of one of its partitions? */
static bool
is_column_of(const Node *argument, const PlannedStmt *plan, Oid relid)
{
	const Var *column = (const Var *) argument;
	const RangeTblEntry *entry;

	if (!IsA(column, Var) || column->varno > list_length(plan->rtable) || column->varno <= 0)
		return false;
	entry = rt_fetch(column->varno, plan->rtable);
	return entry->rtekind == RTE_RELATION &&
		(entry->relid == relid || list_member_oid(get_partition_ancestors(entry->relid), relid));
}

static bool
find_calls(Node *node, void *context)
{
	CallSites *sites = context;

	if (!node)
		return false;
	if (IsA(node, FuncExpr) && is_call_of(sites, (FuncExpr *) node) &&
		!call_site_matches(sites->arm, (FuncExpr *) node))
		sites->differ = true;
	return expression_tree_walker(node, find_calls, context);
}

/* electric.allows(privilege, table, path of the arm, ..) */
static bool
is_call_of(const CallSites *sites, const FuncExpr *call)
{
	Const *privilege;
	Const *relid;
	Const *path;

	if (call->funcid != sites->allows)
		return false;
	privilege = linitial(call->args);
	relid = lsecond(call->args);
	path = lthird(call->args);
	/* an argument that is no constant may be anything, this arm included */
	return (!IsA(privilege, Const) || privilege->constisnull ||
			is_privilege_of(sites->table, TextDatumGetCString(privilege->constvalue))) &&
		(!IsA(relid, Const) || relid->constisnull ||
		 DatumGetObjectId(relid->constvalue) == sites->table->relid) &&
		(!IsA(path, Const) ||
		 (!path->constisnull &&
		  strcmp(TextDatumGetCString(path->constvalue), sites->arm->path_text) == 0));
}

/* Does the text name the privilege, condition and columns of these rules? */
static bool
is_privilege_of(const RuleTable *table, const char *text)
{
	AclMode privilege;
	const char *id;

	return privilege_parse(text, &privilege, &id) && privilege == table->privilege &&
		strcmp(id, table->id) == 0;
}

/* Policies have one range table entry, the table. */
static bool
is_column(Node *argument, AttrNumber attnum)
{
	Var *column = (Var *) argument;

	return IsA(column, Var) && column->varattno == attnum && column->varlevelsup == 0;
}
