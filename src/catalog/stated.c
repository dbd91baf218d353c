/*
 * stated.c
 *		Could a statement have written this rule?
 *
 * What rules say is printed as statements, for others to type: by electric.dump(), and as a
 * repair by electric.verify(). So a rule that is loaded is read as such a statement, and must
 * be one, and say the same.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "catalog/store.h"
#include "parser/parser.h"
#include "resolver/resolver.h"

/* A rule's text within the error that it brings about */
typedef struct Reading
{
	const char *table; /* of electric */
	char *statement;
} Reading;

static void check_statement(Reading *reading, bool same_path,
							bool (*says)(const DdlxStatement *statement, const void *rule),
							const void *rule, const char *condition);
static bool says_grant(const DdlxStatement *statement, const void *rule);
static bool says_assignment(const DdlxStatement *statement, const void *rule);
static bool says_role(const DdlxRole *role, const char *name, bool scoped);
static char *role_text(const char *role, bool scoped);
static char *condition_clause(const char *word, const char *condition);
static void show_reading(void *arg);

/*
 * The table and the scope are called t: only what is text in the row is of interest. INSERT is
 * the privilege that takes a list of columns, and whole tables too.
 */
void
check_stated_grant(const Grant *grant)
{
	bool scoped = OidIsValid(grant->scope_relid);
	Reading reading = {"grants",
					   psprintf("ELECTRIC GRANT INSERT%s ON t TO %s%s",
								catalog_columns_text(grant->columns),
								role_text(grant->role, scoped),
								condition_clause("CHECK", grant->condition))};

	check_statement(&reading, !grant->path || path_is_canonical(grant->path), says_grant, grant,
					grant->condition);
}

void
check_stated_assignment(const Assignment *assignment)
{
	bool scoped = OidIsValid(assignment->scope_relid);
	char *role = assignment->role ?
		role_text(assignment->role, scoped) :
		psprintf(scoped ? "(t, t.%s)" : "t.%s", quote_identifier(assignment->role_column));
	Reading reading = {"assignments",
					   psprintf("ELECTRIC ASSIGN %s TO t.%s%s", role,
								quote_identifier(assignment->user_column),
								condition_clause("IF", assignment->condition))};

	check_statement(&reading, !assignment->path || path_is_canonical(assignment->path),
					says_assignment, assignment, assignment->condition);
}

/* check_statement raises unless the text is one statement, which says what the rule does. */
static void
check_statement(Reading *reading, bool same_path,
				bool (*says)(const DdlxStatement *statement, const void *rule), const void *rule,
				const char *condition)
{
	int guc_level = NewGUCNestLevel();
	ErrorContextCallback callback;
	List *statements;

	callback.callback = show_reading;
	callback.arg = reading;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	plain_settings();
	statements = ddlx_parse(reading->statement);
	if (!same_path || list_length(statements) != 1 || !says(linitial(statements), rule))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no statement would write this row of table \"%s\"", reading->table),
				 errhint("Rules are stated with ELECTRIC GRANT and ELECTRIC ASSIGN.")));
	if (condition)
		condition_check_text(condition);
	AtEOXact_GUC(true, guc_level);
	error_context_stack = callback.previous;
}

static bool
says_grant(const DdlxStatement *statement, const void *rule)
{
	const Grant *grant = rule;
	List *columns = NIL;
	ListCell *cell;

	if (statement->kind != DDLX_GRANT || list_length(statement->privileges) != 1 ||
		list_length(statement->roles) != 1)
		return false;
	foreach(cell, ((DdlxPrivilege *) linitial(statement->privileges))->columns)
		columns = lappend(columns, ((DdlxName *) lfirst(cell))->name);
	return names_equal(columns, grant->columns) &&
		says_role(linitial(statement->roles), grant->role, OidIsValid(grant->scope_relid)) &&
		store_compare(statement->condition, grant->condition) == 0;
}

static bool
says_assignment(const DdlxStatement *statement, const void *rule)
{
	const Assignment *assignment = rule;
	const DdlxRole *role;

	if (statement->kind != DDLX_ASSIGN || list_length(statement->roles) != 1)
		return false;
	role = linitial(statement->roles);
	if (assignment->role)
	{
		if (!says_role(role, assignment->role, OidIsValid(assignment->scope_relid)))
			return false;
	}
	else if (role->kind != DDLX_ROLE_DYNAMIC ||
			 strcmp(role->column->column, assignment->role_column) != 0)
		return false;
	return strcmp(statement->user_column->column, assignment->user_column) == 0 &&
		store_compare(statement->condition, assignment->condition) == 0;
}

static bool
says_role(const DdlxRole *role, const char *name, bool scoped)
{
	if (role->kind == DDLX_ROLE_ANYONE)
		return strcmp(name, ROLE_ANYONE) == 0;
	if (role->kind == DDLX_ROLE_AUTHENTICATED)
		return strcmp(name, ROLE_AUTHENTICATED) == 0;
	return role->kind == DDLX_ROLE_STATIC && (role->scope != NULL) == scoped &&
		strcmp(role->name, name) == 0;
}

static char *
role_text(const char *role, bool scoped)
{
	return scoped ? quote_literal_cstr(psprintf("t:%s", role)) :
					catalog_role_text(role, InvalidOid);
}

/* word (condition), "" for none */
static char *
condition_clause(const char *word, const char *condition)
{
	return condition ? psprintf(" %s (%s)", word, condition) : "";
}

/* show_reading: a position in the statement is none in what was typed. */
static void
show_reading(void *arg)
{
	const Reading *reading = arg;

	if (geterrposition() > 0)
		errposition(0);
	errcontext("row of table \"%s\", read as: %s", reading->table, reading->statement);
}
