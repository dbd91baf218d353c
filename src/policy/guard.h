/*
 * guard.h
 *		The guard of enabled tables; inside src/policy only.
 */
#ifndef ELECTRIC_GUARD_H
#define ELECTRIC_GUARD_H

/*
 * guard_apply makes or removes the guard's trigger on relid and its partitions, as the
 * table's owner; one that was changed by hand is put right. 42710 where its name is
 * another trigger's. The caller holds AccessExclusiveLock.
 */
extern void guard_apply(Oid relid, bool needed);

#endif /* ELECTRIC_GUARD_H */
