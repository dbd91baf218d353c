/*
 * names.c
 *		Lists of names (char *): roles, columns, keys. Compared byte by byte.
 */
#include "postgres.h"

#include "catalog/catalog.h"

bool
names_contain(List *names, const char *name)
{
	ListCell *cell;

	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

bool
names_equal(List *a, List *b)
{
	ListCell *left;
	ListCell *right;

	if (list_length(a) != list_length(b))
		return false;
	forboth(left, a, right, b)
	{
		if (strcmp(lfirst(left), lfirst(right)) != 0)
			return false;
	}
	return true;
}

int
names_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}
