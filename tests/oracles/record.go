// Checks a published record and its proofs with Go's own transparency-log code: nothing of debar runs here.
//
//	record record FOLDER KEY [KEPT]   the checkpoint's signature, the tree over all entries, every tile, growth
//	record proof FILE KEY             a .tlog-proof that carries its entry
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func tree(text []byte, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		must(fmt.Errorf("the checkpoint is of %s", lines[0]))
	}
	var size int64
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// path maps Go's name of a tile (tile/8/0/x001/067.p/5) to that of C2SP tlog-tiles (tile/0/x001/067.p/5).
func path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(name, "data/", "entries/", 1)
}

type folder string

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(f), path(tile)))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func record(dir, key, kept string) {
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	now := tree(text, key)
	reader := tlog.TileHashReader(now, folder(dir))
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	var n int64
	for n < now.N {
		width := now.N - n
		if width > 256 {
			width = 256
		}
		bundle, err := os.ReadFile(filepath.Join(dir, path(tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)})))
		must(err)
		for len(bundle) > 0 {
			size := int(binary.BigEndian.Uint16(bundle))
			leaf := bundle[2 : 2+size]
			bundle = bundle[2+size:]
			hashes, err := tlog.StoredHashes(n, leaf, own)
			must(err)
			stored = append(stored, hashes...)
			proof, err := tlog.ProveRecord(now.N, n, reader)
			must(err)
			must(tlog.CheckRecord(proof, now.N, now.Hash, n, tlog.RecordHash(leaf)))
			n++
		}
	}
	root, err := tlog.TreeHash(now.N, own)
	must(err)
	if root != now.Hash {
		must(fmt.Errorf("the entries lead to another root"))
	}
	if kept != "" {
		text, err := os.ReadFile(kept)
		must(err)
		old := tree(text, key)
		proof, err := tlog.ProveTree(now.N, old.N, reader)
		must(err)
		must(tlog.CheckTree(proof, now.N, now.Hash, old.N, old.Hash))
	}
	fmt.Printf("%d entries\n", n)
}

func proof(file, key string) {
	text, err := os.ReadFile(file)
	must(err)
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	now := tree([]byte(checkpoint), key)
	lines := strings.Split(head, "\n")
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err)
	var carried struct{ Leaf json.RawMessage }
	must(json.Unmarshal(extra, &carried))
	var index int64
	_, err = fmt.Sscanf(lines[2], "index %d", &index)
	must(err)
	var hashes tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		hashes = append(hashes, hash)
	}
	must(tlog.CheckRecord(hashes, now.N, now.Hash, index, tlog.RecordHash(carried.Leaf)))
	fmt.Printf("entry %d of %d\n", index, now.N)
}

func main() {
	if os.Args[1] == "proof" {
		proof(os.Args[2], os.Args[3])
		return
	}
	record(os.Args[2], os.Args[3], strings.Join(os.Args[4:], ""))
}
