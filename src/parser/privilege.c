/*
 * privilege.c
 *		Privileges and their column lists.
 *
 * A column list belongs to the one word before it. DELETE has no columns: ALL
 * and WRITE with a list leave it out, which whoever carries the statement out
 * tells the user.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "parser/grammar.h"

typedef struct PrivilegeWord
{
	const char *folded;
	const char *word;
	AclMode mode;
} PrivilegeWord;

static const PrivilegeWord privilege_words[] = {
	{"select", "SELECT", ACL_SELECT},
	{"insert", "INSERT", ACL_INSERT},
	{"update", "UPDATE", ACL_UPDATE},
	{"delete", "DELETE", ACL_DELETE},
	{"read", "READ", ACL_SELECT},
	{"write", "WRITE", ACL_INSERT | ACL_UPDATE | ACL_DELETE},
	{"all", "ALL", ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE}};

static DdlxPrivilege *parse_privilege(DdlxParser *parser);
static const PrivilegeWord *take_privilege_word(DdlxParser *parser);
static List *parse_columns(DdlxParser *parser, const char *word);
static char *list_privilege_words(void);

/* privileges: privilege [ ( column [, ...] ) ] [, ...] Returns DdlxPrivilege *. */
List *
ddlx_parse_privileges(DdlxParser *parser)
{
	List *privileges = NIL;

	do
	{
		privileges = lappend(privileges, parse_privilege(parser));
	} while (ddlx_accept_type(parser, ','));
	return privileges;
}

/* privilege: SELECT | INSERT | UPDATE | DELETE | READ | WRITE | ALL [ PRIVILEGES ] */
static DdlxPrivilege *
parse_privilege(DdlxParser *parser)
{
	DdlxPrivilege *privilege = palloc0(sizeof(DdlxPrivilege));
	const PrivilegeWord *word;

	privilege->location = ddlx_peek(parser, 0)->location;
	privilege->columns_location = -1;
	word = take_privilege_word(parser);
	privilege->word = pstrdup(word->word);
	privilege->mode = word->mode;
	if (strcmp(word->folded, "all") == 0)
		ddlx_accept_word(parser, "privileges");

	if (ddlx_peek(parser, 0)->type == '(')
	{
		if (word->mode == ACL_DELETE)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("DELETE takes no column list"),
					 errdetail("A row is deleted as a whole."),
					 errhint("Write DELETE without columns."),
					 ddlx_errposition(parser->source, ddlx_peek(parser, 0)->location)));
		privilege->columns_location = ddlx_peek(parser, 0)->location;
		privilege->columns = parse_columns(parser, word->word);
		privilege->mode &= ~ACL_DELETE;
	}
	return privilege;
}

/* take_privilege_word consumes a privilege's word, or raises a syntax error. */
static const PrivilegeWord *
take_privilege_word(DdlxParser *parser)
{
	DdlxToken *token = ddlx_peek(parser, 0);
	int i;

	for (i = 0; i < lengthof(privilege_words); i++)
	{
		if (ddlx_accept_word(parser, privilege_words[i].folded))
			return &privilege_words[i];
	}

	if (token->type == DDLX_IDENT)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("unrecognized privilege \"%s\"", token->text),
				 errhint("Privileges are %s.", list_privilege_words()),
				 ddlx_errposition(parser->source, token->location)));
	ddlx_unexpected(parser, "a privilege",
					psprintf("Privileges are %s.", list_privilege_words()));
}

/* columns: ( column [, ...] ) Returns DdlxName *. */
static List *
parse_columns(DdlxParser *parser, const char *word)
{
	List *columns = NIL;

	ddlx_expect_type(parser, '(', "a column list");
	do
	{
		DdlxToken token;

		if (ddlx_peek(parser, 0)->type != DDLX_IDENT)
			ddlx_unexpected(parser, "the name of a column",
							psprintf("Without a column list, %s is for the whole table.", word));
		token = ddlx_take(parser);
		columns = lappend(columns, ddlx_make_name(token.text, token.location));
	} while (ddlx_accept_type(parser, ','));
	ddlx_expect_type(parser, ')', "a comma or a closing parenthesis");
	return columns;
}

static char *
list_privilege_words(void)
{
	StringInfoData buf;
	int i;

	initStringInfo(&buf);
	for (i = 0; i < lengthof(privilege_words); i++)
	{
		if (i > 0)
			appendStringInfoString(&buf,
								   i == lengthof(privilege_words) - 1 ? " and " : ", ");
		appendStringInfoString(&buf, privilege_words[i].word);
	}
	return buf.data;
}
