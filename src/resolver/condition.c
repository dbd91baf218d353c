/*
 * condition.c
 *		Conditions: analysed where they are stated, and kept as text.
 *
 * A condition names columns of the row as bare, this. or row. columns, of its new and
 * old version as new. and old., and who is asking as auth.user_id, auth.claims and
 * auth.data.x.y. It is kept as text in which every name is qualified, so that it means
 * the same under any search_path, and becomes the SQL of a policy when it is compiled.
 *
 * auth.user_id has no type of its own: it takes the one that its context asks for.
 */
#include "postgres.h"

#include "access/table.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "resolver/condition.h"
#include "resolver/resolver.h"

static void add_row_names(ParseState *pstate, Relation rel);
static Node *number_by_level(Node *node, void *context);

/* condition_resolve returns the condition's text with every name qualified; see resolver.h. */
char *
condition_resolve(const char *source, Oid relid, const char *text, int location)
{
	char *sql = condition_placed(source, text, location);

	return condition_text(relid, condition_analyse(sql, relid));
}

/*
 * condition_read analyses a resolved condition again; see resolver.h.
 *
 * To read a constant can call code that its type's owner has written since (the checks of
 * domains), and whoever changes the schema reads conditions of others: so it runs as
 * the table's owner, and leaves nothing behind that would run later as somebody else.
 */
Node *
condition_read(Oid relid, const char *condition)
{
	Relation rel = table_open(relid, AccessShareLock);
	int guc_level = NewGUCNestLevel();
	Node *expression;
	Oid user;
	int sec_context;

	GetUserIdAndSecContext(&user, &sec_context);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   sec_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	plain_settings();
	expression = condition_analyse(psprintf("SELECT (%s\n)", condition), relid);
	AtEOXact_GUC(true, guc_level);
	SetUserIdAndSecContext(user, sec_context);
	table_close(rel, NoLock);
	return expression;
}

/* condition_text prints an analysed condition; see resolver.h. */
char *
condition_text(Oid relid, Node *condition)
{
	List *names;
	char *result;
	int guc_level;

	/* one namespace a level: this.c is level 0, new.c level 1, old.c level 2 */
	names = list_concat(deparse_context_for("this", relid),
						list_concat(deparse_context_for("new", relid),
									deparse_context_for("old", relid)));
	guc_level = NewGUCNestLevel();
	plain_settings();
	result = deparse_expression(number_by_level(condition, NULL), names, true, false);
	AtEOXact_GUC(true, guc_level);
	return result;
}

/*
 * condition_check_text: see resolver.h. Nothing is looked up, so that what it names need
 * not be there; a comment that hides the parenthesis behind it is an error.
 */
void
condition_check_text(const char *condition)
{
	(void) condition_parse(psprintf("SELECT (%s)", condition));
}

/*
 * condition_placed returns the condition as a SELECT in which it stands at the same character as
 * in the user's text, so that errors point at the right place by themselves.
 */
char *
condition_placed(const char *source, const char *text, int location)
{
	int before = pg_mbstrlen_with_len(source, location) - (int) strlen("SELECT(");

	return psprintf("SELECT%*s(%s\n)", Max(before, 0), "", text);
}

/* condition_analyse returns the boolean expression of a condition; see condition.h. */
Node *
condition_analyse(const char *sql, Oid relid)
{
	Relation rel = table_open(relid, AccessShareLock);
	ParseState *pstate = make_parsestate(NULL);
	Node *raw = condition_parse(sql);
	Node *expression;

	pstate->p_sourcetext = sql;
	condition_hide_strings(pstate, raw);
	condition_know_auth(pstate);
	add_row_names(pstate, rel);
	expression = transformExpr(pstate, raw, EXPR_KIND_POLICY);
	expression = coerce_to_boolean(pstate, expression, "CHECK");
	expression = condition_settle_strings(pstate, expression);
	expression = condition_settle_auth(expression);
	assign_expr_collations(pstate, expression);
	condition_refuse_unusable(pstate, expression);
	free_parsestate(pstate);
	table_close(rel, NoLock);
	return expression;
}

/* condition_parse returns the one expression of SELECT (expression). */
Node *
condition_parse(const char *sql)
{
	List *statements = raw_parser(sql, RAW_PARSE_DEFAULT);
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;

	if (list_length(statements) != 1 || !IsA(select, SelectStmt) ||
		list_length(select->targetList) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition is one expression")));
	return linitial_node(ResTarget, select->targetList)->val;
}

/* this: bare columns too; row, new, old: with the prefix alone */
static void
add_row_names(ParseState *pstate, Relation rel)
{
	static const char *const names[] = {"this", "row", "new", "old"};
	int i;

	for (i = 0; i < lengthof(names); i++)
	{
		ParseNamespaceItem *item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
																 makeAlias(names[i], NIL),
																 false, false);

		addNSItemToQuery(pstate, item, false, true, i == 0);
	}
}

/* number_by_level turns the names of the row into levels, for printing each by its name. */
static Node *
number_by_level(Node *node, void *context)
{
	if (node && IsA(node, Var))
	{
		Var *column = copyObject((Var *) node);

		column->varlevelsup = column->varno == ROW_NEW ? 1 : column->varno == ROW_OLD ? 2 :
																						0;
		column->varno = column->varnosyn = ROW_THIS;
		return (Node *) column;
	}
	return expression_tree_mutator(node, number_by_level, context);
}
