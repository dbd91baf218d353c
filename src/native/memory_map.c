/*
 * memory_map.c
 *		What the kernel knows about this process's memory.
 *
 * Needs Linux's /proc/self/maps; where that is missing nothing is found, and native
 * syntax stays off.
 */
#include "postgres.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storage/fd.h"

#include "compat.h"
#include "native/native_private.h"

/*
 * memory_area_find fills area with the mapping that address lies in; false if it is
 * not known.
 */
bool
memory_area_find(const void *address, MemoryArea *area)
{
	FILE *maps = AllocateFile("/proc/self/maps", "r");
	char line[1024];
	bool found = false;

	if (maps == NULL)
		return false;

	while (!found && fgets(line, sizeof(line), maps) != NULL)
	{
		unsigned long start;
		unsigned long end;
		char flags[5];

		if (sscanf(line, "%lx-%lx %4s", &start, &end, flags) != 3)
			continue;
		if ((uintptr_t) address < start || (uintptr_t) address >= end)
			continue;
		area->start = start;
		area->end = end;
		area->protection = (flags[0] == 'r' ? PROT_READ : 0) |
			(flags[1] == 'w' ? PROT_WRITE : 0) |
			(flags[2] == 'x' ? PROT_EXEC : 0);
		found = true;
	}
	FreeFile(maps);
	return found;
}

/*
 * memory_is_readable tells whether the eight bytes at address, which is aligned,
 * can be read. The kernel is asked to take them for a signal mask, together with a
 * request that it does not know: EFAULT if it could not read them, else EINVAL.
 */
bool
memory_is_readable(const void *address)
{
	int saved_errno = errno;
	bool readable;

	readable = syscall(SYS_rt_sigprocmask, ~0, address, NULL, 8) != 0 &&
		errno == EINVAL;
	errno = saved_errno;
	return readable;
}
