# electric_perm: PGXS build, and the commands of the house.
#
#   make, make install, make installcheck   as PGXS does
#   make demo                               the story in one minute, on a private server
#   make check                              everything that proves; installs what it lacks
#   make check-valgrind                     memory errors; takes half an hour, or ONLY= some
#   make check-layers check-compilers check-cpp format-check   parts of it
#   make format                             clang-format over src/

EXTENSION = electric_perm
MODULE_big = electric_perm
SOURCES = $(sort $(wildcard src/*.c src/*/*.c))
CONTRACTS = $(sort $(wildcard src/*.h src/*/*.h))
OBJS = $(SOURCES:.c=.o)
DATA = $(wildcard src/sql/electric_perm--*.sql)
REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
TEST_DATABASE = --encoding=UTF8 --no-locale
REGRESS_OPTS = $(TEST_DATABASE)
ISOLATION = $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation $(TEST_DATABASE)
EXTRA_CLEAN = build $(OBJS:.o=.d) $(OBJS:.o=.bc.d)

override SHLIB_LINK += -lcrypto -largon2

WARNINGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare
PG_CPPFLAGS = -Isrc
PG_CFLAGS = $(WARNINGS)

PG_CONFIG ?= pg_config

# Goals that work before PostgreSQL is installed; all others are PGXS's.
OURS = check demo check-valgrind check-layers check-compilers check-cpp format format-check
ifneq ($(filter-out $(OURS),$(or $(MAKECMDGOALS),all)),)
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
# PGXS tracks no headers: a changed contract must rebuild all who read it.
COMPILE.c = $(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c
COMPILE.c.bc = $(CLANG) -Wno-ignored-attributes $(BITCODE_CFLAGS) $(CPPFLAGS) -MMD -MP -MF $@.d -flto=thin -emit-llvm -c
-include $(OBJS:.o=.d) $(OBJS:.o=.bc.d)
endif

.PHONY: $(OURS)

# PGXS has a recipe for `check` too, which only says that there is none: ours is
# read whenever it is asked for, and otherwise stays out of the way.
ifneq ($(filter check,$(MAKECMDGOALS)),)
check:
	@test/check
endif

demo:
	@test/demo/run

check-valgrind:
	@test/check-valgrind

# The dependency directions between the rooms of src/, after a proof that the
# check sees a violation.
check-layers:
	@test/check-layers --self-test
	@test/check-layers .

# Every file with both compilers, warnings being errors; objects go to build/.
CHECK_gcc ?= gcc
CHECK_clang ?= clang-14
CHECK_CFLAGS = -std=gnu99 -O2 -fPIC -fno-strict-aliasing -fwrapv $(WARNINGS) \
	-Wdeclaration-after-statement -Wmissing-prototypes -Wpointer-arith -Wvla \
	-Wendif-labels -Wmissing-format-attribute -Wformat-security
CHECK_CPPFLAGS = $(PG_CPPFLAGS) -D_GNU_SOURCE -isystem $(shell $(PG_CONFIG) --includedir-server)
check-compilers: $(foreach c,gcc clang,$(SOURCES:%.c=build/$(c)/%.o))
define compile_with
build/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$(CHECK_$(1)) $$(CHECK_CFLAGS) $$(CHECK_CPPFLAGS) -MMD -MP -c -o $$@ $$<
-include $(SOURCES:%.c=build/$(1)/%.d)
endef
ifneq ($(filter check-compilers,$(MAKECMDGOALS)),)
$(foreach c,gcc clang,$(eval $(call compile_with,$(c))))
endif

# Mistakes that compilers miss. The server's headers stay unread (they are
# not ours to judge); its macros that look like declarations are defined away.
check-cpp:
	@cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr \
		--suppress=unknownMacro --suppress=missingInclude --suppress=varFuncNullUB \
		-DPG_VERSION_NUM=150000 -D'PG_MODULE_MAGIC=' -D'PG_FUNCTION_INFO_V1(f)=' -D'PGDLLEXPORT=' \
		-Isrc $(SOURCES)

CLANG_FORMAT ?= clang-format-14
format:
	$(CLANG_FORMAT) -i $(SOURCES) $(CONTRACTS)

format-check:
	@CLANG_FORMAT=$(CLANG_FORMAT) test/check-format $(SOURCES) $(CONTRACTS)
