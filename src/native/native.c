/*
 * native.c
 *		Switches native syntax on when the library is loaded.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "compat.h"
#include "native/native.h"
#include "native/native_private.h"

/*
 * The switch. Any user may turn it: it only changes how a text of his own session is
 * parsed. Off, ELECTRIC is a syntax error as on any server; on, nothing parses
 * differently but what would be an error. Statements that are parsed already are
 * carried out either way.
 */
static bool native_syntax = true;

/*
 * native_init installs both hooks, or warns and leaves the server as it was. Called
 * once a process that loads the library, and inherited by those that it forks.
 */
void
native_init(void)
{
	char *problem;

	DefineCustomBoolVariable("electric_perm.native_syntax",
							 "Accepts ELECTRIC statements as they stand.",
							 "Off: every text is parsed as by a server without electric_perm.",
							 &native_syntax, true, PGC_USERSET, 0, NULL, NULL, NULL);

	problem = keyword_hook_install(&native_syntax);
	if (problem != NULL)
	{
		ereport(WARNING,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ELECTRIC statements cannot be typed as they stand on this server"),
				 errdetail("%s", problem),
				 errhint("Type DO LANGUAGE ddlx $$ ELECTRIC ... $$ instead, or call electric.ddlx('ELECTRIC ...').")));
		return;
	}
	utility_hook_install();
}
