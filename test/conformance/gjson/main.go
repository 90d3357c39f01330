// Answers gjson queries, one JSON line each way: {"json": base64, "path": base64} to {"exists": bool, "value": base64}.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/tidwall/gjson"
)

type question struct{ JSON, Path []byte }

type answer struct {
	Exists bool   `json:"exists"`
	Value  []byte `json:"value"`
	Panic  bool   `json:"panic,omitempty"`
}

func ask(q question) (a answer) {
	defer func() {
		if recover() != nil {
			a = answer{Panic: true}
		}
	}()
	result := gjson.Get(string(q.JSON), string(q.Path))
	return answer{Exists: result.Exists(), Value: []byte(result.String())}
}

func main() {
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		var q question
		if in.Decode(&q) != nil {
			return
		}
		encoder.Encode(ask(q))
	}
}
