/*
 * recorded.c
 *		Is a rule among those that are recorded?
 *
 * Lists of rules are in one order. So a rule is looked for behind the place where the last one
 * was found, and then in the rest: however many rules there are, each is mostly met once.
 */
#include "postgres.h"

#include "events/events.h"

bool
has_grant(List *grants, const Grant *grant, int *place)
{
	int count = list_length(grants);

	for (int i = 0; i < count; i++)
	{
		int n = (*place + i) % count;

		if (catalog_is_same_grant(list_nth(grants, n), grant))
		{
			*place = n + 1;
			return true;
		}
	}
	return false;
}

bool
has_assignment(List *assignments, const Assignment *assignment, int *place)
{
	int count = list_length(assignments);

	for (int i = 0; i < count; i++)
	{
		int n = (*place + i) % count;

		if (catalog_is_same_assignment(list_nth(assignments, n), assignment))
		{
			*place = n + 1;
			return true;
		}
	}
	return false;
}
