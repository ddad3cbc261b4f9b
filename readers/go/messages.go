// The messages of debar's gate protocol, version 1, read strictly.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type value = json.RawMessage
type object = map[string]value
type check func(value) error

var unfit = errors.New("unfit")

// once reads an object in which no name stands twice.
func once(raw value) (object, error) {
	in := json.NewDecoder(bytes.NewReader(raw))
	if start, err := in.Token(); err != nil || start != json.Delim('{') {
		return nil, unfit
	}
	made := object{}
	for in.More() {
		token, err := in.Token()
		name, isText := token.(string)
		var held value
		if err != nil || !isText || in.Decode(&held) != nil {
			return nil, unfit
		}
		if _, twice := made[name]; twice {
			return nil, unfit
		}
		made[name] = held
	}
	return made, nil
}

// exactly demands these fields and no other.
func exactly(shape map[string]check) check {
	return func(raw value) error {
		held, err := once(raw)
		if err != nil || len(held) != len(shape) {
			return unfit
		}
		for name, fits := range shape {
			if inner, there := held[name]; !there || fits(inner) != nil {
				return unfit
			}
		}
		return nil
	}
}

var whole = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
var instantForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$`)

func number(raw value) error {
	if _, err := strconv.ParseInt(string(raw), 10, 64); err != nil || !whole.Match(raw) {
		return unfit
	}
	return nil
}

// read is a text's content; empty for what is none.
func read(raw value) string {
	var text string
	_ = json.Unmarshal(raw, &text)
	return text
}

func maybe(raw value) error {
	if len(raw) == 0 || raw[0] != '"' || utf8.RuneCountInString(read(raw)) > 4096 {
		return unfit
	}
	return nil
}

func text(raw value) error {
	if maybe(raw) != nil || read(raw) == "" {
		return unfit
	}
	return nil
}

func word(words ...string) check {
	return func(raw value) error {
		for _, one := range words {
			if text(raw) == nil && read(raw) == one {
				return nil
			}
		}
		return unfit
	}
}

func instant(raw value) error {
	at, err := time.Parse(time.RFC3339, read(raw))
	if err != nil || !instantForm.MatchString(read(raw)) {
		return unfit
	}
	if at.Nanosecond() == 0 && len(read(raw)) != len("2017-10-26T12:00:00Z") {
		return unfit
	}
	return nil
}

func list(of check) check {
	return func(raw value) error {
		var items []value
		if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
			return unfit
		}
		for _, item := range items {
			if of(item) != nil {
				return unfit
			}
		}
		return nil
	}
}

var bodyNames = word("key", "decision_id", "scopes", "surfaces", "territories", "from", "until", "because", "reason", "statement")

// named tells whether something names a key or a decision: of any length, and without NUL.
func named(raw value) bool {
	return len(raw) > 0 && raw[0] == '"' && read(raw) != "" && !strings.Contains(read(raw), "\x00")
}

func body(raw value) error {
	held, err := once(raw)
	if err != nil || !named(held["decision_id"]) {
		return unfit
	}
	for name := range held {
		if quoted, _ := json.Marshal(name); bodyNames(quoted) != nil {
			return unfit
		}
	}
	key, err := once(held["key"])
	if err != nil || !named(key["kind"]) || !named(key["value"]) {
		return unfit
	}
	return nil
}

type shape = map[string]check

var shapes = map[string]shape{
	"join": {"gate": text, "kind": word("gate", "relay"), "mode": word("strict", "best_effort", "shadow"), "valid_ns": number,
		"tails": list(exactly(shape{"name": text, "lasts_ns": number})), "replaces": maybe, "via": maybe, "stay": number},
	"joined": {"gate": text, "epoch": number, "head": number, "via": maybe, "stay": number},
	"renew": {"gate": text, "nonce": text, "applied": number, "acked": number, "stay_last": number,
		"stays": list(exactly(shape{"gate": text, "stay": number, "acked": number}))},
	"grant": {"gate": text, "nonce": text, "epoch": number, "head": number, "term_ns": number, "clock_ns": number,
		"wall": instant, "wall_spread_ns": number},
	"refused": {"gate": text, "nonce": text, "why": word("join", "fenced")},
	"entries": {"epoch": number, "after": number, "through": number,
		"entries": list(exactly(shape{"seq": number, "op": word("debar", "lift", "vary"), "at": instant, "body": body}))},
	"offer": {"epoch": number, "revision": number, "sha256": text, "length": number, "where": maybe},
	"ack":   {"gate": text, "applied": number, "revision": number},
	"leave": {"gate": text},
	"fence": {"gate": text},
}

type entry struct {
	Seq  int64
	Op   string
	At   time.Time
	Body struct {
		Key                                     struct{ Kind, Value string }
		Decision                                string `json:"decision_id"`
		Scopes, Surfaces, Territories           []string
		From, Until, Because, Reason, Statement *string
	}
	says object // which names the body has
}

type message struct {
	Type, Gate, Nonce, Why, Sha256        string
	Epoch, Head, After, Through, Revision int64
	Term                                  int64 `json:"term_ns"`
	Clock                                 int64 `json:"clock_ns"`
	Spread                                int64 `json:"wall_spread_ns"`
	Wall                                  time.Time
	Entries                               []entry
}

// parse reads a line strictly.
func parse(line string) (*message, error) {
	held, err := once(value(line))
	if err != nil || !utf8.ValidString(line) || !json.Valid([]byte(line)) || string(held["v"]) != "1" {
		return nil, unfit
	}
	fields, known := shapes[read(held["type"])]
	if !known {
		return nil, unfit
	}
	delete(held, "v")
	delete(held, "type")
	rest, _ := json.Marshal(held)
	if exactly(fields)(rest) != nil {
		return nil, unfit
	}
	made := &message{}
	if err := json.Unmarshal([]byte(line), made); err != nil {
		return nil, unfit
	}
	var bodies struct{ Entries []struct{ Body object } }
	_ = json.Unmarshal(rest, &bodies)
	for i := range made.Entries {
		made.Entries[i].says = bodies.Entries[i].Body
	}
	return made, nil
}
