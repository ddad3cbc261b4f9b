// Runs the vectors and prints a line for each failure:
//
//	go run readers/go/*.go tests/vectors/gate/wire.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

type step struct {
	At       int64 `json:"at_ns"`
	Receive  *string
	Tick     *string
	Ask      *question
	Leave    bool
	TakeOver *struct {
		Sha256   string
		Revision int64
		Debarred []string
	} `json:"take_over"`
	Taken  bool
	Send   []string
	Answer value
}

// play does one step, and returns what came of it and what should have.
func (g *gate) play(s step) (got, want any) {
	switch {
	case s.Ask != nil:
		var told answer
		if json.Unmarshal(s.Answer, &told) != nil {
			return nil, "an answer"
		}
		return g.ask(*s.Ask, s.At), told
	case s.TakeOver != nil:
		stands := map[key][]ban{}
		for _, account := range s.TakeOver.Debarred {
			stands[key{"account", account}] = []ban{{scopes: []string{"create", "buy", "serve", "charge"}, surfaces: []string{"all"},
				territories: []string{"worldwide"}, decision: "decision-2017-10-26-0a1b2c3d"}}
		}
		return g.takeOver(s.TakeOver.Sha256, s.TakeOver.Revision, stands), s.Taken
	case s.Receive != nil:
		m, err := parse(*s.Receive)
		if err != nil {
			return "refused", "a message"
		}
		return append([]string{}, g.receive(m, s.At)...), s.Send
	case s.Tick != nil:
		return append([]string{}, g.tick(s.At, *s.Tick)...), s.Send
	case s.Leave:
		return append([]string{}, g.leave()...), s.Send
	}
	return "nothing", "a step"
}

func main() {
	var file struct {
		Timing   timing
		Messages []string
		Refused  []struct{ Why, Line string }
		Scripts  []struct {
			Name, Gate, Mode string
			Steps            []step
		}
	}
	content, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(content, &file)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	failures, done := 0, 0
	expect := func(where string, got, want any) {
		done++
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		if !bytes.Equal(g, w) {
			failures++
			fmt.Printf("%s: got %s, want %s\n", where, g, w)
		}
	}
	for _, line := range file.Messages {
		_, err := parse(line)
		expect(line, err == nil, true)
	}
	for _, one := range file.Refused {
		_, err := parse(one.Line)
		expect(one.Why+": "+one.Line, err == nil, false)
	}
	for _, script := range file.Scripts {
		g := newGate(script.Gate, script.Mode, file.Timing)
		for i, s := range script.Steps {
			got, want := g.play(s)
			expect(fmt.Sprintf("%s, step %d", script.Name, i), got, want)
		}
	}
	if failures > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d checks passed\n", done)
}
