/*
 * lock.c
 *		Locks on several tables, such that no two statements wait for each other.
 *
 * A table that a statement changes is waited for, in one order. A table that it
 * only reads is never waited for while others are held: they are given back, the wait
 * is for that table alone, and then all begins anew. So whoever waits holds nothing, or
 * only tables that come earlier in the order, and no circle of waits can close.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"

#include "resolver/resolver.h"

static TableLock *take_or_release(List *locks);
static bool take(const TableLock *lock);
static bool is_for_change(const TableLock *lock);
static void release_first(List *locks, int count);
static int compare_locks(const ListCell *a, const ListCell *b);

List *
table_lock_add(List *locks, Oid relid, LOCKMODE mode)
{
	TableLock *lock;
	ListCell *cell;

	foreach(cell, locks)
	{
		lock = lfirst(cell);
		if (lock->relid == relid)
		{
			lock->mode = Max(lock->mode, mode);
			return locks;
		}
	}
	lock = palloc(sizeof(TableLock));
	lock->relid = relid;
	lock->mode = mode;
	return lappend(locks, lock);
}

bool
table_locks_equal(List *a, List *b)
{
	ListCell *left;
	ListCell *right;

	if (list_length(a) != list_length(b))
		return false;
	list_sort(a, compare_locks);
	list_sort(b, compare_locks);
	forboth(left, a, right, b)
	{
		const TableLock *one = lfirst(left);
		const TableLock *other = lfirst(right);

		if (one->relid != other->relid || one->mode != other->mode)
			return false;
	}
	return true;
}

void
table_locks_take(List *locks)
{
	TableLock *busy;

	list_sort(locks, compare_locks);
	while ((busy = take_or_release(locks)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		LockRelationOid(busy->relid, busy->mode);
		UnlockRelationOid(busy->relid, busy->mode);
	}
}

void
table_locks_release(List *locks)
{
	release_first(locks, list_length(locks));
}

/* take_or_release takes all locks; or none, and returns the one that has to be waited for. */
static TableLock *
take_or_release(List *locks)
{
	ListCell *cell;

	foreach(cell, locks)
	{
		if (!take(lfirst(cell)))
		{
			release_first(locks, foreach_current_index(cell));
			return lfirst(cell);
		}
	}
	return NULL;
}

static bool
take(const TableLock *lock)
{
	if (!is_for_change(lock))
		return ConditionalLockRelationOid(lock->relid, lock->mode);
	LockRelationOid(lock->relid, lock->mode);
	return true;
}

static bool
is_for_change(const TableLock *lock)
{
	return lock->mode == AccessExclusiveLock || lock->mode == ShareUpdateExclusiveLock;
}

static void
release_first(List *locks, int count)
{
	while (count-- > 0)
	{
		const TableLock *lock = list_nth(locks, count);

		UnlockRelationOid(lock->relid, lock->mode);
	}
}

/* compare_locks: tables to change come first, of these the newest. */
static int
compare_locks(const ListCell *a, const ListCell *b)
{
	const TableLock *left = lfirst(a);
	const TableLock *right = lfirst(b);

	if (is_for_change(left) != is_for_change(right))
		return is_for_change(left) ? -1 : 1;
	return left->relid > right->relid ? -1 : left->relid < right->relid;
}
