/*
 * path_text.c
 *		Paths as text: the canonical form of rules and policies, and back.
 *
 * The canonical text names constraints and depends on no setting, so that the same
 * path always has the same text. path_from_text is called at query time.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "resolver/key.h"

static void append_constraint(StringInfo buf, const KeyStep *step);
static void append_table(StringInfo buf, Oid relid);
static void append_columns(StringInfo buf, Oid relid, int nkeys, const AttrNumber *attnums);
static KeyStep *parse_step(const char **text, Oid current);
static char *parse_name(const char **text);
static bool names_only(Oid relid, const char *schema, const char *table,
					   const char *name, const KeyStep *step);
static bool is_same_list(List *a, List *b);

char *
path_to_text(const KeyPath *path)
{
	StringInfoData buf;
	int i;

	initStringInfo(&buf);
	for (i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];

		if (i > 0)
			appendStringInfoChar(&buf, '/');
		if (!step->forward)
		{
			append_table(&buf, step->constraint_relid);
			appendStringInfoChar(&buf, '.');
		}
		append_name(&buf, step->constraint);
	}
	return buf.data;
}

List *
path_keys(const KeyPath *path)
{
	List *keys = NIL;
	StringInfoData buf;
	int i;

	for (i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];

		initStringInfo(&buf);
		append_table(&buf, step->from_relid);
		append_columns(&buf, step->from_relid, step->nkeys, step->from_attnums);
		appendStringInfoString(&buf, " -> ");
		append_table(&buf, step->to_relid);
		append_columns(&buf, step->to_relid, step->nkeys, step->to_attnums);
		keys = lappend(keys, buf.data);
	}
	initStringInfo(&buf);
	append_table(&buf, path->scope_relid);
	append_columns(&buf, path->scope_relid, path->nscope_keys, path->scope_attnums);
	return lappend(keys, buf.data);
}

char *
path_to_using(const KeyPath *path)
{
	StringInfoData buf;
	int i;

	initStringInfo(&buf);
	for (i = 0; i < path->nsteps; i++)
	{
		if (i > 0)
			appendStringInfoChar(&buf, '/');
		append_constraint(&buf, &path->steps[i]);
	}
	return buf.data;
}

KeyPath *
path_from_text(Oid relid, Oid scope_relid, const char *text, List *keys)
{
	List *steps = NIL;
	Oid current = relid;
	const char *next = text;
	KeyPath *path;

	while (*next != '\0')
	{
		KeyStep *step;

		if (steps != NIL && *next++ != '/')
			return NULL;
		step = parse_step(&next, current);
		if (step == NULL || key_step_obstacle(step) != NULL)
			return NULL;
		steps = lappend(steps, step);
		current = step->to_relid;
	}
	if (current != scope_relid)
		return NULL;
	path = path_make(relid, scope_relid, steps);
	if (path == NULL ||
		key_scope_obstacle(scope_relid, path->nscope_keys, path->scope_attnums) != NULL ||
		!is_same_list(path_keys(path), keys))
		return NULL;
	return path;
}

bool
path_is_canonical(const char *text)
{
	StringInfoData names;
	const char *next = text;

	initStringInfo(&names);
	while (*next != '\0')
	{
		char *name = parse_name(&next);

		if (name == NULL)
			return false;
		append_name(&names, name);
		if (*next == '.' || (*next == '/' && next[1] != '\0'))
			appendStringInfoChar(&names, *next++);
		else if (*next != '\0')
			return false;
	}
	return strcmp(names.data, text) == 0;
}

int
path_first_attnums(const KeyPath *path, AttrNumber **attnums)
{
	if (path->nsteps == 0)
	{
		*attnums = path->scope_attnums;
		return path->nscope_keys;
	}
	*attnums = path->steps[0].from_attnums;
	return path->steps[0].nkeys;
}

void
append_name(StringInfo buf, const char *name)
{
	const char *c;

	/* what is gone looks like no name */
	if (name == NULL)
	{
		appendStringInfoChar(buf, '?');
		return;
	}

	/* unlike quote_identifier: no setting, no list of keywords */
	if ((*name >= 'a' && *name <= 'z') || *name == '_')
	{
		size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");

		if (name[plain] == '\0')
		{
			appendStringInfoString(buf, name);
			return;
		}
	}
	appendStringInfoChar(buf, '"');
	for (c = name; *c != '\0'; c++)
	{
		if (*c == '"')
			appendStringInfoChar(buf, '"');
		appendStringInfoChar(buf, *c);
	}
	appendStringInfoChar(buf, '"');
}

char *
step_to_using(const KeyStep *step)
{
	StringInfoData buf;

	initStringInfo(&buf);
	if (step->forward)
	{
		char *column = get_attname(step->from_relid, step->from_attnums[0], false);

		if (names_only(step->from_relid, NULL, NULL, column, step))
		{
			append_name(&buf, column);
			return buf.data;
		}
	}
	append_constraint(&buf, step);
	return buf.data;
}

char *
steps_to_list(List *steps)
{
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	foreach(lc, steps)
	{
		if (buf.len > 0)
			appendStringInfoString(&buf, ", ");
		appendStringInfoString(&buf, step_to_using(lfirst(lc)));
	}
	return buf.data;
}

char *
table_label(Oid relid)
{
	char *name = get_rel_name(relid);

	if (RelationIsVisible(relid))
		return name;
	return psprintf("%s.%s", get_namespace_name(get_rel_namespace(relid)), name);
}

/* append_constraint appends a step's constraint, qualified as far as it takes to mean it alone. */
static void
append_constraint(StringInfo buf, const KeyStep *step)
{
	char *table = get_rel_name(step->constraint_relid);
	char *schema = get_namespace_name(get_rel_namespace(step->constraint_relid));

	if (!names_only(step->from_relid, NULL, NULL, step->constraint, step))
	{
		if (!names_only(step->from_relid, NULL, table, step->constraint, step))
		{
			append_name(buf, schema);
			appendStringInfoChar(buf, '.');
		}
		append_name(buf, table);
		appendStringInfoChar(buf, '.');
	}
	append_name(buf, step->constraint);
}

/* append_table appends schema.table. */
static void
append_table(StringInfo buf, Oid relid)
{
	char *name = get_rel_name(relid);
	char *schema = get_namespace_name(get_rel_namespace(relid));

	append_name(buf, schema);
	appendStringInfoChar(buf, '.');
	append_name(buf, name);
}

/* append_columns appends (column, ..). */
static void
append_columns(StringInfo buf, Oid relid, int nkeys, const AttrNumber *attnums)
{
	int i;

	for (i = 0; i < nkeys; i++)
	{
		appendStringInfoString(buf, i == 0 ? "(" : ", ");
		append_name(buf, get_attname(relid, attnums[i], true));
	}
	appendStringInfoChar(buf, ')');
}

/*
 * parse_step reads one canonical step that leaves table current and moves *text
 * behind it; NULL if the text is none or names no such key.
 */
static KeyStep *
parse_step(const char **text, Oid current)
{
	char *names[3];
	int n = 0;
	Oid namespace;
	Oid relid;
	KeyStep *step;

	do
	{
		if (n > 0)
			(*text)++;
		if (n == lengthof(names) || (names[n] = parse_name(text)) == NULL)
			return NULL;
		n++;
	} while (**text == '.');

	if (n == 1)
		step = key_find_step(current, names[0], current);
	else if (n == 3)
	{
		namespace = get_namespace_oid(names[0], true);
		relid = OidIsValid(namespace) ? get_relname_relid(names[1], namespace) : InvalidOid;
		if (!OidIsValid(relid) || relid == current)
			return NULL;
		step = key_find_step(relid, names[2], current);
	}
	else
		return NULL;
	if (step == NULL || step->forward != (n == 1))
		return NULL;
	return step;
}

/* parse_name reads one name as append_name writes it; NULL if there is none. */
static char *
parse_name(const char **text)
{
	const char *c = *text;
	StringInfoData buf;

	initStringInfo(&buf);
	if (*c != '"')
	{
		while (*c != '\0' && *c != '.' && *c != '/')
			appendStringInfoChar(&buf, *c++);
	}
	else
	{
		for (c++; *c != '"' || c[1] == '"'; c++)
		{
			if (*c == '\0')
				return NULL;
			if (*c == '"')
				c++;
			appendStringInfoChar(&buf, *c);
		}
		c++;
	}
	*text = c;
	return buf.len > 0 ? buf.data : NULL;
}

/* names_only tells whether these words, typed as a step from relid, mean step alone. */
static bool
names_only(Oid relid, const char *schema, const char *table,
		   const char *name, const KeyStep *step)
{
	List *fitting = key_steps_fitting(relid, schema, table, name);

	return list_length(fitting) == 1 &&
		((KeyStep *) linitial(fitting))->constraint_oid == step->constraint_oid;
}

/* is_same_list compares two lists of strings. */
static bool
is_same_list(List *a, List *b)
{
	ListCell *la;
	ListCell *lb;

	if (list_length(a) != list_length(b))
		return false;
	forboth(la, a, lb, b)
	{
		if (strcmp(lfirst(la), lfirst(lb)) != 0)
			return false;
	}
	return true;
}
