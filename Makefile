# electric_perm: PGXS build; `make demo` and `make check` do all the rest.
EXTENSION = electric_perm
MODULE_big = electric_perm
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
DATA = $(wildcard src/sql/electric_perm--*.sql)
REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))

PG_CPPFLAGS = -I$(CURDIR)/src
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
