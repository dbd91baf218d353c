/*
 * settings.c
 *		Settings in which SQL that is printed, stored or evaluated means one thing.
 *
 * Rules outlive the session that states them and are used by others, so neither's
 * settings may bend how names and constants are written and read, or what a function
 * makes of them.
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
		{"DateStyle", "ISO, MDY"},
		{"IntervalStyle", "postgres"},
		{"TimeZone", "UTC"},
		{"timezone_abbreviations", "Default"},
		{"extra_float_digits", "3"},
		{"bytea_output", "hex"},
		{"xmlbinary", "base64"},
		{"xmloption", "content"},
		{"lc_monetary", "C"},
		{"lc_numeric", "C"},
		{"lc_time", "C"},
		{"default_text_search_config", "pg_catalog.simple"},
	};
	int i;

	RestrictSearchPath();
	for (i = 0; i < lengthof(settings); i++)
	{
		const char *value = GetConfigOption(settings[i][0], false, false);

		/* to set one can cost as much as reading a file */
		if (strcmp(value, settings[i][1]) != 0)
			(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
									 GUC_ACTION_SAVE, true, 0, false);
	}
}
