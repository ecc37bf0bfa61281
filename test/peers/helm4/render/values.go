package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The types of the case tables, whose outputs name them.

type T struct {
	Name  string
	Count int
	Any   any
}

func (t *T) Greet(who string) string { return "hello " + who + " from " + t.Name }
func (t *T) Fail() (string, error)   { return "", errors.New("it failed") }
func (t *T) Sum(n ...int) int {
	sum := t.Count
	for _, x := range n {
		sum += x
	}
	return sum
}

type Set []string

func (s Set) Has(x string) bool {
	for _, y := range s {
		if x == y {
			return true
		}
	}
	return false
}

type Vals map[string]any

func (v Vals) Size() int { return len(v) }

type S struct{ v string }

func (s S) String() string { return "S(" + s.v + ")" }

// valueOf reads the tables' notation: JSON, and {"$": type, "v": ...} for what JSON has no type for.
func valueOf(raw any) any {
	switch x := raw.(type) {
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = valueOf(e)
		}
		return out
	case map[string]any:
		if kind, ok := x["$"].(string); ok {
			if text, isText := x["v"].(string); isText {
				return ofText(kind, text)
			}
			return ofType(kind, x["v"])
		}
		out := map[string]any{}
		for k, e := range x {
			out[k] = valueOf(e)
		}
		return out
	}
	return raw
}

func ofText(kind, text string) any {
	i, _ := strconv.ParseInt(text, 10, 64)
	u, _ := strconv.ParseUint(text, 10, 64)
	f, _ := strconv.ParseFloat(text, 64)
	b, _ := base64.StdEncoding.DecodeString(text)
	switch kind {
	case "int":
		return int(i)
	case "int8":
		return int8(i)
	case "int16":
		return int16(i)
	case "int32":
		return int32(i)
	case "int64":
		return i
	case "uint":
		return uint(u)
	case "uint8":
		return uint8(u)
	case "uint16":
		return uint16(u)
	case "uint32":
		return uint32(u)
	case "uint64":
		return u
	case "float32":
		f, _ := strconv.ParseFloat(text, 32)
		return float32(f)
	case "float64", "float":
		return f
	case "bytes":
		return b
	case "string":
		return string(b)
	case "stringer":
		return S{text}
	}
	return ofType(kind, nil)
}

func ofType(kind string, v any) any {
	items, _ := v.([]any)
	members, _ := v.(map[string]any)
	switch kind {
	case "[]string", "strings":
		return stringsOf(items)
	case "set":
		return Set(stringsOf(items))
	case "[]int":
		out := []int{}
		for _, e := range items {
			out = append(out, int(e.(float64)))
		}
		return out
	case "map[string]string":
		out := map[string]string{}
		for k, e := range members {
			out[k] = e.(string)
		}
		return out
	case "map[string]int":
		out := map[string]int{}
		for k, e := range members {
			out[k] = int(e.(float64))
		}
		return out
	case "map[string][]byte":
		out := map[string][]byte{}
		for k, e := range members {
			out[k] = []byte(e.(string))
		}
		return out
	case "vals":
		return Vals(valueOf(v).(map[string]any))
	case "nilmap":
		return map[string]any(nil)
	case "nilslice":
		return []any(nil)
	case "struct":
		return personOf(members)
	case "pointer":
		person := personOf(members)
		return &person
	case "func":
		return func(text string, count int) (string, error) {
			if count < 0 {
				return "", errors.New("negative")
			}
			return strings.Repeat(text, count), nil
		}
	}
	panic("no type " + kind)
}

func stringsOf(items []any) []string {
	out := []string{}
	for _, e := range items {
		out = append(out, e.(string))
	}
	return out
}

func personOf(m map[string]any) T {
	return T{m["Name"].(string), int(m["Count"].(float64)), valueOf(m["Any"])}
}

// notationOf is the inverse of valueOf for what the decoders of YAML, JSON and TOML give.
func notationOf(in any) any {
	switch v := in.(type) {
	case nil, bool:
		return v
	case string:
		if strings.ToValidUTF8(v, "") != v {
			return map[string]any{"$": "string", "v": base64.StdEncoding.EncodeToString([]byte(v))}
		}
		return v
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) || v == 0 && math.Signbit(v) {
			return map[string]any{"$": "float", "v": strconv.FormatFloat(v, 'g', -1, 64)}
		}
		return v
	case int64:
		return map[string]any{"$": "int64", "v": strconv.FormatInt(v, 10)}
	case []string:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = notationOf(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = notationOf(x)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = notationOf(x)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = notationOf(x)
		}
		return out
	}
	return fmt.Sprintf("%T %v", in, in)
}
