// A gate of debar's protocol, version 1, as docs/gate-protocol.md specifies it; Go's standard library only.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

type key [2]string

// ban is what one decision says of one key.
type ban struct {
	decision                      string
	seq                           int64
	scopes, surfaces, territories []string
	from                          time.Time
	until                         *time.Time
}

type lease struct{ head, ends int64 }
type unacked struct {
	revision, ready int64 // ready is -1 until the first tick after the applying
	keys            []key
	every           bool
}
type observed struct{ sent, received, there int64 }
type heard struct {
	earliest, latest time.Time
	sent, received   int64
}
type timing struct {
	Valid int64 `json:"valid_ns"`
	Renew int64 `json:"renew_ns"`
	Retry int64 `json:"retry_ns"`
	Rho   int64 `json:"rho_millionths"`
	Slack int64 `json:"slack_ns"`
}

// gate is one process start of a gate; one thread uses it.
type gate struct {
	timing
	id, mode                                    string
	stopped, joined, answered, asked, untrusted bool
	askedAt, epoch, revision, acked             int64
	sent                                        map[string]int64
	lease, waiting                              *lease
	anchor                                      *observed
	wall                                        *heard
	recorded                                    time.Time
	stands                                      map[key][]ban
	allowed                                     map[key]int64
	pending                                     []unacked
	offer                                       *message
}

func newGate(id, mode string, lengths timing) *gate {
	return &gate{timing: lengths, id: id, mode: mode, sent: map[string]int64{}, stands: map[key][]ban{}, allowed: map[key]int64{}}
}

func (g *gate) stop() {
	g.stopped, g.lease, g.waiting = true, nil, nil
}

// belongs tells whether an epoch is the highest that was heard of.
func (g *gate) belongs(epoch int64) bool {
	if epoch > g.epoch {
		g.epoch, g.anchor = epoch, nil
	}
	return epoch == g.epoch
}

func (g *gate) report() []string {
	id, _ := json.Marshal(g.id)
	return []string{fmt.Sprintf(`{"v":1,"type":"ack","gate":%s,"applied":%d,"revision":%d}`, id, g.revision, g.acked)}
}

func (g *gate) leave() []string {
	g.stop()
	id, _ := json.Marshal(g.id)
	return []string{fmt.Sprintf(`{"v":1,"type":"leave","gate":%s}`, id)}
}

func (g *gate) tick(now int64, nonce string) (due []string) {
	if g.stopped {
		return nil
	}
	before, soonest := g.acked, int64(0)
	for i := range g.pending {
		one := &g.pending[i]
		if one.ready < 0 {
			one.ready = now
			for _, named := range one.keys {
				if at, was := g.allowed[named]; was && now < at+g.Valid {
					one.ready = now + g.Valid
				}
			}
			if one.every {
				one.ready = now + g.Valid
			}
		}
		if one.ready < soonest {
			one.ready = soonest
		}
		soonest = one.ready
	}
	for len(g.pending) > 0 && g.pending[0].ready <= now {
		g.acked, g.pending = g.pending[0].revision, g.pending[1:]
	}
	if g.acked != before {
		due = g.report()
	}
	every := g.Retry
	if g.answered {
		every = g.Renew
	}
	if g.asked && now < g.askedAt+every {
		return due
	}
	g.asked, g.askedAt, g.answered = true, now, false
	id, _ := json.Marshal(g.id)
	if !g.joined {
		return append(due, fmt.Sprintf(`{"v":1,"type":"join","gate":%s,"kind":"gate","mode":"%s","valid_ns":%d,"tails":[],"replaces":"","via":"","stay":0}`, id, g.mode, g.Valid))
	}
	g.sent[nonce] = now
	quoted, _ := json.Marshal(nonce)
	return append(due, fmt.Sprintf(`{"v":1,"type":"renew","gate":%s,"nonce":%s,"applied":%d,"acked":%d,"stay_last":0,"stays":[]}`, id, quoted, g.revision, g.acked))
}

func (g *gate) receive(m *message, now int64) []string {
	if g.stopped || (m.Gate != "" && m.Gate != g.id) {
		return nil
	}
	switch m.Type {
	case "joined":
		if g.belongs(m.Epoch) && !g.joined {
			g.joined, g.asked, g.anchor = true, false, nil
		}
	case "refused":
		if _, ours := g.sent[m.Nonce]; ours {
			delete(g.sent, m.Nonce)
			g.joined, g.asked = false, false
			if m.Why == "fenced" {
				g.stop()
			}
		}
	case "fence":
		g.stop()
	case "offer":
		if g.belongs(m.Epoch) {
			g.offer = nil
			if m.Revision > g.revision {
				g.offer = m
			}
		}
	case "grant":
		g.granted(m, now)
	case "entries":
		return g.log(m)
	}
	return nil
}

func (g *gate) granted(m *message, now int64) {
	sent, ours := g.sent[m.Nonce]
	delete(g.sent, m.Nonce)
	if !ours || !g.belongs(m.Epoch) {
		return
	}
	g.answered = true
	g.compare(observed{sent, now, m.Clock})
	if g.untrusted {
		g.lease, g.waiting = nil, nil
		return
	}
	g.wall = &heard{m.Wall, m.Wall.Add(time.Duration((m.Spread+999)/1000) * time.Microsecond), sent, now}
	ends := int64(math.MaxInt64)
	if m.Term < ends-sent {
		ends = sent + m.Term
	}
	g.take(&lease{m.Head, ends})
}

// compare looks whether our clock runs slower than the register's by more than half of rho.
func (g *gate) compare(now observed) {
	if g.anchor == nil {
		g.anchor = &now
		return
	}
	there, longest, shortest := now.there-g.anchor.there, now.received-g.anchor.sent, now.sent-g.anchor.received
	switch half := g.Rho / 2; {
	case there > longest*(1000000+half)/1000000+g.Slack/2:
		g.anchor, g.untrusted = &now, true
	case there < shortest*(1000000-half)/1000000-g.Slack/2:
		g.anchor = &now
	case longest >= 60e9:
		g.anchor, g.untrusted = &now, false
	}
}

func (g *gate) take(given *lease) {
	if g.revision < given.head {
		g.waiting = given
	} else if g.lease == nil || given.ends > g.lease.ends {
		g.lease, g.waiting = given, nil
	}
}

func (g *gate) log(m *message) []string {
	if !g.belongs(m.Epoch) {
		return nil
	}
	if m.After > g.revision || m.Through <= g.revision {
		return g.report()
	}
	done := unacked{revision: m.Through, ready: -1}
	for _, e := range m.Entries {
		if e.Seq < g.revision {
			continue
		}
		if e.At.After(g.recorded) {
			g.recorded = e.At
		}
		if g.apply(e) != nil {
			g.stop()
			return nil
		}
		if e.Op != "lift" {
			done.keys = append(done.keys, key{e.Body.Key.Kind, e.Body.Key.Value})
		}
	}
	g.applied(m.Through, done)
	return nil
}

func (g *gate) applied(through int64, done unacked) {
	g.revision = through
	if g.waiting != nil {
		g.take(g.waiting)
	}
	g.pending = append(g.pending, done)
}

func (g *gate) apply(e entry) error {
	named := key{e.Body.Key.Kind, e.Body.Key.Value}
	var current *ban
	var others []ban
	for i, one := range g.stands[named] {
		if one.decision == e.Body.Decision {
			current = &g.stands[named][i]
		} else {
			others = append(others, one)
		}
	}
	if (current == nil) != (e.Op == "debar") {
		return unfit
	}
	if e.Op != "lift" {
		made := ban{surfaces: []string{"all"}, territories: []string{"worldwide"}, from: e.At}
		if current != nil {
			made = *current
		}
		made.decision, made.seq = e.Body.Decision, e.Seq
		if made.change(e) != nil {
			return unfit
		}
		others = append(others, made)
	}
	g.stands[named] = others
	return nil
}

// change takes over what an entry says.
func (b *ban) change(e entry) error {
	for name, place := range map[string]*[]string{"scopes": &b.scopes, "surfaces": &b.surfaces, "territories": &b.territories} {
		if _, says := e.says[name]; says {
			*place = map[string][]string{"scopes": e.Body.Scopes, "surfaces": e.Body.Surfaces, "territories": e.Body.Territories}[name]
		}
		if len(*place) == 0 {
			return unfit
		}
	}
	for _, scope := range b.scopes {
		if scope != "create" && scope != "buy" && scope != "serve" && scope != "charge" {
			return unfit
		}
	}
	if e.Body.From != nil {
		at, _, err := dayOrInstant(*e.Body.From)
		if err != nil {
			return err
		}
		b.from = at
	}
	if _, says := e.says["until"]; says {
		b.until = nil
		if e.Body.Until != nil {
			at, isDay, err := dayOrInstant(*e.Body.Until)
			if err != nil {
				return err
			}
			if isDay {
				at = at.AddDate(0, 0, 1)
			}
			b.until = &at
		}
	}
	if b.until != nil && !b.until.After(b.from) {
		return unfit
	}
	return nil
}

func dayOrInstant(text string) (time.Time, bool, error) {
	if at, err := time.Parse("2006-01-02", text); err == nil {
		return at, true, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, false, err
}

// takeOver goes on from a table that was fetched and verified.
func (g *gate) takeOver(sha256 string, revision int64, stands map[key][]ban) bool {
	if g.offer == nil || sha256 != g.offer.Sha256 || revision != g.offer.Revision {
		return false
	}
	g.offer = nil
	if revision > g.revision {
		g.stands = stands
		g.applied(revision, unacked{revision: revision, ready: -1, every: true})
	}
	return true
}

type question struct {
	Keys               []key
	Action             string
	Surface, Territory *string
	AtLeast            int64 `json:"at_least"`
}
type answer struct {
	Verdict    string
	Revision   int64
	Decision   *string
	Entry      *int64
	ValidUntil *int64 `json:"valid_until"`
	Would      *string
}

func (g *gate) ask(q question, now int64) answer {
	found := g.against(q, now)
	told := answer{Verdict: "stale", Revision: g.revision}
	switch usable := g.lease != nil && now < g.lease.ends; {
	case found != nil:
		told.Verdict, told.Decision, told.Entry = "debarred", &found.decision, &found.seq
	case g.revision < q.AtLeast:
	case usable || (g.mode == "best_effort" && !g.stopped):
		ends := now + g.Valid
		if usable && g.lease.ends < ends {
			ends = g.lease.ends
		}
		for _, named := range q.Keys {
			g.allowed[named] = now // a gate that runs for long forgets what is older than V
		}
		told.Verdict, told.ValidUntil = "allowed", &ends
	}
	if g.mode == "shadow" && told.Verdict != "allowed" {
		would := told.Verdict
		told.Verdict, told.Would = "allowed", &would
	}
	return told
}

func (g *gate) against(q question, now int64) *ban {
	if g.wall == nil {
		return longest(g, q, nil)
	}
	least := (now - g.wall.received) * (1000000 - g.Rho) / 1000000 / 1000
	most := (now-g.wall.sent)*(1000000+g.Rho)/1000000/1000 + 1
	earliest := g.wall.earliest.Add(time.Duration(least) * time.Microsecond)
	latest := g.wall.latest.Add(time.Duration(most) * time.Microsecond)
	if latest.Before(g.recorded) {
		latest = g.recorded
	}
	if found := longest(g, q, &latest); found != nil {
		return found
	}
	return longest(g, q, &earliest)
}

// longest returns the ban that denies with the latest end, of those the one with the lowest entry; without an instant all hold for ever.
func longest(g *gate, q question, at *time.Time) (found *ban) {
	for _, named := range q.Keys {
		for i := range g.stands[named] {
			one := g.stands[named][i]
			if at == nil {
				one.until = nil
			} else if at.Before(one.from) || (one.until != nil && !at.Before(*one.until)) {
				continue
			}
			if !among(one.scopes, &q.Action, "") || !among(one.surfaces, q.Surface, "all") || !among(one.territories, q.Territory, "worldwide") {
				continue
			}
			if found == nil || lasts(one) > lasts(*found) || (lasts(one) == lasts(*found) && one.seq < found.seq) {
				found = &one
			}
		}
	}
	return found
}

func lasts(one ban) int64 {
	if one.until == nil {
		return math.MaxInt64
	}
	return one.until.UnixMicro()
}

func among(texts []string, asked *string, all string) bool {
	for _, one := range texts {
		if asked == nil || one == all || one == *asked {
			return true
		}
	}
	return false
}
