# Shared by test/check and test/demo: a private place in which an unprivileged
# user builds, installs and runs a PostgreSQL of its own. Nothing outside
# that place is changed, and nothing is left running.
#
# The entry script calls run_in_private_place SCRIPT, which copies the
# repository there and runs SCRIPT in the copy as an unprivileged user, with
# PLACE and PG_CONFIG in its environment. SCRIPT calls private_postgres, start_server.

# The user that builds and runs the servers: a server refuses to run as root.
server_user()
{
	if [ "$(id -u)" -ne 0 ]; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

# Copy the repository without what was built in it: the server's user may not be
# allowed to enter the original.
copy_source()
{
	mkdir "$PLACE/src"
	tar -C "$SOURCE" --exclude=./.git --exclude=./build --exclude=./results \
		--exclude='*.o' --exclude='*.bc' --exclude='*.d' --exclude='*.so' -cf - . |
		tar -C "$PLACE/src" --no-same-owner -xf -
	chmod -R u+rwX,go+rX "$PLACE/src"
}

# Stop every server whose data lies in our place.
stop_servers()
{
	local file pid tries

	while IFS= read -r file; do
		pid=$(head -n 1 "$file" 2>/dev/null) || continue
		[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(dirname "$file")" ] || continue
		kill -QUIT "$pid" 2>/dev/null || continue
		for tries in $(seq 50); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done < <(find "$PLACE" -name postmaster.pid 2>/dev/null)
}

# Runs on every way out, a failure and Ctrl-C included. The place is kept for
# reading if KEEP_ON_FAILURE is set and tests failed.
leave_place()
{
	local status=$?

	set +e
	trap - EXIT
	trap '' INT TERM HUP		# make passes a signal on that reached us already
	if [ -n "${JOB:-}" ]; then
		kill -TERM -- "-$JOB" 2>/dev/null && sleep 0.3
		kill -KILL -- "-$JOB" 2>/dev/null
	fi
	stop_servers
	if [ -n "${KEEP_ON_FAILURE:-}" ] && [ "$status" -eq 1 ]; then
		rm -rf "$PLACE/pg" "$PLACE/src/build"
	else
		rm -rf "$PLACE"
	fi
	exit "$status"
}

# run_in_private_place SCRIPT: returns SCRIPT's exit status by exiting.
run_in_private_place()
{
	local user as chosen

	SOURCE=$(pwd -P)
	PLACE=$(mktemp -d /tmp/electric_perm.XXXXXX)
	trap leave_place EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	copy_source

	as=()
	if [ "$(id -u)" -eq 0 ]; then
		user=$(server_user)
		chown -R "$user:" "$PLACE"
		as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
	fi

	# A clean environment: no setting of the caller's session reaches the tests, but for
	# the seeds and numbers of those that make their cases up.
	# Its own process group (set -m), so that all of it can be ended.
	mapfile -t chosen < <(env | grep -E '^(FUZZ|ORACLE|SOAK)_[A-Z]+=[0-9]+$')
	set -m
	(
		cd "$PLACE/src"
		exec env -i PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin" \
			HOME="$PLACE" TMPDIR="$PLACE" LC_ALL=C.UTF-8 PLACE="$PLACE" \
			PG_CONFIG="${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}" \
			ONLY="${ONLY:-}" "${chosen[@]}" "${as[@]}" "$1"
	) </dev/null &
	JOB=$!
	set +m
	wait "$JOB"
	exit $?
}

# private_postgres: a relocated copy of the PostgreSQL that PG_CONFIG speaks of
# (its programs find their files relative to themselves), with the extension built
# from the copied source and installed. Sets PG_CONFIG, BINDIR and PGXS_DIR.
private_postgres()
{
	local original=$PG_CONFIG
	local dir

	for dir in bindir pkglibdir sharedir; do
		dir=$("$original" "--$dir")
		[ -d "$PLACE/pg$dir" ] && continue
		mkdir -p "$PLACE/pg$(dirname "$dir")"
		cp -RL "$dir" "$PLACE/pg$dir"
	done
	dir=$("$original" --includedir)
	mkdir -p "$PLACE/pg$(dirname "$dir")"
	ln -s "$dir" "$PLACE/pg$dir"
	dir=$(dirname "$("$original" --pgxs)")/../..
	dir=$(realpath "$dir")
	if [ ! -d "$PLACE/pg$dir" ]; then
		mkdir -p "$PLACE/pg$(dirname "$dir")"
		cp -RL "$dir" "$PLACE/pg$dir"
	fi

	BINDIR=$PLACE/pg$("$original" --bindir)
	PG_CONFIG=$BINDIR/pg_config
	PGXS_DIR=$(realpath "$(dirname "$("$PG_CONFIG" --pgxs)")/../..")
	export PATH="$BINDIR:$PATH"
	make -s -j "$(nproc)" with_llvm=no PG_CONFIG="$PG_CONFIG" install
}

# start_server CONF: one server on a Unix socket in PLACE/server, with the settings of
# the file CONF. Superuser postgres; no password, since nobody else can enter.
start_server()
{
	local data=$PLACE/server/data

	mkdir -p "$PLACE/server"
	initdb -D "$data" -U postgres -A trust -E UTF8 --no-locale --no-sync &&
		cat "$1" >>"$data/postgresql.conf" &&
		pg_ctl -D "$data" -l "$PLACE/server/log" -w \
			-o "-c listen_addresses= -c unix_socket_directories=$PLACE/server" start
}

stop_server()
{
	pg_ctl -D "$PLACE/server/data" -m fast -w stop
}
