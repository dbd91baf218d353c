/*
 * verify.c
 *		electric.verify(): where the database is not as the rules say.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "catalog/catalog.h"
#include "policy/verify.h"

PG_FUNCTION_INFO_V1(electric_verify);

static int compare_deviations(const ListCell *a, const ListCell *b);

/* electric.verify() -> setof (object text, problem text, repair text) */
Datum
electric_verify(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, verify_all())
	{
		const Deviation *deviation = lfirst(cell);
		Datum values[3];
		bool nulls[3] = {false, false, false};

		values[0] = CStringGetTextDatum(deviation->object);
		values[1] = CStringGetTextDatum(deviation->problem);
		values[2] = CStringGetTextDatum(deviation->repair);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

List *
verify_all(void)
{
	List *found = NIL;
	ListCell *cell;

	foreach(cell, policy_tables())
		verify_table(&found, lfirst_oid(cell));
	verify_rules(&found);
	verify_client_roles(&found);
	return deviations_in_order(found);
}

List *
deviations_in_order(List *found)
{
	List *distinct = NIL;
	ListCell *cell;

	list_sort(found, compare_deviations);
	foreach(cell, found)
	{
		if (distinct == NIL || !deviation_is_same(llast(distinct), lfirst(cell)))
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

void
deviation_add(List **found, char *object, char *problem, char *repair)
{
	Deviation *deviation = palloc(sizeof(Deviation));

	deviation->object = object;
	deviation->problem = problem;
	deviation->repair = repair;
	*found = lappend(*found, deviation);
}

bool
deviation_is_same(const Deviation *a, const Deviation *b)
{
	return strcmp(a->object, b->object) == 0 && strcmp(a->problem, b->problem) == 0;
}

char *
policy_label(Oid relid, const char *policy)
{
	return psprintf("policy %s on %s", quote_identifier(policy), catalog_name(relid));
}

char *
trigger_label(Oid relid, const char *trigger)
{
	return psprintf("trigger %s on %s", quote_identifier(trigger), catalog_name(relid));
}

char *
rebuild_statement(Oid relid)
{
	return psprintf("SELECT electric.rebuild(%s);", quote_literal_cstr(catalog_name(relid)));
}

static int
compare_deviations(const ListCell *a, const ListCell *b)
{
	const Deviation *left = lfirst(a);
	const Deviation *right = lfirst(b);
	int order = strcmp(left->object, right->object);

	return order != 0 ? order : strcmp(left->problem, right->problem);
}
