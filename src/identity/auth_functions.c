/*
 * auth_functions.c
 *		electric.install_auth_functions(): what policies written for Supabase and its like call.
 *
 * They are ordinary functions of whoever installs them, and depend on ours, so that pg_dump
 * restores them behind the extension. What is there already stays: it is somebody else's.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

typedef struct AuthFunction
{
	const char *name;
	const char *definition;
} AuthFunction;

/*
 * Their bodies are analysed here and now, under the search path of the function. Policies ask
 * auth.role() = 'authenticated', and an SQL role may have that name, so nobody has none; nor has
 * he a "sub", whatever the claims of an API key say.
 */
static const AuthFunction functions[] = {
	{"auth.uid()",
	 "RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE "
	 "RETURN CASE WHEN electric.user_id() ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' "
	 "THEN electric.user_id()::uuid END"},
	{"auth.jwt()",
	 "RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE "
	 "RETURN CASE WHEN electric.is_authenticated() "
	 "THEN electric.claims() || jsonb_build_object('sub', electric.user_id()) "
	 "ELSE nullif(electric.claims() - 'sub', '{}') END"},
	{"auth.role()",
	 "RETURNS text LANGUAGE sql STABLE PARALLEL SAFE "
	 "RETURN coalesce(nullif(electric.claims() ->> 'role', ''), "
	 "CASE WHEN electric.is_authenticated() THEN current_user::text END)"},
	{"auth.user_id()",
	 "RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN electric.user_id()"},
};

PG_FUNCTION_INFO_V1(electric_install_auth_functions);

static void run(const char *statement);
static bool exists(const char *function);
static void note_owner(const char *kind, const char *name, const char *query, const char *hint);
static void report(ReturnSetInfo *result, const char *kind, const char *name);

/* electric.install_auth_functions() -> setof text: what it made */
Datum
electric_install_auth_functions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (!OidIsValid(get_namespace_oid("auth", true)))
	{
		run("CREATE SCHEMA auth");
		run("GRANT USAGE ON SCHEMA auth TO PUBLIC");
		report(result, "schema", "auth");
	}
	else
		note_owner("schema", "auth",
				   "SELECT nspowner FROM pg_namespace WHERE oid = to_regnamespace(%s)",
				   "That role can put other functions in the place of those in it.");
	for (i = 0; i < lengthof(functions); i++)
	{
		if (exists(functions[i].name))
		{
			note_owner("function", functions[i].name,
					   "SELECT proowner FROM pg_proc WHERE oid = to_regprocedure(%s)",
					   "Policies that call it believe what that role lets it say.");
			continue;
		}
		run(psprintf("CREATE FUNCTION %s %s", functions[i].name, functions[i].definition));
		run(psprintf("GRANT EXECUTE ON FUNCTION %s TO PUBLIC", functions[i].name));
		report(result, "function", functions[i].name);
	}
	SPI_finish();
	return (Datum) 0;
}

static void
run(const char *statement)
{
	int code = SPI_execute(statement, false, 0);

	if (code < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

/* exists: is there one of this name without arguments, whatever it returns? */
static bool
exists(const char *function)
{
	bool is_null;

	run(psprintf("SELECT to_regprocedure(%s)", quote_literal_cstr(function)));
	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	return !is_null;
}

/* note_owner says so where what is there already belongs to another role. */
static void
note_owner(const char *kind, const char *name, const char *query, const char *hint)
{
	bool is_null;
	Oid owner;

	run(psprintf(query, quote_literal_cstr(name)));
	if (SPI_processed != 1)
		return;
	owner = DatumGetObjectId(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	if (owner != GetUserId())
		ereport(NOTICE,
				(errmsg("%s %s exists already, and belongs to role \"%s\"", kind, name,
						GetUserNameFromId(owner, false)),
				 errhint("%s", hint)));
}

static void
report(ReturnSetInfo *result, const char *kind, const char *name)
{
	Datum value = CStringGetTextDatum(psprintf("%s %s", kind, name));
	bool is_null = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
}
