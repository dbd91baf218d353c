/*
 * settings.c
 *		Settings in which SQL that is printed or stored means one thing.
 *
 * Rules outlive the session that states them and are read by others, so neither may
 * its own settings bend how names and constants are written and read.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "compat.h"
#include "resolver/resolver.h"

/* plain_settings holds until the caller's GUC level ends; see resolver.h. */
void
plain_settings(void)
{
	static const char *const settings[][2] = {
		{"standard_conforming_strings", "on"},
		{"array_nulls", "on"},
		{"transform_null_equals", "off"},
		{"quote_all_identifiers", "off"},
		{"DateStyle", "ISO"},
		{"IntervalStyle", "postgres"},
		{"TimeZone", "UTC"},
		{"extra_float_digits", "3"},
	};
	int i;

	RestrictSearchPath();
	for (i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}
