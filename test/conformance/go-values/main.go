// Answers what Go's own functions make of a value, one JSON line each way, so that ours can be compared with them.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha3"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/tidwall/gjson"
)

type question struct {
	Op     string
	Input  []byte
	Option []byte
}

type answer struct {
	OK    bool   `json:"ok"`
	Value []byte `json:"value"`
}

func ask(q question) answer {
	switch q.Op {
	case "gjson":
		result := gjson.Get(string(q.Input), string(q.Option))
		return answer{result.Exists(), []byte(result.String())}
	case "base64":
		return from(base64.StdEncoding.DecodeString(string(q.Input)))
	case "base64url":
		return from(base64.URLEncoding.DecodeString(string(q.Input)))
	case "duration":
		d, err := time.ParseDuration(string(q.Input))
		return from([]byte(fmt.Sprintf("%d %s", d.Nanoseconds(), d)), err)
	case "json-float64":
		var value any
		err := json.Unmarshal(q.Input, &value)
		if err != nil {
			return answer{}
		}
		return from(json.Marshal(value))
	case "json-text":
		var value any
		decoder := json.NewDecoder(bytes.NewReader(q.Input))
		decoder.UseNumber()
		if decoder.Decode(&value) != nil || decoder.More() {
			return answer{}
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(string(q.Option) == "html")
		err := encoder.Encode(value)
		return from(bytes.TrimSuffix(out.Bytes(), []byte("\n")), err)
	case "hash":
		var value map[string][]byte
		err := json.Unmarshal(q.Input, &value)
		return from([]byte(fmt.Sprintf("%x", sha3.Sum224([]byte(fmt.Sprintf("%+v", value))))), err)
	case "hash-meta":
		var input struct{ Annotations, Labels map[string]string }
		err := json.Unmarshal(q.Input, &input)
		type meta struct {
			annotations map[string]string
			labels      map[string]string
		}
		text := fmt.Sprintf("%+v", meta{input.Annotations, input.Labels})
		return from([]byte(fmt.Sprintf("%x", sha3.Sum224([]byte(text)))), err)
	case "regexp":
		pattern, err := regexp.Compile(string(q.Option))
		if err != nil {
			return answer{}
		}
		return answer{true, []byte(fmt.Sprint(pattern.Match(q.Input)))}
	case "allowed-key":
		return from([]byte(strings.Map(func(r rune) rune {
			if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co) {
				return '?' // unknown to this Go's Unicode
			}
			if unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("-._", r) {
				return r
			}
			return '_'
		}, string(q.Input))), nil)
	}
	return answer{}
}

func from(value []byte, err error) answer {
	if err != nil {
		return answer{}
	}
	return answer{true, value}
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
