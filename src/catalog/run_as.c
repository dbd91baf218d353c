/*
 * run_as.c
 *		Doing something as another role, under settings that nobody can bend.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "catalog/run_as.h"
#include "resolver/resolver.h"

void
run_as_begin(Oid role, RunAs *saved)
{
	int restricted;

	GetUserIdAndSecContext(&saved->user, &saved->sec_context);
	restricted = role == saved->user ? 0 : SECURITY_RESTRICTED_OPERATION;
	SetUserIdAndSecContext(role, saved->sec_context | SECURITY_LOCAL_USERID_CHANGE | restricted);
	saved->guc_level = NewGUCNestLevel();
	plain_settings();
}

void
run_as_end(const RunAs *saved)
{
	AtEOXact_GUC(true, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->sec_context);
}

void
run_as_sql(Oid role, const char *sql)
{
	RunAs saved;
	int result;

	run_as_begin(role, &saved);
	SPI_connect();
	result = SPI_execute(sql, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute returned %s for: %s", SPI_result_code_string(result), sql);
	SPI_finish();
	run_as_end(&saved);
}
