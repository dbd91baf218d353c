/*
 * guard.h
 *		The guard of enabled tables; inside src/policy only.
 */
#ifndef ELECTRIC_GUARD_H
#define ELECTRIC_GUARD_H

/* It sorts before other names, so that it fires before other triggers. */
#define GUARD_NAME "!electric_touched"

/* What stands under the guard's name */
typedef enum GuardState
{
	GUARD_ABSENT,
	GUARD_STANDS,
	GUARD_DIFFERS, /* ours, but not as it should be */
	GUARD_FOREIGN
} GuardState;

/*
 * guard_trigger_state tells about relid alone; *fires is the trigger's tgenabled, *cloned:
 * is it a clone of a parent table's? guard_function returns electric.touched().
 */
extern GuardState guard_trigger_state(Oid relid, char *fires, bool *cloned);
extern Oid guard_function(void);

/*
 * guard_apply makes or removes the guard's trigger on relid and its partitions, as the
 * table's owner; one that was changed by hand is put right. 42710 where its name is
 * another trigger's. A clone of a parent table's is left alone. The caller holds
 * AccessExclusiveLock.
 */
extern void guard_apply(Oid relid, bool needed);

#endif /* ELECTRIC_GUARD_H */
