// Renders templates with Go's text/template and sprig, one JSON line each way, so that ours can be compared with them.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

type question struct {
	Template []byte
	// Strings is a map of texts, as External Secrets Operator gives; Any is JSON of any shape.
	Strings    map[string][]byte
	Any        json.RawMessage
	MissingKey string
	Left       string
	Right      string
}

type answer struct {
	OK    bool   `json:"ok"`
	Value []byte `json:"value"`
	Error string `json:"error"`
}

var functions = func() template.FuncMap {
	all := sprig.TxtFuncMap()
	// As External Secrets Operator has it.
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["hexdec"] = func(text string) (string, error) {
		decoded, err := hex.DecodeString(text)
		return string(decoded), err
	}
	all["toYaml"] = func(value any) string {
		data, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(data), "\n")
	}
	all["fromYaml"] = func(text string) map[string]any {
		m := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	}
	return all
}()

func dataOf(q question) (any, error) {
	if q.Any != nil {
		var data any
		err := json.Unmarshal(q.Any, &data)
		return data, err
	}
	data := map[string]string{}
	for key, value := range q.Strings {
		data[key] = string(value)
	}
	return data, nil
}

func render(q question) ([]byte, error) {
	data, err := dataOf(q)
	if err != nil {
		return nil, err
	}
	parsed, err := template.New("the whole").Option("missingkey="+q.MissingKey).Funcs(functions).Delims(q.Left, q.Right).Parse(string(q.Template))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func ask(q question) (result answer) {
	defer func() {
		if r := recover(); r != nil {
			result = answer{false, nil, fmt.Sprint("panic: ", r)}
		}
	}()
	value, err := render(q)
	if err != nil {
		return answer{false, nil, err.Error()}
	}
	return answer{true, value, ""}
}

// bench renders each question over and over for a second, and prints how often a second it can.
func bench(q question) float64 {
	started := time.Now()
	count := 0
	for time.Since(started) < time.Second {
		for range 50 {
			if _, err := render(q); err != nil {
				panic(err)
			}
		}
		count += 50
	}
	return float64(count) / time.Since(started).Seconds()
}

func main() {
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	if len(os.Args) > 1 && os.Args[1] == "names" {
		encoder.Encode(slices.Sorted(maps.Keys(functions)))
		return
	}
	isBench := len(os.Args) > 1 && os.Args[1] == "bench"
	for {
		var q question
		if in.Decode(&q) != nil {
			return
		}
		if isBench {
			encoder.Encode(bench(q))
		} else {
			encoder.Encode(ask(q))
		}
	}
}
