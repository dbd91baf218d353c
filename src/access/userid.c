/*
 * userid.c
 *		User ids and role names, as values of the columns in which they stand.
 *
 * The readers are strict: an id has one spelling in each type, so that two
 * different user ids never are the same user. An id that does not fit a column's type
 * is nobody there; it is never an error, since one odd token must not break
 * everyone's queries.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

#include "access/engine.h"

static bool read_integer(const char *text, int64 most, int64 *value);
static bool read_uuid(const char *text, pg_uuid_t *uuid);
static bool read_enum(const char *text, Oid type, Oid *value);

/*
 * userid_read reads a user id as a value of type (a base type that
 * is_user_column_type accepts), palloc'd where it is not by value; false if it
 * does not fit.
 */
bool
userid_read(const char *user_id, Oid type, Datum *value)
{
	int64 number;

	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
			*value = CStringGetTextDatum(user_id);
			return true;
		case NAMEOID:
			if (strlen(user_id) >= NAMEDATALEN)
				return false;
			*value = DirectFunctionCall1(namein, CStringGetDatum(user_id));
			return true;
		case UUIDOID:
		{
			pg_uuid_t *uuid = palloc(sizeof(pg_uuid_t));

			*value = UUIDPGetDatum(uuid);
			return read_uuid(user_id, uuid);
		}
		case INT2OID:
			if (!read_integer(user_id, PG_INT16_MAX, &number))
				return false;
			*value = Int16GetDatum((int16) number);
			return true;
		case INT4OID:
			if (!read_integer(user_id, PG_INT32_MAX, &number))
				return false;
			*value = Int32GetDatum((int32) number);
			return true;
		case INT8OID:
			if (!read_integer(user_id, PG_INT64_MAX, &number))
				return false;
			*value = Int64GetDatum(number);
			return true;
		default:
			break;
	}
	if (get_typtype(type) == TYPTYPE_ENUM)
	{
		Oid label;

		if (!read_enum(user_id, type, &label))
			return false;
		*value = ObjectIdGetDatum(label);
		return true;
	}
	/* citext: stored as text is; the resolver accepts no other type */
	*value = CStringGetTextDatum(user_id);
	return true;
}

/* userid_operator returns the equality operator of such a type. */
Oid
userid_operator(Oid type)
{
	return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
}

/* rolename_text returns the role name that a role column's value stands for. */
char *
rolename_text(Datum value, Oid type)
{
	HeapTuple tuple;
	char *name;

	if (type == NAMEOID)
		return pstrdup(NameStr(*DatumGetName(value)));
	if (type == TEXTOID || type == VARCHAROID)
		return TextDatumGetCString(value);
	tuple = SearchSysCache1(ENUMOID, value);
	if (!HeapTupleIsValid(tuple))
		return NULL;
	name = pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	ReleaseSysCache(tuple);
	return name;
}

/* rolename_in: is the role column's value, byte by byte, one of names? */
bool
rolename_in(Datum value, Oid type, List *names)
{
	char *name = rolename_text(value, type);
	bool found;

	if (!name)
		return false;
	found = names_contain(names, name);
	/* one call may read as many rows as the user has roles */
	pfree(name);
	return found;
}

/*
 * Decimal digits from -most - 1 to most: no blanks, no sign but '-', no leading
 * zeros, no '-0'.
 */
static bool
read_integer(const char *text, int64 most, int64 *value)
{
	bool negative = *text == '-';
	const char *digits = negative ? text + 1 : text;
	uint64 magnitude = 0;
	uint64 limit;
	int n = strlen(digits);
	int i;

	if (n == 0 || n > 19 || strspn(digits, "0123456789") != n || (digits[0] == '0' && (n > 1 || negative)))
		return false;
	/* nineteen digits fit into 64 bits */
	for (i = 0; i < n; i++)
		magnitude = magnitude * 10 + (digits[i] - '0');
	limit = negative ? (uint64) most + 1 : (uint64) most;
	if (magnitude > limit)
		return false;
	*value = negative ? (int64) (0 - magnitude) : (int64) magnitude;
	return true;
}

/* 8-4-4-4-12 hexadecimal digits, any letter case, nothing else. */
static bool
read_uuid(const char *text, pg_uuid_t *uuid)
{
	int i;

	if (strlen(text) != 36)
		return false;
	for (i = 0; i < 36; i++)
	{
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return false;
	}
	*uuid = *DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(text)));
	return true;
}

static bool
read_enum(const char *text, Oid type, Oid *value)
{
	HeapTuple tuple;

	if (strlen(text) >= NAMEDATALEN)
		return false;
	tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(text));
	if (!HeapTupleIsValid(tuple))
		return false;
	*value = ((Form_pg_enum) GETSTRUCT(tuple))->oid;
	ReleaseSysCache(tuple);
	return true;
}
