// Asks Go's sumdb/note and sumdb/tlog about cases: one JSON object a line on standard input, true or false a line on standard output.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind                string
	Leaf, Root, OldRoot tlog.Hash
	Index, Size, Old    int64
	Proof, Growth       []tlog.Hash
	Note, Text          string
	Keys                []string
	Tiles               map[string][]byte
}

// The log's folder as the question gives it; C2SP leaves the height out of a tile's path.
func (q question) Height() int                                   { return 8 }
func (q question) SaveTiles(tiles []tlog.Tile, content [][]byte) {}
func (q question) ReadTiles(tiles []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range tiles {
		raw, ok := q.Tiles[strings.Replace(tile.Path(), "tile/8/", "tile/", 1)]
		if !ok {
			return nil, fmt.Errorf("no %s", tile.Path())
		}
		found = append(found, raw)
	}
	return found, nil
}

// Every leaf hash read through the tiles gives the root, and the proofs made of the tiles are the ones given. The root is computed
// once more from what was read: TileHashReader (0.7.0) authenticates a child tile only from the place len(stx) in its list on, so it
// misses the first ones when several subtrees of the right edge lie in one tile.
func (q question) shelved() bool {
	reader := tlog.TileHashReader(tlog.Tree{N: q.Size, Hash: q.Root}, q)
	leaves := make([]int64, q.Size)
	for at := range leaves {
		leaves[at] = tlog.StoredHashIndex(0, int64(at))
	}
	read, err := reader.ReadHashes(leaves)
	if err != nil {
		return false
	}
	record, err := tlog.ProveRecord(q.Size, q.Index, reader)
	if err != nil || !slices.Equal(record, q.Proof) {
		return false
	}
	tree, err := tlog.ProveTree(q.Size, q.Old, reader)
	return err == nil && slices.Equal(tree, q.Growth) && rootOf(read) == q.Root
}

func rootOf(leaves []tlog.Hash) tlog.Hash {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(places []int64) (found []tlog.Hash, err error) {
		for _, at := range places {
			found = append(found, stored[at])
		}
		return found, nil
	})
	for at, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(at), leaf, reader)
		if err != nil {
			panic(err)
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(int64(len(leaves)), reader)
	if err != nil {
		panic(err)
	}
	return root
}

func (q question) opened() bool {
	var known []note.Verifier
	for _, key := range q.Keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return false
		}
		known = append(known, verifier)
	}
	found, err := note.Open([]byte(q.Note), note.VerifierList(known...))
	return err == nil && found.Text == q.Text
}

func (q question) holds() bool {
	switch q.Kind {
	case "inclusion":
		return tlog.CheckRecord(q.Proof, q.Size, q.Root, q.Index, q.Leaf) == nil
	case "consistency":
		return tlog.CheckTree(q.Proof, q.Size, q.Root, q.Old, q.OldRoot) == nil
	case "note":
		return q.opened()
	case "tiles":
		return q.shelved()
	}
	panic("no such kind: " + q.Kind)
}

func main() {
	for lines := json.NewDecoder(os.Stdin); ; {
		var asked question
		if err := lines.Decode(&asked); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		fmt.Println(asked.holds())
	}
}
