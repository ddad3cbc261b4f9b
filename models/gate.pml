/* The gate protocol as built in src/debar/gate/protocol, for one decision.
 *
 * Checked: once the decision is certified, no answer ALLOW about its key can be used any more.
 *
 * Time is in ticks. The register's clock is true; the clock of a gate or a relay may lose up to D ticks in a run.
 * Messages stay where they were sent: each may be delivered any number of times, in any order, at any time, or
 * never. A pause is a process that takes no step while ticks pass. One process chooses among all steps, so every
 * interleaving is looked at.
 *
 * Flags: RELAY puts the gates behind a relay; each flag in capitals below breaks one rule (docs/gate-protocol.md
 * lists them) and must give a counterexample; CERTIFIES and SELLS show that the model gets where it should.
 */

#ifndef NG
#define NG 1                    /* gates */
#endif
#ifndef K
#define K 2                     /* requests for a lease of each gate */
#endif
#ifndef KR
#define KR 2                    /* and of the relay */
#endif
#ifndef TMAX
#define TMAX 6                  /* ticks */
#endif
#ifndef STAYS
#define STAYS 2                 /* how often a gate may join the relay */
#endif
#ifdef NOCRASH
#define ONCE 1                  /* nothing is restarted */
#else
#define ONCE 0                  /* the register, and each gate, may be restarted once */
#endif
#define L 2                     /* term of a lease */
#ifndef V
#define V 1                     /* for how long an ALLOW may be used */
#endif
#define D 1                     /* ticks that a clock may lose */
#ifdef NOMARGIN
#define W L
#else
#define W (L + D)               /* R8: for how long to wait */
#endif
#ifdef DRAIN
#define DRAINED 0
#else
#define DRAINED (V + D)         /* R10: until the last answers of a gate that is gone have run out */
#endif
#define NEVER 31
#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define MIN(a, b) ((a) < (b) -> (a) : (b))

byte t;                         /* true time, and the register's clock */
bool asked, durable, committed, certified;
bool up = 1, restarted = ONCE;

/* the register, about each gate */
bool roster[NG];                /* durable */
#ifdef ROSTEREARLY
bool early[NG];                 /* the roster when the decision was asked for */
#endif
bool acked[NG];
byte granted[NG] = NEVER;       /* when a lease was last granted */
bool waits[NG];
byte deadline[NG];
byte gone[NG];                  /* until when the id before the restart may have usable answers */

/* a gate */
byte lost[NG];                  /* ticks that its clock has lost */
#define clock(x) (t - lost[x])
bool applied[NG];
byte lease[NG];                 /* end of the usable lease, on its clock; 0 for none */
byte pending[NG];               /* end of a lease whose head is not reached; 0 for none */
byte ready[NG];                 /* from when on it may acknowledge */
byte sent[NG * K] = NEVER;      /* its clock when it sent this nonce; NEVER when unsent or answered */
byte asks[NG];                  /* nonces used */
bool joins[NG], told[NG], joined[NG];
bool looked[NG];
#ifdef CLOCKFIRST
bool was_usable[NG];
#endif
byte usable[NG];                /* until when its last ALLOW may be used, on its clock */
bool again[NG] = ONCE;          /* it may not be restarted any more */
bool fresh[NG];                 /* it was, and the register does not know yet */

/* messages under way */
bool request[NG * K];
byte grant0[NG * K], grant1[NG * K]; /* term of a lease whose head does not hold, or holds, the decision */
bool ack[NG];

#ifdef RELAY
#define rclock (t - rlost)
byte rlost, rlease, rasks, rgranted = NEVER;
bool rhead, rapplied;
byte rsent[KR] = NEVER;
bool rrequest[KR], rgrant0[KR], rgrant1[KR];
bool guest[NG], jhead[NG], way[NG];
byte over[NG], stay[NG], rstay[NG];
bool rlist[KR * NG];
byte rlast[KR * NG];
#endif

byte g, n, term;
bool head;

inline lease_end(i, end)        /* until when a gate may hold a lease that was granted up to now */
{
#ifdef RELAY
#ifdef NOSUBS
    end = 0;
#else
    if :: way[i] && rgranted != NEVER -> end = rgranted + W :: else -> end = 0 fi;
#endif
#else
    if :: granted[i] != NEVER -> end = granted[i] + W :: else -> end = 0 fi;
#endif
}

byte end;

inline begin_waiting()          /* R8: read the roster after the commit; R9: anew after a restart */
{
    committed = 1;
    for (g : 0 .. NG - 1) {
        lease_end(g, end);
#ifdef ROSTEREARLY
        waits[g] = early[g] && !acked[g] && end > t;
#else
        waits[g] = roster[g] && !acked[g] && end > t;
#endif
        deadline[g] = (waits[g] -> end : 0);
        granted[g] = NEVER          /* of no use from here on */
    }
#ifdef RELAY
    rgranted = NEVER;
#endif
    g = 0; end = 0
}

inline take(i, finish, holds)   /* R4: use a lease from the moment its head is reached */
{
    if
#ifdef NOHEAD
    :: true -> lease[i] = MAX(lease[i], finish)
#else
    :: holds && !applied[i] -> pending[i] = finish
    :: else -> lease[i] = MAX(lease[i], finish)
#endif
    fi
}

inline enlist(i)                /* R2: the line is written before anybody is told */
{
    if
    :: fresh[i] && waits[i] ->  /* the id before the restart is gone: its lock is held by this one */
        gone[i] = MAX(gone[i], MIN(deadline[i], t + DRAINED));
        waits[i] = 0
    :: fresh[i] && !waits[i] && !committed && roster[i] ->
        lease_end(i, end);
        if :: end > t -> gone[i] = MAX(gone[i], MIN(end, t + DRAINED)) :: else fi
    :: else
    fi;
    if :: fresh[i] -> granted[i] = NEVER; acked[i] = 0; fresh[i] = 0 :: else fi;
    roster[i] = 1;
    told[i] = 1;
#ifdef RELAY
    way[i] = 1;
    stay[i] = rstay[i];
    jhead[i] = committed
#endif
}

#define SLOT(i, m) ((i) * K + (m))

/* R4: a nonce is answered once; copies that come later are ignored, so they need not be looked at */
#ifdef NONONCE
#define LAST sent[SLOT(i, asks[i] - 1)]
#define DONE(i, m) sent[SLOT(i, m)] = NEVER
#else
#define DONE(i, m) sent[SLOT(i, m)] = NEVER; request[SLOT(i, m)] = 0; grant0[SLOT(i, m)] = 0; \
        grant1[SLOT(i, m)] = 0
#endif

inline tick()
{
    t++;
    for (g : 0 .. NG - 1) {
        if
        :: skip
        :: lost[g] < D -> lost[g]++
        fi;
        /* what is over is as good as nothing: fewer states to look at */
        if :: lease[g] <= clock(g) -> lease[g] = 0 :: else fi;
        if :: pending[g] <= clock(g) -> pending[g] = 0 :: else fi;
        if :: usable[g] <= clock(g) -> usable[g] = 0 :: else fi;
        if :: gone[g] <= t -> gone[g] = 0 :: else fi
    }
#ifdef RELAY
    if
    :: skip
    :: rlost < D -> rlost++
    fi;
    if :: rlease <= rclock -> rlease = 0 :: else fi;
    for (g : 0 .. NG - 1) { if :: over[g] <= rclock -> over[g] = 0 :: else fi };
#endif
    g = 0
}

#define i _pid

active [NG] proctype gate()
{
    do
    /* joining */
#ifdef RELAY
    :: d_step { !joins[i] && !joined[i] && rstay[i] < STAYS -> joins[i] = 1;
        if :: !guest[i] -> rstay[i]++ :: else fi;
        guest[i] = 1 }
#else
    :: d_step { !joins[i] && !joined[i] -> joins[i] = 1 }
#endif
    :: d_step { told[i] && !joined[i] -> joined[i] = 1 }
    /* R3: ask for a lease, noting the clock at sending */
    :: d_step { joined[i] && asks[i] < K ->
        sent[SLOT(i, asks[i])] = clock(i); request[SLOT(i, asks[i])] = 1; asks[i]++ }
    /* R6: look up, and later read the clock, confirm, and answer */
    :: d_step { !looked[i] && !applied[i] -> looked[i] = 1;
#ifdef CLOCKFIRST
        was_usable[i] = clock(i) < lease[i]
#endif
    }
    :: d_step { looked[i] -> looked[i] = 0;
        if
#ifdef CLOCKFIRST
        :: was_usable[i] && !applied[i] -> usable[i] = MAX(usable[i], clock(i) + V)
#else
#ifdef NOCONFIRM
        :: clock(i) < lease[i] ->
#else
        :: clock(i) < lease[i] && !applied[i] ->
#endif
#ifdef UNCAPPED
            usable[i] = MAX(usable[i], clock(i) + V)
#else
            usable[i] = MAX(usable[i], MIN(clock(i) + V, lease[i]))
#endif
#endif
        :: else
        fi }
    /* R5: apply, and acknowledge when no earlier answer can be used */
#ifdef RELAY
    :: d_step { rapplied && joined[i] && !applied[i] ->
#else
    :: d_step { committed && up && joined[i] && !applied[i] ->
#endif
        applied[i] = 1;
        lease[i] = MAX(lease[i], pending[i]); pending[i] = 0;
        ready[i] = (usable[i] > clock(i) -> clock(i) + V : clock(i)) }
#ifdef ACKFIRST
    :: d_step { committed && joined[i] && !ack[i] -> ack[i] = 1 }
#else
#ifdef NOWAITV
    :: d_step { applied[i] && joined[i] && !ack[i] -> ack[i] = 1 }
#else
    :: d_step { applied[i] && joined[i] && !ack[i] && clock(i) >= ready[i] -> ack[i] = 1;
        ready[i] = 0 }
#endif
#endif
    /* a crash, and a start from an older snapshot under a new id */
    :: d_step { !again[i] && !certified -> again[i] = 1; fresh[i] = 1; applied[i] = 0; pending[i] = 0; looked[i] = 0; ready[i] = 0;
#ifndef LEASEKEPT
        lease[i] = 0;
#endif
        for (n : 0 .. K - 1) { sent[SLOT(i, n)] = NEVER };
        n = 0; joins[i] = 0; told[i] = 0; joined[i] = 0 }
    /* the promise */
    :: certified && clock(i) < usable[i] -> assert(false)
    od
}

active [NG] proctype roster_line()
{
#undef i
#define i (_pid - NG)
    do
#ifdef JOINLATE
    :: d_step { up && joins[i] && !told[i] -> told[i] = 1 }
    :: d_step { up && joins[i] && told[i] && !roster[i] -> enlist(i) }
#else
    :: d_step { up && joins[i] && !told[i] -> enlist(i) }
#endif
    :: d_step { up && ack[i] && !acked[i] -> acked[i] = 1; waits[i] = 0; deadline[i] = 0 }
    :: d_step { up && waits[i] && t >= deadline[i] -> waits[i] = 0; deadline[i] = 0 }
#ifdef RELAY
#ifdef GIVEUP
    :: d_step { guest[i] && told[i] -> guest[i] = 0 }
#else
    :: d_step { guest[i] && told[i] && rclock >= over[i] -> guest[i] = 0 }
#endif
    :: d_step { joined[i] && !guest[i] -> joined[i] = 0; joins[i] = 0; told[i] = 0 }
#endif
    od
}

active [NG * K] proctype request_and_reply()
{
#undef i
#define i ((_pid - 2 * NG) / K)
#define m ((_pid - 2 * NG) % K)
    do
#ifndef RELAY
#ifdef JOINLATE
    :: d_step { up && request[SLOT(i, m)] ->
#else
    :: d_step { up && request[SLOT(i, m)] && roster[i] ->
#endif
        if :: !committed -> granted[i] = t :: else fi;
        if :: committed -> grant1[SLOT(i, m)] = L :: else -> grant0[SLOT(i, m)] = L fi }
#ifdef STALE
    :: d_step { restarted && request[SLOT(i, m)] -> grant0[SLOT(i, m)] = L }
#endif
#else
    /* the relay lends inside its own lease */
    :: d_step { request[SLOT(i, m)] && guest[i] && told[i] && rclock < rlease ->
#ifdef OUTLIVES
        term = L;
#else
        term = (rlease > rclock + D -> rlease - rclock - D : 0);
#endif
#ifdef SUBHEAD
        head = rhead;
#else
        head = rhead || jhead[i];
#endif
        if
        :: term > 0 ->
            over[i] = MAX(over[i], rclock + term + D);
            if :: head -> grant1[SLOT(i, m)] = term :: else -> grant0[SLOT(i, m)] = term fi;
            request[SLOT(i, m)] = 0
        :: else
        fi;
        head = 0; term = 0 }
#endif
    :: d_step { (grant0[SLOT(i, m)] || grant1[SLOT(i, m)]) && sent[SLOT(i, m)] != NEVER ->
        head = grant1[SLOT(i, m)] > 0 && grant0[SLOT(i, m)] == 0;
        term = (head -> grant1[SLOT(i, m)] : grant0[SLOT(i, m)]);
#ifdef FROMREPLY
        take(i, clock(i) + term, head);
#else
        take(i, sent[SLOT(i, m)] + term, head);
#endif
        DONE(i, m); head = 0; term = 0 }
    :: d_step { grant0[SLOT(i, m)] && grant1[SLOT(i, m)] && sent[SLOT(i, m)] != NEVER ->
        take(i, sent[SLOT(i, m)] + grant1[SLOT(i, m)], 1);
        DONE(i, m) }
#ifdef NONONCE
    :: d_step { grant0[SLOT(i, m)] && asks[i] > m + 1 && LAST != NEVER ->
        take(i, LAST + grant0[SLOT(i, m)], 0) }
#endif
    od
}
#undef i
#undef m

#ifdef RELAY
active [KR] proctype relay_request_and_reply()
{
#define m (_pid - 2 * NG - NG * K)
    do
    :: d_step { rasks == m -> rsent[m] = rclock; rrequest[m] = 1; rasks++;
        for (g : 0 .. NG - 1) { rlist[m * NG + g] = guest[g]; rlast[m * NG + g] = rstay[g] };
        g = 0 }
    :: d_step { up && rrequest[m] -> rgranted = (committed -> NEVER : t);
        for (g : 0 .. NG - 1) {
            if :: way[g] && !rlist[m * NG + g] && stay[g] <= rlast[m * NG + g] -> way[g] = 0 :: else fi
        };
        for (g : 0 .. NG - 1) { rlist[m * NG + g] = 0; rlast[m * NG + g] = 0 };
        g = 0; rrequest[m] = 0;     /* copies are looked at without RELAY */
        if :: committed -> rgrant1[m] = 1 :: else -> rgrant0[m] = 1 fi }
    :: d_step { rsent[m] != NEVER && (rsent[m] + L <= rlease || rsent[m] + L <= rclock) ->
        rsent[m] = NEVER; rgrant0[m] = 0; rgrant1[m] = 0 }
    :: d_step { rsent[m] != NEVER && rgrant0[m] && rsent[m] + L > rlease ->
#ifdef RFROMREPLY
        rlease = rclock + L;
#else
        rlease = rsent[m] + L;
#endif
        rhead = 0; rsent[m] = NEVER; rrequest[m] = 0; rgrant0[m] = 0; rgrant1[m] = 0 }
    :: d_step { rsent[m] != NEVER && rgrant1[m] && rsent[m] + L > rlease ->
        rlease = rsent[m] + L; rhead = 1; rsent[m] = NEVER; rrequest[m] = 0; rgrant0[m] = 0; rgrant1[m] = 0 }
    od
}
#undef m
#endif

active proctype world()
{
    do
    :: d_step { !asked -> asked = 1;
#ifdef ROSTEREARLY
        for (g : 0 .. NG - 1) { early[g] = roster[g] };
        g = 0
#endif
    }
    :: d_step { asked && up && !durable -> durable = 1 }
    :: d_step { durable && up && !committed -> begin_waiting() }
    :: d_step { up && committed && !certified && !waits[0] && t >= gone[0]
#if NG > 1
        && !waits[1] && t >= gone[1]
#endif
        -> certified = 1 }
    :: atomic { t < TMAX -> tick() }
    /* R9: the register dies, and starts again from what is durable */
    :: d_step { up && !restarted && !certified -> up = 0; restarted = 1;
        for (g : 0 .. NG - 1) { waits[g] = 0; deadline[g] = 0 };
        g = 0; committed = 0 }
    :: d_step { !up -> up = 1;
        for (g : 0 .. NG - 1) {
            acked[g] = 0;
#ifdef ROSTERLOST
            roster[g] = 0;
#endif
#ifdef LEASESLOST
            granted[g] = NEVER;
#else
            granted[g] = (roster[g] && !committed -> t : NEVER);
#endif
            if :: gone[g] > t -> gone[g] = t + DRAINED :: else fi
        };
#ifdef RELAY
#ifdef LEASESLOST
        rgranted = NEVER;
#else
        rgranted = (committed -> NEVER : t);
#endif
#endif
        g = 0;
        if :: durable && !certified -> begin_waiting() :: else fi }
#ifdef RELAY
    :: d_step { committed && up && !rapplied -> rapplied = 1;
#ifdef RELAYACK
        for (g : 0 .. NG - 1) { if :: guest[g] -> ack[g] = 1 :: else fi };
        g = 0
#endif
    }
#endif
#ifdef CERTIFIES
    :: certified -> assert(false)
#endif
#ifdef SELLS
    :: usable[0] > clock(0) -> assert(false)
#endif
    od
}
