/* SPDX-License-Identifier: MIT */
/*
 * session_model [LIMIT=VALUE...]: two sides with msg_socket's session.c between them, over connections that break.
 *
 * A frame is one byte of a stream. Its contents are who sent it in which session, so that a receiver can tell whether it has
 * got what was sent to it, once, and in order. D dials, A accepts; both do what connection.c does with the answers of
 * session.c. Everything may happen at any time: frames and messages of the handshake may be under way, each side may notice the
 * end of a connection before or long after the other, be loaded anew, or give the session up.
 *
 * Rules: what arrives is the next of what was sent in the receiver's session; nobody is confused; and where nothing is
 * left to happen, both have the same session and all that was sent has arrived.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explorer.h"
#include "session.h"

#define CONNECTIONS 2 /* that either side still has */
#define UNDER_WAY   2 /* frames in one direction */
#define MOST_FRAMES 4 /* of one side in one session */

/* How often each may happen. */
static struct {
	const char *name;
	unsigned int most;
} limits[] = { { "frames", 2 }, { "breaks", 2 }, { "reboots", 1 }, { "drops", 1 }, { "sessions", 4 } };

enum { FRAMES, BREAKS, REBOOTS, DROPS, SESSIONS };

enum phase { FREE, PROVED, READY, CLAIMED, ANSWERED, STANDS };

struct frame {
	u8 session; /* of its sender: which of all that ever were */
	u8 position;
	u8 ack;
};

/* A connection; one side may have closed it while the other still takes what is under way. */
struct connection {
	u8 phase;    /* enum phase */
	u8 open[2];  /* by side */
	u8 answer;   /* which session A has answered with */
	u8 count[2]; /* of frames, by who sent them */
	struct frame frames[2][UNDER_WAY];
	struct session_claim claim; /* of D, then A's answer */
};

struct side {
	struct session session;
	u8 which;      /* of all sessions that ever were; 0: none */
	u8 boot;       /* boot id */
	s8 connection; /* that it uses, or -1 */
	u8 acks[MOST_FRAMES]; /* that its frames carry: what it had handled when they went into the stream */
};

enum { D, A };

struct state {
	struct side sides[2];
	struct connection connections[CONNECTIONS];
	u8 spent[5]; /* by limit */
	u8 boots;
};

static const char *const names[] = { "D", "A" };

static bool may(struct state *next, int limit)
{
	return next->spent[limit]++ < limits[limit].most;
}

/* Frees a connection that nobody has any more. */
static void close_end(struct state *state, int number, int who)
{
	struct connection *connection = &state->connections[number];

	connection->open[who] = 0;
	if (state->sides[who].connection == number)
		state->sides[who].connection = -1;
	if (!connection->open[D] && !connection->open[A])
		memset(connection, 0, sizeof(*connection));
}

/* What somebody says is lost with the connection if the other end is closed. */
static bool is_heard(const struct connection *connection, int who)
{
	return connection->open[!who];
}

static void send_frame(const struct state *state, int who)
{
	struct state next = *state;
	struct side *side = &next.sides[who];

	if (!side->session.epoch || side->session.end == limits[FRAMES].most)
		return;
	side->acks[side->session.end++] = side->session.received;
	explore_next(&next, "%s sends frame %d", names[who], (int)side->session.end);
}

static void push(const struct state *state, int who)
{
	struct state next = *state;
	struct side *side = &next.sides[who];
	struct connection *connection;

	if (side->connection < 0 || !side->session.epoch || side->session.pushed == side->session.end)
		return;
	connection = &next.connections[side->connection];
	if (connection->phase != STANDS && !(who == A && connection->phase == ANSWERED))
		return;
	if (connection->count[who] == UNDER_WAY)
		return;
	if (is_heard(connection, who))
		connection->frames[who][connection->count[who]++] = (struct frame){
			.session = side->which,
			.position = side->session.pushed,
			.ack = side->acks[side->session.pushed],
		};
	side->session.pushed++;
	explore_next(&next, "%s pushes frame %d", names[who], (int)side->session.pushed);
}

static void receive(const struct state *state, int who)
{
	struct state next = *state;
	struct side *side = &next.sides[who];
	struct connection *connection;
	struct frame frame;

	if (side->connection < 0 || !side->session.epoch)
		return;
	connection = &next.connections[side->connection];
	if (connection->phase != STANDS && !(who == A && connection->phase == ANSWERED))
		return;
	if (!connection->count[!who])
		return;
	frame = connection->frames[!who][0];
	connection->frames[!who][0] = connection->frames[!who][1];
	memset(&connection->frames[!who][1], 0, sizeof(frame));
	connection->count[!who]--;
	if (frame.session != side->which)
		explore_violation("%s receives a frame of session %d in session %d", names[who], frame.session,
				  side->which);
	if (frame.position != side->session.received)
		explore_violation("%s receives frame %d after %d frames", names[who], frame.position + 1,
				  (int)side->session.received);
	if (!session_acknowledge(&side->session, frame.ack))
		explore_violation("%s is told that %d frames of %d were handled", names[who], frame.ack,
				  (int)side->session.end);
	side->session.received++;
	explore_next(&next, "%s receives frame %d", names[who], frame.position + 1);
}

/* One side notices that the connection has ended, or ends it. */
static void break_off(const struct state *state, int who, int number)
{
	struct state next = *state;
	bool other = next.connections[number].open[!who];

	if (!next.connections[number].open[who])
		return;
	if (other && !may(&next, BREAKS))
		return;
	close_end(&next, number, who);
	explore_next(&next, "%s loses connection %d", names[who], number);
}

static void dial(const struct state *state)
{
	struct state next = *state;
	struct side *side = &next.sides[D];
	int number;

	if (side->connection >= 0)
		return;
	for (number = 0; number < CONNECTIONS; number++) {
		struct connection *connection = &next.connections[number];

		if (connection->phase != FREE)
			continue;
		*connection = (struct connection){
			.phase = PROVED,
			.open = { 1, 1 },
			.claim = { .boot_id = side->boot, .newest = side->session.newest },
		};
		side->connection = number;
		explore_next(&next, "D dials: connection %d", number);
		return;
	}
}

/* A hears that somebody dials: it gives up the connection that it had. */
static void offer(const struct state *state, int number)
{
	struct state next = *state;

	if (next.connections[number].phase != PROVED || !next.connections[number].open[A])
		return;
	for (int other = 0; other < CONNECTIONS; other++)
		if (other != number && next.connections[other].open[A] &&
		    next.connections[other].phase >= READY)
			close_end(&next, other, A);
	next.connections[number].phase = READY;
	explore_next(&next, "A is ready for connection %d", number);
}

/* D, which still has the connection, says where it is. */
static void claim(const struct state *state)
{
	struct state next = *state;
	struct side *side = &next.sides[D];
	struct connection *connection;

	if (side->connection < 0 || next.connections[side->connection].phase != READY)
		return;
	connection = &next.connections[side->connection];
	connection->phase = CLAIMED;
	connection->claim.epoch = side->session.epoch;
	connection->claim.received = side->session.received;
	explore_next(&next, "D claims session %d", side->which);
}

static const char *const steps[] = {
	[SESSION_RESUMED] = "resumes",	  [SESSION_BEGUN] = "begins",	 [SESSION_REBOOTED] = "begins, rebooted",
	[SESSION_DROPPED] = "begins, dropped", [SESSION_CONFUSED] = "confused",
};

static void confused(const struct state *state, int who)
{
	const struct session *session = &state->sides[who].session;

	explore_violation("%s is confused: epoch %d, newest %d, acked %d of %d", names[who], (int)session->epoch,
			  (int)session->newest, (int)session->acked, (int)session->end);
}

/* As agree() of connection.c. @sent: whether ACCEPT went out. */
static void accept(const struct state *state, int number, bool sent)
{
	struct state next = *state;
	struct side *side = &next.sides[A];
	struct connection *connection = &next.connections[number];
	struct session session = side->session;
	enum session_step step;

	if (connection->phase != CLAIMED || !connection->open[A] || (!sent && connection->open[D]))
		return;
	step = session_accept(&session, &connection->claim);
	if (step == SESSION_CONFUSED) {
		confused(state, A);
		return;
	}
	if (step != SESSION_RESUMED) {
		session_end(&side->session);
		side->which = 0;
	}
	if (!sent) {
		close_end(&next, number, A);
		explore_next(&next, "A %s, and cannot say so", steps[step]);
		return;
	}
	if (step != SESSION_RESUMED) {
		if (!may(&next, SESSIONS))
			return;
		side->which = next.spent[SESSIONS];
	}
	side->session = session;
	side->connection = number;
	connection->phase = ANSWERED;
	connection->answer = side->which;
	connection->claim = (struct session_claim){
		.boot_id = side->boot,
		.newest = session.newest,
		.epoch = session.epoch,
		.received = session.received,
	};
	explore_next(&next, "A %s", steps[step]);
}

static void follow(const struct state *state)
{
	struct state next = *state;
	struct side *side = &next.sides[D];
	struct connection *connection;
	enum session_step step;

	if (side->connection < 0 || next.connections[side->connection].phase != ANSWERED)
		return;
	connection = &next.connections[side->connection];
	step = session_follow(&side->session, &connection->claim);
	if (step == SESSION_CONFUSED) {
		confused(state, D);
		return;
	}
	if (step == SESSION_RESUMED && side->which != connection->answer)
		explore_violation("D resumes session %d, A session %d", side->which, connection->answer);
	side->which = connection->answer;
	connection->phase = STANDS;
	memset(&connection->claim, 0, sizeof(connection->claim));
	connection->answer = 0;
	explore_next(&next, "D %s", steps[step]);
}

static void close_all(struct state *state, int who)
{
	for (int number = 0; number < CONNECTIONS; number++)
		if (state->connections[number].open[who])
			close_end(state, number, who);
}

/* Its message layer is loaded anew. */
static void reboot(const struct state *state, int who)
{
	struct state next = *state;

	if (!may(&next, REBOOTS))
		return;
	close_all(&next, who);
	next.sides[who] = (struct side){ .boot = ++next.boots, .connection = -1 };
	explore_next(&next, "%s is loaded anew", names[who]);
}

/* It gives the session up: too long a silence, or somebody knows better. */
static void drop(const struct state *state, int who)
{
	struct state next = *state;

	if (!next.sides[who].session.epoch || !may(&next, DROPS))
		return;
	close_all(&next, who);
	session_end(&next.sides[who].session);
	next.sides[who].which = 0;
	explore_next(&next, "%s gives the session up", names[who]);
}

/* Where nothing more may go wrong, and nothing is under way, all must have come right. */
static void check_rest(const struct state *state)
{
	const struct side *d = &state->sides[D], *a = &state->sides[A];

	if (state->spent[SESSIONS] >= limits[SESSIONS].most || d->connection < 0 || a->connection != d->connection)
		return;
	if (state->connections[d->connection].phase != STANDS || state->connections[d->connection].count[D] ||
	    state->connections[d->connection].count[A])
		return;
	if (d->which != a->which || d->session.epoch != a->session.epoch)
		explore_violation("D is in session %d, A in session %d", d->which, a->which);
	for (int who = D; who <= A; who++) {
		const struct session *from = &state->sides[who].session, *to = &state->sides[!who].session;

		if (from->pushed == from->end && to->received != from->end)
			explore_violation("of %d frames of %s, %d have arrived", (int)from->end, names[who],
					  (int)to->received);
	}
}

static void step(const void *at)
{
	const struct state *state = at;

	check_rest(state);
	dial(state);
	claim(state);
	follow(state);
	for (int number = 0; number < CONNECTIONS; number++) {
		offer(state, number);
		accept(state, number, true);
		accept(state, number, false);
	}
	for (int who = D; who <= A; who++) {
		send_frame(state, who);
		push(state, who);
		receive(state, who);
		reboot(state, who);
		drop(state, who);
		for (int number = 0; number < CONNECTIONS; number++)
			break_off(state, who, number);
	}
}

static void show(const void *at)
{
	const struct state *state = at;

	for (int who = D; who <= A; who++) {
		const struct session *session = &state->sides[who].session;

		printf(" %s: session %d epoch %d sent %d pushed %d acked %d received %d;", names[who],
		       state->sides[who].which, (int)session->epoch, (int)session->end, (int)session->pushed,
		       (int)session->acked, (int)session->received);
	}
}

static int read_limits(int count, char **words)
{
	for (int i = 0; i < count; i++) {
		char *value = strchr(words[i], '=');
		size_t j = 0;

		while (value && j < sizeof(limits) / sizeof(limits[0]) &&
		       (strlen(limits[j].name) != (size_t)(value - words[i]) ||
			strncmp(words[i], limits[j].name, value - words[i])))
			j++;
		if (!value || j == sizeof(limits) / sizeof(limits[0])) {
			fprintf(stderr, "%s is no limit\n", words[i]);
			return -1;
		}
		limits[j].most = strtoul(value + 1, NULL, 10);
	}
	if (limits[FRAMES].most > MOST_FRAMES) {
		fprintf(stderr, "more than %d frames\n", MOST_FRAMES);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct model model = { .size = sizeof(struct state), .step = step, .show = show };
	static struct state initial = {
		.sides = { { .boot = 1, .connection = -1 }, { .boot = 2, .connection = -1 } },
		.boots = 2,
	};

	if (read_limits(argc - 1, argv + 1))
		return 2;
	return explore(&model, &initial);
}
