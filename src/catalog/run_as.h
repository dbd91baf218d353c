/*
 * run_as.h
 *		Doing something as another role, under settings that nobody can bend.
 *
 * For the catalog (as the extension's owner) and for policy (as the owner of the
 * table). An error restores the caller's user and settings with the transaction; a
 * return in between would not, so none may stand between begin and end.
 */
#ifndef ELECTRIC_RUN_AS_H
#define ELECTRIC_RUN_AS_H

/* What to restore */
typedef struct RunAs
{
	Oid user;
	int sec_context;
	int guc_level;
} RunAs;

/*
 * run_as_begin becomes role, with plain_settings (resolver.h). Code of another role than
 * the current one can leave nothing behind that would run later as the current one: no
 * temporary table, no deferred trigger, no cursor.
 */
extern void run_as_begin(Oid role, RunAs *saved);
extern void run_as_end(const RunAs *saved);

/*
 * run_as_sql runs one utility statement as role. Its text holds only
 * keywords, qualified and quoted names and quoted literals.
 */
extern void run_as_sql(Oid role, const char *sql);

#endif /* ELECTRIC_RUN_AS_H */
